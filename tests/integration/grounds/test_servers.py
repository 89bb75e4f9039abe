"""The grounds themselves: every test gets a database of its own, and the private servers really run."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
import sqlalchemy as sa

from relance.engine.db import tables
from relance.engine.db.database import Database
from tests.servers import ports, processes, warm
from tests.servers import postgres as postgres_ground
from tests.servers import redis as redis_ground

TABLES = tables.metadata.sorted_tables


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_has_an_empty_database(database_url: str, turn: int) -> None:
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        assert sa.inspect(connection).get_table_names() == []
        connection.execute(sa.text(f"CREATE TABLE turn_{turn} (n integer)"))
    engine.dispose()


def test_a_template_is_built_once_and_copied(postgres_server: postgres_ground.Postgres) -> None:
    built = []

    def build(url: str) -> None:
        built.append(url)
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE kept (n integer)"))
        engine.dispose()

    for _ in range(2):
        with postgres_server.fresh(postgres_server.template("grounds", build)) as url:
            engine = sa.create_engine(url)
            assert sa.inspect(engine).get_table_names() == ["kept"]
            engine.dispose()
    assert len(built) == 1


@pytest.mark.parametrize("turn", [1, 2])
def test_a_migrated_database_has_the_schema_and_nobody_in_it(migrated_url: str, turn: int) -> None:
    engine = sa.create_engine(migrated_url)
    with engine.begin() as connection:
        counts = [connection.scalar(sa.select(sa.func.count()).select_from(table)) for table in TABLES]
        assert set(counts) == {0}
        values = {"name": f"{turn}", "created_at": dt.datetime.now(dt.UTC)}
        assert connection.execute(sa.insert(tables.sequence).values(values)).inserted_primary_key == (1,)
    engine.dispose()


def test_a_statement_is_compiled_once_for_each_kind_of_database(
    migrated_sqlite_url: str, migrated_postgres_url: str
) -> None:
    """Whatever it is asked with, and whoever opened the database."""
    compiled: list[sa.Compiled] = []
    for url in (migrated_sqlite_url, migrated_postgres_url) * 2:
        with closing(Database(url)) as database, database.read() as conn:
            asked = sa.select(tables.contact.c.id).where(tables.contact.c.email == f"{len(compiled)}@x.test")
            compiled.append(conn.execute(asked).context.compiled)  # type: ignore[attr-defined]
    assert compiled[0] is compiled[2]
    assert compiled[1] is compiled[3]
    assert compiled[0] is not compiled[1]


SESSION = "pg_backend_pid(), current_setting('search_path'), to_regclass('mine')::text"
LEFT = "(select count(*) from pg_prepared_statements), (select count(*) from pg_locks where locktype = 'advisory')"


def test_a_session_is_used_again_as_if_it_were_new(migrated_postgres_url: str) -> None:
    warm.keep(migrated_postgres_url.replace("+psycopg", ""))
    found = []
    for _ in range(2):
        with closing(Database(migrated_postgres_url)) as database, database.write() as conn:
            found.append(conn.execute(sa.text(f"SELECT {SESSION}, {LEFT}")).one())
            conn.execute(sa.text("SET search_path = nowhere, public"))
            conn.execute(sa.text("CREATE TEMPORARY TABLE mine (n integer)"))
            conn.execute(sa.text("PREPARE theirs AS SELECT 1"))
            conn.execute(sa.text("SELECT pg_advisory_lock(13)"))
    assert found[0] == found[1]
    assert found[0][1:] == ('"$user", public', None, 0, 0)


def test_a_session_that_broke_or_is_not_done_is_not_used_again(migrated_postgres_url: str) -> None:
    warm.keep(migrated_postgres_url.replace("+psycopg", ""))
    before = warm.numbers()
    for end in ("SELECT 1", "SELECT pg_terminate_backend(pg_backend_pid())"):
        with closing(Database(migrated_postgres_url)) as database:
            borrowed = database.engine.raw_connection()
            driver: Any = borrowed.driver_connection
            borrowed.detach()
            with contextlib.suppress(psycopg.Error):
                driver.execute(end)
            driver.close()
            assert driver.closed
    assert set(warm.numbers()) <= set(before)


@pytest.mark.parametrize("turn", [1, 2])
def test_redis_is_empty_before_each_test(redis_url: str, turn: int) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("turn", turn)


def test_a_private_redis_can_be_frozen_and_thawed() -> None:
    with redis_ground.private() as server:
        assert server.process is not None
        with redis.Redis.from_url(server.url, socket_timeout=0.2, retry=None) as client:
            server.process.signal(signal.SIGSTOP)
            with pytest.raises(redis.TimeoutError):
                client.ping()
        server.process.signal(signal.SIGCONT)
        with redis.Redis.from_url(server.url) as client:
            assert client.ping() is True


def test_a_child_hears_ctrl_c_though_the_run_ignores_it(tmp_path: Path) -> None:
    """As in a suite that a script starts in the background: `make test &`."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        child = processes.Process(processes.Program(["sleep", "60"], tmp_path / "log"))
    finally:
        signal.signal(signal.SIGINT, before)
    try:
        os.kill(child.pid, signal.SIGINT)
        ports.wait_until(lambda: not child.alive, seconds=10, what="its end")
    finally:
        child.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="Linux waits without reaping")
def test_the_number_of_what_has_ended_is_nobody_elses_until_its_group_was_ended(tmp_path: Path) -> None:
    """A run of half an hour killed groups by numbers that sessions of PostgreSQL led by then."""
    child = processes.Process(processes.Program(["false"], tmp_path / "log"))
    ports.wait_until(lambda: not child.alive, seconds=10, what="its end")
    assert child.code == 1
    os.killpg(child.pid, 0)  # still there, as its own
    child.kill()
    assert (child.alive, child.code) == (False, 1)
    with pytest.raises(ProcessLookupError):
        os.killpg(child.pid, 0)


def test_a_group_that_was_ended_is_sent_nothing_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = processes.Process(processes.Program(["sleep", "60"], tmp_path / "log"))
    child.kill()
    assert child.code == -signal.SIGKILL
    monkeypatch.setattr(os, "killpg", lambda *_: pytest.fail("a signal to whoever has that number now"))
    child.kill()
    child.stop()
