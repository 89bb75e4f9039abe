"""How we talk to SQLite: one file on a local disk, which survives a power cut and lets one writer in at a time."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine

from relance import errors
from relance.engine.db.sqlite.network_disks import network_filesystem
from relance.wording import Text

BUSY_SECONDS = 10.0
# How long SQLite waits for another writer. Our write transactions last milliseconds.


def engine(url: URL) -> Engine:
    """A file of ours, made where there is none; refused where SQLite would lose data."""
    if url.database in (None, "", ":memory:"):
        raise errors.Misconfigured(
            Text("an SQLite database must be a file: several threads share it, and it must survive.")
        )
    path = Path(str(url.database))
    if not path.parent.is_dir():
        raise errors.Misconfigured(
            Text("the folder {folder} does not exist. Create it, or run `relance init`.", folder=path.parent)
        )
    _refuse_network_filesystem(path)
    _make_for_us_alone(path)
    found = sa.create_engine(
        url,
        hide_parameters=True,  # an error's text goes to logs: no words, tokens or sealed secrets in it
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )
    event.listen(found, "connect", _connect)
    event.listen(found, "begin", begin)
    return found


def _connect(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's begin event below says BEGIN, not the driver
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # the mark of a mail under way must survive a power cut
        "foreign_keys=ON",
        f"busy_timeout={int(BUSY_SECONDS * 1000)}",
    ):
        connection.execute(f"pragma {pragma}").fetchall()


def begin(conn: Connection) -> None:
    """A transaction that is to write takes the lock at once."""
    # A transaction that reads first and writes later fails at once with SQLITE_BUSY_SNAPSHOT, whatever the busy
    # timeout; taking the write lock at its start makes writers queue instead.
    writing = conn.get_execution_options().get("relance_write")
    conn.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _make_for_us_alone(path: Path) -> None:
    """An empty file is an empty database; SQLite gives its WAL and the rest the same mode."""
    with contextlib.suppress(OSError):  # it is there, or it cannot be made, which SQLite tells when it tries
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _refuse_network_filesystem(path: Path) -> None:
    """WAL needs shared memory, which no network filesystem gives (sqlite.org/wal.html, "Overview")."""
    kind = network_filesystem(path)
    if kind is not None:
        raise errors.Misconfigured(
            Text(
                "{path} is on a network filesystem ({kind}), where SQLite loses data. Use a local disk, or "
                "PostgreSQL.",
                path=path,
                kind=kind,
            )
        )
