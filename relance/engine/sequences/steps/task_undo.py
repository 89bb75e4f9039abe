"""The way back of somebody who closed the wrong task, or closed it by the wrong key."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import Connection

from relance.engine import reasons, states
from relance.engine.context import Context
from relance.engine.definition.position import Position
from relance.engine.event_log.kinds import EventKind
from relance.engine.event_log.of_people import TaskReopened
from relance.engine.reasons import Code, because
from relance.engine.sequences.resuming import backlog
from relance.engine.sequences.steps import task as task_step
from relance.engine.states import Event, State
from relance.engine.store import done_by, events
from relance.engine.store.contacts import contacts
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending import messages
from relance.engine.store.sequences import enrollments, moves, tasks
from relance.engine.store.sequences.enrollments import Enrollment
from relance.engine.store.sequences.tasks import Task


def undo(context: Context, task_id: int) -> bool:
    """A task that a person closed is open again. If closing it stopped the sequence for them, it goes on; if the sequence waited for it,
    it waits again, unless its next step has been taken since. False where nobody closed it. Raises `errors.NotFound`."""
    now = context.clock.now()
    with context.database.write() as conn:
        task = task_step.known(conn, task_id)
        row, _ = enrollments.lock(conn, [task.enrollment_id])[task.enrollment_id]
        if not tasks.open_again(conn, task):
            return False
        events.record_event(conn, TaskReopened(task.text), now, row, step=task.step)
        if _stopped_by_it(conn, row, task):
            _start_again(conn, context, row, task, now)
        _wait_again(conn, task, now)
        return True


def _stopped_by_it(conn: Connection, row: Enrollment, task: Task) -> bool:
    """Closing it and stopping the sequence is one transaction, at one instant."""
    cause = events.led_to(conn, row.id) if row.state is State.STOPPED else None
    return cause is not None and cause.kind == EventKind.ENROLLMENT_STOPPED and cause.at == task.closed_at


def _start_again(conn: Connection, context: Context, row: Enrollment, task: Task, now: dt.datetime) -> None:
    person = contacts.by_ids(conn, [row.contact_id])[row.contact_id]
    due = backlog.overdue(conn, context, row, person, spread=True)
    why = done_by.done(conn, Code.TAKEN_BACK)
    values = {"finished_at": None, "attempts": 0, **due}
    after = enrollments.take_back_stop(conn, row, now, why, values)
    tasks.open_dropped(conn, row.id, task.closed_at)
    at = due.get("due_at", row.due_at)
    if after is State.ACTIVE and row.step_kind == "mail" and at is not None:
        mailboxes.schedule_turn(conn, [row.mailbox_id], at)
    events.record_event(conn, events.news(Event.REOPENED, why), now, row)


def _wait_again(conn: Connection, task: Task, now: dt.datetime) -> None:
    """Whoever closes a task that a sequence waits for takes the sequence on at that instant."""
    [row] = enrollments.by_ids(conn, [task.enrollment_id])
    moved = row.step != task.step and row.stepped_at == task.closed_at
    if not moved or row.state not in states.OPEN or messages.of_steps(conn, [(row.id, row.step or "")]):
        return
    waits = [reasons.bound("task", because(Code.TASK_OPEN))]
    moves.move(conn, row, Position(task.step, "task", None, waits), now)
