"""The tick: steps that are no mail (branch, task, wait, end), absences that are over, hits that have settled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from relance import errors, templates
from relance.engine.context import Context
from relance.engine.definition.compiled import lacking
from relance.engine.definition.position import Position
from relance.engine.definition.steps import BranchStep, EndStep, TaskStep, WaitStep
from relance.engine.engagement import hits
from relance.engine.inbound import inbox
from relance.engine.sequences import clock_jumps, step_context
from relance.engine.sequences.step_context import StepContext
from relance.engine.states import Event
from relance.engine.store import enrollments, events, mailboxes, next_turns, tasks
from relance.engine.store.enrollments import Enrollment

BATCH = 200
# Steps advanced in one transaction.


@dataclass(frozen=True)
class TickReport:
    """What a tick did."""

    steps: int = 0
    back: int = 0
    hits: int = 0
    more: bool = False  # something is due still that could be done at once
    words: str = ""  # why nothing was done, where nothing was


@dataclass(frozen=True)
class _Tick:
    """One tick's transaction."""

    conn: Connection
    context: Context
    now: dt.datetime


def tick(context: Context) -> TickReport:
    """Everything due that needs no mailbox. Several processes may tick at once: rows in another's hands are passed over.

    While the clock is in doubt nothing is done; what it wrote when it was wrong is healed first.
    """
    if context.watch.doubt() == "":
        clock_jumps.heal(context)
    now = context.clock.now()
    doubt = clock_jumps.tell(context)  # after the time was asked: it may have jumped a moment ago
    if doubt:
        return TickReport(words=doubt)
    judged = hits.judge_settled(context, now)
    forgotten = inbox.forget_raw(context, now)
    with context.database.write() as conn:
        back = _back(conn, now)
        steps = _steps(_Tick(conn, context, now))
    return TickReport(steps, back, judged, more=max(steps, back, forgotten, judged) >= BATCH)


def next_wake(context: Context, after: dt.datetime | None = None) -> dt.datetime | None:
    """When something falls due next, for a mailbox or for the tick; None when nothing waits.

    `after`: only what falls due after that instant. What is due already may be unable to go on, and would hide the rest.
    """
    with context.database.read() as conn:
        settled = hits.next_settled(conn, context)
        times = (next_turns.next_turn(conn, after), enrollments.next_due(conn, after), settled)
    return min((at for at in times if at is not None and (after is None or at > after)), default=None)


def _back(conn: Connection, now: dt.datetime) -> int:
    """Contacts whose absence is over go on; what fell due meanwhile is due from now on."""
    rows = enrollments.away_until(conn, now, BATCH)
    for row in rows:
        due = max(row.due_at or now, now)
        words = "back from absence"
        values = {"resume_at": None, "due_at": due, "bound": [{"kind": "away", "words": "was out of office"}]}
        enrollments.apply(conn, [row.id], Event.BACK, now, reason=words, values=values)
        events.add(
            conn, [events.NewEvent("back", now, row.id, row.contact_id, row.mailbox_id, step=row.step or "")]
        )
        if row.step_kind == "mail":
            mailboxes.schedule_turn(conn, [row.mailbox_id], due)
    return len(rows)


def _steps(tick: _Tick) -> int:
    rows = enrollments.other_due(tick.conn, tick.now, BATCH)
    if rows and not _advance(tick, rows):
        for row in rows:  # one of them spoils it: find out which, and hold it alone
            _advance(tick, [row], hold=True)
    return len(rows)


def _advance(tick: _Tick, rows: Sequence[Enrollment], *, hold: bool = False) -> bool:
    """Do these steps, or none of them where one fails in a way nobody foresaw; then `hold` holds them."""
    try:
        with tick.conn.begin_nested():
            _do(tick, rows)
    except (OperationalError, InterfaceError):
        raise  # the database, not the step
    except Exception as fault:
        words = f"this step could not be done: {type(fault).__name__}: {fault}"[:300]
        for row in rows if hold else ():
            enrollments.apply(tick.conn, [row.id], Event.HELD, tick.now, reason=words)
            news = {"reason": words}
            line = events.NewEvent(
                "held", tick.now, row.id, row.contact_id, row.mailbox_id, step=row.step or "", data=news
            )
            events.add(tick.conn, [line])
        return False
    return True


def _do(tick: _Tick, rows: Sequence[Enrollment]) -> None:
    calls: dict[int, dt.datetime] = {}
    for case in step_context.read(tick.conn, tick.context, rows):
        position = _step(tick, case)
        if position is not None and position.step_kind == "mail" and position.due_at is not None:
            calls[case.row.mailbox_id] = min(position.due_at, calls.get(case.row.mailbox_id, position.due_at))
    for mailbox_id, at in sorted(calls.items()):
        mailboxes.schedule_turn(tick.conn, [mailbox_id], at)


