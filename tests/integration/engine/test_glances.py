"""Many short reads over one connection: each sees what is true when it begins, and none relies on a connection that is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
import sqlalchemy as sa

from relance import errors
from relance.engine.db import database as databases
from relance.engine.db.database import Database

VALUE = sa.text("select value from kept")
BACKEND = sa.text("select pg_backend_pid()")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as found:
        yield found


@pytest.fixture
def on_postgresql(postgres_url: str) -> Iterator[Database]:
    with closing(Database(postgres_url)) as found:
        yield found


def test_each_sees_what_was_committed_before_it(database: Database) -> None:
    with database.write() as conn:
        conn.execute(sa.text("create table kept (value int)"))
        conn.execute(sa.text("insert into kept values (0)"))
    with database.glances() as glances:
        for number in range(3):
            with database.write() as conn:
                conn.execute(sa.text("update kept set value = :number"), {"number": number})
            with glances.read() as conn:
                assert conn.execute(VALUE).scalar_one() == number


def test_they_share_a_connection_and_leave_no_transaction_open(on_postgresql: Database) -> None:
    with on_postgresql.glances() as glances:
        numbers = set()
        for _ in range(3):
            with glances.read() as conn:
                numbers.add(conn.execute(BACKEND).scalar_one())
            with on_postgresql.read() as other:
                state = "select state from pg_stat_activity where pid = :number"
                asked = {"number": min(numbers)}
                assert other.execute(sa.text(state), asked).scalar_one() == "idle"
        assert len(numbers) == 1
        assert on_postgresql.engine.pool.checkedout() == 1  # type: ignore[attr-defined]
    assert on_postgresql.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_nothing_can_be_written(on_postgresql: Database) -> None:
    with (
        on_postgresql.glances() as glances,
        pytest.raises(TypeError, match="written in a read"),
        glances.read() as conn,
    ):
        conn.execute(sa.text("DELETE FROM pg_class"))


def test_a_lost_connection_is_told_of_once(on_postgresql: Database) -> None:
    with on_postgresql.glances() as glances:
        with glances.read() as conn:
            number = conn.execute(BACKEND).scalar_one()
        with on_postgresql.write() as conn:
            conn.execute(sa.text("select pg_terminate_backend(cast(:number as int))"), {"number": number})
        with pytest.raises(errors.Unreachable), glances.read() as conn:
            conn.execute(BACKEND)
        with glances.read() as conn:
            assert conn.execute(BACKEND).scalar_one() != number


def test_one_that_rested_is_not_relied_on(on_postgresql: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pool asks a connection that rested for a sign of life: one that never went back is not to be trusted more."""
    given: list[object] = []
    sa.event.listen(on_postgresql.engine, "checkout", lambda *_: given.append(None))

    def connections(rest: float) -> int:
        monkeypatch.setattr(databases, "RESTED_SECONDS", rest)
        before = len(given)
        with on_postgresql.glances() as glances:
            for _ in range(3):
                with glances.read() as conn:
                    conn.execute(BACKEND)
        return len(given) - before

    assert (connections(60.0), connections(0.0)) == (1, 3)
    assert on_postgresql.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
