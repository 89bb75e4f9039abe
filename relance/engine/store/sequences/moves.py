"""A step is done: the enrollment goes to the next one, or comes to its end, which is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine import reasons
from relance.engine.db import bulk
from relance.engine.db.tables import enrollment
from relance.engine.definition.position import Position
from relance.engine.event_log.of_people import EnrollmentFinished, EnrollmentMailboxChanged
from relance.engine.reasons import Code
from relance.engine.states import Event, State
from relance.engine.store import events
from relance.engine.store.events import NewEvent
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sequences import enrollments, holds
from relance.engine.store.sequences.positions import Enrollment


def move(conn: Connection, row: Enrollment, position: Position, now: dt.datetime) -> State:
    """Go to the next position, whatever the state became meanwhile (a stopped one stays stopped). An end is told here, so tell
    first what was done."""
    if position.step is None:
        [(was, after)] = _completed(conn, [(row, position)], now)
        if _is_end(was, after):
            events.record_cause(conn, _told(row, now), [row.id])
        return after
    senders: list[Mailbox] = []

    def values(now_there: Enrollment) -> dict[str, Any]:
        target = _takes_over(conn, now_there, position)
        senders.extend([target] if target else [])
        return {
            **_position(position),
            **({"mailbox_id": target.id, "next_mailbox_id": None} if target else {}),
        }

    [(was, state)] = enrollments.apply(conn, [row.id], Event.STEP_DONE, now, values=values)
    for target in senders:
        why = reasons.because(Code.MAILBOX_CHANGED, mailbox=target.address)
        events.record_event(conn, EnrollmentMailboxChanged(why), now, was)
    return state


def _takes_over(conn: Connection, row: Enrollment, position: Position) -> Mailbox | None:
    """The mailbox that was to go on with somebody from a new thread on, where one begins. It looks by itself for what is due:
    asked for a turn here, in a turn of the other one, the two could wait for each other."""
    if row.next_mailbox_id is None or not position.new_thread:
        return None
    target = mailboxes.by_id(conn, row.next_mailbox_id)
    return None if target.state == "removed" else target


def _completed(
    conn: Connection, moves: Sequence[tuple[Enrollment, Position]], now: dt.datetime
) -> list[tuple[Enrollment, State]]:
    """The last step of these is done: each as it was, and its state."""
    values = {row.id: _position(position) for row, position in moves}
    why = reasons.because(Code.COMPLETED)
    return enrollments.apply(
        conn, values, Event.COMPLETED, now, reason=why, values=lambda row: values[row.id]
    )


def _is_end(was: Enrollment, after: State) -> bool:
    """What is held behind its last step is ended by who releases it."""
    return after is State.FINISHED and was.state is not State.FINISHED


def _told(row: Enrollment, now: dt.datetime) -> NewEvent:
    return NewEvent.of(row, EnrollmentFinished(), now)


def _position(position: Position) -> dict[str, Any]:
    values: dict[str, Any] = {
        "step": position.step,
        "step_kind": position.step_kind,
        "due_at": position.due_at,
        "bound": list(position.bound),
        "attempts": 0,
    }
    if position.stepped_at is not None:
        values["stepped_at"] = position.stepped_at
    if position.wrote:
        values["wrote_before"] = True
    return values


def _moved(row: bulk.Columns) -> sa.Update:
    """The compare-and-set of one step done."""
    here = sa.update(enrollment).where(enrollment.c.id == row["id"], enrollment.c.version == row["version"])
    return here.where(enrollment.c.state == State.ACTIVE.value).values(
        {name: row[name] for name in ("step", "step_kind", "due_at", "bound", "stepped_at")}
        | {
            "wrote_before": sa.or_(enrollment.c.wrote_before, row["wrote_before"]),
            "planned_at": row["due_at"],
            "planned_bound": sa.null(),
            "attempts": 0,
            "version": enrollment.c.version + 1,
        }
    )


_MOVED = ("id", "version", "step", "step_kind", "due_at", "bound", "stepped_at", "wrote_before")
_MOVE_MANY = bulk.Statement({name: enrollment.c[name].type for name in _MOVED}, _moved)


def move_many(
    conn: Connection, moves: Sequence[tuple[Enrollment, Position]], now: dt.datetime
) -> list[NewEvent]:
    """`move`, for many that are almost surely unchanged since they were claimed; the few others go one by one. Returns what is
    to be told of those who came to their end: the caller tells it with whatever else is told, and then calls `ended_by`."""
    going = [(row, position) for row, position in moves if position.step is not None]
    quick = [(row, position) for row, position in going if not _changes(row, position)]
    for row, position in going:
        if _changes(row, position):
            move(conn, row, position, now)
    last = [(row, position) for row, position in moves if position.step is None]
    rows = [
        {
            "id": row.id,
            "version": row.version,
            "step": position.step,
            "step_kind": position.step_kind,
            "due_at": position.due_at,
            "bound": list(position.bound),
            "stepped_at": position.stepped_at or row.stepped_at,
            "wrote_before": position.wrote,
        }
        for row, position in quick
    ]
    done = _MOVE_MANY.run(conn, rows) == len(rows)
    late = [] if done else quick
    found_late = enrollments.locked(conn, [row.id for row, _ in late])
    stands = {found.id: (found.version, found.step) for found in found_late}
    for row, position in quick:
        # The step as well: a pause meanwhile raises the version by one, too.
        moved = (row.version + 1, position.step)
        if stands.get(row.id, moved) != moved:
            move(conn, row, position, now)
    return _ended(conn, last, now) if last else []


def _changes(row: Enrollment, position: Position) -> bool:
    """Whether another mailbox may go on with it from here. (What was chosen since it was claimed raised its version.)"""
    return position.new_thread and row.next_mailbox_id is not None


def _ended(conn: Connection, last: Sequence[tuple[Enrollment, Position]], now: dt.datetime) -> list[NewEvent]:
    before, told = {row.id: row for row, _ in last}, []
    for was, after in _completed(conn, last, now):
        ended = _told(before[was.id], now)
        if _is_end(was, after) and was.state is State.ACTIVE:
            told.append(ended)
        elif _is_end(was, after):
            events.record_cause(conn, ended, [was.id])
    return told


def ended_by(conn: Connection, told: Sequence[NewEvent]) -> None:
    """What was told of these, in this transaction, is what led them to their end."""
    holds.led_unheld(conn, [each.enrollment_id for each in told if each.enrollment_id is not None])
