"""Holds are rows of their own: evidence closes those of its own mail and kind, a person closes all of them, and whoever has
one open stays held, whichever release wrote it."""

from __future__ import annotations

import dataclasses
import re

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine import reasons, turn
from relance.engine.context import Context
from relance.engine.db.tables import enrollment, event, hold, inbound
from relance.engine.inbound.corrections import inbox
from relance.engine.inbound.corrections.inbox import Correction
from relance.engine.reasons import HOLDS, Cause, Code, HoldKind, because
from relance.engine.reporting import explain, timeline
from relance.engine.sequences import control
from relance.engine.states import Event, State
from relance.engine.store import held
from relance.engine.store.sequences import enrollment_details, enrollments, holds
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult
from tests.engine_doors import NoMail, OneAnswer
from tests.integration.engine.test_reasons import found, held_for_unknown
from tests.integration.engine.test_refusals import KIM, bounce, hear, ready, row, sent, state
from tests.reworded import in_english

__all__ = ["ready"]


def rows(house: Context) -> list[sa.Row[tuple[object, ...]]]:
    with house.database.read() as conn:
        return list(conn.execute(sa.select(hold).order_by(hold.c.id)))


def holding(house: Context) -> tuple[holds.Hold, ...]:
    """What holds Kim."""
    kim = row(house, KIM)
    with house.database.read() as conn:
        return holds.standing(conn, [kim]).get(kim.id, ())


def standing(house: Context) -> list[tuple[HoldKind, bool]]:
    """The kinds of what holds Kim, and whether each has its row."""
    return [(each.kind, each.id is not None) for each in holding(house)]


def kind_of(house: Context, event_id: int | None) -> str:
    with house.database.read() as conn:
        return str(conn.execute(sa.select(event.c.kind).where(event.c.id == event_id)).scalar_one())


def cause(house: Context) -> sa.Row[tuple[object, ...]]:
    """The event that led to where Kim stands."""
    with house.database.read() as conn:
        at = sa.select(enrollment.c.cause_event_id).where(enrollment.c.id == row(house, KIM).id)
        return conn.execute(sa.select(event).where(event.c.id == at.scalar_subquery())).one()


def by_release_before(house: Context, **values: object) -> None:
    """What a process of the release before writes: the columns it knows, and no rows."""
    values = {"version": enrollment.c.version + 1, **values}
    with house.database.write() as conn:
        conn.execute(sa.update(enrollment).where(enrollment.c.id == row(house, KIM).id).values(values))


def test_each_reason_is_a_row_and_evidence_closes_its_own(ready: Context) -> None:
    held_for_unknown(ready, "451")
    control.pause(ready, KIM, reason="on holiday")
    assert standing(ready) == [(HoldKind.PAUSED, True), (HoldKind.UNKNOWN_MAIL, True)]
    unknown, pause = rows(ready)
    assert unknown.message_id is not None
    found(ready)
    assert state(ready, KIM) is State.HELD
    assert standing(ready) == [(HoldKind.PAUSED, True)]
    unknown, pause = rows(ready)
    assert (unknown.closed_at, pause.closed_at) == (ready.clock.now(), None)
    assert kind_of(ready, unknown.closed_by) == "message.resolved"


@pytest.mark.parametrize("cause", [Cause.UNKNOWN_MAIL, Cause.REFUSED, Cause.ANSWER])
def test_evidence_about_one_mail_closes_no_hold_of_another(ready: Context, cause: Cause) -> None:
    """Nor one of another kind that rests on the same mail."""
    held_for_unknown(ready, "451")
    [mail] = [each.message_id for each in rows(ready)]
    source = reasons.of_message(mail + 1 if cause is Cause.UNKNOWN_MAIL else mail)
    with ready.database.write() as conn:
        other = reasons.prose("another", cause, source)
        enrollments.apply(conn, [row(ready, KIM).id], Event.HELD, ready.clock.now(), reason=other)
    found(ready)
    assert state(ready, KIM) is State.HELD
    assert [(each.why.source, each.kind) for each in holding(ready)] == [(source, HOLDS[cause])]


def test_a_hold_of_which_nobody_knows_the_mail_waits_for_a_person(ready: Context) -> None:
    held_for_unknown(ready, "451")
    with ready.database.write() as conn:
        conn.execute(sa.update(hold).values(message_id=None))
    found(ready)
    assert state(ready, KIM) is State.HELD


def test_a_person_closes_all(ready: Context) -> None:
    hear(ready, sent(ready, KIM), bounce(definite=False))
    held = row(ready, KIM).why
    with ready.database.write() as conn:
        other = because(Code.VALUE_MISSING, names="x", place="y")
        enrollments.apply(conn, [row(ready, KIM).id], Event.HELD, ready.clock.now(), reason=other)
    assert len(rows(ready)) == len(held) + 1
    control.resume(ready, KIM)
    assert state(ready, KIM) is State.ACTIVE
    assert {kind_of(ready, each.closed_by) for each in rows(ready)} == {"enrollment.released"}


def test_a_mail_that_came_in_is_known_by_its_row(ready: Context) -> None:
    hear(ready, sent(ready, KIM), bounce(definite=False))
    with ready.database.read() as conn:
        mail = conn.execute(sa.select(inbound.c.id)).scalar_one()
    [one] = rows(ready)
    assert (one.inbound_id, kind_of(ready, one.opened_by)) == (mail, "bounce.received")
    assert (cause(ready).kind, cause(ready).inbound_id) == ("bounce.received", mail)
    inbox.correct(ready, mail, Correction(kind="auto-reply"))
    [one] = rows(ready)
    assert kind_of(ready, one.closed_by) == "reply.corrected"


