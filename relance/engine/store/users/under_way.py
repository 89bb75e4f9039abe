"""Who was sent to a mailbox's provider to agree, and has not come back."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.tables import sign_in_under_way


def put(
    conn: Connection, state: str, session: int, sealed: bytes, now: dt.datetime, until: dt.datetime
) -> None:
    """One more, known by the hash of its state; those that are over are forgotten. Machine time."""
    conn.execute(sa.delete(sign_in_under_way).where(sign_in_under_way.c.until <= now))
    row = {"state": state, "session_id": session, "sealed": sealed, "until": until}
    conn.execute(sa.insert(sign_in_under_way).values(**row))


def peek(conn: Connection, state: str, session: int, now: dt.datetime) -> bytes | None:
    """What was sealed of it; None where that session began none, or it is over."""
    table = sign_in_under_way.c
    good = (table.state == state, table.session_id == session, table.until > now)
    return conn.execute(sa.select(table.sealed).where(*good)).scalar_one_or_none()


def take(conn: Connection, state: str, session: int, now: dt.datetime) -> bytes | None:
    """The same, once: it is gone then."""
    table = sign_in_under_way.c
    good = (table.state == state, table.session_id == session, table.until > now)
    taken = sa.delete(sign_in_under_way).where(*good).returning(table.sealed)
    return conn.execute(taken).scalar_one_or_none()
