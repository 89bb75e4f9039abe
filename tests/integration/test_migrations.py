"""The migrations lead exactly to the tables, on both databases, from nothing and again from there."""

from __future__ import annotations

from relance.engine import migrating
from relance.engine.database import Database


def test_the_migrations_lead_to_exactly_the_tables(database_url: str) -> None:
    database = Database(database_url)
    assert migrating.state(database).current is None
    after = migrating.upgrade(database)
    assert after.ready
    assert migrating.upgrade(database) == after
    with database.read() as conn:
        assert migrating.drift(conn) == []
    migrating.require(database)
    database.close()
