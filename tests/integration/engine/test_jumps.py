"""A clock that was wrong for a while: nothing leaves after an answer for it, and what it planned is mended."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance import clock, errors
from relance.clock import ManualClock, Watch
from relance.engine import tick, turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db.tables import hold
from relance.engine.event_log.of_mailboxes import ClockJumped
from relance.engine.reporting import status, timeline
from relance.engine.sequences import clock_jumps, control, enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.sequences.senders import another
from relance.engine.states import MessageState
from relance.engine.store import installation
from relance.engine.store.contacts import hits
from relance.engine.store.mailboxes import leases, mailboxes
from relance.engine.store.sending import arrivals, messages
from relance.engine.store.sequences import due as sequences_due
from relance.engine.store.sequences import enrollment_details, enrollments
from relance.engine.store.sequences.enrollments import Enrollment
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult
from tests import engine_house
from tests.engine_doors import NoMail, OneAnswer
from tests.reworded import in_english, worded

EVE = "eve@acme.example"
MONTH, DAY, MINUTE = dt.timedelta(days=30), dt.timedelta(days=1), dt.timedelta(minutes=1)
LONG = """
sequence: Long
send: {days: mon-sun, hours: "00:00-24:00", zone: UTC, holidays: none}
steps:
  - {id: intro, subject: "Hello", body: "Hello"}
  - {id: bump, after: 3 days, thread: reply, body: "Again?"}
  - {id: bye, after: 3 days, thread: reply, body: "Goodbye"}
