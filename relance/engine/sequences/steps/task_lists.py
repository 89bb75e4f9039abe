"""What people have to do, as they work through it: page by page, counted by when, skipped, put off, assigned."""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine.contacts import fields as contact_fields
from relance.engine.context import Context
from relance.engine.definition.sequence import Send
from relance.engine.event_log.base import EventData
from relance.engine.event_log.of_people import TaskAssigned, TaskSkipped, TaskSnoozed
from relance.engine.schedule import postponing, timezones
from relance.engine.schedule.postponing import PostponedTimes
from relance.engine.sequences import publish
from relance.engine.sequences.steps import task as task_step
from relance.engine.states import TaskChange
from relance.engine.store import cursor, events
from relance.engine.store.sequences import enrollments, tasks
from relance.engine.store.sequences.tasks import Task, TaskConditions
from relance.wording import Text

MAX_PAGE = 1000
BATCH = 50
# Tasks changed in one transaction.
_CURSOR = "t"


class TaskTime(StrEnum):
    """When a task is due, by the workspace's days."""

    OVERDUE = "overdue"  # before today
    TODAY = "today"
    LATER = "later"  # tomorrow or after


@dataclass(frozen=True)
class TaskFilter:
    """Which tasks are meant; every condition that is set must hold. `states` by their names; every word of `search` begins
    an address, a name or a company."""

    ids: tuple[int, ...] = ()
    when: str | None = None  # a `TaskTime` by its name
    assignee: str | None = None  # "": nobody's
    sequence: str | None = None
    search: str | None = None
    states: tuple[str, ...] = ("open",)


@dataclass(frozen=True)
class TaskPage:
    """Some tasks, the most urgent first, and the cursor of the next page; empty where this is the last."""

    tasks: tuple[Task, ...]
    cursor: str


@dataclass(frozen=True)
class TaskCounts:
    """How many open tasks fit, by when they are due."""

    overdue: int
    today: int
    later: int


@dataclass(frozen=True)
class TaskResult:
    """One task and what happened to it."""

    id: int
    email: str
    outcome: TaskChange


@dataclass(frozen=True)
class TaskReport:
    """What happened to all tasks that fit."""

    results: tuple[TaskResult, ...]
    dry_run: bool = False

    @property
    def any_changed(self) -> bool:
        """Whether anything was done."""
        return any(each.outcome is TaskChange.CHANGED for each in self.results)


def page(
    context: Context, wanted: TaskFilter | None = None, *, after: str = "", limit: int = 100
) -> TaskPage:
    """A page of tasks by due time. Raises `errors.Invalid`, `errors.NotFound` for a sequence there is not, `errors.WrongUse` for
    a cursor that is none of this list."""
    place = cursor.read(_CURSOR, after, 2)
    size = max(1, min(limit, MAX_PAGE))
    with context.database.read() as conn:
        conditions = _meant(conn, context, wanted or TaskFilter())
        behind = None if place is None else (cursor.instant(place[0]), place[1])
        found = tasks.page(conn, conditions, after=behind, limit=size + 1)
    here = tuple(found[:size])
    more = len(found) > size
    end = cursor.written(_CURSOR, cursor.ticks(here[-1].due_at), here[-1].id) if more else cursor.BEGINNING
    return TaskPage(here, end)


def counts(context: Context, wanted: TaskFilter | None = None) -> TaskCounts:
    """How many open tasks fit, by when they are due, whatever the filter says of that."""
    asked = dataclasses.replace(wanted or TaskFilter(), when=None, states=("open",))
    with context.database.read() as conn:
        conditions = _meant(conn, context, asked)
        return TaskCounts(*tasks.count_between(conn, conditions, _day(context)))


def skip(context: Context, wanted: TaskFilter, *, dry_run: bool = False) -> TaskReport:
    """These need not be done; enrollments that waited for them go on."""

    def act(conn: Connection, each: Task) -> bool:
        return task_step.close(conn, context, each, "skipped", TaskSkipped(each.text))

    return _work(context, wanted, act, dry_run)


def postponed_times(context: Context) -> PostponedTimes:
    """Until when tasks are put off as a rule, by the clock of the workspace, its holidays, and the usual sending hours."""
    usual, nobody = Send(), timezones.Whereabouts()
    office = timezones.place(nobody, usual, context.workspace)
    return postponing.times(context.clock.now(), usual.week, office)


