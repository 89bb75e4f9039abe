"""A database that the first version filled, by playing its demo through its first two weeks; put into either kind of database.

`first_version.sql` was made once by that version's own code (its schema is 0007): `relance.sandbox.play` with 40 rows and seed
7 was looked at when 55 hundredths of its time were over, which is the night after Saturday, 14 March; two people were paused and
one stopped through its `Relance`, and `iterdump` wrote the rest.

Not played, but put there: nobody was held at that time, so two were, through its `store.enrollments.apply` and in the words that
its sending and its templates have, without an event (enrollments 6 and 7); and the mail of enrollment 6 that may have been
delivered is a copy of that person's mail before it, with a number, a step, a state and a Message-ID of its own
(`<doubt@northwind.example>`). Nobody has finished yet, which the test itself waits for, and nobody has failed.

The bytes of mails that had left, and of mails that had come in, were emptied, and hits dropped, to keep it small.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from relance.engine.db import migrate
from relance.engine.db.database import Database
from tests.integration.test_migrations import upgrade_to

DUMP = Path(__file__).parent / "first_version.sql"
SCHEMA = "0007"


def filled(url: str) -> Database:
    """That database, brought to this release."""
    database = Database(url)
    upgrade_to(database, SCHEMA)
    old = sqlite3.connect(":memory:")
    old.executescript(DUMP.read_text("utf-8"))
    old.row_factory = sqlite3.Row
    known = sa.MetaData()
    known.reflect(database.engine)
    with database.write() as conn:
        for table in known.sorted_tables:
            if table.name == "alembic_version":
                continue
            rows = [_row(table, each) for each in old.execute(f"select * from {table.name}")]
            if rows:
                conn.execute(sa.delete(table))
                conn.execute(sa.insert(table), rows)
            if "id" in table.c and not database.embedded:
                _count_on(conn, table)
    old.close()
    migrate.upgrade(database)
    return database


def _row(table: sa.Table, row: sqlite3.Row) -> dict[str, Any]:
    return {name: _value(table.c[name].type, row[name]) for name in row.keys()}  # noqa: SIM118 - of a Row


def _value(kind: sa.types.TypeEngine[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, sa.Boolean):
        return bool(value)
    if isinstance(kind, sa.DateTime):
        at = dt.datetime.fromisoformat(value)
        return at.replace(tzinfo=at.tzinfo or dt.UTC)
    return json.loads(value) if isinstance(kind, sa.JSON) and isinstance(value, str) else value


def _count_on(conn: sa.Connection, table: sa.Table) -> None:
    """The next row gets a number of its own."""
    if database_counts := conn.execute(sa.select(sa.func.pg_get_serial_sequence(table.name, "id"))).scalar():
        last = conn.execute(sa.select(sa.func.max(table.c.id))).scalar()
        if last is not None:
            conn.execute(sa.select(sa.func.setval(database_counts, last)))
