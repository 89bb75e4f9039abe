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
from relance.engine.event_log.of_people import EnrollmentFinished
from relance.engine.reasons import Code
from relance.engine.states import Event, State
from relance.engine.store import events
from relance.engine.store.events import NewEvent
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
    [(_, state)] = enrollments.apply(conn, [row.id], Event.STEP_DONE, now, values=_position(position))
    return state


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
    quick = [(row, position) for row, position in moves if position.step is not None]
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
