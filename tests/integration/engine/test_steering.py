from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from relance import errors
from relance.clock import ManualClock
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db import tables
from relance.engine.reasons import prose
from relance.engine.sequences import control, enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.states import Event, MessageState, State
from relance.engine.store import events
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending import messages
from relance.engine.store.sequences import enrollment_details, enrollments, tasks
from tests import engine_house
from tests.reworded import in_english, worded

SEQUENCE = """
sequence: Trial
steps:
  - {id: intro, subject: "Hello", body: "Hello"}
  - {id: bump, after: 3 business days, thread: reply, body: "Again?"}
"""
ADA = "ada@acme.example"
Act = Callable[[Context, str], list[control.EnrollmentView]]


@pytest.fixture
def ready(house: Context) -> Context:
    publish.publish(house, SEQUENCE)
    engine_house.add_mailbox(house, "ada@sales.example")
    engine_house.add_mailbox(house, "bob@sales.example")
    contact_service.add(house, ADA, {"company": "Acme"})
    enroll.enroll(house, EnrollRequest("Trial", mailboxes=["ada@sales.example"]))
    return house


def row(house: Context) -> enrollments.Enrollment:
    with house.database.read() as conn:
        return enrollment_details.matching(conn, email=ADA)[0].enrollment


def kinds(house: Context) -> list[str]:
    with house.database.read() as conn:
        return [line.kind for line in events.after(conn, 0, 100)]


def hold(house: Context, reason: str = "company is missing") -> None:
    with house.database.write() as conn:
        enrollments.apply(conn, [row(house).id], Event.HELD, house.clock.now(), reason=prose(reason))


def leave_mail(house: Context, state: MessageState) -> None:
    engine_house.add_message(house, row(house), state)


def test_a_pause_lasts_until_resumed(ready: Context) -> None:
    before = row(ready)
    assert [each.state for each in control.pause(ready, "ADA@acme.example", reason="the fair")] == ["paused"]
    assert (row(ready).reason, row(ready).version) == ("the fair", before.version + 1)
    control.pause(ready, ADA, "Trial")
    view = control.resume(ready, ADA)[0]
    assert (view.state, view.step, view.due_at) == ("active", "intro", before.due_at)
    assert kinds(ready)[-2:] == ["enrollment.paused", "enrollment.resumed"]


def test_what_fell_due_goes_at_the_next_opening(ready: Context, clock: ManualClock) -> None:
    control.pause(ready, ADA)
    clock.move_to(dt.datetime(2026, 3, 14, 12, 0, tzinfo=dt.UTC))  # a Saturday
    view = control.resume(ready, ADA)[0]
    assert view.due_at is not None
    assert view.due_at.date() == dt.date(2026, 3, 16)
    assert [each["kind"] for each in row(ready).bound][:2] == ["resumed", "weekend"]
    with ready.database.read() as conn:
        turn = mailboxes.by_id(conn, row(ready).mailbox_id).next_turn_at
    assert turn is not None
    assert turn <= view.due_at


def test_resuming_ends_an_absence(ready: Context) -> None:
    values = {"resume_at": ready.clock.now() + dt.timedelta(days=9)}
    with ready.database.write() as conn:
        enrollments.apply(conn, [row(ready).id], Event.OUT_OF_OFFICE, ready.clock.now(), values=values)
    assert control.resume(ready, ADA)[0].state == "active"
    assert row(ready).resume_at is None


def test_stopping_is_for_good_and_drops_open_tasks(ready: Context) -> None:
    found = row(ready)
    with ready.database.write() as conn:
        tasks.add(
            conn,
            enrollment_id=found.id,
            contact_id=found.contact_id,
            step="call",
            words="Call",
            due_at=ready.clock.now(),
        )
    view = control.stop(ready, ADA, reason="wrong person")[0]
    assert (view.state, view.reason, view.due_at) == ("stopped", "wrong person", None)
    with ready.database.read() as conn:
        assert [each.state for each in tasks.list_all(conn, open_only=False)] == ["dropped"]
    assert control.resume(ready, ADA)[0].state == "stopped"
    assert kinds(ready)[-1] == "enrollment.stopped"


def test_somebody_held_is_released(ready: Context, clock: ManualClock) -> None:
    hold(ready)
    control.pause(ready, ADA, reason="wait")
    assert row(ready).state is State.HELD
    clock.advance(days=1)
    view = control.resume(ready, ADA)[0]
    assert (view.state, view.step) == ("active", "intro")
    assert view.due_at is not None
    assert view.due_at >= clock.now()
    assert kinds(ready)[-1] == "enrollment.released"


def test_a_mail_nobody_knows_the_fate_of_must_be_decided_first(ready: Context) -> None:
    hold(ready, "may have been delivered")
    leave_mail(ready, MessageState.UNKNOWN)
    with pytest.raises(errors.Invalid, match=worded("may have been delivered")):
        control.resume(ready, ADA)
    assert row(ready).state is State.HELD


def test_a_refused_mail_is_passed_over(ready: Context) -> None:
    hold(ready, "refused")
    leave_mail(ready, MessageState.REFUSED)
    view = control.resume(ready, ADA)[0]
    assert (view.state, view.step) == ("active", "bump")
    assert kinds(ready)[-2:] == ["enrollment.released", "step.skipped"]


