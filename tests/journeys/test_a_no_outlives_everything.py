"""A no said to a real web server whose database is locked, which is then killed: the next one carries it out."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from relance.app import Relance, building
from relance.config import Settings, make_home
from relance.tracking.links import Links
from tests.servers import command, ports, processes

EVE = "eve@acme.example"
READY = ": ready"  # "Address already in use" has the word, too
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@contextmanager
def web(home: Path, port: int, said: str = READY, what: str = "web") -> Iterator[processes.Process]:
    program = command.relance("--home", str(home), what, "--port", str(port))
    environment = {**os.environ, "RELANCE_CONSOLE_PORT": "0"}
    process = processes.Process(processes.Program(program, home / "web.log", environment=environment))
    try:
        process.wait_ready(lambda: said in process.log(), seconds=60)
        yield process
    finally:
        process.kill()


def ask(port: int, method: str, url: str) -> tuple[int, str]:
    with contextlib.closing(http.client.HTTPConnection(ports.LOOPBACK, port, timeout=20)) as line:
        body = b"List-Unsubscribe=One-Click" if method == "POST" else None
        line.request(method, url.partition(ports.LOOPBACK)[2], body, FORM)
        answer = line.getresponse()
        return answer.status, answer.getheader("location") or ""


def test_a_no_to_a_locked_database_outlives_the_process_that_heard_it(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home").home
    settings = Settings(home=home)
    with Relance(settings) as relance:
        relance.contacts.add(EVE)
    links = Links(f"http://{ports.LOOPBACK}", building.signer(settings))
    port = ports.free_port()
    with (
        web(home, port) as process,
        contextlib.closing(sqlite3.connect(home / "relance.db", isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        assert ask(port, "GET", links.click_url(5, 0, "https://acme.example/x")) == (
            302,
            "https://acme.example/x",
        )
        assert ask(port, "POST", links.unsubscribe_url(5, EVE))[0] == 202
        process.signal(signal.SIGKILL)
        ports.wait_until(lambda: not process.alive)
    assert [path.suffix for path in (home / "noes").iterdir()] == [".no"]
    with web(home, port), Relance(settings) as relance:
        ports.wait_until(lambda: relance.contacts.suppressions(), what="the wish")
        assert [each.value for each in relance.contacts.suppressions()] == [EVE]
    assert list((home / "noes").iterdir()) == []


@pytest.mark.parametrize("what", ["web", "run"])
def test_who_comes_while_the_server_waits_for_its_database_is_served_as_well_as_can_be(
    tmp_path: Path, what: str
) -> None:
    home = make_home(tmp_path / "home").home
    settings = Settings(home=home)
    with Relance(settings) as relance:
        relance.contacts.add(EVE)
    links = Links(f"http://{ports.LOOPBACK}", building.signer(settings))
    port = ports.free_port()
    with contextlib.closing(sqlite3.connect(home / "relance.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with web(home, port, "", what) as process:
            ports.wait_until(lambda: ports.answers(port))
            assert ask(port, "GET", links.click_url(5, 0, "https://acme.example/x")) == (
                302,
                "https://acme.example/x",
            )
            assert ask(port, "GET", links.click_url(5, 0, ""))[0] == 503
            assert ask(port, "POST", links.unsubscribe_url(5, EVE))[0] == 202
            assert READY not in process.log()
            other.execute("COMMIT")
            ports.wait_until(lambda: READY in process.log(), seconds=60)
            with Relance(settings) as relance:
                ports.wait_until(lambda: relance.contacts.suppressions(), what="the wish")
            assert ask(port, "POST", links.unsubscribe_url(5, EVE))[0] == 200
            process.stop(30)
