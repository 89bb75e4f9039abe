"""A task: a person is asked to do something; the sequence goes on, or waits until they have."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import Connection

from relance import errors, templates
from relance.engine import reasons
from relance.engine.contacts import fields as contact_fields
from relance.engine.context import Context
from relance.engine.definition.position import Position
from relance.engine.definition.steps import TaskStep
from relance.engine.event_log.kinds import EventKind
from relance.engine.event_log.of_people import (
    EnrollmentStopped,
    StepSkipped,
    TaskCreated,
    TaskDone,
    TaskNoted,
    TaskSkipped,
)
from relance.engine.reasons import Code, Reason, because
from relance.engine.sequences import step_context
from relance.engine.sequences.step_context import StepContext
from relance.engine.sequences.steps.base import StepRun, go_on, hold
from relance.engine.states import Event, TaskOutcome
from relance.engine.store import done_by, events
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import enrollments, moves, tasks
from relance.wording import Text


def ask_a_person(run: StepRun, step: TaskStep) -> Position | None:
    """Open the task, unless the step's condition says that it is not wanted."""
    wanted = True if step.when is None else run.answer(step.when)
    if isinstance(wanted, Reason):
        hold(run, wanted)
        return None
    return _open(run, step) if wanted else go_on(run, StepSkipped(step.when or ""))


def _open(run: StepRun, step: TaskStep) -> Position | None:
    row, said = run.case.row, words(run.case, step)
    tasks.add(
        run.conn,
        enrollment_id=row.id,
        contact_id=row.contact_id,
        step=step.id,
        words=said,
        due_at=row.due_at or run.now,
    )
    if not step.wait_until_done:
        return go_on(run, TaskCreated(said))
    enrollments.reschedule(run.conn, row, None, [reasons.bound("task", because(Code.TASK_OPEN))])
    run.tell(TaskCreated(said))
    return None


def words(case: StepContext, step: TaskStep) -> str:
    """The task's words for this person; an unfilled variable stays visible, for a person reads it, not a customer."""
    try:
        compiled = templates.compile_source(templates.Source(subject=step.task, body=""))
    except errors.Invalid:
        return step.task
    rendered = compiled.render(case.values(), lambda link: link.target)
    return rendered.subject if isinstance(rendered, templates.Rendered) else step.task


def done(
    context: Context, task_id: int, *, outcome: str = "done", note: str = "", stop: bool = False
) -> bool:
    """Close a task, by how it ended (a `TaskOutcome` by its name); an enrollment that waited for it goes on. False where it
    was closed before: the note of who came second stands in the timeline. `stop`: the sequence ends for them in any case, in the same
    transaction, so that nothing more is sent to somebody who is the wrong person."""
    ended = _outcome(outcome)
    said = contact_fields.tidy("note", note) if note else ""
    with context.database.write() as conn:
        task = known(conn, task_id)
        told = TaskDone(task.text, ended.value, said or None)
        closed = close(conn, context, task, "done", told)
        if not closed:
            _keep_note(conn, context, task, told)
        if stop:
            # At the instant at which it was closed: who takes that back takes back both.
            at = known(conn, task_id).closed_at if closed else None
            _stop(conn, task, at or context.clock.now())
        return closed


def _stop(conn: Connection, task: tasks.Task, now: dt.datetime) -> None:
    """As `control.stop`, of the sequence that asked."""
    why = done_by.done(conn, Code.STOPPED, text="")
    [(before, after)] = enrollments.apply(conn, [task.enrollment_id], Event.STOPPED, now, reason=why)
    if after is not before.state:
        events.record_event(conn, EnrollmentStopped(why), now, before)
        tasks.drop_open(conn, [before.id], now)


def known(conn: Connection, task_id: int) -> tasks.Task:
    """The task of a number. Raises `errors.NotFound`."""
    found = tasks.by_id(conn, task_id)
    if found is None:
        raise errors.NotFound(
            Text("there is no task number {number}.", number=task_id),
            command=Text("`relance task list --all` shows all tasks."),
            page=Text("The Tasks page shows all tasks."),
        )
    return found


def _keep_note(conn: Connection, context: Context, task: tasks.Task, said: TaskDone) -> None:
    """What somebody says of a task that was closed before stands beside it. Who says the same again (a second click) said it once."""
    if not said.note:
        return
    told = events.of_step(conn, task.enrollment_id, task.step, (EventKind.TASK_DONE, EventKind.TASK_NOTED))
    me = events.acting(conn)
    if any((each.actor, each.data.get("note")) == (me, said.note) for each in told):
        return
    row, _ = enrollments.lock(conn, [task.enrollment_id])[task.enrollment_id]
    noted = TaskNoted(task.text, said.note, said.outcome)
    events.record_event(conn, noted, context.clock.now(), row, step=task.step)


def _outcome(name: str) -> TaskOutcome:
    words = name.strip().lower().replace("-", " ")
    if words not in set(TaskOutcome):
        raise errors.Invalid(
            Text(
                '"{text}" is not an outcome of a task. Choose one of: {outcomes}.',
                text=name,
                outcomes=", ".join(TaskOutcome),
            )
        )
    return TaskOutcome(words)


def close(
    conn: Connection, context: Context, task: tasks.Task, state: str, told: TaskDone | TaskSkipped
) -> bool:
    """Close an open task; an enrollment that waited for it goes on. False when it is not open."""
    now = context.clock.now()
    row, _ = enrollments.lock(conn, [task.enrollment_id])[task.enrollment_id]
    said = {"outcome": told.outcome or "", "note": told.note or ""} if isinstance(told, TaskDone) else {}
    if not tasks.change(conn, task.id, state=state, closed_at=now, **said):
        return False
    events.record_event(conn, told, now, row, step=task.step)
    _ended(conn, context, task, row, now)
    return True


def _ended(
    conn: Connection, context: Context, task: tasks.Task, row: enrollments.Enrollment, now: dt.datetime
) -> None:
    if row.step != task.step:
        return
    case = step_context.read(conn, context, [row])[0]
    # After a restore it may have been ticked off before, and as early as it was there.
    done_at = now if row.lost_before is None else min(now, task.due_at)
    position = case.after(context.workspace, done_at)
    moves.move(conn, row, position, now)
    if position.step_kind == "mail" and position.due_at is not None:
        mailboxes.schedule_turn(conn, [row.mailbox_id], position.due_at)
