"""Tasks: what a sequence asks of the salesperson."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db import database
from relance.engine.db.prepared import fixed
from relance.engine.db.tables import contact, enrollment, event, sequence, task
from relance.engine.event_log import old_names
from relance.engine.event_log.kinds import EventKind
from relance.engine.store import scopes
from relance.engine.store.contacts import search
from relance.wording import Text


@dataclass(frozen=True)
class Task:
    """One thing to do by hand."""

    id: int
    enrollment_id: int
    email: str
    sequence: str
    step: str
    words: str
    state: str  # open, done, skipped (by a person), dropped (its sequence ended)
    due_at: dt.datetime
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    phone: str = ""
    zone: str = ""
    assignee: str = ""  # who has to do it; empty: anyone who comes first
    outcome: str = ""  # how it ended, by the name of a `TaskOutcome`
    note: str = ""  # what its doer says of it
    closed_at: dt.datetime | None = None

    @property
    def text(self) -> Text:
        """What is to be done, as it is stored: our own question, or the author's words."""
        return Text.read(self.words) if self.step == HAND_OVER else Text.prose(self.words)


def add(
    conn: Connection, *, enrollment_id: int, contact_id: int, step: str, words: str, due_at: dt.datetime
) -> bool:
    """A new task; False when the step made one already."""
    row = {
        "enrollment_id": enrollment_id,
        "contact_id": contact_id,
        "step": step,
        "words": words,
        "due_at": due_at,
    }
    return database.insert_new(conn, task, [row]) == 1


HAND_OVER = "hand over"
"""The step of a task that asks whether to go on with somebody whose colleague answered. (No id has a blank.)"""


def ask(
    conn: Connection, *, enrollment_id: int, contact_id: int, step: str, words: Text, due_at: dt.datetime
) -> None:
    """A task that may come up again: a new one, or the old one opened anew."""
    kept = words.json()
    if add(conn, enrollment_id=enrollment_id, contact_id=contact_id, step=step, words=kept, due_at=due_at):
        return
    here = sa.update(task).where(task.c.enrollment_id == enrollment_id, task.c.step == step)
    conn.execute(here.values(words=kept, due_at=due_at, state="open", closed_at=None))


def close_step(
    conn: Connection, enrollment_ids: Iterable[int], step: str, state: str, now: dt.datetime
) -> None:
    """Close the open tasks that one step made."""
    some = task.c.enrollment_id.in_(sorted(set(enrollment_ids)))
    change = sa.update(task).where(some, task.c.step == step, task.c.state == "open")
    conn.execute(change.values(state=state, closed_at=now))


def reopen(conn: Connection, enrollment_id: int, step: str) -> None:
    """A dropped task is to be done after all: its enrollment, which stands at this step, goes on."""
    change = sa.update(task).where(task.c.enrollment_id == enrollment_id, task.c.step == step)
    conn.execute(change.where(task.c.state == "dropped").values(state="open", closed_at=None))


def open_again(conn: Connection, closed: Task) -> bool:
    """What somebody closed is open, with its note; False where it is not closed, or by nobody: it went with its sequence."""
    here = sa.update(task).where(task.c.id == closed.id, task.c.state.in_(("done", "skipped")))
    return conn.execute(here.values(state="open", closed_at=None, outcome="")).rowcount == 1


def open_dropped(conn: Connection, enrollment_id: int, at: dt.datetime | None) -> None:
    """The tasks that went with a sequence at an instant are open again."""
    here = sa.update(task).where(task.c.enrollment_id == enrollment_id, task.c.state == "dropped")
    conn.execute(here.where(task.c.closed_at == at).values(state="open", closed_at=None))


def list_all(conn: Connection, *, open_only: bool, limit: int = 1000) -> list[Task]:
    """Tasks by due time, their words as they are shown."""
    here = scopes.within(conn, enrollment.c.mailbox_id)
    query = _select().where(*here).order_by(task.c.due_at, task.c.id).limit(limit)
    if open_only:
        query = query.where(task.c.state == "open")
    found = [Task(**dict(row._mapping)) for row in conn.execute(query)]
    return [dataclasses.replace(each, words=str(each.text)) for each in found]


def by_id(conn: Connection, task_id: int) -> Task | None:
    """One task."""
    row = conn.execute(_select().where(task.c.id == task_id)).one_or_none()
    return Task(**dict(row._mapping)) if row else None


def _select() -> sa.Select[Any]:
    columns = (task.c.id, task.c.enrollment_id, contact.c.email, sequence.c.name.label("sequence"))
    whose = (contact.c.first_name, contact.c.last_name, contact.c.company, contact.c.phone, contact.c.zone)
    said = (task.c.assignee, task.c.outcome, task.c.note, task.c.closed_at)
    return (
        sa.select(*columns, task.c.step, task.c.words, task.c.state, task.c.due_at, *whose, *said)
        .join(contact, contact.c.id == task.c.contact_id)
        .join(enrollment, enrollment.c.id == task.c.enrollment_id)
        .join(sequence, sequence.c.id == enrollment.c.sequence_id)
    )


