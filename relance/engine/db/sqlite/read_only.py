"""An SQLite database that is only looked at: opened without writing anything, where nothing can be written.

A full disk and a home that is mounted read-only have to be looked into more than any other. SQLite keeps a shared index
beside a database in WAL mode (`-shm`) and makes it anew where nobody has it open (sqlite.org/wal.html, "Read-Only
Databases"). Where it cannot, the index is made in memory, from the WAL that a killed process left; and where none is
left, the file itself is all there is, and is read as it stands.
"""

from __future__ import annotations

import functools
import sqlite3
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine

AS_SHARED = "mode=ro"
AS_LEFT_OVER = "mode=ro&readonly_shm=1"
AS_IT_STANDS = "mode=ro&immutable=1"


def engine(url: URL, busy_seconds: float) -> Engine:
    """An engine whose transactions only read."""
    opened = functools.partial(_open, Path(str(url.database)), busy_seconds)
    found = sa.create_engine(url, creator=opened, hide_parameters=True)
    event.listen(found, "begin", _begin)
    return found


def _open(path: Path, busy_seconds: float) -> sqlite3.Connection:
    try:
        return _opened(path, AS_SHARED, busy_seconds)
    except sqlite3.OperationalError:
        return _opened(path, AS_LEFT_OVER if _left_over(path) else AS_IT_STANDS, busy_seconds)


def _opened(path: Path, how: str, busy_seconds: float) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}",
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("pragma temp_store=memory")
        connection.execute("select count(*) from sqlite_master").fetchall()  # the first look opens it
    except BaseException:
        connection.close()
        raise
    return connection


def _left_over(path: Path) -> bool:
    wal = path.with_name(path.name + "-wal")
    return wal.exists() and wal.stat().st_size > 0


def _begin(conn: Connection) -> None:
    conn.exec_driver_sql("BEGIN")
