"""`relance run` and `relance console` as a user starts them: where the console is, a port that is taken, no price for other commands."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from relance import make_home
from tests.reworded import in_english
from tests.servers import command, ports, processes

ROOT = Path(__file__).parents[3]


@pytest.fixture
def environment(tmp_path):
    home = tmp_path / "home"
    make_home(home)
    return {
        "PATH": os.environ["PATH"],
        "RELANCE_HOME": str(home),
        "RELANCE_WEB_PORT": "0",
        "LC_ALL": "C.UTF-8",
    }


@contextlib.contextmanager
def started(environment, *words, **more):
    program = processes.Program(
        command.relance(*words),
        Path(environment["RELANCE_HOME"]) / "out.log",
        environment={**environment, **more},
    )
    process = processes.Process(program)
    try:
        yield process
    finally:
        process.kill()


def get(url):
    import urllib.request

    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.status, answer.read().decode()


@pytest.mark.parametrize("words", [("run",), ("console",)])
def test_the_console_is_where_the_ready_line_says(environment, words):
    with started(environment, *words, RELANCE_CONSOLE_PORT="0") as process:
        process.wait_ready(lambda: ": ready" in process.log(), 60)
        found = re.search(
            r"(http://\S+)\s*$", next(line for line in process.log().splitlines() if ": ready" in line)
        )
        assert found, process.log()
        status, text = get(f"{found.group(1)}/sign-in")
        assert status == 200
        assert "relance console invite" in text


def test_mail_goes_on_where_the_port_is_taken(environment):
    with socket.create_server((ports.LOOPBACK, 0)) as taken:
        port = str(taken.getsockname()[1])
        with started(environment, "run", RELANCE_CONSOLE_PORT=port) as process:
            process.wait_ready(lambda: "relance run: ready" in process.log(), 60)
            assert "console=" not in process.log()
            assert in_english(f"port {port}") in process.log()
            assert "console_port" in process.log()
        alone = subprocess.run(
            command.relance("console"),
            env={**environment, "RELANCE_CONSOLE_PORT": port},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert alone.returncode == 1


def test_it_can_be_turned_off(environment):
    with started(environment, "run", RELANCE_CONSOLE="false") as process:
        process.wait_ready(lambda: "relance run: ready" in process.log(), 60)
        assert "console=" not in process.log()


def test_the_first_link_is_a_managers(environment):
    shown = subprocess.run(
        command.relance("console", "invite", "ada@acme.example", "--json"),
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    made = json.loads(shown.stdout)
    assert (made["email"], made["role"]) == ("ada@acme.example", "manager")
    assert made["link"].startswith("http://127.0.0.1:8766/welcome/")


@pytest.mark.parametrize("words", ["--help", "console --help", "config"])
def test_other_commands_do_not_pay_for_the_console(environment, words):
    code = (
        "import sys; from relance.cli import main\n"
        f"sys.argv = ['relance', *{words.split()!r}]\n"
        "try: main()\nexcept SystemExit: pass\n"
        "found = [each for each in sys.modules if each.split('.')[0] in ('jinja2', 'segno', 'starlette', 'uvicorn') or each.startswith('relance.console')]\n"
        "print('LOADED', found)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.rstrip().endswith("LOADED []"), done.stdout[-300:]
