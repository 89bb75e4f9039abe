"""Databases with our schema in them: migrated once per test process, then copied (SQLite) or emptied (PostgreSQL)."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from relance.engine.db import migrate, tables
from relance.engine.db.database import Database
from tests.servers.postgres import Postgres


def build(url: str) -> None:
    """Bring a database to this release's schema, unless it is there."""
    if url in _EMPTIED or _has_tables(url):
        return  # asking the migrations themselves takes longer than a small test
    with closing(Database(url)) as database:
        migrate.upgrade(database)
        if database.embedded:
            with database.engine.connect() as conn:
                conn.exec_driver_sql("pragma wal_checkpoint(truncate)")


def copied(template: Path, folder: Path) -> str:
    """The URL of a copy of a `build`-ed SQLite file, in a folder of the test's own."""
    return f"sqlite:///{shutil.copyfile(template, folder / 'relance.db')}"


@contextmanager
def emptied(server: Postgres) -> Iterator[str]:
    """The URL of the server's one migrated database, with nobody in it."""
    with server.kept("migrated", build, _wipe) as url:
        _EMPTIED.add(url)
        yield url


def _has_tables(url: str) -> bool:
    """Asked of the drivers: to open a database of ours takes a fifth as long as a small test."""
    asked = sa.make_url(url)
    if asked.get_backend_name() == "sqlite":
        if not Path(str(asked.database)).exists():
            return False
        with closing(sqlite3.connect(str(asked.database))) as file:
            return bool(file.execute(_SQLITE_HAS, [tables.mailbox.name]).fetchall())
    with psycopg.connect(asked.set(drivername="postgresql").render_as_string(hide_password=False)) as server:
        return server.execute("SELECT to_regclass(%s)", [tables.mailbox.name]).fetchone() != (None,)


def _wipe(connection: psycopg.Connection[Any]) -> None:
    """Every row goes, and every number is counted from one again; the schema and its version stay."""
    connection.execute(_WIPE.encode())


_EMPTIED: set[str] = set()  # the databases that `emptied` has given: their schema stays
_SQLITE_HAS = "SELECT 1 FROM sqlite_master WHERE name = ?"
_WIPE = "; ".join(
    [f"DELETE FROM {table.name}" for table in reversed(tables.metadata.sorted_tables)]
    + [
        "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) "
        "FROM pg_sequences WHERE last_value IS NOT NULL"
    ]
)
