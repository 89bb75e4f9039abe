"""Tries to sign in that failed, counted by account and by network."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.database import insert_new
from relance.engine.db.tables import sign_in_attempt

RETENTION = dt.timedelta(days=1)
# After so long without one, failures are forgotten.


@dataclass(frozen=True)
class Failures:
    """How many failed in a row, and when the last did (machine time)."""

    failures: int
    at: dt.datetime


def of(conn: Connection, parties: Iterable[str]) -> Mapping[str, Failures]:
    """What is counted against these parties."""
    table = sign_in_attempt.c
    asked = sa.select(sign_in_attempt).where(table.party.in_(list(parties)))
    return {row.party: Failures(row.failures, row.at) for row in conn.execute(asked)}


def count(conn: Connection, parties: Iterable[str], now: dt.datetime) -> None:
    """One more try of each. It is counted before it is judged, so that many at once count as many."""
    table = sign_in_attempt.c
    conn.execute(sa.delete(sign_in_attempt).where(table.at < now - RETENTION))
    for party in sorted(parties):  # in one order, so that two who sign in at once do not wait for each other
        insert_new(conn, sign_in_attempt, [{"party": party, "failures": 0, "at": now}])
        more = {"failures": table.failures + 1, "at": now}
        conn.execute(sa.update(sign_in_attempt).where(table.party == party).values(**more))


def forgive(conn: Connection, parties: Iterable[str]) -> None:
    """It went well: nothing counts against them any more."""
    conn.execute(sa.delete(sign_in_attempt).where(sign_in_attempt.c.party.in_(list(parties))))