"""


@pytest.fixture
def post() -> OneAnswer:
    return OneAnswer(SendResult(Outcome.ACCEPTED, "final", Blame.SERVER, 250, text="ok"))


@pytest.fixture
def ready(house: Context, post: OneAnswer) -> Context:
    """Eve got her first mail from Ada; her next is due in three days."""
    options = dataclasses.replace(house.options, late=4 * DAY)
    house = dataclasses.replace(house, open_outbox=post, open_inbox=NoMail(), options=options)
    publish.publish(house, LONG)
    engine_house.add_mailbox(house, next_turn_at=house.clock.now())
    contact_service.add(house, EVE, {})
    enroll.enroll(house, EnrollRequest("Long"))
    for _ in range(2):
        turn.take_turn(house, 1, lambda: False)
        engine_house.clock(house).advance(minutes=15)
    assert (len(post.bodies), row(house).step) == (1, "bump")
    return house


def at(house: Context, now: dt.datetime) -> Context:
    """The same installation by another clock, as a process that has just started sees it."""
    return dataclasses.replace(house, clock=ManualClock(now), watch=Watch())


def row(house: Context) -> Enrollment:
    with house.database.read() as conn:
        return enrollment_details.matching(conn, email=EVE)[0].enrollment


def mailbox(house: Context, number: int = 1) -> mailboxes.Mailbox:
    with house.database.read() as conn:
        return mailboxes.by_id(conn, number)


def change(house: Context, number: int = 1, **values: object) -> None:
    with house.database.write() as conn:
        mailboxes.change(conn, number, **values)


def play(house: Context) -> None:
    """One round: the tick, and every mailbox that is due."""
    tick.tick(house)
    for number in turn.due(house, 10):
        turn.take_turn(house, number, lambda: False)


def test_a_colleagues_mailbox_that_says_it_was_read_next_month_was_not_read(
    ready: Context, post: OneAnswer
) -> None:
    due, now = row(ready), ready.clock.now()
    engine_house.add_mailbox(ready, "ben@sales.example", next_turn_at=now + MONTH)
    engine_house.add_message(
        ready, dataclasses.replace(due, mailbox_id=2, step="other"), MessageState.ACCEPTED
    )
    change(ready, 2, synced_at=now + MONTH)
    later = at(ready, due.due_at or now)
    with later.database.read() as conn:
        assert sequences_due.waits_for_other_mailbox(conn, [due.id], later.clock.now()) == {due.id}
    turn.take_turn(later, 1, lambda: False)
    assert len(post.bodies) == 1  # it may hold Eve's answer
    assert turn.due(later, 10) == [2]
    turn.take_turn(later, 2, lambda: False)
    turn.take_turn(later, 1, lambda: False)
    assert len(post.bodies) == 2


def test_a_look_that_is_ahead_for_ten_minutes_does_not_count_in_eleven(ready: Context) -> None:
    now = ready.clock.now()
    change(ready, synced_at=now + 10 * MINUTE, next_turn_at=now + 15 * MINUTE)
    clock_jumps.heal(at(ready, now + MINUTE))
    assert mailbox(ready).synced_at == mailboxes.FORGOTTEN
    assert mailbox(ready).read_at is None
    assert turn.due(at(ready, now + MINUTE), 10) == [1]


def test_a_clock_a_month_ahead_for_one_minute_costs_a_minute(ready: Context, post: OneAnswer) -> None:
    planned, now = row(ready).due_at, ready.clock.now()
    play(at(ready, now + MONTH))  # planned anew, for it looks as if nothing ran for a month
    assert (mailbox(ready).synced_at, len(post.bodies)) == (now + MONTH, 1)
    back = at(ready, now + MINUTE)
    play(back)
    assert row(back).due_at == planned
    assert mailbox(back).synced_at == now + MINUTE
    assert (mailbox(back).next_turn_at or now) <= now + 10 * MINUTE
    play(at(ready, planned or now))
    assert len(post.bodies) == 2


def test_who_was_planned_by_a_wrong_clock_and_then_handed_over_is_mended_too(ready: Context) -> None:
    planned, now = row(ready).due_at, ready.clock.now()
    engine_house.add_mailbox(ready, "ben@sales.example", next_turn_at=now + MONTH)
    play(at(ready, now + MONTH))
    back = at(ready, now + MINUTE)
    with back.database.write() as conn:
        another.give(conn, back, [row(ready)], mailbox(ready, 2), back.clock.now())
    play(back)
    assert row(back).due_at == planned


def test_what_was_sent_by_a_wrong_clock_was_sent_by_now(ready: Context, post: OneAnswer) -> None:
    now = ready.clock.now()
    wrong = at(ready, now + MONTH)
    wrong = dataclasses.replace(wrong, options=dataclasses.replace(wrong.options, late=2 * MONTH))
    play(wrong)
    assert (len(post.bodies), row(wrong).stepped_at) == (2, now + MONTH)
    with ready.database.write() as conn:
        number = enrollment_details.matching(conn, email=EVE)[0].enrollment.id
        mails = arrivals.sent_since(conn, 1, now)
        engine_house.add_hit(conn, message_id=_message(conn, number), at=now + MONTH, kind="open")
    assert mails == [now + MONTH]
    back = at(ready, now + MINUTE)
    assert clock_jumps.heal(back) == 1
    assert row(back).stepped_at == back.clock.now()
    assert now + 2 * DAY < (row(back).due_at or now) < now + 4 * DAY
    with back.database.read() as conn:
        assert arrivals.sent_since(conn, 1, now) == [back.clock.now()]
        assert hits.next_unjudged(conn) == back.clock.now()
    told = timeline.page(back, "", 100).events[-1]
    assert (told.kind, clock_jumps.heal(back)) == ("clock.corrected", 0)
    assert in_english("1 step was planned again") in status.status(back).clock


def _message(conn: Connection, enrollment_id: int) -> int:
    [found] = enrollments.by_ids(conn, [enrollment_id])
    return messages.of_contact(conn, found.contact_id)[-1].id


def test_a_clock_that_is_behind_changes_nothing_but_says_so(ready: Context) -> None:
    play(at(ready, ready.clock.now() + 2 * DAY))
    with ready.database.write() as conn:
        clock_jumps._note(conn, "something", ClockJumped("happened"), ready.clock.now() + MONTH)
    before = row(ready)
    behind = at(ready, before.stepped_at - MONTH)
    assert clock_jumps.heal(behind) == 0
    assert row(behind) == before
    assert in_english("Is this computer's clock behind?") in status.status(behind).clock


def fast(house: Context) -> Context:
    """Its time runs 360 times as fast as the machine's."""
    return dataclasses.replace(house, clock=clock.Clock.scaled(360.0, house.clock.now()), watch=Watch())


def test_where_time_runs_fast_another_clock_two_seconds_ahead_is_no_jump(ready: Context) -> None:
    quick = fast(ready)
    there = quick.clock.now() + 12 * MINUTE  # two seconds of the machine's
    change(ready, synced_at=there)
    with ready.database.write() as conn:
        clock_jumps._note(conn, "something", ClockJumped("happened"), there)
        installation.drop(conn, clock_jumps.MARK)
    before = row(ready)
    assert clock_jumps.heal(quick) == 0
    assert (row(ready), status.status(quick).clock) == (before, "")
    with ready.database.read() as conn:
        assert mailboxes.by_id(conn, 1).synced_at == there
        assert "clock.corrected" not in [each.kind for each in timeline.of_contact(ready, EVE)]


def test_where_time_runs_fast_a_clock_a_month_ahead_is_mended_all_the_same(ready: Context) -> None:
    change(ready, synced_at=ready.clock.now() + MONTH)
    with ready.database.write() as conn:
        clock_jumps._note(conn, "something", ClockJumped("happened"), ready.clock.now() + MONTH)
    quick = fast(ready)
    clock_jumps.heal(quick)
    with ready.database.read() as conn:
        assert mailboxes.by_id(conn, 1).synced_at == mailboxes.FORGOTTEN
    assert in_english("the clock had been ahead") in status.status(quick).clock


