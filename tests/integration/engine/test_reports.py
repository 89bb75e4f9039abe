from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from relance import errors
from relance.clock import ManualClock
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db.tables import message
from relance.engine.definition.position import Position
from relance.engine.event_log.of_people import StepBranched, StepSkipped, TaskCreated
from relance.engine.reasons import Code, because, prose
from relance.engine.reporting import codes, sequence_report, status
from relance.engine.reporting import status as engine_status
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.states import Event, MessageState
from relance.engine.store import events
from relance.engine.store.inbound import replies
from relance.engine.store.sending.lateness import LatenessOfSent
from relance.engine.store.sequences import enrollment_details, enrollments, moves, tasks
from relance.engine.store.sequences.enrollments import Enrollment
from tests import engine_house
from tests.reworded import in_english

SEQUENCE = """
sequence: Trial
goal: meeting
steps:
  - id: intro
    subject: "Hello"
    body: "Hello [here](https://a.example)"
    variants:
      - {id: short, subject: "Hi"}
  - {id: bump, after: 3 business days, thread: reply, body: "Again?"}
  - id: saw
    after: 2 days
    when: clicked("intro")
    then:
      - {id: call, task: "Call"}
"""


@pytest.fixture
def ready(house: Context) -> Context:
    publish.publish(house, SEQUENCE)
    engine_house.add_mailbox(house, "ada@sales.example", daily_cap=40)
    for number in range(6):
        contact_service.add(house, f"p@firm{number}.example", {"company": f"Firm {number}"})
    enroll.enroll(house, EnrollRequest("Trial"))
    return house


def rows(house: Context) -> list[Enrollment]:
    with house.database.read() as conn:
        return [each.enrollment for each in enrollment_details.matching(conn)]


def sent(house: Context, row: Enrollment, **values: object) -> int:
    """The step's mail was accepted and the next step stands; the message's id."""
    mail = engine_house.add_message(house, row, MessageState.ACCEPTED, **values)
    now = house.clock.now()
    with house.database.write() as conn:
        moves.move(conn, row, Position("bump", "mail", now + dt.timedelta(days=3), wrote=True), now)
    return mail.id


def touched(house: Context, message: int, kind: str, verdict: str | None) -> None:
    with house.database.write() as conn:
        engine_house.add_hit(
            conn, message_id=message, at=house.clock.now(), kind=kind, link=0, verdict=verdict
        )


def ended(house: Context, row: Enrollment, event: Event) -> None:
    with house.database.write() as conn:
        enrollments.apply(conn, [row.id], event, house.clock.now(), reason=prose("test"))


def answered(house: Context, row: Enrollment, message: int, **values: object) -> None:
    now = house.clock.now()
    line: dict[str, Any] = {
        "mailbox_id": row.mailbox_id, "dedupe": f"{row.id}", "folder": "INBOX", "uidvalidity": 1, "uid": row.id,
        "received_at": now, "judged_at": now, "kind": "human answer", "rule": "test", "judgement": {"intent": "positive"},
        "contact_id": row.contact_id, "enrollment_id": row.id, "message_id": message,
    }  # fmt: skip
    with house.database.write() as conn:
        replies.add(conn, line | values)
    ended(house, row, Event.REPLIED)


