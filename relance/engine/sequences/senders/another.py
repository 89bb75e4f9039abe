"""Another mailbox goes on with people: with what was written to them and not offered yet forgotten, and told in their timelines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine.context import Context
from relance.engine.event_log.of_people import EnrollmentMailboxChanged
from relance.engine.reasons import Code, because
from relance.engine.sequences.resuming import around_leave
from relance.engine.store import events
from relance.engine.store.events import NewEvent
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending import messages
from relance.engine.store.sequences import enrollments
from relance.engine.store.sequences.enrollments import Enrollment
from relance.wording import Text


def give(
    conn: Connection, context: Context, rows: Sequence[Enrollment], target: Mailbox, now: dt.datetime
) -> list[Enrollment]:
    """Let this mailbox go on with them from here, whose owner is there on other days; returns the rows as they stand then. They are
    locked, and no mail of theirs is half out. Raises `errors.NotFound` where the mailbox has just been removed."""
    if mailboxes.lock(conn, [target.id]).get(target.id) == "removed":
        raise errors.NotFound(
            Text("the mailbox {address} has just been removed. Choose another.", address=target.address)
        )
    ids = [row.id for row in rows]
    messages.forget_prepared(conn, ids)
    enrollments.change_mailbox(conn, ids, target.id)
    said = EnrollmentMailboxChanged(because(Code.MAILBOX_CHANGED, mailbox=target.address))
    events.record_events(conn, [NewEvent.of(row, said, now) for row in rows])
    due = [row.due_at for row in rows if row.due_at is not None and row.step_kind == "mail"]
    if due:
        mailboxes.schedule_turn(conn, [target.id], min(due))
    given = [
        replace(row, mailbox_id=target.id, next_mailbox_id=None, version=row.version + 1) for row in rows
    ]
    if not around_leave.replan(conn, context, given):
        return given
    stands = {row.id: row for row in enrollments.by_ids(conn, ids)}
    return [stands[number] for number in ids]
