"""A rep goes on leave: nothing leaves from their mailbox, or another writes to those who have had no mail."""

from __future__ import annotations

import datetime as dt

import pytest

from relance import errors
from relance.clock import ManualClock
from relance.engine import tick
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.mailboxes import handing_over, service
from relance.engine.mailboxes.settings import leaves
from relance.engine.reasons import Code, because
from relance.engine.reporting import explain, forecast
from relance.engine.schedule.leaves import Leave
from relance.engine.sending import gate
from relance.engine.sending.gate import PreparedMail
from relance.engine.sending.workload import Workload
from relance.engine.sequences import control, enroll, step_context
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.sequences.resuming import around_leave
from relance.engine.states import MessageState
from relance.engine.store import events
from relance.engine.store.mailboxes import leases, mailboxes
from relance.engine.store.sending.messages import Message
from relance.engine.store.sequences import enrollment_details, enrollments, moves
from tests import engine_house
from tests.integration.console import held_people
from tests.reading import ADA, KIM, MIA, enrolled, row, wrote
from tests.reworded import in_english

BEN = "ben@sales.example"
TODAY = engine_house.MONDAY.date()
DAY = dt.timedelta(days=1)


def claimed(house: Context) -> list[int]:
    """Who would be written to by Ada in a turn now."""
    with house.database.write() as conn:
        box = mailboxes.named(conn, ADA)
        mailboxes.change(conn, box.id, synced_at=house.clock.now())
        lease = leases.acquire(conn, box.id, "test")
    assert lease is not None
    work = Workload.of(house, lease, box)
    work.claim()
    return [each.id for each in work.take()]


def _id(house: Context, address: str) -> int:
    with house.database.read() as conn:
        return mailboxes.named(conn, address).id


def test_a_leave_is_entered_listed_and_cancelled(house: Context) -> None:
    enrolled(house, KIM)
    entered = leaves.add(house, ADA, TODAY + DAY, TODAY + 3 * DAY)
    wanted = Leave(TODAY + DAY, TODAY + 3 * DAY, house.workspace.zone)
    assert entered.leave == wanted
    assert service.show(house, ADA).on_leave == (wanted,)
    assert leaves.cancel(house, ADA, TODAY + DAY) == ()
    assert service.show(house, ADA).on_leave == ()
    with pytest.raises(errors.NotFound):
        leaves.cancel(house, ADA, TODAY + DAY)


def test_a_dry_run_counts_and_changes_nothing(house: Context) -> None:
    enrolled(house, KIM, MIA)
    engine_house.add_mailbox(house, BEN)
    found = leaves.add(house, ADA, TODAY, TODAY, cover=BEN, dry_run=True)
    assert found.covered is not None
    assert (found.waiting, found.covered.moved, found.dry_run) == (0, 2, True)
    assert service.show(house, ADA).on_leave == ()
    assert row(house, KIM).mailbox_id == _id(house, ADA)


def test_nothing_leaves_on_a_day_of_leave_and_what_waited_goes_when_it_is_cancelled(
    house: Context, clock: ManualClock
) -> None:
    enrolled(house, KIM)
    clock.move_to(due(house) + dt.timedelta(minutes=1))
    assert leaves.add(house, ADA, TODAY, TODAY).waiting == 1
    assert claimed(house) == []
    leaves.cancel(house, ADA, TODAY)
    assert clock.now() <= due(house) <= clock.now() + dt.timedelta(minutes=45)


def test_what_is_planned_is_planned_around_a_leave_and_back_when_it_is_cancelled(house: Context) -> None:
    enrolled(house, KIM, MIA)
    with house.database.write() as conn:
        for each in (KIM, MIA):
            later = due(house) + dt.timedelta(hours=1, seconds=row(house, each).id)
            enrollments.reschedule(conn, row(house, each), later, [])
    before = {each: row(house, each).due_at for each in (KIM, MIA)}
    entered = leaves.add(house, ADA, TODAY, TODAY + DAY)
    after = {each: row(house, each).due_at for each in (KIM, MIA)}
    assert all(
        at and entered.leave.ends < at < entered.leave.ends + dt.timedelta(hours=10) for at in after.values()
    )
    assert len(set(after.values())) == 2  # they do not go at once
    said = " ".join(explain.explain(house, KIM)[0].sentences)
    assert in_english("is on leave until") in said
    assert {around_leave.would_go(row(house, each)) for each in (KIM, MIA)} == set(before.values())
    leaves.cancel(house, ADA, TODAY)
    assert {each: row(house, each).due_at for each in (KIM, MIA)} == before


