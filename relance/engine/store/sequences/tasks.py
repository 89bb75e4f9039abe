"""Tasks: what a sequence asks of the salesperson."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db import database
from relance.engine.db.tables import contact, enrollment, sequence, task
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
    state: str
    due_at: dt.datetime

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


def every(conn: Connection, *, open_only: bool, limit: int = 1000) -> list[Task]:
    """Tasks by due time, their words as they are shown."""
    query = _select().order_by(task.c.due_at, task.c.id).limit(limit)
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
    return (
        sa.select(*columns, task.c.step, task.c.words, task.c.state, task.c.due_at)
        .join(contact, contact.c.id == task.c.contact_id)
        .join(enrollment, enrollment.c.id == task.c.enrollment_id)
        .join(sequence, sequence.c.id == enrollment.c.sequence_id)
    )


def close(conn: Connection, task_id: int, state: str, now: dt.datetime) -> bool:
    """Mark an open task as done or dropped; False when it was not open."""
    change = sa.update(task).where(task.c.id == task_id, task.c.state == "open")
    return conn.execute(change.values(state=state, closed_at=now)).rowcount == 1


def drop_open(conn: Connection, enrollment_ids: Iterable[int], now: dt.datetime) -> None:
    """The enrollments ended for a reason that makes their open tasks pointless."""
    change = sa.update(task).where(
        task.c.enrollment_id.in_(sorted(set(enrollment_ids))), task.c.state == "open"
    )
    conn.execute(change.values(state="dropped", closed_at=now))
