"""A backup holds a mail that had not left yet, in whatever state; it left afterwards. Each witness of that makes its row
accepted, so that it never goes again: a copy, an answer, a bounce, the journal."""

from __future__ import annotations

import datetime as dt
import email.utils
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from relance.app import Relance
from relance.engine import reasons
from relance.engine.db.tables import enrollment, message
from relance.engine.mailboxes.service import MailboxSpec
from relance.engine.reasons import Cause, prose
from relance.engine.states import Event, MessageState, State
from relance.engine.store.sequences import enrollment_details, enrollments
from relance.sandbox.record import Kind
from tests import backups
from tests.integration.engine.test_restored import restore, stage
from tests.journeys.stage import ADA, Stage

__all__ = ["stage"]

NOT_ACCEPTED = [each for each in MessageState if each is not MessageState.ACCEPTED]
WAITS = {MessageState.REFUSED: Cause.REFUSED, MessageState.UNKNOWN: Cause.UNKNOWN_MAIL}
"""Where a mail's end holds its person, and why."""


def person(state: MessageState) -> str:
    return f"{state.name.lower()}@acme.example"


PEOPLE = {person(state): state for state in NOT_ACCEPTED}


def put_back(stage: Stage, *, noticed: bool = False, journal: bool = False) -> None:
    """Everybody got the first mail; then a backup is put back in which each one's was in another state. Without `journal`
    the files in which it stands that they were taken are lost, too."""
    house = stage.relance._context
    early = backups.take(house.database)
    stage.run()
    assert [stage.sent_to(each) for each in PEOPLE] == [1] * len(PEOPLE)
    late = backups.take(house.database)
    mails = [_as_it_was(row, PEOPLE[row["recipient"]]) for row in late["message"]]
    for path in () if journal else (stage.relance.settings.home / "journal").glob("*.journal"):
        path.unlink()
    rows = [_held(row, late["message"]) for row in early["enrollment"]]
    restore(
        stage,
        {**early, "message": mails, "message_key": late["message_key"], "enrollment": rows},
        noticed=noticed,
    )


def _as_it_was(row: dict[str, Any], state: MessageState) -> dict[str, Any]:
    offered = None if state is MessageState.PREPARED else row["transmitting_at"]
    ended = None if state in (MessageState.PREPARED, MessageState.TRANSMITTING) else offered
    there = {"state": state.value, "transmitting_at": offered, "settled_at": ended, "fence": 0}
    return {**row, **there, "code": None, "reply": ""}


def _held(row: dict[str, Any], mails: list[dict[str, Any]]) -> dict[str, Any]:
    [mail] = [each for each in mails if each["enrollment_id"] == row["id"]]
    cause = WAITS.get(PEOPLE[mail["recipient"]])
    if cause is None:
        return row
    why = prose("no", cause, reasons.of_message(mail["id"]) if cause is Cause.REFUSED else "")
    return {**row, "state": State.HELD.value, "reason": why.words, "reasons": [why.row()]}


def mails(stage: Stage) -> dict[str, str]:
    with stage.relance._context.database.read() as conn:
        found = conn.execute(sa.select(message.c.recipient, message.c.state).where(message.c.step == "intro"))
        return {row.recipient: row.state for row in found}


def copies(stage: Stage) -> None:
    """They lie in Sent already."""


def answers(stage: Stage) -> None:
    for each in PEOPLE:
        stage.answer(each)


def absences(stage: Stage) -> None:
    for each in PEOPLE:
        stage.answer(
            each,
            "I am out of the office until Wednesday.",
            headers={"Auto-Submitted": "auto-replied", "Subject": "Automatic reply: out of office"},
            kind=Kind.OUT_OF_OFFICE,
        )


DELAYED = """\
From: MAILER-DAEMON@mx.acme.example
To: {rep}
Subject: Delayed Mail (still being retried)
Date: {date}
Message-ID: {number}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It is tried again.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.example

Final-Recipient: rfc822; {person}
Action: delayed
Status: 4.4.1

--b
Content-Type: text/rfc822-headers

Message-ID: {ours}
To: {person}

--b--
"""


def bounces(stage: Stage) -> None:
    date = email.utils.format_datetime(stage.clock.now())
    for each in PEOPLE:
        ours, number = stage.arrived(each)[-1].message_id, email.utils.make_msgid(domain="mx.acme.example")
        text = DELAYED.format(rep=ADA, date=date, number=number, person=each, ours=ours)
        stage.place(each, text.replace("\n", "\r\n").encode(), kind=Kind.BOUNCE)


@pytest.mark.parametrize("witness", [copies, answers, absences, bounces])
@pytest.mark.parametrize("noticed", [False, True])
def test_a_mail_in_any_state_is_accepted_once_mail_proves_that_it_left(
    stage: Stage, witness: Callable[[Stage], None], noticed: bool
) -> None:
    enrolled_all(stage, files_sent=witness is copies)
    put_back(stage, noticed=noticed)
    hold_back(stage)
    witness(stage)
    stage.look()
    assert mails(stage) == dict.fromkeys(PEOPLE, "accepted")
    assert once(stage)
    if witness is copies:
        assert {stage.state(each) for each in PEOPLE} == {"active"}