def test_whoever_comes_during_a_leave_is_planned_behind_it(house: Context) -> None:
    enrolled(house, KIM)
    entered = leaves.add(house, ADA, TODAY, TODAY + DAY)
    contact_service.add(house, MIA, {})
    enroll.enroll(house, EnrollRequest("Trial", [MIA], mailboxes=(ADA,)))
    at = row(house, MIA).due_at
    assert at is not None
    assert at > entered.leave.ends


def of_mailbox(house: Context) -> list[str]:
    with house.database.read() as conn:
        found = events.after(conn, 0, 1000)
    return [each.kind for each in found if each.kind.startswith("mailbox.leave")]


def test_who_covers_takes_over_when_the_leave_begins_and_not_before(
    house: Context, clock: ManualClock
) -> None:
    enrolled(house, KIM, MIA)
    wrote(house, MIA)
    engine_house.add_mailbox(house, BEN)
    with house.database.write() as conn:
        for each in (KIM, MIA):
            enrollments.reschedule(conn, row(house, each), clock.now() + DAY, [])
    done = leaves.add(house, ADA, TODAY + DAY, TODAY + DAY, cover=BEN)
    assert done.covered is not None
    assert (done.later, done.covered.moved, done.waiting) == (True, 1, 1)
    assert row(house, KIM).mailbox_id == _id(house, ADA)
    assert in_english("takes over") in " ".join(explain.explain(house, KIM)[0].sentences)
    tick.tick(house)
    assert row(house, KIM).mailbox_id == _id(house, ADA)
    clock.move_to(done.leave.begins)
    tick.tick(house)
    tick.tick(house)
    assert (row(house, KIM).mailbox_id, row(house, MIA).mailbox_id) == (_id(house, BEN), _id(house, ADA))
    kim, mia = row(house, KIM).due_at, row(house, MIA).due_at
    assert kim is not None
    assert mia is not None
    assert kim < done.leave.ends < mia
    leaves.cancel(house, ADA, TODAY + DAY)
    assert of_mailbox(house) == ["mailbox.leave_entered", "mailbox.leave_covered", "mailbox.leave_cancelled"]


def asked_at_the_gate(house: Context, number: int, mail: Message) -> tuple[str, ...]:
    """What the gate has against it, behind the server's 354."""
    with house.database.write() as conn:
        box = mailboxes.named(conn, ADA)
        mailboxes.change(conn, box.id, synced_at=house.clock.now())
        lease = leases.acquire(conn, box.id, "test")
    assert lease is not None
    prepared = PreparedMail(row(house, KIM), mail)
    if number:
        leaves.add(house, ADA, TODAY, TODAY)
    with house.database.write() as conn:
        found = gate.admit(conn, lease, [prepared], house.clock.now(), lambda _people: {}, None)
    return tuple(each.code.value for each in found[mail.id])


@pytest.mark.parametrize(("entered", "objections"), [(0, ()), (1, ("owner_on_leave",))])
def test_a_leave_that_is_entered_in_the_middle_of_a_turn_is_seen_at_the_gate(
    house: Context, clock: ManualClock, entered: int, objections: tuple[str, ...]
) -> None:
    enrolled(house, KIM)
    clock.move_to(due(house) + dt.timedelta(minutes=1))
    mail = engine_house.add_message(house, row(house, KIM), MessageState.PREPARED)
    assert set(objections) <= set(asked_at_the_gate(house, entered, mail))


def test_a_leave_is_told_by_the_mailboxs_own_clock(house: Context) -> None:
    enrolled(house, KIM)
    with house.database.write() as conn:
        mailboxes.change(conn, _id(house, ADA), zone="America/New_York")
    leave = leaves.add(house, ADA, TODAY + DAY, TODAY + DAY).leave
    assert leave.begins == dt.datetime.combine(TODAY + DAY, dt.time(5), dt.UTC)


def test_without_a_leave_it_would_leave(house: Context, clock: ManualClock) -> None:
    enrolled(house, KIM)
    clock.move_to(due(house) + dt.timedelta(minutes=1))
    assert claimed(house) == [row(house, KIM).id]


def due(house: Context) -> dt.datetime:
    at = row(house, KIM).due_at
    assert at is not None
    return at


def test_the_forecast_says_why_and_when_it_goes(house: Context, clock: ManualClock) -> None:
    enrolled(house, KIM)
    clock.move_to(due(house) + dt.timedelta(minutes=1))
    entered = leaves.add(house, ADA, TODAY, TODAY)
    with house.database.write() as conn:
        enrollments.reschedule(conn, row(house, KIM), clock.now(), [])  # an earlier release planned it
    with house.database.read() as conn:
        standing = enrollment_details.matching(conn, email=KIM)
        found = forecast._leaving(conn, house, standing, clock.now())
    told = found[row(house, KIM).id]
    assert told.at is not None
    assert told.at >= entered.leave.ends
    assert told.code == "pace"


