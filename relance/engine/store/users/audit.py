"""The audit log: who changed what, from what, to what. Rows are only ever added."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.database import opened_by
from relance.engine.db.tables import audit
from relance.engine.event_log import actors
from relance.engine.event_log.actors import Actor, ActorKind


@dataclass(frozen=True)
class AuditEntry:
    """One change. `action` is a code such as `users.change`; `at` is machine time."""

    id: int
    at: dt.datetime
    actor: Actor
    action: str
    subject: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def write(
    conn: Connection,
    action: str,
    subject: str,
    now: dt.datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add an entry, in the name of whoever acts here and now."""
    actor = actors.acting_now() or opened_by(conn)
    row = {"at": now, "actor_kind": actor.kind.value, "actor": actor.name}
    conn.execute(sa.insert(audit).values(**row, action=action, subject=subject, before=before, after=after))


def page(conn: Connection, *, before: int | None = None, limit: int = 50) -> list[AuditEntry]:
    """The newest entries, or those before one."""
    asked = sa.select(audit).order_by(audit.c.id.desc()).limit(limit)
    if before is not None:
        asked = asked.where(audit.c.id < before)
    return [
        AuditEntry(
            row.id,
            row.at,
            Actor(ActorKind(row.actor_kind), row.actor),
            row.action,
            row.subject,
            row.before,
            row.after,
        )
        for row in conn.execute(asked)
    ]
