"""Whatever puts a mail off, it is not put off into the leave of its mailbox's owner: an absence, a colleague's answer, a standstill."""

from __future__ import annotations

import datetime as dt

from relance.clock import ManualClock
from relance.engine.context import Context
from relance.engine.mailboxes.settings import leaves
from relance.engine.schedule.calendar import BoundKind
from relance.engine.sequences import overdue
from relance.engine.states import State
from relance.engine.store.mailboxes import leases, mailboxes
from relance.engine.store.sequences import enrollments
from tests import engine_house
from tests.reading import ADA, KIM, MIA, enrolled, hear, letter, row, wrote

TODAY = engine_house.MONDAY.date()
DAY = dt.timedelta(days=1)
SLOW = engine_house.TRIAL + "stop: {company: {any reply: slow 3 business days}}\n"


def due(house: Context, person: str) -> dt.datetime:
    at = row(house, person).due_at
    assert at is not None
    return at


def kinds(house: Context, person: str) -> list[str]:
    return [each["kind"] for each in row(house, person).bound]


def test_who_comes_back_during_a_leave_goes_on_behind_it(house: Context) -> None:
    enrolled(house, KIM)
    wrote(house)
    entered = leaves.add(house, ADA, TODAY + 2 * DAY, TODAY + 6 * DAY)
    back = TODAY + 3 * DAY
    said = f"I am out of office until {back:%-d %B %Y}."
    hear(house, letter(KIM, "Out", said, Auto_Submitted="auto-replied"))
    at = row(house)
    assert at.state is State.AWAY
    assert at.resume_at is not None
    assert at.resume_at >= entered.leave.ends


def test_who_is_slowed_by_a_colleagues_answer_is_not_slowed_into_a_leave(house: Context) -> None:
    enrolled(house, KIM, MIA, text=SLOW)
    wrote(house)
    entered = leaves.add(house, ADA, TODAY + 2 * DAY, TODAY + 6 * DAY)
    hear(house, letter(KIM))
    assert due(house, MIA) >= entered.leave.ends
    assert BoundKind.LEAVE.value in kinds(house, MIA)
    leaves.cancel(house, ADA, TODAY + 2 * DAY)
    assert TODAY + 2 * DAY < due(house, MIA).date() <= TODAY + 4 * DAY  # slowed still, and no more than that


def test_a_leave_that_is_entered_and_cancelled_later_takes_back_no_colleagues_answer(house: Context) -> None:
    enrolled(house, KIM, MIA, text=SLOW)
    wrote(house)
    hear(house, letter(KIM))
    slowed = due(house, MIA)
    assert slowed.date() > TODAY + 2 * DAY
    entered = leaves.add(house, ADA, slowed.date(), slowed.date() + 2 * DAY)
    assert due(house, MIA) >= entered.leave.ends
    leaves.cancel(house, ADA, slowed.date())
    assert due(house, MIA) == slowed


def test_what_piled_up_while_nothing_ran_is_planned_behind_a_leave(
    house: Context, clock: ManualClock
) -> None:
    enrolled(house, KIM)
    clock.move_to(engine_house.MONDAY + 2 * DAY)
    entered = leaves.add(house, ADA, clock.now().date(), clock.now().date() + DAY)
    with house.database.write() as conn:
        enrollments.reschedule(
            conn, row(house, KIM), engine_house.MONDAY, []
        )  # an earlier release planned it
        box = mailboxes.named(conn, ADA)
        lease = leases.acquire(conn, box.id, "test")
    assert lease is not None
    overdue.replan(house, lease, box, clock.now())
    assert due(house, KIM) >= entered.leave.ends
