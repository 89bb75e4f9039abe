"""A mailbox that works leads on, as long as nobody is enrolled."""

from __future__ import annotations

from relance.engine.contacts import service as contact_service
from relance.engine.mailboxes.service import MailboxSpec
from relance.engine.sequences import publish
from relance.sandbox.world import World
from tests import engine_house
from tests.integration.console.conftest import Console
from tests.integration.console.test_mailboxes import tried

CID, KIM = "cid@sales.example", "kim@lake.example"
BUTTON = '<a role="button" href="{page}">'


def test_a_mailbox_that_works_leads_to_what_is_missing_until_somebody_is_enrolled(console: Console) -> None:
    house = console.app._context
    token = console.join("boss@sales.example")
    with World(console.app.clock) as world, console.client(token, timeout=60) as boss:
        console.app.mailboxes.add(MailboxSpec.of(world.add_rep(CID, "Cid", "correct horse")), anyway=True)

        def leads_to(page: str) -> bool:
            return BUTTON.format(page=page) in tried(boss, "/mailboxes/test", address=CID)

        assert leads_to("/import")
        contact_service.add(house, KIM, {"first_name": "Kim", "company": "Lake"})
        assert leads_to("/sequence-new")
        publish.publish(house, engine_house.TRIAL)
        assert leads_to("/enroll")
        console.app.enroll("Trial", [KIM], mailboxes={CID: 1})
        assert not leads_to("/enroll")