def test_a_lease_or_a_turn_that_lies_too_far_ahead_is_not_believed(ready: Context) -> None:
    now = ready.clock.now()
    with ready.database.write() as conn:
        mailboxes.change(conn, 1, next_turn_at=now)
        assert leases.acquire(conn, 1, "somebody") is not None
        assert leases.acquire(conn, 1, "another") is None
    assert turn.due(ready, 10) == []
    change(ready, lease_until=clock.machine_now() + MONTH)
    assert turn.due(ready, 10) == [1]
    change(ready, next_turn_at=now + MONTH)
    assert turn.due(ready, 10) == [1]
    with ready.database.write() as conn:
        assert leases.acquire(conn, 1, "another") is not None


@pytest.mark.parametrize("by", [MONTH, -MONTH])
def test_while_the_clock_is_in_doubt_nothing_is_done_and_status_says_so(
    ready: Context, post: OneAnswer, monkeypatch: pytest.MonkeyPatch, by: dt.timedelta
) -> None:
    planned, now = row(ready).due_at or ready.clock.now(), clock.machine_now()
    late = at(ready, planned)
    assert turn.due(late, 10) == [1]
    with monkeypatch.context() as patched:
        patched.setattr(clock, "machine_now", lambda: now + by)
        assert turn.due(late, 10) == []
        assert in_english("jumped") in turn.take_turn(late, 1, lambda: False).words
        assert in_english("jumped") in str(tick.tick(late).words)
    assert len(post.bodies) == 1
    assert in_english("jumped") in status.status(late).clock


def test_the_databases_clock_is_a_witness(
    ready: Context, post: OneAnswer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if ready.database.embedded:
        pytest.skip("SQLite has no clock of its own")
    now = clock.machine_now()
    monkeypatch.setattr(clock, "machine_now", lambda: now + MONTH)
    wrong = at(ready, ready.clock.now() + MONTH)
    with pytest.raises(errors.Unreachable, match=worded("ahead of the database's")):
        turn.due(wrong, 10)
    with pytest.raises(errors.Unreachable, match=worded("ahead of the database's")):
        turn.take_turn(wrong, 1, lambda: False)
    assert len(post.bodies) == 1
    assert in_english("ahead of the database's") in status.status(wrong).clock


def test_no_body_follows_when_the_host_slept_since_its_mark(
    ready: Context, post: OneAnswer, monkeypatch: pytest.MonkeyPatch
) -> None:
    due, now = row(ready).due_at or ready.clock.now(), clock.machine_now()
    begin = ready.journal.begin

    def slept(message: int, fence: int) -> None:
        begin(message, fence)
        if ready.database.embedded:  # PostgreSQL's clock would have gone on
            monkeypatch.setattr(clock, "machine_now", lambda: now + dt.timedelta(minutes=10))

    monkeypatch.setattr(ready.journal, "begin", slept)
    report = turn.take_turn(at(ready, due), 1, lambda: False)
    assert (report.sent, len(post.bodies)) == ((0, 1) if ready.database.embedded else (1, 2))
    monkeypatch.undo()
    assert row(ready).step == ("bump" if ready.database.embedded else "bye")


def test_what_a_command_wrote_by_a_wrong_clock_is_mended_whatever_was_noted_since(ready: Context) -> None:
    """A person's word from a host whose clock is ahead: no process there lives to notice, and others go on noting."""
    now = ready.clock.now()
    change(ready, synced_at=now, next_turn_at=now)
    ahead_by_a_month = at(ready, now + MONTH)
    control.pause(ahead_by_a_month, EVE)
    control.resume(ahead_by_a_month, EVE)
    assert (row(ready).due_at or now) >= now + MONTH  # it had fallen due by that clock
    back = at(ready, now + MINUTE)
    with back.database.write() as conn:
        clock_jumps._note(conn, "something", ClockJumped("happened"), back.clock.now())
    said = status.status(back).clock
    assert clock_jumps.heal(back) == 1
    assert in_english("the log has a line that is 29 days and 23 hours in the future") in said
    assert now + 2 * DAY < (row(back).due_at or now) < now + 4 * DAY


def test_a_pause_by_a_wrong_clock_began_and_ended_by_now(ready: Context) -> None:
    now = ready.clock.now()
    ahead_by_a_month = at(ready, now + MONTH)
    control.pause(ahead_by_a_month, EVE)
    control.resume(ahead_by_a_month, EVE)
    back = at(ready, now + MINUTE)
    clock_jumps.heal(back)
    with back.database.read() as conn:
        [times] = conn.execute(sa.select(hold.c.opened_at, hold.c.closed_at)).all()
    assert tuple(times) == (back.clock.now(), back.clock.now())
