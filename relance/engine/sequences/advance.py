"""Due steps that need no mailbox are done, many in one transaction; one that fails is held alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.engine import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from relance.engine.context import Context
from relance.engine.event_log.of_people import EnrollmentHeld
from relance.engine.reasons import Code, because
from relance.engine.sequences import step_context
from relance.engine.sequences.steps import carry_out
from relance.engine.sequences.steps.base import StepRun
from relance.engine.states import Event
from relance.engine.store import events
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import enrollments
from relance.engine.store.sequences.enrollments import Enrollment

FAULT_LIMIT = 300
# Characters of a fault's own words that are kept as a reason.


def advance(conn: Connection, context: Context, now: dt.datetime, limit: int) -> int:
    """Do what is due, at most `limit` steps; returns how many there were."""
    rows = enrollments.other_due(conn, now, limit)
    if rows and not _all_or_none(conn, context, now, rows):
        for row in rows:  # one of them spoils it: find out which, and hold it alone
            _all_or_none(conn, context, now, [row], hold=True)
    return len(rows)


def _all_or_none(
    conn: Connection, context: Context, now: dt.datetime, rows: Sequence[Enrollment], *, hold: bool = False
) -> bool:
    """Do these steps, or none of them where one fails unexpectedly; then `hold` holds them."""
    try:
        with conn.begin_nested():
            _do(conn, context, now, rows)
    except (OperationalError, InterfaceError):
        raise  # the database, not the step
    except Exception as fault:
        for row in rows if hold else ():
            _held(conn, row, now, fault)
        return False
    return True


def _held(conn: Connection, row: Enrollment, now: dt.datetime, fault: Exception) -> None:
    why = because(Code.STEP_FAILED, fault=f"{type(fault).__name__}: {fault}"[:FAULT_LIMIT])
    enrollments.apply(conn, [row.id], Event.HELD, now, reason=why)
    events.record_event(conn, EnrollmentHeld(why), now, row)


def _do(conn: Connection, context: Context, now: dt.datetime, rows: Sequence[Enrollment]) -> None:
    turns = list[tuple[int, dt.datetime]]()
    for case in step_context.read(conn, context, rows):
        position = carry_out(StepRun(conn, context, now, case))
        if position is not None and position.step_kind == "mail" and position.due_at is not None:
            writer = case.row.mailbox_id
            if position.new_thread and case.row.next_mailbox_id is not None:
                writer = case.row.next_mailbox_id
            turns.append((writer, position.due_at))
    mailboxes.schedule_turns(conn, turns)
