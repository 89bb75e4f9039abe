"""A task: a person is asked to do something; the sequence goes on, or waits until they have."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import Connection

from relance import errors, templates
from relance.engine import reasons
from relance.engine.context import Context
from relance.engine.definition.position import Position
from relance.engine.definition.steps import TaskStep
from relance.engine.event_log.of_people import StepSkipped, TaskCreated, TaskDone
from relance.engine.reasons import Code, Reason, because
from relance.engine.sequences import step_context
from relance.engine.sequences.step_context import StepContext
from relance.engine.sequences.steps.base import StepRun, go_on, hold
from relance.engine.store import events
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import enrollments, tasks
from relance.wording import Text


def ask_a_person(run: StepRun, step: TaskStep) -> Position | None:
    """Open the task, unless the step's condition says that it is not wanted."""
    wanted = True if step.when is None else run.answer(step.when)
    if isinstance(wanted, Reason):
        hold(run, wanted)
        return None
    return _open(run, step) if wanted else go_on(run, StepSkipped(step.when or ""))


def _open(run: StepRun, step: TaskStep) -> Position | None:
    row, words = run.case.row, _words(run.case, step)
    tasks.add(
        run.conn,
        enrollment_id=row.id,
        contact_id=row.contact_id,
        step=step.id,
        words=words,
        due_at=row.due_at or run.now,
    )
    if not step.wait_until_done:
        return go_on(run, TaskCreated(words))
    enrollments.reschedule(run.conn, row, None, [reasons.bound("task", because(Code.TASK_OPEN))])
    run.tell(TaskCreated(words))
    return None


def _words(case: StepContext, step: TaskStep) -> str:
    """The task's words for this person; an unfilled variable stays visible, for a person reads it, not a customer."""
    try:
        compiled = templates.compile_source(templates.Source(subject=step.task, body=""))
    except errors.Invalid:
        return step.task
    rendered = compiled.render(case.values(), lambda link: link.target)
    return rendered.subject if isinstance(rendered, templates.Rendered) else step.task


def done(context: Context, task_id: int) -> None:
    """Close a task; an enrollment that waited for it goes on."""
    now = context.clock.now()
    with context.database.write() as conn:
        task = tasks.by_id(conn, task_id)
        if task is None:
            raise errors.NotFound(Text("there is no task number {number}", number=task_id))
        if tasks.close(conn, task_id, "done", now):
            _ended(conn, context, task, now)


def _ended(conn: Connection, context: Context, task: tasks.Task, now: dt.datetime) -> None:
    row, _ = enrollments.lock(conn, [task.enrollment_id])[task.enrollment_id]
    events.record_event(conn, TaskDone(task.text), now, row, step=task.step)
    if row.step != task.step:
        return
    case = step_context.read(conn, context, [row])[0]
    # After a restore it may have been ticked off before, and as early as it was there.
    done_at = now if row.lost_before is None else min(now, task.due_at)
    position = case.after(context.workspace, done_at)
    enrollments.move(conn, row, position, now)
    if position.step_kind == "mail" and position.due_at is not None:
        mailboxes.schedule_turn(conn, [row.mailbox_id], position.due_at)
