"""Databases with our schema in them: migrated once per test process, then copied (SQLite) or emptied (PostgreSQL)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa

from relance.engine.db import migrate, tables
from relance.engine.db.database import Database
from tests.servers.postgres import Postgres


def build(url: str) -> None:
    """Bring a database to this release's schema, unless it is there."""
    with closing(Database(url)) as database:
        if sa.inspect(database.engine).has_table(tables.mailbox.name):
            return  # asking the migrations themselves takes longer than a small test
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
        yield url


def _wipe(url: str) -> None:
    """Every row goes, and every number is counted from one again; the schema and its version stay."""
    address = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        connection.execute(_WIPE.encode())


_WIPE = "; ".join(
    [f"DELETE FROM {table.name}" for table in reversed(tables.metadata.sorted_tables)]
    + [
        "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) "
        "FROM pg_sequences WHERE last_value IS NOT NULL"
    ]
)
