"""A daemon that starts while what it needs is away: waits, says so now and then, can be stopped, and knows a wrong setting."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
import structlog

from relance import clock, config, errors
from relance.config import make_home
from relance.engine.db import connection_refused
from relance.engine.db.database import Database
from relance.scheduler.daemon import lifecycle, startup
from relance.scheduler.queue import broker
from tests.reworded import in_english, worded
from tests.servers import command, migrated, ports, postgres, pretend, processes, silent
from tests.servers import redis as redis_server


def settings_of(home: Path, **more: object) -> config.Settings:
    return config.Settings(home=home, **more)  # type: ignore[arg-type]


def test_it_waits_until_the_engine_opens_and_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(startup, "FIRST_SECONDS", 0.01)
    tries: list[int] = []

    def open_app(settings: config.Settings) -> pretend.App:
        tries.append(1)
        if len(tries) < 4:
            raise errors.Unreachable("the database is away")
        return pretend.App(settings)

    with (
        structlog.testing.capture_logs() as told,
        startup.opened(settings_of(tmp_path), open_app, lifecycle.Bell(), "run") as app,
    ):
        assert app is not None
    assert len(tries) == 4
    assert [entry["event"] for entry in told] == ["waiting until it answers", "it answers; going on"]


def test_it_says_so_again_once_a_minute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now, tries = [0.0], [0]
    monkeypatch.setattr(startup, "FIRST_SECONDS", 0.0)
    monkeypatch.setattr(clock, "elapsed", lambda: now[0])

    def open_app(settings: config.Settings) -> pretend.App:
        tries[0] += 1
        now[0] += 20.0
        if tries[0] > 9:
            return pretend.App(settings)
        raise errors.Unreachable("the database is away")

    with (
        structlog.testing.capture_logs() as told,
        startup.opened(settings_of(tmp_path), open_app, lifecycle.Bell(), "run"),
    ):
        pass
    assert [entry["log_level"] for entry in told] == ["warning"] * 3 + ["info"]


def test_a_signal_ends_the_waiting_though_the_opening_hangs(tmp_path: Path) -> None:
    hang, begun, bell = threading.Event(), threading.Event(), lifecycle.Bell()

    def open_app(settings: config.Settings) -> pretend.App:
        begun.set()
        hang.wait()
        return pretend.App(settings)

    def ring() -> None:
        begun.wait()
        bell.rung.set()

    threading.Thread(target=ring, daemon=True).start()
    with startup.opened(settings_of(tmp_path), open_app, bell, "run") as app:
        assert app is None
    hang.set()


def test_what_waiting_does_not_mend_is_raised_at_once(tmp_path: Path) -> None:
    def open_app(settings: config.Settings) -> pretend.App:
        raise errors.Misconfigured("the schema is old")

    with (
        pytest.raises(errors.Misconfigured),
        startup.opened(settings_of(tmp_path), open_app, lifecycle.Bell(), "run"),
    ):
        pass


@pytest.fixture(scope="module")
def guarded() -> Iterator[sa.URL]:
    """A PostgreSQL server that asks `bob` for his password; the URL is bob's, and right."""
    with postgres.private() as server:
        url = sa.make_url(server.database_url("postgres"))
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as conn:
            conn.execute("create role bob login password 'right'")
            row = conn.execute("show hba_file").fetchone()
            assert row is not None
            rules = Path(row[0])
            rules.write_text("host all bob 127.0.0.1/32 scram-sha-256\n" + rules.read_text())
            conn.execute("select pg_reload_conf()")
            bob = url.set(username="bob", password="right", host="127.0.0.1")
            ports.wait_until(lambda: connection_refused.wrong_setting(bob.set(password="wrong")) is not None)
        yield bob


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "wrong"}, "the password is wrong"),
        ({"username": "nobody-here"}, "not allowed to connect"),
        ({"database": "nowhere"}, "no such database"),
    ],
)
def test_an_address_that_never_works_is_told_by_its_code(
    guarded: sa.URL, change: dict[str, str], words: str
) -> None:
    url = guarded.set(**change)  # type: ignore[arg-type]
    with (
        closing(Database(url.render_as_string(hide_password=False))) as database,
        pytest.raises(errors.Misconfigured, match=worded(words)) as raised,
        connection_refused.told(database.url),
    ):
        database.ping()
    assert "wrong@" not in str(raised.value)
    assert "right" not in str(raised.value)