def test_the_funnel_counts_people_and_keeps_machines_apart(ready: Context, clock: ManualClock) -> None:
    clock.advance(days=2)
    one, two, three, four, five, _six = rows(ready)
    first = sent(ready, one, variant="short")
    second = sent(ready, two)
    third = sent(ready, three)
    for _ in range(2):
        touched(ready, first, "open", "human")
    touched(ready, first, "click", "human")
    touched(ready, second, "open", "machine")
    touched(ready, second, "click", "machine")
    touched(ready, second, "click", None)
    answered(ready, one, first)
    ended(ready, two, Event.BOUNCED)
    ended(ready, three, Event.UNSUBSCRIBED)
    ended(ready, four, Event.HELD)
    engine_house.add_message(ready, five, MessageState.UNKNOWN)
    report = sequence_report.report(ready, "Trial")
    assert (report.enrolled, report.goal, report.positive) == (6, "meeting", 1)
    assert report.totals == {"active": 2, "held": 1, "replied": 1, "bounced": 1, "unsubscribed": 1}
    intro = report.steps[0]
    assert (intro.id, intro.kind, intro.due, intro.sent, intro.unknown) == ("intro", "mail", 6, 3, 1)
    assert (intro.opened, intro.clicked, intro.opened_by_machines, intro.clicked_by_machines) == (1, 1, 1, 1)
    assert (intro.replied, intro.bounced, intro.unsubscribed, intro.held) == (1, 1, 1, 1)
    assert [(each.id, each.sent, each.replied) for each in intro.variants] == [
        ("main", 2, 0),
        ("short", 1, 1),
    ]
    assert [each.id for each in report.steps] == ["intro", "bump", "saw", "call"]
    assert (report.steps[1].due, report.steps[1].sent) == (0, 0)
    assert (report.all_mails.sent, report.all_mails.opened) == (3, 1)
    assert third != second


def test_an_answer_counts_for_the_mail_it_answers(ready: Context, clock: ManualClock) -> None:
    one = rows(ready)[0]
    first = sent(ready, one)
    clock.advance(days=4)
    engine_house.add_message(ready, rows(ready)[0], MessageState.ACCEPTED)
    answered(ready, rows(ready)[0], first)
    report = sequence_report.report(ready, "Trial")
    assert [(each.id, each.sent, each.replied) for each in report.steps[:2]] == [
        ("intro", 1, 1),
        ("bump", 1, 0),
    ]


def test_steps_that_are_no_mail_are_counted_from_the_log(ready: Context) -> None:
    now = ready.clock.now()
    one, two, three, *_ = rows(ready)
    with ready.database.write() as conn:
        for row, way in ((one, True), (two, False)):
            events.record_event(conn, StepBranched("they clicked", way), now, row, step="saw")
        events.record_event(conn, StepSkipped("no need"), now, three, step="intro")
    report = sequence_report.report(ready, "Trial")
    saw = report.steps[2]
    assert (saw.kind, saw.due, saw.done, saw.taken) == ("branch", 2, 2, 1)
    assert (report.steps[0].skipped, report.steps[0].waiting, report.steps[1].waiting) == (1, 0, 0)


def test_a_task_that_nobody_has_done_is_not_counted_as_done(ready: Context) -> None:
    now = ready.clock.now()
    with ready.database.write() as conn:
        for row in rows(ready)[:3]:
            tasks.add(
                conn, enrollment_id=row.id, contact_id=row.contact_id, step="call", words="", due_at=now
            )
            events.record_event(conn, TaskCreated("Call"), now, row, step="call")
        tasks.close_step(conn, [rows(ready)[0].id], "call", "done", now)
        tasks.drop_open(conn, [rows(ready)[1].id], now)
    call = sequence_report.report(ready, "Trial").steps[3]
    assert (call.id, call.due, call.done, call.tasks_done, call.tasks_open) == ("call", 3, 1, 1, 1)


def test_who_is_held_is_listed_with_the_reason(ready: Context, clock: ManualClock) -> None:
    clock.advance(hours=5)
    row = rows(ready)[2]
    ended(ready, row, Event.HELD)
    found = status.held(ready, 10)
    assert [(each.email, each.sequence, each.step, each.reason) for each in found] == [
        ("p@firm2.example", "Trial", "intro", "test")
    ]
    assert found[0].codes == ("prose",)
    assert found[0].since <= clock.now()
    assert status.held(ready, 10, numbers=[found[0].enrollment]) == found
    assert status.held(ready, 10, numbers=[rows(ready)[0].id]) == status.held(ready, 10, numbers=[]) == []


def test_those_held_in_short_are_the_same_people_in_the_same_order(
    ready: Context, clock: ManualClock
) -> None:
    for number in (3, 1, 4):
        clock.advance(hours=1)
        ended(ready, rows(ready)[number], Event.HELD)
    whole, short = status.held(ready, 10), status.held_marks(ready, 10)
    assert len(whole) == 3
    assert [(each.enrollment, each.step, each.code, each.since) for each in short] == [
        (each.enrollment, each.step, each.codes[0], each.since) for each in whole
    ]
    assert [each.enrollment for each in status.held_marks(ready, 2)] == [
        each.enrollment for each in whole[:2]
    ]