def _step(tick: _Tick, case: StepContext) -> Position | None:
    """Do one step; returns where the enrollment stands then, None when it no longer moves."""
    step = case.script.plan.step(case.step)
    if isinstance(step, BranchStep):
        return _branch(tick, case, step)
    if isinstance(step, TaskStep):
        return _task(tick, case, step)
    if isinstance(step, WaitStep | EndStep):
        return _go_on(tick, case, kind=step.kind)
    raise TypeError(f"nobody knows how to do {case.step!r} without a mailbox")  # it is held, and says so


def _go_on(
    tick: _Tick, case: StepContext, *, kind: str, taken: bool | None = None, words: str = ""
) -> Position:
    # A step that was done late (the tick was down) still counts from when it fell due, or waits would add up.
    position = case.after(tick.context.workspace, case.row.due_at or tick.now, taken)
    enrollments.move(tick.conn, case.row, position, tick.now)
    data: dict[str, object] = {"words": words} if words else {}
    if taken is not None:
        data["taken"] = taken
    events.add(tick.conn, [_line(case, kind, tick.now, data)])
    return position


def _branch(tick: _Tick, case: StepContext, step: BranchStep) -> Position | None:
    unsettled = hits.settles_at(tick.conn, tick.context, case.row.id, tick.now)
    if unsettled is not None:
        # A click of a minute ago may still turn out to be a scanner's: ask again when it has settled.
        bound = [{"kind": "settling", "words": "a click is too fresh to tell a person from a machine"}]
        enrollments.reschedule(tick.conn, case.row, unsettled, bound)
        return None
    answer = case.script.condition(step.when).evaluate(case.values(), case.facts)
    if isinstance(answer, bool):
        return _go_on(tick, case, kind="branch", taken=answer, words=step.when)
    _hold(tick, case, lacking(answer, step.id))
    return None


def _task(tick: _Tick, case: StepContext, step: TaskStep) -> Position | None:
    if step.when is not None:
        answer = case.script.condition(step.when).evaluate(case.values(), case.facts)
        if answer is False:
            return _go_on(tick, case, kind="skipped", words=step.when)
        if answer is not True:
            _hold(tick, case, lacking(answer, step.id))
            return None
    words = _task_words(case, step)
    row = case.row
    tasks.add(
        tick.conn,
        enrollment_id=row.id,
        contact_id=row.contact_id,
        step=step.id,
        words=words,
        due_at=row.due_at or tick.now,
    )
    if not step.wait_until_done:
        return _go_on(tick, case, kind="task", words=words)
    enrollments.reschedule(tick.conn, row, _FAR, [{"kind": "task", "words": "waits until the task is done"}])
    events.add(tick.conn, [_line(case, "task", tick.now, {"words": words})])
    return None


_FAR = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
# A due time that never comes by itself: only ticking the task off moves the enrollment on.


def task_done(context: Context, task_id: int) -> None:
    """Close a task; an enrollment that waited for it goes on."""
    now = context.clock.now()
    with context.database.write() as conn:
        task = tasks.by_id(conn, task_id)
        if task is None:
            raise errors.NotFound(f"there is no task number {task_id}")
        if tasks.close(conn, task_id, "done", now):
            _task_ended(_Tick(conn, context, now), task)


def _task_ended(tick: _Tick, task: tasks.Task) -> None:
    row, _ = enrollments.lock(tick.conn, [task.enrollment_id])[task.enrollment_id]
    data = {"words": task.words}
    events.add(
        tick.conn, [events.NewEvent("task done", tick.now, row.id, row.contact_id, step=task.step, data=data)]
    )
    if row.step != task.step:
        return
    case = step_context.read(tick.conn, tick.context, [row])[0]
    position = case.after(tick.context.workspace, tick.now)
    enrollments.move(tick.conn, row, position, tick.now)
    if position.step_kind == "mail" and position.due_at is not None:
        mailboxes.schedule_turn(tick.conn, [row.mailbox_id], position.due_at)


def _task_words(case: StepContext, step: TaskStep) -> str:
    """The task's words for this person; an unfilled variable stays visible, for a person reads it, not a customer."""
    try:
        compiled = templates.compile_source(templates.Source(subject=step.task, body=""))
    except errors.Invalid:
        return step.task
    rendered = compiled.render(case.values(), lambda link: link.target)
    return rendered.subject if isinstance(rendered, templates.Rendered) else step.task


def _hold(tick: _Tick, case: StepContext, words: str) -> None:
    enrollments.apply(tick.conn, [case.row.id], Event.HELD, tick.now, reason=words)
    events.add(tick.conn, [_line(case, "held", tick.now, {"reason": words})])


def _line(case: StepContext, kind: str, now: dt.datetime, data: dict[str, object]) -> events.NewEvent:
    row = case.row
    return events.NewEvent(kind, now, row.id, row.contact_id, row.mailbox_id, step=case.step, data=data)
