"""What the checks of each mailbox's health found, and when it is looked at next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db import database
from relance.engine.db.tables import mailbox, mailbox_health


@dataclass(frozen=True)
class StoredHealth:
    """One mailbox's. Times are machine time."""

    checked_at: dt.datetime | None = None  # None: it never was
    findings: Sequence[Mapping[str, Any]] = ()
    anyway: bool = False  # a person lets first mails go, whatever was found
    seen: Mapping[str, Any] | None = None  # what receivers noted of a mail that it sent itself


_COLUMNS = [mailbox_health.c[name] for name in StoredHealth.__dataclass_fields__]


def of(conn: Connection, mailbox_id: int) -> StoredHealth:
    """One mailbox's."""
    row = conn.execute(sa.select(*_COLUMNS).where(mailbox_health.c.mailbox_id == mailbox_id)).one_or_none()
    return StoredHealth() if row is None else StoredHealth(**row._asdict())


def put(conn: Connection, mailbox_id: int, due_at: dt.datetime, **values: object) -> None:
    """Note it, and when it is looked at next."""
    row = {"mailbox_id": mailbox_id, "due_at": due_at, **values}
    if database.insert_new(conn, mailbox_health, [row]) == 0:
        here = sa.update(mailbox_health).where(mailbox_health.c.mailbox_id == mailbox_id)
        conn.execute(here.values(due_at=due_at, **values))


def due(conn: Connection, now: dt.datetime) -> list[int]:
    """Mailboxes that are to be looked at, those that never were first."""
    query = (
        sa.select(mailbox.c.id)
        .outerjoin(mailbox_health, mailbox_health.c.mailbox_id == mailbox.c.id)
        .where(mailbox.c.state != "removed")
        .where(sa.or_(mailbox_health.c.due_at.is_(None), mailbox_health.c.due_at <= now))
        .order_by(mailbox_health.c.checked_at.is_not(None), mailbox_health.c.due_at, mailbox.c.id)
    )
    return [row.id for row in conn.execute(query)]
