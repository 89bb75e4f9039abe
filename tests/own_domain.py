"""Ada, who writes to Eve from a domain that a DNS server of the test's own speaks for."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator

from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.mailbox.health.asking import AskedDns
from relance.mailbox.health.link_host import Reached
from relance.tracking.links import Links
from relance.tracking.tokens import Signer
from tests import engine_house
from tests.engine_doors import NoMail, OneAnswer
from tests.servers import dns_server

ADA, EVE = "ada@sales.example", "eve@linden.example"
GO = "go.sales.example"
Records = dict[tuple[str, str], list[str]]


@contextlib.contextmanager
def writing_to_eve(
    house: Context, server: OneAnswer, zone: Records, *, smtp: str, imap: str
) -> Iterator[Context]:
    """Eve has had nothing yet; what is put into `zone` meanwhile is what DNS says from then on."""
    with dns_server.serving(zone) as resolver:
        house = dataclasses.replace(
            house,
            open_inbox=NoMail(),
            open_outbox=server,
            open_dns=lambda: AskedDns(resolver, question_seconds=2),
            reach_links=lambda _base: Reached.OURS,
            links=Links(f"https://{GO}", Signer({1: engine_house.SECRET}, 1)),
        )
        engine_house.add_mailbox(house, ADA, smtp_host=smtp, imap_host=imap, gap_seconds=0)
        publish.publish(house, engine_house.TRIAL)
        contact_service.add(house, EVE, {"first_name": "Eve"})
        enroll.enroll(house, EnrollRequest("Trial", [EVE]))
        yield house
