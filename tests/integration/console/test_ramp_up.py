"""A mailbox that begins slowly, in the console: entered in its form, and shown by day."""

from __future__ import annotations

from tests import engine_house
from tests.integration.console.conftest import Console
from tests.integration.console.held_people import BOSS

ADA = "ada@sales.example"


def test_a_mailbox_begins_slowly_and_shows_its_plan_by_day(console: Console) -> None:
    engine_house.add_mailbox(console.app._context, ADA)
    with console.client(console.join(BOSS)) as boss:
        wrong = boss.post("/mailboxes/change", data={"address": ADA, "ramp_up": "ten"})
        assert wrong.status_code == 422
        assert 'value="ten"' in wrong.text
        wish = {"address": ADA, "ramp_up": "10+20", "daily_cap": "50"}
        assert boss.post("/mailboxes/change", data=wish).status_code == 303
        page = boss.get(f"/mailboxes/{ADA}").text
        assert 'id="ramp-up"' in page
        assert [str(each.cap) in page for each in console.app.mailboxes.show(ADA).ramp_plan] == [True] * 3
        assert boss.post("/mailboxes/change", data={"address": ADA, "ramp_up": ""}).status_code == 303
        assert 'id="ramp-up"' not in boss.get(f"/mailboxes/{ADA}").text