def test_another_mailbox_goes_on(ready: Context) -> None:
    leave_mail(ready, MessageState.PREPARED)
    before = row(ready)
    control.pause(ready, ADA)
    assert control.resume(ready, ADA, mailbox="Bob@sales.example")[0].mailbox == "bob@sales.example"
    after = row(ready)
    assert after.version > before.version
    with ready.database.read() as conn:
        assert messages.of_steps(conn, [(after.id, "intro")]) == {}
        assert mailboxes.by_id(conn, after.mailbox_id).next_turn_at == after.due_at


def test_a_mail_that_is_half_out_keeps_its_sender(ready: Context) -> None:
    leave_mail(ready, MessageState.DEFERRED)
    control.pause(ready, ADA)
    with pytest.raises(errors.Invalid, match=worded("its sender can no longer be changed")):
        control.resume(ready, ADA, mailbox="bob@sales.example")
    with pytest.raises(errors.NotFound):
        control.resume(ready, ADA, mailbox="eve@sales.example")


def test_who_is_in_no_such_sequence_is_told(ready: Context) -> None:
    with pytest.raises(errors.NotFound, match=worded('not in the sequence "Other"')):
        control.pause(ready, ADA, "Other")
    with pytest.raises(errors.NotFound, match=worded("is not a contact")):
        control.pause(ready, "eve@acme.example")


def test_suppressing_ends_what_is_under_way(ready: Context) -> None:
    contact_service.suppress(ready, "acme.example")
    assert row(ready).state is State.UNSUBSCRIBED
    assert in_english("on the do-not-contact list") in row(ready).reason
    assert kinds(ready)[-1] == "enrollment.unsubscribed"


def test_what_is_over_is_not_changed_and_reasons_do_not_pile_up(ready: Context) -> None:
    (ended,) = control.stop(ready, ADA, reason="wrong person")
    assert ended.changed
    for act in (control.stop, control.pause, control.stop):
        (again,) = act(ready, ADA, reason="said once more")
        assert (again.changed, again.state, again.reason) == (False, "stopped", "wrong person")
    (again,) = control.resume(ready, ADA)
    assert (again.changed, again.reason) == (False, "wrong person")


def test_what_a_person_says_of_whom_an_answer_ended_is_noted_once(ready: Context) -> None:
    with ready.database.write() as conn:
        enrollments.apply(conn, [row(ready).id], Event.REPLIED, ready.clock.now(), reason=prose("answered"))
    for reason in ("on the phone", "on the phone again"):
        (view,) = control.pause(ready, ADA, reason=reason)
        assert (view.changed, view.reason) == (
            False,
            in_english("answered; also: on the phone (paused by the program relance)"),
        )


def test_a_pause_says_whether_it_changed_anything(ready: Context) -> None:
    assert [each.changed for each in control.pause(ready, ADA)] == [True]
    assert [each.changed for each in control.pause(ready, ADA)] == [False]
    assert [each.changed for each in control.resume(ready, ADA)] == [True]
    assert [each.changed for each in control.resume(ready, ADA)] == [False]


def of_the_trial(house: Context, *columns: str) -> list[tuple[object, ...]]:
    with house.database.read() as conn:
        return [tuple(each) for each in conn.execute(sa.select(*(tables.hold.c[name] for name in columns)))]


@pytest.mark.parametrize("news", [Event.COMPLETED, Event.UNSUBSCRIBED])
@pytest.mark.parametrize("act", [control.pause, control.stop, control.resume])
def test_what_is_over_in_any_case_gets_no_note(ready: Context, act: Act, news: Event) -> None:
    with ready.database.write() as conn:
        enrollments.apply(conn, [row(ready).id], news, ready.clock.now(), reason=prose("over"))
    before, told = row(ready), kinds(ready)
    (view,) = act(ready, ADA)
    why = in_english("every step is done") if news is Event.COMPLETED else "over"
    assert (view.changed, view.noted, view.reason) == (False, False, why)
    assert (row(ready), kinds(ready), of_the_trial(ready, "kind")) == (before, told, [])


def test_what_is_noted_beside_an_answer_has_its_event_and_is_taken_back(ready: Context) -> None:
    with ready.database.write() as conn:
        enrollments.apply(conn, [row(ready).id], Event.REPLIED, ready.clock.now(), reason=prose("answered"))
    assert [each.noted for each in control.pause(ready, ADA)] == [True]
    assert kinds(ready)[-1] == "enrollment.paused"
    with ready.database.read() as conn:
        last = events.after(conn, 0, 100)[-1]
    assert last.actor is not None
    assert of_the_trial(ready, "opened_by", "closed_by") == [(last.id, None)]
    assert [each.noted for each in control.pause(ready, ADA)] == [False]
    (view,) = control.resume(ready, ADA)
    assert (view.changed, view.noted, view.state, view.reason) == (False, True, "replied", "answered")
    assert kinds(ready)[-1] == "enrollment.resumed"
    assert [closed is not None for (closed,) in of_the_trial(ready, "closed_by")] == [True]


def test_a_pause_of_somebody_held_has_its_event(ready: Context) -> None:
    hold(ready)
    before = kinds(ready)
    control.pause(ready, ADA)
    assert kinds(ready) == [*before, "enrollment.paused"]
    control.pause(ready, ADA)
    assert kinds(ready) == [*before, "enrollment.paused"]


def test_pausing_and_resuming_a_sequence_says_whether_it_changed_anything(ready: Context) -> None:
    assert [publish.resume(ready, "Trial"), publish.pause(ready, "Trial"), publish.pause(ready, "Trial")] == [
        False, True, False,
    ]  # fmt: skip
    assert [publish.resume(ready, "Trial"), publish.resume(ready, "Trial")] == [True, False]