def snooze(
    context: Context, wanted: TaskFilter, until: dt.datetime, *, note: str = "", dry_run: bool = False
) -> TaskReport:
    """These are due at another time, ahead of now; `note` is kept with them until they are closed, and in the history."""
    said = _noted(note)
    if until <= context.clock.now():
        raise errors.Invalid(Text("A task can only be postponed to a time in the future."))

    def act(conn: Connection, each: Task) -> bool:
        told = TaskSnoozed(each.text, until.astimezone(dt.UTC).isoformat(), said.get("note"))
        return _change(conn, context, each, told, due_at=until, **said)

    return _work(context, wanted, act, dry_run)


def assign(
    context: Context, wanted: TaskFilter, who: str, *, note: str = "", dry_run: bool = False
) -> TaskReport:
    """These are somebody's to do, by their address or name; "": anyone who comes first. `note` is kept with them."""
    said = _noted(note)
    named = contact_fields.tidy("assignee", who) if who else ""

    def act(conn: Connection, each: Task) -> bool:
        return _change(conn, context, each, TaskAssigned(each.text, named), assignee=named, **said)

    return _work(context, wanted, act, dry_run)


def _noted(note: str) -> dict[str, str]:
    """A note as a column of a task; without one, what is noted there stays."""
    return {"note": contact_fields.tidy("note", note)} if note else {}


def _change(conn: Connection, context: Context, each: Task, told: EventData, **values: object) -> bool:
    row, _ = enrollments.lock(conn, [each.enrollment_id])[each.enrollment_id]
    if not tasks.change(conn, each.id, **values):
        return False
    events.record_event(conn, told, context.clock.now(), row, step=each.step)
    return True


def _work(
    context: Context, wanted: TaskFilter, act: Callable[[Connection, Task], bool], dry_run: bool
) -> TaskReport:
    with context.database.read() as conn:
        conditions = _meant(conn, context, wanted)
        found = tasks.every_of(conn, conditions)
        known = {each.id: each for each in tasks.every_of(conn, TaskConditions(ids=wanted.ids, states=()))}
    results = [
        TaskResult(number, known[number].email if number in known else "", _left(number, known))
        for number in wanted.ids
        if number not in {each.id for each in found}
    ]
    for start in range(0, len(found), BATCH):
        results += _batch(context, found[start : start + BATCH], act, dry_run)
    return TaskReport(tuple(results), dry_run)


def _left(number: int, known: Iterable[int]) -> TaskChange:
    return TaskChange.NOT_OPEN if number in known else TaskChange.UNKNOWN


def _batch(
    context: Context, some: list[Task], act: Callable[[Connection, Task], bool], dry_run: bool
) -> list[TaskResult]:
    """One transaction: people are locked in order, so that two at work never wait for each other in a ring."""
    if dry_run:
        return [TaskResult(each.id, each.email, TaskChange.CHANGED) for each in some]
    with context.database.write() as conn:
        enrollments.lock(conn, [each.enrollment_id for each in some])
        done = [(each, act(conn, each)) for each in some]
    return [
        TaskResult(each.id, each.email, TaskChange.CHANGED if changed else TaskChange.NOT_OPEN)
        for each, changed in done
    ]


def _meant(conn: Connection, context: Context, wanted: TaskFilter) -> TaskConditions:
    if wanted.sequence is not None:
        publish.versions_of(conn, wanted.sequence)
    since, until = _between(context, wanted.when)
    search = (wanted.search or "").strip()
    return TaskConditions(wanted.ids, wanted.states, since, until, wanted.assignee, wanted.sequence, search)


def _between(context: Context, when: str | None) -> tuple[dt.datetime | None, dt.datetime | None]:
    """From when on and before when a task is due, by the workspace's days."""
    if when is None:
        return None, None
    if when not in set(TaskTime):
        raise errors.Invalid(
            Text(
                '"{text}" is not a due time. Choose one of: {times}.',
                text=when,
                times=", ".join(TaskTime),
            )
        )
    today, tomorrow = _day(context)
    places = {
        TaskTime.OVERDUE: (None, today),
        TaskTime.TODAY: (today, tomorrow),
        TaskTime.LATER: (tomorrow, None),
    }
    return places[TaskTime(when)]


def _day(context: Context) -> tuple[dt.datetime, dt.datetime]:
    zone = zoneinfo.ZoneInfo(context.workspace.zone)
    day = context.clock.now().astimezone(zone).date()
    first, last = (dt.datetime.combine(each, dt.time(), zone) for each in (day, day + dt.timedelta(days=1)))
    return first.astimezone(dt.UTC), last.astimezone(dt.UTC)
