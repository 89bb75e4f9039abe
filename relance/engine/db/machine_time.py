"""The time that all hosts of a database agree on, and what is done about a host whose clock is off."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance import clock, errors
from relance.engine.db.prepared import Prepared
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode


def machine_now(conn: Connection) -> dt.datetime:
    """Machine time as everybody who shares this database sees it: PostgreSQL's own clock, or this host's for SQLite.

    Workers on several hosts must agree about leases, so their own clocks do not count (`clock_timestamp()` moves
    on inside a transaction, unlike `now()`). Business time hangs on their own clocks, though: PostgreSQL's is the
    witness, and a host that differs from it by more than `SKEW` does no work. Raises `errors.Unreachable` then.
    """
    before = clock.machine_now()
    if conn.dialect.name != "postgresql":
        return before
    now: dt.datetime = _CLOCK_TIMESTAMP.scalars(conn, {})[0].astimezone(dt.UTC)
    agreed(before, now)
    return now


def beside(conn: Connection) -> dt.datetime:
    """The same for who only looks: where this host's clock disagrees (that is told elsewhere), this host's."""
    try:
        return machine_now(conn)
    except errors.Unreachable:
        return clock.machine_now()


def agreed(before: dt.datetime, theirs: dt.datetime) -> None:
    """Raises `errors.Unreachable` where our clock, read before theirs, is too far from it."""
    apart = skew(before, theirs, clock.machine_now())
    if abs(apart) > SKEW:
        raise errors.Unreachable(disagreeing(apart))


SKEW = dt.timedelta(seconds=5)
# How far the clocks of two hosts may be apart.


def skew(before: dt.datetime, theirs: dt.datetime, after: dt.datetime) -> dt.timedelta:
    """How far our clock is ahead of theirs (negative: behind), at least; ours was read before and after theirs. Pure."""
    if before > theirs:
        return before - theirs
    return min(after - theirs, dt.timedelta(0))


def disagreeing(apart: dt.timedelta) -> Text:
    """What is said of a host whose clock is not the database's."""
    if apart > dt.timedelta(0):
        return Text(
            "the clock of this host is {span} ahead of the database's. Nothing is sent from here until they agree: "
            "set the clock, or start the time service.",
            span=apart,
        ).coded(SentenceCode.CLOCKS_DISAGREE)
    return Text(
        "the clock of this host is {span} behind the database's. Nothing is sent from here until they agree: "
        "set the clock, or start the time service.",
        span=apart,
    ).coded(SentenceCode.CLOCKS_DISAGREE)


_CLOCK_TIMESTAMP = Prepared(sa.select(sa.func.clock_timestamp(type_=sa.DateTime(timezone=True)).label("now")))
