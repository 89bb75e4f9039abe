"""Every end names the event that led to it, the ordinary one too: which way ever somebody came to the last step, and whatever
their state was when it was done."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
import sqlalchemy as sa

from relance.engine import reasons, tick, turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db.tables import enrollment, event, hold
from relance.engine.definition.position import Position
from relance.engine.event_log.actors import Actor, ActorKind, acting
from relance.engine.event_log.of_people import EnrollmentHeld, EnrollmentReleased
from relance.engine.reasons import Code, because
from relance.engine.reporting import explain, timeline
from relance.engine.sending.doubt import in_doubt
from relance.engine.sequences import control, enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.sequences.steps import task as task_step
from relance.engine.sequences.steps import task_lists
from relance.engine.states import Event, MessageState, State
from relance.engine.store import events
from relance.engine.store.sending import messages
from relance.engine.store.sequences import enrollment_details, enrollments, moves
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult
from tests import engine_house
from tests.engine_doors import NoMail, OneAnswer

ANN, BEA = "ann@lake.example", "bea@hill.example"
TAKEN = SendResult(Outcome.ACCEPTED, "final", Blame.SERVER, 250, "2.0.0", "Ok")
FIRST = '  - {id: intro, subject: "Hello", body: "Hello"}\n'
TURN = Actor(ActorKind.SCHEDULE, "turn")


@pytest.fixture
def at(house: Context) -> Context:
    engine_house.add_mailbox(house)
    outbox = OneAnswer(TAKEN)
    return dataclasses.replace(house, open_inbox=NoMail(), open_outbox=outbox)  # type: ignore[arg-type]


def begin(house: Context, steps: str, *emails: str) -> None:
    """They are in a sequence of these steps, at the first, which is due."""
    publish.publish(house, f"sequence: Short\nsteps:\n{steps}")
    for email in emails:
        contact_service.add(house, email, {})
    enroll.enroll(house, EnrollRequest("Short", emails=list(emails)))
    engine_house.clock(house).advance(hours=2)


def row(house: Context, email: str = ANN) -> enrollments.Enrollment:
    with house.database.read() as conn:
        return enrollment_details.matching(conn, email=email)[0].enrollment


def cause(house: Context, email: str = ANN) -> sa.Row[tuple[object, ...]]:
    """The event that led to where they stand, and it is theirs."""
    number = row(house, email).id
    with house.database.read() as conn:
        led = sa.select(enrollment.c.cause_event_id).where(enrollment.c.id == number).scalar_subquery()
        found = conn.execute(sa.select(event).where(event.c.id == led)).one()
    assert found.enrollment_id == number
    return found


def kinds(house: Context, email: str = ANN) -> list[str]:
    return [each.kind for each in timeline.of_contact(house, email)]


def test_a_last_mail_that_is_sent_tells_the_end_of_each_behind_it(at: Context) -> None:
    begin(at, FIRST, ANN, BEA)
    with acting(TURN):
        turn.take_turn(at, row(at).mailbox_id, lambda: False)
    for email in (ANN, BEA):
        assert row(at, email).state is State.FINISHED
        assert kinds(at, email)[-2:] == ["message.accepted", "enrollment.finished"]
        found = cause(at, email)
        assert (found.kind, found.step, found.actor_kind) == ("enrollment.finished", "intro", "schedule")
        assert found.id == timeline.of_contact(at, email)[-1].id
        told = explain.explain(at, email)[0].cause
        assert told is not None
        assert told.kind == "enrollment.finished"


def test_who_goes_on_is_not_told_to_have_finished(at: Context) -> None:
    begin(at, FIRST + '  - {id: bump, after: 3 business days, thread: reply, body: "Again?"}\n', ANN)
    turn.take_turn(at, row(at).mailbox_id, lambda: False)
    assert row(at).state is State.ACTIVE
    assert "enrollment.finished" not in kinds(at)


@pytest.mark.parametrize(
    ("steps", "before"),
    [
        ("  - {id: pause, wait: 1 minute}\n", "step.waited"),
        ("  - {id: which, when: replied(), then: [{id: call, task: Call}]}\n", "step.branched"),
        ('  - {id: over, end: "no more"}\n', "step.ended"),
        ('  - {id: call, task: "Call them"}\n', "task.created"),
    ],
)
def test_a_step_without_a_mailbox_tells_what_it_did_and_then_the_end(
    at: Context, steps: str, before: str
) -> None:
    begin(at, FIRST + steps, ANN)
    turn.take_turn(at, row(at).mailbox_id, lambda: False)
    for _ in range(4):
        engine_house.clock(at).advance(days=1)
        tick.tick(at)
    assert row(at).state is State.FINISHED
    assert kinds(at)[-2:] == [before, "enrollment.finished"]
    assert cause(at).kind == "enrollment.finished"


def test_a_task_that_is_waited_for_ends_it_for_who_ticks_it_off(at: Context) -> None:
    begin(at, FIRST + '  - {id: call, task: "Call them", wait_until_done: true}\n', ANN)
    turn.take_turn(at, row(at).mailbox_id, lambda: False)
    engine_house.clock(at).advance(days=1)
    tick.tick(at)
    assert row(at).state is State.ACTIVE
    [open_task] = task_lists.page(at).tasks
    with acting(Actor(ActorKind.USER, "mary@firm.example")):
        task_step.done(at, open_task.id)
    assert kinds(at)[-2:] == ["task.done", "enrollment.finished"]
    assert (cause(at).actor_kind, cause(at).actor) == ("user", "mary@firm.example")


@pytest.mark.parametrize("many", [False, True])
def test_a_mail_accepted_while_its_enrollment_was_paused_is_its_end(at: Context, many: bool) -> None:
    begin(at, FIRST, ANN)
    claimed, now = row(at), at.clock.now()
    with (
        at.database.write() as conn
    ):  # as a release did that wrote no reasons: the pause is a hold all the same
        enrollments.apply(conn, [claimed.id], Event.PAUSED, now, values={"reasons": []})
        moved = [(claimed, Position(None, "", None, (), now))]
        if many:
            assert moves.move_many(conn, moved, now) == []  # told already
        else:
            assert moves.move(conn, *moved[0], now) is State.FINISHED
    ended = cause(at)
    assert (ended.kind, row(at).state) == ("enrollment.finished", State.FINISHED)
    with at.database.read() as conn:
        assert set(conn.execute(sa.select(hold.c.closed_by)).scalars()) == {ended.id}


def test_who_was_held_behind_the_last_step_is_ended_by_what_released_them(at: Context) -> None:
    begin(at, FIRST, ANN)
    engine_house.add_message(at, row(at), MessageState.UNKNOWN, recipient=ANN)
    with at.database.write() as conn:
        enrollments.apply(conn, [row(at).id], Event.HELD, at.clock.now())
    control_ends = in_doubt.list_all(at)
    in_doubt.decide(at, control_ends[0].message_id, "sent")
    assert row(at).state is State.HELD  # for no reason that a mail's end clears
    with acting(Actor(ActorKind.USER, "mary@firm.example")):
        control.resume(at, ANN)
    assert row(at).state is State.FINISHED
    assert kinds(at)[-2:] == ["enrollment.released", "enrollment.finished"]
    ended = cause(at)
    assert (ended.kind, ended.actor) == ("enrollment.finished", "mary@firm.example")
    assert closers(at) == {"enrollment.released"}


def closers(house: Context) -> set[str | None]:
    """The kinds of the events that closed holds."""
    with house.database.read() as conn:
        told = sa.select(event.c.kind).join(hold, hold.c.closed_by == event.c.id, full=True)
        return set(conn.execute(told.where(hold.c.id.is_not(None))).scalars())


def test_a_last_mail_that_was_found_to_have_left_tells_the_end_behind_what_settled_it(at: Context) -> None:
    begin(at, FIRST, ANN)
    engine_house.add_message(at, row(at), MessageState.UNKNOWN, recipient=ANN)
    [doubt] = in_doubt.list_all(at)
    with at.database.write() as conn:
        why = because(Code.MAY_BE_DELIVERED, reasons.of_message(mail_of(at)))
        enrollments.apply(conn, [row(at).id], Event.HELD, at.clock.now(), reason=why)
        events.record_event(conn, EnrollmentHeld(why), at.clock.now(), row(at))
    in_doubt.decide(at, doubt.message_id, "sent")
    assert row(at).state is State.FINISHED
    assert kinds(at)[-2:] == ["message.resolved", "enrollment.finished"]
    assert cause(at).kind == "enrollment.finished"
    assert closers(at) == {"message.resolved"}


def mail_of(house: Context) -> int:
    with house.database.read() as conn:
        return messages.of_steps(conn, [(row(house).id, "intro")])[row(house).id, "intro"].id


def test_who_was_held_in_an_absence_behind_the_last_step_finishes_when_it_is_over(at: Context) -> None:
    begin(at, FIRST, ANN)
    now, later = at.clock.now(), at.clock.now() + dt.timedelta(days=3)
    with at.database.write() as conn:
        enrollments.apply(conn, [row(at).id], Event.OUT_OF_OFFICE, now, values={"resume_at": later})
        enrollments.apply(conn, [row(at).id], Event.HELD, now)
        moves.move(conn, row(at), Position(None, "", None, (), now), now)
        given = because(Code.SAID_SENT)
        enrollments.apply(conn, [row(at).id], Event.RELEASED, now, reason=given)
        events.record_event(conn, EnrollmentReleased(given), now, row(at))
    assert (row(at).state, "enrollment.finished" in kinds(at)) == (State.AWAY, False)
    engine_house.clock(at).advance(days=4)
    tick.tick(at)
    assert row(at).state is State.FINISHED
    assert kinds(at)[-2:] == ["enrollment.returned", "enrollment.finished"]
    assert cause(at).kind == "enrollment.finished"


def test_news_that_changes_nothing_tells_no_second_end(at: Context) -> None:
    begin(at, FIRST, ANN)
    turn.take_turn(at, row(at).mailbox_id, lambda: False)
    ended, now = cause(at).id, at.clock.now() + dt.timedelta(hours=1)
    with at.database.write() as conn:
        moves.move(conn, row(at), Position(None, "", None, (), now), now)
    assert kinds(at).count("enrollment.finished") == 1
    assert cause(at).id == ended