def test_an_explanation_and_its_event_name_the_mail_behind_it(ready: Context) -> None:
    hear(ready, sent(ready, KIM), bounce(definite=False))
    [told] = explain.explain(ready, KIM)
    assert told.cause is not None
    number = told.cause.answer
    assert any(in_english(f"`relance inbox show {number}`") in each for each in told.sentences)
    assert inbox.show(ready, number or 0).id == number
    [same] = [each for each in timeline.of_contact(ready, KIM) if each.id == told.cause.id]
    assert (same.kind, same.answer) == ("bounce.received", number)
    control.resume(ready, KIM)
    assert explain.explain(ready, KIM)[0].cause is None


def test_what_is_told_in_other_words_stays_the_same_row(ready: Context) -> None:
    hear(ready, sent(ready, KIM), bounce(definite=False))
    [before] = rows(ready)
    kim = row(ready, KIM)
    [why] = kim.why
    with ready.database.write() as conn:
        told = {"reasons": [because(Code.UNREADABLE, why.source, cause=why.cause).row()]}
        enrollments.apply(conn, [kim.id], Event.HELD, ready.clock.now(), values=told)
    [after] = rows(ready)
    assert (after.id, after.code, after.opened_by) == (before.id, "unreadable", before.opened_by)


def test_a_pause_stands_behind_an_end(ready: Context) -> None:
    mail = sent(ready, KIM)
    control.pause(ready, KIM)
    hear(ready, mail, bounce())
    assert state(ready, KIM) is State.BOUNCED
    assert standing(ready) == [(HoldKind.PAUSED, True)]


def test_whom_the_release_before_holds_is_held_without_a_row(ready: Context) -> None:
    """It holds for a second reason as well: what clears the first, which has its row, lets nobody go."""
    held_for_unknown(ready, "451")
    own = {"cause": Cause.ANSWER.value, "source": "answer 7", "words": "may be an answer"}
    by_release_before(ready, reasons=[own, *row(ready, KIM).reasons])
    assert standing(ready) == [(HoldKind.ANSWER, False), (HoldKind.UNKNOWN_MAIL, True)]
    found(ready)
    assert state(ready, KIM) is State.HELD
    assert standing(ready) == [(HoldKind.ANSWER, True)]
    assert [each.inbound_id for each in rows(ready) if each.closed_at is None] == [7]
    control.resume(ready, KIM)
    assert state(ready, KIM) is State.ACTIVE


def test_a_mail_in_doubt_of_the_release_before_is_found_by_its_step(ready: Context) -> None:
    held_for_unknown(ready, "451")
    with ready.database.write() as conn:
        conn.execute(sa.delete(hold))
    by_release_before(ready, reasons=[reasons.prose("maybe", Cause.UNKNOWN_MAIL).row()])
    kim = row(ready, KIM)
    with ready.database.read() as conn:
        [one] = holds.standing(conn, [kim])[kim.id]
    assert (one.id, one.kind, one.message_id is not None) == (None, HoldKind.UNKNOWN_MAIL, True)
    found(ready)
    assert state(ready, KIM) is State.ACTIVE


@pytest.mark.parametrize("said", [State.HELD, State.PAUSED])
def test_nobody_is_held_without_a_hold(ready: Context, said: State) -> None:
    by_release_before(ready, state=said.value, reasons=[])
    assert [with_row for _, with_row in standing(ready)] == [False]


def test_whom_the_release_before_let_go_is_held_by_no_row_it_left(ready: Context) -> None:
    held_for_unknown(ready, "451")
    by_release_before(ready, state="active", reasons=[])
    assert standing(ready) == []
    control.pause(ready, KIM)
    assert standing(ready) == [(HoldKind.PAUSED, True)]
    assert [each.kind for each in rows(ready) if each.closed_at is None] == ["paused"]


def test_a_mail_that_leaves_reads_and_writes_no_hold(ready: Context) -> None:
    taken = SendResult(Outcome.ACCEPTED, "final", Blame.SERVER, 250, "2.0.0", "Ok")
    said: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    house = dataclasses.replace(ready, open_inbox=NoMail(), open_outbox=OneAnswer(taken))  # type: ignore[arg-type]
    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        turn.take_turn(house, row(ready, KIM).mailbox_id, lambda: False)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert house.open_outbox.bodies  # type: ignore[attr-defined]
    assert not [each for each in said if "hold" in each.split()]


def plan(conn: Connection, query: sa.Executable) -> str:
    """How the database would answer, where a table is not to be read whole."""
    if conn.dialect.name == "postgresql":
        conn.execute(sa.text("set local enable_seqscan = off"))
    said = query.compile(conn, compile_kwargs={"literal_binds": True})
    words = "explain query plan" if conn.dialect.name == "sqlite" else "explain"
    return "\n".join(map(str, conn.execute(sa.text(f"{words} {said}"))))


def test_the_list_of_those_held_uses_its_indexes(ready: Context) -> None:
    with ready.database.write() as conn:
        found = plan(conn, held.held_query(10))
    assert "hold" in found
    # Which of two indexes that serve it is a matter of what the planner knows of so few rows.
    assert not re.search(r"Seq Scan on|SCAN (?!longest\b)\w+\b(?! USING)", found), found


def test_the_few_whom_a_restore_left_in_doubt_are_found_by_their_index(ready: Context) -> None:
    """Else SQLite reads everybody by number, which is the order they come in."""
    with ready.database.write() as conn:
        found = plan(conn, enrollment_details.in_doubt_query(0, 10))
    assert "ix_enrollment_lost" in found or conn.dialect.name == "postgresql", found
