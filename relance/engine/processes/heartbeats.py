"""Heartbeats: a daemon says in the database that it is at work, and when it ends; anybody asks who is."""

from __future__ import annotations

import dataclasses

from sqlalchemy.engine import Connection

from relance.engine.context import Context
from relance.engine.db.machine_time import beside
from relance.engine.processes.attendance import Attendance, attendance
from relance.engine.store import processes
from relance.engine.store.processes import Process


def beat(context: Context, me: Process) -> None:
    """This process is alive: one small write."""
    with context.database.write() as conn:
        now = beside(conn)
        processes.beat(conn, dataclasses.replace(me, seen_at=now, started_at=min(me.started_at, now)))


def leave(context: Context, me: Process) -> None:
    """It ends because it was told to."""
    with context.database.write() as conn:
        processes.stopped(conn, me.name, beside(conn))


def read(conn: Connection, context: Context, *, me: Process | None = None) -> Attendance:
    """Who is at work now. The daemon that asks (`me`) is, whether its heartbeats can be written or not.

    Who was seen lately and has ended for certain (its lock here is free) is not at work.
    """
    blind = bool(context.database.refused)
    known, now = processes.list_all(conn), beside(conn)
    if me is not None:
        known = [each for each in known if each.name != me.name]
        known.append(dataclasses.replace(me, seen_at=now, stopped_at=None))
    seen = attendance(known, now, blind=blind)
    dead = {each.name for each in seen.processes if context.journal.died(each.name)}
    return attendance(known, now, blind=blind, several=not context.database.embedded, dead=dead)
