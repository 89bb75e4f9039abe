"""Processes and when each was last seen alive: one row a process, one small write a beat."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.tables import process

DUTIES = {"run": {"scheduler", "worker", "web"}}
# What a process does besides its role's own name.
RETENTION = dt.timedelta(days=60)
# How long a process that ended is remembered: `status` says who was there last.


@dataclass(frozen=True)
class Process:
    """One daemon. Times are machine time; `stopped_at` is set when it ended because it was told to."""

    name: str
    role: str
    host: str
    pid: int
    version: str
    started_at: dt.datetime
    seen_at: dt.datetime
    stopped_at: dt.datetime | None = None
    broker_away: bool = False  # it does not reach Redis, or is refused there
    broker_refuses: bool = False  # it is refused there

    @property
    def duties(self) -> set[str]:
        """Which parts of the work it does."""
        return DUTIES.get(self.role, {self.role})


def beat(conn: Connection, seen: Process) -> None:
    """This process is alive."""
    asked = {
        "of": seen.name,
        "now": seen.seen_at,
        "away": seen.broker_away,
        "refuses": seen.broker_refuses,
    }
    if conn.execute(_BEAT, asked).rowcount == 0:
        conn.execute(sa.insert(process).values(**vars(seen)))
        conn.execute(sa.delete(process).where(process.c.seen_at < seen.seen_at - RETENTION))


_BEAT = (
    sa.update(process)
    .where(process.c.name == sa.bindparam("of"))
    .values(
        seen_at=sa.bindparam("now"),
        broker_away=sa.bindparam("away"),
        broker_refuses=sa.bindparam("refuses"),
        stopped_at=None,
    )
)


def stopped(conn: Connection, name: str, now: dt.datetime) -> None:
    """This process has ended because it was told to."""
    conn.execute(sa.update(process).where(process.c.name == name).values(stopped_at=now, seen_at=now))


def list_all(conn: Connection) -> list[Process]:
    """All that are remembered, the one seen last first."""
    query = sa.select(process).order_by(process.c.seen_at.desc(), process.c.name)
    return [Process(**dict(row._mapping)) for row in conn.execute(query)]