def test_who_covers_writes_to_those_who_have_had_no_mail(house: Context) -> None:
    enrolled(house, KIM, MIA)
    wrote(house, MIA)
    engine_house.add_mailbox(house, BEN)
    done = leaves.add(house, ADA, TODAY, TODAY + DAY, cover=BEN)
    assert done.covered is not None
    assert (done.covered.moved, done.waiting) == (1, 1)
    assert (row(house, KIM).mailbox_id, row(house, MIA).mailbox_id) == (_id(house, BEN), _id(house, ADA))


def test_new_people_go_to_others_meanwhile_unless_there_is_nobody_else(house: Context) -> None:
    enrolled(house, KIM)
    leaves.add(house, ADA, TODAY, TODAY)
    wish = EnrollRequest("Trial", [MIA])
    contact_service.add(house, MIA, {})
    assert enroll.enroll(house, wish, dry_run=True).by_mailbox == {ADA: 1}
    engine_house.add_mailbox(house, BEN)
    assert enroll.enroll(house, wish, dry_run=True).by_mailbox == {BEN: 1}


@pytest.mark.parametrize(("first", "last"), [(1, 0), (-3, -2), (0, 900), (2, 4)])
def test_days_that_are_none_are_refused(house: Context, first: int, last: int) -> None:
    enrolled(house, KIM)
    leaves.add(house, ADA, TODAY + 4 * DAY, TODAY + 6 * DAY)
    with pytest.raises(errors.Invalid):
        leaves.add(house, ADA, TODAY + first * DAY, TODAY + last * DAY)


def test_a_mailbox_does_not_cover_for_itself(house: Context) -> None:
    enrolled(house, KIM)
    with pytest.raises(errors.Invalid):
        leaves.add(house, ADA, TODAY, TODAY, cover=ADA)


FRESH = """
sequence: Trial
steps:
  - {id: intro, subject: "Hello", body: "Hello"}
  - {id: fresh, after: 3 business days, subject: "Something else", body: "Hello again"}
"""


@pytest.mark.parametrize("on_leave", [ADA, BEN])
def test_who_moves_at_a_new_thread_is_planned_around_the_leave_of_whoever_goes_on(
    house: Context, on_leave: str
) -> None:
    """And not around that of the mailbox which is left then."""
    enrolled(house, KIM, text=FRESH)
    ben = engine_house.add_mailbox(house, BEN)
    entered = leaves.add(house, on_leave, TODAY + 2 * DAY, TODAY + 4 * DAY).leave
    now = house.clock.now()
    with house.database.write() as conn:
        enrollments.promise(conn, [row(house, KIM).id], ben)
        [case] = step_context.read(conn, house, enrollments.by_ids(conn, [row(house, KIM).id]))
        moves.move(conn, case.row, case.after(house.workspace, now), now)
    assert (row(house, KIM).mailbox_id, row(house, KIM).step) == (ben, "fresh")
    assert (due(house) > entered.ends) is (on_leave == BEN)


def held_on_leave(house: Context) -> dt.datetime:
    """Kim's mail was planned for tomorrow, then around Ada's leave; now Kim is held. Returns when it was to leave."""
    enrolled(house, KIM)
    with house.database.write() as conn:
        enrollments.reschedule(conn, row(house, KIM), due(house) + DAY, [])
    planned = due(house)
    assert leaves.add(house, ADA, TODAY + DAY, TODAY + 3 * DAY).waiting == 1
    assert due(house) > planned
    return planned


def test_held_people_are_planned_around_the_leave_of_the_mailbox_that_goes_on_with_them(
    house: Context,
) -> None:
    planned = held_on_leave(house)
    engine_house.add_mailbox(house, BEN)
    handing_over.remove(house, ADA, force=True)
    assert handing_over.hand_over(house, ADA, BEN).moved == 1
    assert due(house) == planned


def test_one_held_person_is_planned_around_the_leave_of_the_mailbox_that_goes_on(house: Context) -> None:
    planned = held_on_leave(house)
    held_people.hold(
        house, KIM, because(Code.VALUE_MISSING, names="first_name", place="the subject of intro")
    )
    engine_house.add_mailbox(house, BEN)
    away = leaves.add(house, BEN, TODAY + DAY, TODAY + DAY).leave
    control.resume(house, KIM, mailbox=BEN)
    assert away.ends < due(house) < planned + 2 * DAY
