"""The installation's own marks: its name, its epoch, and whether it stands still until a person has looked."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db import database
from relance.engine.db.tables import meta


def get(conn: Connection, key: str) -> str | None:
    """A mark, or None."""
    return conn.execute(sa.select(meta.c.value).where(meta.c.key == key)).scalar_one_or_none()


def put(conn: Connection, key: str, value: str) -> None:
    """Set a mark."""
    if conn.execute(sa.update(meta).where(meta.c.key == key).values(value=value)).rowcount == 0:
        database.insert_new(conn, meta, [{"key": key, "value": value}])


def lock(conn: Connection) -> None:
    """Nobody else changes a mark before this transaction ends."""
    if conn.dialect.name == "postgresql":  # SQLite has one writer at a time
        conn.execute(sa.text("lock table meta in share row exclusive mode"))


def drop(conn: Connection, key: str) -> bool:
    """Take a mark away; False when it was not there."""
    return conn.execute(sa.delete(meta).where(meta.c.key == key)).rowcount > 0
