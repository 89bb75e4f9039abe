"""The event log: what happened to whom, in the transaction in which it happened. Append only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db import bulk
from relance.engine.db.tables import contact, event


@dataclass(frozen=True)
class NewEvent:
    """One line of the log, about to be written. Ids are those of the rows it speaks of."""

    kind: str
    at: dt.datetime
    enrollment_id: int | None = None
    contact_id: int | None = None
    mailbox_id: int | None = None
    message_id: int | None = None
    step: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One line of the log as it is read: `id` grows, but lines are served only once nothing older can still appear."""

    id: int
    at: dt.datetime
    kind: str
    email: str | None
    step: str
    data: Mapping[str, Any]
    xact: int = 0

    @property
    def place(self) -> Place:
        """What to read on from."""
        return self.xact, self.id


_XACT: sa.ColumnElement[int] = sa.literal_column("pg_current_xact_id()::text::bigint")


def add(conn: Connection, news: Iterable[NewEvent]) -> None:
    """Write lines, in order."""
    rows = [
        {
            "at": line.at,
            "kind": line.kind,
            "enrollment_id": line.enrollment_id,
            "contact_id": line.contact_id,
            "mailbox_id": line.mailbox_id,
            "message_id": line.message_id,
            "step": line.step,
            "data": dict(line.data),
        }
        for line in news
    ]
    _ADD.run(conn, rows)


_ADD = bulk.inserting(
    event,
    ("at", "kind", "enrollment_id", "contact_id", "mailbox_id", "message_id", "step", "data"),
    {"xact": _XACT},
)


Place = tuple[int, int]
"""How far somebody has read: the writing transaction and the number of the last line they got. Numbers alone would not
do: on PostgreSQL a lower one may be committed later."""


def after(conn: Connection, cursor: Place | int, limit: int) -> list[Line]:
    """Lines after `cursor` (0: the beginning) that can no longer be overtaken by one still being committed."""
    xact, number = cursor if isinstance(cursor, tuple) else (0, cursor)
    further = sa.or_(event.c.xact > xact, sa.and_(event.c.xact == xact, event.c.id > number))
    query = _select().where(further).order_by(event.c.xact, event.c.id).limit(limit)
    if conn.dialect.name == "postgresql":
        horizon: sa.ColumnElement[int] = sa.literal_column(
            "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
        )
        query = query.where(event.c.xact < horizon)
    return [_line(row) for row in conn.execute(query)]


def data_of(
    conn: Connection, enrollment_ids: Iterable[int], kinds: Iterable[str]
) -> list[tuple[int, Mapping[str, Any]]]:
    """What lines of these kinds say of these enrollments: [(enrollment id, data)]."""
    query = sa.select(event.c.enrollment_id, event.c.data).where(
        event.c.enrollment_id.in_(sorted(set(enrollment_ids))), event.c.kind.in_(sorted(set(kinds)))
    )
    return [(row.enrollment_id, row.data) for row in conn.execute(query)]


def of_contact(conn: Connection, contact_id: int) -> list[Line]:
    """Everything that happened to one person, oldest first."""
    query = _select().where(event.c.contact_id == contact_id).order_by(event.c.at, event.c.id)
    return [_line(row) for row in conn.execute(query)]


def _select() -> sa.Select[Any]:
    columns = (
        event.c.id,
        event.c.at,
        event.c.kind,
        contact.c.email,
        event.c.step,
        event.c.data,
        event.c.xact,
    )
    return sa.select(*columns).select_from(event.outerjoin(contact, contact.c.id == event.c.contact_id))


def _line(row: Any) -> Line:
    return Line(row.id, row.at, row.kind, row.email, row.step, row.data, row.xact)
