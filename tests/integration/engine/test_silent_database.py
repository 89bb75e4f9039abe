"""Connections to PostgreSQL that say nothing any more, while TCP still acknowledges: no wait is for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
import sqlalchemy as sa

from relance import clock, errors
from relance.engine.db import postgresql
from relance.engine.db.database import Database
from tests.servers import silent

SECONDS = 1.0  # the bound of an answer, here
LATE = 15.0  # far more than any of this takes, and far less than for ever


@pytest.fixture
def proxy(postgres_url: str) -> Iterator[silent.SilentProxy]:
    with silent.running(sa.make_url(postgres_url).port or 5432) as found:
        yield found


@pytest.fixture
def database(postgres_url: str, proxy: silent.SilentProxy) -> Iterator[Database]:
    url = sa.make_url(postgres_url).set(host="127.0.0.1", port=proxy.port)
    with closing(Database(url.render_as_string(hide_password=False), answer_seconds=SECONDS)) as found:
        yield found


def bounded(work: Callable[[], object]) -> list[Exception]:
    """What `work` raised, done in a thread that a test can give up waiting for."""
    raised: list[Exception] = []

    def run() -> None:
        try:
            work()
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(LATE)
    assert not thread.is_alive(), "it waits for ever"
    return raised


def test_a_silent_connection_is_given_up_and_the_next_one_works(
    database: Database, proxy: silent.SilentProxy
) -> None:
    database.ping()
    proxy.silence()
    begun = clock.elapsed()
    (raised,) = bounded(database.ping)
    assert isinstance(raised, errors.Unreachable)
    assert "no answer within 1 seconds" in str(raised)
    assert clock.elapsed() - begun < SECONDS * 5
    assert proxy.swallowed  # TCP had acknowledged the question
    database.ping()


def test_one_silence_ends_every_connection_of_the_pool(database: Database, proxy: silent.SilentProxy) -> None:
    """Ten threads that found ten silent connections one after the other would take ten waits."""
    with database.engine.connect(), database.engine.connect(), database.engine.connect():
        database.ping()
    assert database.engine.pool.checkedin() >= 3  # type: ignore[attr-defined]
    proxy.silence()
    assert len(bounded(database.ping)) == 1
    begun = clock.elapsed()
    for _ in range(4):
        database.ping()
    assert clock.elapsed() - begun < SECONDS


def test_a_connection_that_rested_is_asked_for_a_sign_of_life(
    database: Database, proxy: silent.SilentProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker without work finds its silent connections when work comes: that must not cost the wait of an answer."""
    monkeypatch.setattr(postgresql, "SIGN_SECONDS", 0.2)
    monkeypatch.setattr(postgresql, "RESTED_SECONDS", 0.0)
    with database.engine.connect(), database.engine.connect():
        database.ping()
    proxy.silence()
    begun = clock.elapsed()
    assert bounded(database.ping) == []
    assert clock.elapsed() - begun < SECONDS
    before = proxy.accepted
    with database.engine.connect(), database.engine.connect():
        database.ping()  # the sign of life of a connection that speaks costs no connection
    assert proxy.accepted - before <= 2
    database.ping()


def test_a_commit_that_nobody_answers_is_bounded_and_its_locks_are_let_go(
    database: Database, proxy: silent.SilentProxy, postgres_url: str
) -> None:
    with database.write() as conn:
        conn.execute(sa.text("create table kept (id int primary key, word text)"))
        conn.execute(sa.text("insert into kept values (1, 'before')"))

    def write() -> None:
        with database.write() as conn:
            conn.execute(sa.text("update kept set word = 'after'"))
            proxy.silence()  # the row is locked, and the server hears nothing more

    (raised,) = bounded(write)
    assert isinstance(raised, errors.Unreachable)
    with closing(Database(postgres_url, answer_seconds=SECONDS)) as other, other.write() as conn:
        changed = conn.execute(sa.text("update kept set word = 'other' where word = 'before'"))
        assert changed.rowcount == 1


def test_a_new_connection_that_says_nothing_is_bounded(
    database: Database, proxy: silent.SilentProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy.silence(new=True)
    with closing(_impatient(database.url, monkeypatch)) as impatient:
        (raised,) = bounded(impatient.ping)
    assert isinstance(raised, errors.Unreachable)


def _impatient(url: sa.URL, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr(postgresql, "CONNECT_SECONDS", 2)  # libpq's least
    return Database(url.render_as_string(hide_password=False), answer_seconds=SECONDS)


def test_a_slow_statement_is_ended_by_the_server_and_keeps_its_connection(database: Database) -> None:
    with pytest.raises(errors.Unreachable, match="statement timeout"), database.read() as conn:
        conn.execute(sa.text("select pg_sleep(30)"))
    assert database.engine.pool.checkedin() == 1  # type: ignore[attr-defined]


def test_every_connection_is_told_its_bounds(postgres_url: str) -> None:
    with closing(Database(postgres_url)) as database, database.engine.connect() as conn:
        asked = {
            name: conn.execute(sa.text(f"show {name}")).scalar_one()
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        }
        told = conn.connection.driver_connection.info.get_parameters()  # type: ignore[union-attr]
    assert asked == {
        "statement_timeout": "25s",
        "lock_timeout": "15s",
        "idle_in_transaction_session_timeout": "20s",
    }
    assert {name: told[name] for name in postgresql.KEEPALIVES} == {
        name: str(value) for name, value in postgresql.KEEPALIVES.items()
    }
