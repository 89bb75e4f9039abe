"""Databases that can not be written say so in a sentence of their own; what is there can be read."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from relance import errors
from relance.engine.db.database import Database
from relance.engine.sending.doubt import restore_guard
from relance.engine.store import installation
from tests.reworded import worded
from tests.servers import disks, warm


def test_sqlite_on_a_disk_that_refuses(migrated_sqlite_url: str) -> None:
    database = Database(migrated_sqlite_url)
    refused = pytest.raises(errors.Unwritable, match=worded("cannot be written"))
    with disks.writing_nothing(), refused, database.write() as conn:
        installation.put(conn, "a", "b")
    with database.write() as conn:
        installation.put(conn, "a", "c")
    with database.read() as conn:
        assert installation.get(conn, "a") == "c"
    database.close()


def test_a_database_that_is_only_looked_at_is_not_written(migrated_sqlite_url: str) -> None:
    looked = Database(migrated_sqlite_url, look_only=True)
    with looked.read() as conn:
        assert installation.get(conn, "a") is None
    with pytest.raises(errors.Unwritable), looked.write() as conn:
        installation.put(conn, "a", "b")
    looked.close()


def test_what_somebody_has_open_is_seen_as_it_is_now(migrated_sqlite_url: str) -> None:
    database, looked = Database(migrated_sqlite_url), Database(migrated_sqlite_url, look_only=True)
    for value in ("b", "c"):
        with database.write() as conn:
            installation.put(conn, "a", value)
        with looked.read() as conn:
            assert installation.get(conn, "a") == value
    looked.close()
    database.close()


def test_postgresql_that_takes_only_readers(migrated_postgres_url: str) -> None:
    """As a standby after a failover does, or a server that was set so while its disk is full."""
    engine = sa.create_engine(migrated_postgres_url, isolation_level="AUTOCOMMIT")
    name = sa.make_url(migrated_postgres_url).database
    with engine.connect() as conn:
        conn.execute(sa.text(f'alter database "{name}" set default_transaction_read_only = on'))
    warm.let_go()  # a session knows what was set when it began
    database = Database(migrated_postgres_url)
    try:
        with pytest.raises(errors.Unwritable, match="read-only"), database.write() as conn:
            installation.put(conn, "a", "b")
        with database.read() as conn:
            assert installation.get(conn, "a") is None
    finally:
        database.close()
        warm.let_go()
        with engine.connect() as conn:
            conn.execute(sa.text("set default_transaction_read_only = off"))
            conn.execute(sa.text(f'alter database "{name}" reset default_transaction_read_only'))
        engine.dispose()


def test_the_epoch_file_is_told_and_leaves_nothing_behind(migrated_sqlite_url: str, tmp_path: Path) -> None:
    database = Database(migrated_sqlite_url)
    home = tmp_path / "home"
    home.mkdir()
    (home / "epoch.json").mkdir()
    with pytest.raises(errors.Unwritable, match=worded(r"epoch.json cannot be written")):
        restore_guard.beat(database, home / "epoch.json")
    assert [path.name for path in home.iterdir()] == ["epoch.json"]
    (home / "epoch.json").rmdir()
    assert restore_guard.beat(database, home / "epoch.json") is None
    database.close()
