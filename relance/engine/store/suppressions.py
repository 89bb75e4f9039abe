"""Suppressions: addresses and domains nobody may write to, asked for at enrollment, at claim and before the body."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine import database
from relance.engine.tables import suppression


@dataclass(frozen=True)
class Suppression:
    """One address or one whole domain (with every domain below it)."""

    kind: str
    value: str
    reason: str
    created_at: dt.datetime


def add(conn: Connection, kind: str, value: str, reason: str, now: dt.datetime) -> bool:
    """Suppress; False when it was already. In effect from the commit on."""
    row = {"kind": kind, "value": value, "reason": reason, "created_at": now}
    return database.insert_new(conn, suppression, [row]) == 1


def insist(conn: Connection, address: str, reason: str, now: dt.datetime) -> bool:
    """Suppress an address by the person's own wish; False when that very wish was known.

    It stands before whatever the address was suppressed for already, so that taking that back (a bounce that was none)
    does not take back the wish.
    """
    if add(conn, "address", address, reason, now):
        return True
    here = sa.and_(suppression.c.kind == "address", suppression.c.value == address)
    before = str(conn.execute(sa.select(suppression.c.reason).where(here)).scalar_one())
    if reason in before:
        return False
    conn.execute(sa.update(suppression).where(here).values(reason=f"{reason}; also: {before}"))
    return True


def remove(conn: Connection, value: str) -> bool:
    """Lift a suppression; False when there was none."""
    return conn.execute(sa.delete(suppression).where(suppression.c.value == value)).rowcount > 0


def every(conn: Connection) -> list[Suppression]:
    """All of them, by value."""
    query = sa.select(suppression).order_by(suppression.c.value)
    return [Suppression(row.kind, row.value, row.reason, row.created_at) for row in conn.execute(query)]


def among(conn: Connection, addresses: Iterable[str]) -> dict[str, str]:
    """Those of these addresses that may not be written to, with the reason."""
    refused_by = {address: refusing(address) for address in set(addresses)}
    wanted = {value for values in refused_by.values() for value in values}
    if not wanted:
        return {}
    reasons = {row.value: row.reason for row in conn.execute(_AMONG, {"wanted": sorted(wanted)})}
    found = {}
    for address, values in refused_by.items():
        reason = next((reasons[value] for value in values if value in reasons), None)
        if reason is not None:
            found[address] = reason
    return found


_AMONG = sa.select(suppression.c.value, suppression.c.reason).where(
    suppression.c.value.in_(sa.bindparam("wanted", expanding=True))
)
# Built once: every mail asks several times.


def refusing(address: str) -> list[str]:
    """Every value that would suppress an address: itself, its domain and every domain above it, the closest first.

    a@b.c.example → a@b.c.example, b.c.example, c.example, example.
    """
    labels = address.rpartition("@")[2].split(".")
    return [address, *(".".join(labels[start:]) for start in range(len(labels)))]