def test_a_server_that_is_away_is_waited_for(guarded: sa.URL) -> None:
    url = guarded.set(port=ports.free_port())
    with (
        closing(Database(url.render_as_string(hide_password=False))) as database,
        pytest.raises(errors.Unreachable),
        connection_refused.told(database.url),
    ):
        database.ping()
    assert connection_refused.wrong_setting(guarded) is None


def test_redis_is_asked_before_the_start() -> None:
    with redis_server.private() as server:
        broker.knock(server.url)
        with broker.connect(server.url) as client:
            client.config_set("requirepass", "secret")
        with pytest.raises(errors.Misconfigured, match=worded("password")):
            broker.knock(server.url)
    with pytest.raises(errors.Unreachable):
        broker.knock(f"redis://127.0.0.1:{ports.free_port()}/0")
    with pytest.raises(errors.Misconfigured):
        broker.knock("redis:/nonsense:x")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    home = make_home(tmp_path / "home").home
    return {
        "PATH": os.environ["PATH"],
        "RELANCE_HOME": str(home),
        "RELANCE_WEB_PORT": "0",
        "RELANCE_CONSOLE": "false",
    }


Start = Callable[..., processes.Process]


@pytest.fixture
def start(tmp_path: Path, environment: dict[str, str]) -> Iterator[Start]:
    """Starts the command as people type it."""
    running: list[processes.Process] = []

    def begin(*words: str) -> processes.Process:
        log = tmp_path / f"{len(running)}.log"
        running.append(
            processes.Process(processes.Program(command.relance(*words), log, environment=environment))
        )
        return running[-1]

    yield begin
    for each in running:
        each.kill()


def ended(process: processes.Process, seconds: float) -> int:
    ports.wait_until(lambda: not process.alive, seconds=seconds)
    assert process.code is not None
    return process.code


@pytest.mark.slow
@pytest.mark.parametrize("words", [("worker", "--processes", "1")])
def test_a_daemon_waits_for_the_database_and_goes_on_or_stops(
    words: tuple[str, ...], start: Start, environment: dict[str, str], postgres_url: str, redis_url: str
) -> None:
    """Stopped while the database is away; and once more until it is back."""
    migrated.build(postgres_url)
    port = ports.free_port()
    url = sa.make_url(postgres_url).set(host="127.0.0.1", port=port)
    environment["RELANCE_DATABASE_URL"] = url.render_as_string(hide_password=False)
    environment["RELANCE_REDIS_URL"] = redis_url
    first, second = start(*words), start(*words)
    for process in (first, second):
        ports.wait_until(lambda process=process: "waiting until it answers" in process.log(), seconds=60)  # type: ignore[misc]
    os.kill(first.pid, signal.SIGTERM)
    assert ended(first, 10) == 0
    with silent.running(sa.make_url(postgres_url).port or 5432, port):
        ports.wait_until(lambda: "ready pid=" in second.log(), seconds=60)
        os.kill(second.pid, signal.SIGTERM)
        assert ended(second, 60) == 0


def test_a_wrong_setting_ends_a_daemon_with_2_and_a_sentence(
    start: Start, environment: dict[str, str], guarded: sa.URL
) -> None:
    environment["RELANCE_DATABASE_URL"] = guarded.set(password="wrong").render_as_string(hide_password=False)
    process = start("web")
    assert ended(process, 60) == 2
    assert in_english("the password is wrong") in process.log()
    assert "Traceback" not in process.log()
