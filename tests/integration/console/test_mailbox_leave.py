"""Leave on the page of a mailbox: entered, shown, cancelled."""

from __future__ import annotations

import datetime as dt

from relance.wording import day
from tests import engine_house
from tests.integration.console.conftest import Console
from tests.integration.console.held_people import BOSS
from tests.reading import ADA, KIM, MIA, enrolled, row, wrote
from tests.reworded import in_english

BEN = "ben@sales.example"


def test_a_leave_is_entered_with_who_covers_and_cancelled(console: Console) -> None:
    house = console.app._context
    enrolled(house, KIM, MIA)
    wrote(house, MIA)
    ben = engine_house.add_mailbox(house, BEN)
    first = console.app._context.clock.now().date()
    last = first + dt.timedelta(days=3)
    wish = {"address": ADA, "first": str(first), "last": str(last), "cover": BEN}
    with console.client(console.join(BOSS), follow_redirects=True) as boss:
        assert in_english("No leave is entered.") in boss.get(f"/mailboxes/{ADA}").text
        entered = boss.post("/mailboxes/leave", data=wish).text
        assert day(last) in entered
        assert in_english("1 person was handed over.") in entered
        assert (row(house, KIM).mailbox_id, row(house, MIA).mailbox_id == ben) == (ben, False)
        again = boss.post("/mailboxes/leave", data=wish)
        assert (again.status_code, in_english("Cancel it first") in again.text) == (422, True)
        assert boss.post("/mailboxes/leave", data={**wish, "first": "soon"}).status_code == 422
        boss.post("/mailboxes/leave-cancel", data={"address": ADA, "first": str(first)})
    assert console.app.mailboxes.show(ADA).on_leave == ()