def test_holds_for_somebodys_own_words_count_together_whatever_their_codes(ready: Context) -> None:
    with ready.database.write() as conn:
        for row, why in zip(rows(ready), (prose("one"), because(Code.SERVER_SAID, said="two")), strict=False):
            enrollments.apply(conn, [row.id], Event.HELD, ready.clock.now(), reason=why)
    assert engine_status.status(ready).held_by_code == {"prose": 2}


def test_mails_that_should_have_left_are_told_whatever_postponed_them(
    ready: Context, clock: ManualClock
) -> None:
    begun = clock.now()
    sent(ready, rows(ready)[0])
    clock.advance(days=5)
    with ready.database.write() as conn:  # a server said "later"
        for row in rows(ready):
            enrollments.postpone(conn, row, clock.now() + dt.timedelta(days=1), ())
    for found in (engine_status.status(ready), sequence_report.report(ready, "Trial")):
        assert (found.late_follow_ups, found.late_first_mails) == (1, 5)
        assert (found.follow_ups_late_since, found.first_mails_late_since) == (
            begun + dt.timedelta(days=3),
            begun,
        )
    publish.pause(ready, "Trial", "the fair")
    assert engine_status.status(ready).late_first_mails == 0  # they wait for a person


def test_mails_that_left_are_told_by_how_much_they_were_late(ready: Context, clock: ManualClock) -> None:
    assert engine_status.status(ready).sent_lateness == LatenessOfSent()
    mails = [sent(ready, row) for row in rows(ready)]
    with ready.database.write() as conn:
        for mail, minutes in zip(
            mails, (0, 1, 2, 60, 600), strict=False
        ):  # the sixth is of an earlier release
            planned = clock.now() - dt.timedelta(minutes=minutes)
            here = sa.update(message).where(message.c.id == mail)
            conn.execute(here.values(planned_at=planned, transmitting_at=clock.now()))
        conn.execute(sa.update(message).where(message.c.id == mails[5]).values(planned_at=None))
    for found in (engine_status.status(ready), sequence_report.report(ready, "Trial")):
        told = found.sent_lateness
        assert (told.mails, told.median, told.p95) == (
            5,
            pytest.approx(120, abs=0.01),
            pytest.approx(36_000, abs=0.01),
        )
    said = str(codes.lateness_of_sent(told))
    assert in_english("late by no more than 2 minutes, 95 of 100 by no more than 10 hours") in said
    clock.advance(days=1, seconds=1)
    assert engine_status.status(ready).sent_lateness.mails == 0


def test_the_status_says_how_everything_stands(ready: Context, clock: ManualClock) -> None:
    status = engine_status.status(ready)
    assert (status.states, status.held, status.halted) == ({"active": 6}, 0, None)
    assert (status.due_now, status.next_due) == (6, None)
    assert (status.late_follow_ups, status.late_first_mails) == (0, 0)  # they are due now, and not before
    sent(ready, rows(ready)[0])
    assert engine_status.status(ready).next_due == clock.now() + dt.timedelta(days=3)
    clock.advance(days=1)
    engine_house.add_message(ready, rows(ready)[0], MessageState.UNKNOWN)
    publish.pause(ready, "Trial", "the fair")
    status = engine_status.status(ready)
    assert (status.due_now, status.unknown_mails) == (0, 1)
    assert status.paused_sequences == {"Trial": "the fair"}
    box = status.mailboxes[0]
    assert (box.sent_today, box.daily_cap, box.under_way) == (1, 40, 6)
    assert str(box) == in_english("ada@sales.example is active, 1 of 40 mails in 24 hours, 6 people")
    publish.resume(ready, "Trial")


def test_an_unknown_sequence_is_said_so(house: Context) -> None:
    with pytest.raises(errors.NotFound):
        sequence_report.report(house, "Trial")
