"""Copies of sent mail: the page says who files them and why, and has the switch."""

from __future__ import annotations

import pytest

from relance.engine.store.mailboxes import mailboxes
from tests import engine_house
from tests.integration.console.conftest import Console
from tests.integration.console.held_people import BOSS
from tests.reworded import in_english

ADA = "ada@sales.example"


@pytest.mark.parametrize(
    ("files_sent", "words"),
    [
        (None, "It is not known yet whether the provider files copies"),
        (True, "The provider files copies by itself"),
        (False, "The provider files no copies, so Relance does."),
    ],
)
def test_the_page_says_what_was_decided_and_why(
    console: Console, files_sent: bool | None, words: str
) -> None:
    house = console.app._context
    number = engine_house.add_mailbox(house, ADA)
    with house.database.write() as conn:
        mailboxes.change(conn, number, files_sent=files_sent)
    with console.client(console.join(BOSS), follow_redirects=True) as boss:
        assert in_english(words) in boss.get(f"/mailboxes/{ADA}").text
        off = boss.post("/mailboxes/copies", data={"address": ADA, "mode": "off"}).text
        assert in_english("Relance files no copies of what this mailbox sends.") in off
        assert console.app.mailboxes.sent_copies(ADA).filing is False
        on = boss.post("/mailboxes/copies", data={"address": ADA, "mode": "on"}).text
        assert in_english("Relance files a copy of every mail") in on
        assert console.app.mailboxes.sent_copies(ADA).filing is True
        assert boss.post("/mailboxes/copies", data={"address": ADA, "mode": "maybe"}).status_code == 422


def test_a_salesperson_sees_it_and_has_no_switch(console: Console) -> None:
    engine_house.add_mailbox(console.app._context, ADA)
    token = console.join("eve@sales.example", role="salesperson")
    console.app.mailboxes.assign(ADA, "eve@sales.example")
    with console.client(token) as eve:
        page = eve.get(f"/mailboxes/{ADA}").text
        assert in_english("Copies in Sent") in page
        assert "/mailboxes/copies" not in page
        assert eve.post("/mailboxes/copies", data={"address": ADA, "mode": "on"}).status_code == 403