@dataclass(frozen=True)
class TaskConditions:
    """Which tasks are asked for; every condition that is set must hold."""

    ids: tuple[int, ...] = ()
    states: tuple[str, ...] = ("open",)
    since: dt.datetime | None = None  # due then or later
    until: dt.datetime | None = None  # due before
    assignee: str | None = None
    sequence: str | None = None
    search: str = ""


def page(
    conn: Connection, wanted: TaskConditions, *, after: tuple[dt.datetime, int] | None, limit: int
) -> list[Task]:
    """Tasks by due time, from a place (due time and number) on; their words as they are shown."""
    all_of_them = _found(conn, wanted, task.c.id, task.c.due_at)
    if after is not None:
        at, number = after
        behind = sa.or_(task.c.due_at > at, sa.and_(task.c.due_at == at, task.c.id > number))
        all_of_them = all_of_them.where(behind)
    if wanted.search or scopes.mailboxes(conn) is not None:
        # Few fit: collected first, or PostgreSQL asks of everybody's tasks, in their order, whether this is one of them.
        found_first = all_of_them.cte("fitting").prefix_with("MATERIALIZED")
        all_of_them = sa.select(found_first.c.id, found_first.c.due_at)
    place = all_of_them.selected_columns
    # People and sequences are looked up for a page, and not for all that were in question.
    picked = all_of_them.order_by(place.due_at, place.id).limit(limit).subquery()
    query = _select().join(picked, picked.c.id == task.c.id).order_by(task.c.due_at, task.c.id)
    found = [Task(**dict(row._mapping)) for row in conn.execute(query)]
    return [dataclasses.replace(each, words=str(each.text)) for each in found]


def every_of(conn: Connection, wanted: TaskConditions) -> list[Task]:
    """All of them, by due time."""
    picked = _found(conn, wanted, task.c.id).subquery()
    query = _select().join(picked, picked.c.id == task.c.id).order_by(task.c.due_at, task.c.id)
    return [Task(**dict(row._mapping)) for row in conn.execute(query)]


def count_between(conn: Connection, wanted: TaskConditions, edges: Sequence[dt.datetime]) -> tuple[int, ...]:
    """How many there are due before the first edge, between each and the next, and from the last on; all in one look."""
    places = zip([None, *edges], [*edges, None], strict=True)
    sums = [sa.func.count(sa.case((sa.and_(*_due(*each)), 1))) for each in places]
    return tuple(conn.execute(_found(conn, wanted, *sums)).one())


def _found(conn: Connection, wanted: TaskConditions, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Columns of the tasks that are asked for, with no other table beside them but where a condition asks it."""
    found = sa.select(*columns).select_from(task).where(*_conditions(conn, wanted))
    if wanted.sequence is not None:
        found = found.join(enrollment, enrollment.c.id == task.c.enrollment_id)
        found = found.join(sequence, sequence.c.id == enrollment.c.sequence_id)
    return found


def _conditions(conn: Connection, wanted: TaskConditions) -> list[sa.ColumnElement[bool]]:
    asked = (
        (bool(wanted.ids), task.c.id.in_(wanted.ids)),
        (bool(wanted.states), _stands(wanted.states)),
        (wanted.assignee is not None, task.c.assignee == wanted.assignee),
        (wanted.sequence is not None, sequence.c.name == wanted.sequence),
    )
    found = [condition for holds, condition in asked if holds]
    if wanted.search:
        found.append(search.of_people(conn, task.c.contact_id, wanted.search))
    return [*scopes.of_enrollments(conn, task.c.enrollment_id), *_due(wanted.since, wanted.until), *found]


def _due(since: dt.datetime | None, until: dt.datetime | None) -> list[sa.ColumnElement[bool]]:
    """Then or later, and before; either may be open."""
    begun = [] if since is None else [task.c.due_at >= since]
    return begun if until is None else [*begun, task.c.due_at < until]


def _stands(states: tuple[str, ...]) -> sa.ColumnElement[bool]:
    """Those that are open have an index of their own, which is taken where that stands in the text."""
    return task.c.state == fixed("open") if states == ("open",) else task.c.state.in_(states)


def change(conn: Connection, task_id: int, **values: Any) -> bool:
    """Set columns of an open task; False when it is not open."""
    here = sa.update(task).where(task.c.id == task_id, task.c.state == "open")
    return conn.execute(here.values(**values)).rowcount == 1


def drop_open(conn: Connection, enrollment_ids: Iterable[int], now: dt.datetime) -> None:
    """The enrollments ended for a reason that makes their open tasks pointless."""
    change = sa.update(task).where(
        task.c.enrollment_id.in_(sorted(set(enrollment_ids))), task.c.state == "open"
    )
    conn.execute(change.values(state="dropped", closed_at=now))


_MADE = old_names.names([EventKind.TASK_CREATED])


def drop_made_since(
    conn: Connection, enrollment_ids: Iterable[int], since: dt.datetime, now: dt.datetime
) -> None:
    """Of these, the open tasks that were made after an instant, as the log has it."""
    here = task.c.enrollment_id.in_(sorted(set(enrollment_ids)))
    made = sa.exists().where(event.c.enrollment_id == task.c.enrollment_id, event.c.step == task.c.step)
    made = made.where(event.c.kind.in_(_MADE), event.c.at > since)
    change = sa.update(task).where(here, task.c.state == "open", made)
    conn.execute(change.values(state="dropped", closed_at=now))
