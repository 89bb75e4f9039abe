"""A backup of everything a database holds, and putting it back: what a `pg_dump` or a copied file would do, on both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from relance.engine.db import tables
from relance.engine.db.database import Database

Backup = Mapping[str, list[dict[str, Any]]]


def take(database: Database) -> Backup:
    """Every row of every table."""
    with database.read() as conn:
        return {
            table.name: [dict(row._mapping) for row in conn.execute(sa.select(table))]
            for table in tables.metadata.sorted_tables
        }


def put_back(database: Database, backup: Backup) -> None:
    """The database as it was then. Numbers are counted on from there, and mean other rows than they did."""
    with database.write() as conn:
        for table in reversed(tables.metadata.sorted_tables):
            conn.execute(sa.delete(table))
        for table in tables.metadata.sorted_tables:
            if backup[table.name]:
                conn.execute(sa.insert(table), backup[table.name])
            if conn.dialect.name == "postgresql" and "id" in table.c and table.c["id"].autoincrement is True:
                last = f"(select max(id) from {table.name})"
                counter = f"pg_get_serial_sequence('{table.name}', 'id')"
                conn.execute(sa.text(f"select setval({counter}, coalesce({last}, 1), {last} is not null)"))
