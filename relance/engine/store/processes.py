"""Processes and when each was last seen alive: one row a process, one small write a beat."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.attendance import Process
from relance.engine.tables import process

KEPT = dt.timedelta(days=60)
# How long a process that ended is remembered: `status` says who was there last.


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
        conn.execute(sa.delete(process).where(process.c.seen_at < seen.seen_at - KEPT))


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


def every(conn: Connection) -> list[Process]:
    """All that are remembered, the one seen last first."""
    query = sa.select(process).order_by(process.c.seen_at.desc(), process.c.name)
    return [Process(**dict(row._mapping)) for row in conn.execute(query)]