@pytest.mark.parametrize("noticed", [False, True])
def test_a_mail_in_any_state_is_accepted_once_the_journal_is_heard(stage: Stage, noticed: bool) -> None:
    enrolled_all(stage, files_sent=False)
    put_back(stage, noticed=noticed, journal=True)
    with started_again(stage):
        stage.relance.turn(1)
        assert mails(stage) == dict.fromkeys(PEOPLE, "accepted")
        assert once(stage)
        if noticed:
            stage.relance.restored.decide("sent")
        to_the_end(stage)
        assert once(stage)
        assert [stage.sent_to(each) for each in PEOPLE] == [3] * len(PEOPLE)


def test_who_was_held_for_a_refusal_goes_on_once_it_is_proved_to_be_overtaken(stage: Stage) -> None:
    enrolled_all(stage, files_sent=True)
    put_back(stage)
    hold_back(stage)
    stage.look()
    to_the_end(stage)
    assert [stage.sent_to(each) for each in PEOPLE] == [3] * len(PEOPLE)
    assert {stage.state(each) for each in PEOPLE} == {"finished"}


def enrolled_all(stage: Stage, *, files_sent: bool) -> None:
    """And their mailbox was read before: what lies there is looked at from now on."""
    account = stage.world.add_rep(ADA, "Ada Lind", "correct horse", files_sent=files_sent)
    stage.relance.mailboxes.add(MailboxSpec.of(account, daily_cap=None, gap_seconds=0), anyway=True)
    stage.relance.turn(1)
    stage.enroll(*PEOPLE)


def hold_back(stage: Stage) -> None:
    """Nothing is due before the mailbox was read: what a look proves is the question here."""
    later = stage.clock.now() + dt.timedelta(days=2)
    with stage.relance._context.database.write() as conn:
        here = sa.update(enrollment).where(enrollment.c.state == State.ACTIVE.value)
        conn.execute(here.values(due_at=later))


def to_the_end(stage: Stage) -> None:
    """Whenever the last of them is due it is done for all: a few turns, where time passing bit by bit takes dozens."""
    last = sa.select(sa.func.max(enrollment.c.due_at)).where(enrollment.c.state == State.ACTIVE.value)
    for _ in range(6):
        with stage.relance._context.database.read() as conn:
            due = conn.execute(last).scalar_one()
        if due is None:
            return
        stage.clock.move_to(max(due, stage.clock.now()))
        stage.run()
    raise AssertionError("somebody goes on for ever")


def started_again(stage: Stage) -> Any:
    """The process was killed before its database was put back, and another one starts."""
    old = stage.relance
    old._context.journal.stay()
    old.close()
    stage.relance = Relance(old.settings, clock=stage.clock)
    return stage.relance


def once(stage: Stage) -> bool:
    """Whether nobody got a step twice: two copies of one bear the same Message-ID."""
    ids = [[mail.message_id for mail in stage.arrived(each)] for each in PEOPLE]
    return all(len(set(each)) == len(each) for each in ids)


def test_what_a_person_says_was_sent_goes_on_at_once_whatever_its_row_says(stage: Stage) -> None:
    enrolled_all(stage, files_sent=False)
    put_back(stage, noticed=True)
    stage.relance.restored.decide("sent")
    assert {stage.state(each) for each in PEOPLE} == {"active"}
    to_the_end(stage)
    assert [stage.sent_to(each) for each in PEOPLE] == [3] * len(PEOPLE)
    assert once(stage)


def test_what_a_person_says_was_sent_clears_each_reason_it_holds_for(stage: Stage) -> None:
    """Held by the restore, and then also because nobody knows what became of a mail that was under way."""
    enrolled_all(stage, files_sent=False)
    put_back(stage, noticed=True)
    stage.relance.turn(1)
    assert causes(stage, person(MessageState.TRANSMITTING)) == {Cause.RESTORED, Cause.UNKNOWN_MAIL}
    stage.relance.restored.decide("sent")
    assert {stage.state(each) for each in PEOPLE} == {"active"}


def test_an_answer_that_nobody_could_place_holds_whoever_was_sent_it_still(stage: Stage) -> None:
    enrolled_all(stage, files_sent=False)
    put_back(stage, noticed=True)
    stage.relance.turn(1)
    held, why = person(MessageState.TRANSMITTING), prose("whose is it?", Cause.ANSWER, "answer 1")
    with stage.relance._context.database.write() as conn:
        [row] = [each.enrollment for each in enrollment_details.matching(conn, email=held)]
        enrollments.apply(conn, [row.id], Event.HELD, stage.clock.now(), reason=why)
    stage.relance.restored.decide("sent")
    assert (stage.state(held), causes(stage, held)) == ("held", {Cause.ANSWER})


def causes(stage: Stage, email: str) -> set[Cause]:
    with stage.relance._context.database.read() as conn:
        [found] = enrollment_details.matching(conn, email=email)
    return {each.cause for each in found.enrollment.why}
