"""Mailboxes whose process has ended in the middle of their turn: who has stopped, and when another one takes over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy.engine import Connection

from relance.engine.context import Context
from relance.engine.db.machine_time import beside
from relance.engine.processes.attendance import BEAT, Attendance
from relance.engine.store.mailboxes import leases
from relance.engine.store.mailboxes.leases import HeldLease
from relance.engine.store.processes import Process
from relance.wording import Text, clock_time

MINUTE = dt.timedelta(minutes=1)


def told(conn: Connection, context: Context, attendance: Attendance) -> str:
    """A sentence about them; empty where there are none, or where nobody is at work: that is told then."""
    now = beside(conn)
    held = leases.standing(conn, now)
    if not held or "worker" in attendance.missing:
        return ""
    dead = {owner for owner in {each.owner for each in held} if context.journal.died(owner)}
    left = [each for each in held if each.owner in dead or each.owner in attendance.gone]
    if not left:
        return ""
    return str(words(len(left), max(taken_over(each, dead, attendance.processes, now) for each in left)))


def taken_over(
    lease: HeldLease, dead: Collection[str], at_work: Sequence[Process], now: dt.datetime
) -> dt.datetime:
    """When at the latest another process can go on with it (machine time). Pure.

    One of the same host (by its name) sees that the holder is dead at its next heartbeat; any other waits until the lease
    has lapsed.
    """
    if lease.owner not in dead:
        return lease.until
    heirs = [each.seen_at + BEAT for each in at_work if lease.owner.startswith(f"{each.host}-")]
    return min([lease.until, *(max(now, each) for each in heirs)])


def words(mailboxes: int, by: dt.datetime) -> Text:
    """What is said of so many mailboxes, all of which are taken over by then. Pure."""
    minute = by.replace(second=0, microsecond=0)
    return Text.plural(
        "A process that was sending has stopped. Another one takes over its mailbox by {at}; until then the mailbox waits.",
        "A process that was sending has stopped. Another one takes over its {count} mailboxes by {at}; until then they wait.",
        mailboxes,
        at=clock_time(minute if minute == by else minute + MINUTE),
    )
