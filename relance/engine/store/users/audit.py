"""The audit log: who changed what, from what, to what. Rows are only ever added."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.database import opened_by
from relance.engine.db.tables import audit
from relance.engine.event_log import actors
from relance.engine.event_log.actors import Actor


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


@dataclass(frozen=True)
class AuditFilter:
    """Which entries are asked for; every condition that is set must hold. `who`: the name of an actor; `actions`: codes, or beginnings
    of them that end in a dot; `since` and `until` (not included) are machine time; `search` is found in actor and subject."""

    who: str = ""
    actions: tuple[str, ...] = ()
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    search: str = ""


def _conditions(wanted: AuditFilter) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.who:
        yield audit.c.actor == wanted.who
    if wanted.actions:
        yield sa.or_(*map(_is, wanted.actions))
    if wanted.since is not None:
        yield audit.c.at >= wanted.since
    if wanted.until is not None:
        yield audit.c.at < wanted.until
    if wanted.search.strip():
        words = wanted.search.strip()
        yield sa.or_(*(each.icontains(words, autoescape=True) for each in (audit.c.actor, audit.c.subject)))


def _is(action: str) -> sa.ColumnElement[bool]:
    return audit.c.action.startswith(action) if action.endswith(".") else audit.c.action == action


def page(
    conn: Connection, wanted: AuditFilter, *, before: int | None = None, limit: int = 50
) -> list[AuditEntry]:
    """The newest entries that fit, or those before one."""
    asked = sa.select(audit).where(*_conditions(wanted)).order_by(audit.c.id.desc()).limit(limit)
    if before is not None:
        asked = asked.where(audit.c.id < before)
    return [
        AuditEntry(
            row.id,
            row.at,
            Actor.stored(row.actor_kind, row.actor),
            row.action,
            row.subject,
            row.before,
            row.after,
        )
        for row in conn.execute(asked)
    ]
