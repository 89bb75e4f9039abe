"""The sequence that is for the sandbox alone."""

from __future__ import annotations

from tests import engine_house
from tests.integration.console.conftest import Console
from tests.integration.console.test_sequence_text import BOSS, at, begun, save, seen


def test_a_sequence_for_practice_is_offered_where_all_mail_stays_on_this_computer(console: Console) -> None:
    """It sends at any hour: whoever tries the sandbox on a Saturday sees it work, and nobody else is offered it."""
    console.join(BOSS, "manager")
    engine_house.add_mailbox(console.app._context)
    with at(console) as client:
        assert 'value="practice"' in client.get("/sequence-new").text
        draft, text = begun(client, **{"from": "practice", "name": "Trial run"})
        assert seen(save(client, draft, text, "plan").text)  # it can be published as it is
        engine_house.add_mailbox(console.app._context, "real@acme.example", smtp_host="smtp.acme.example")
        assert 'value="practice"' not in client.get("/sequence-new").text
