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
import sqlalchemy as sa

from relance import make_home
from tests.reworded import in_english
from tests.servers import command, migrated, ports, processes, silent

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


def test_the_console_is_served_as_soon_as_its_port_is_free(environment):
    """The process before had it still; nobody starts the mailing anew for that."""
    with contextlib.ExitStack() as stack:
        taken = stack.enter_context(socket.create_server((ports.LOOPBACK, 0)))
        port = str(taken.getsockname()[1])
        process = stack.enter_context(started(environment, "run", RELANCE_CONSOLE_PORT=port))
        process.wait_ready(lambda: "relance run: ready" in process.log(), 60)
        assert in_english("tries again every few seconds") in process.log()
        taken.close()
        process.wait_ready(lambda: "console=" in process.log(), 60)
        assert f"console=http://{ports.LOOPBACK}:{port}" in process.log()
        assert get(f"http://{ports.LOOPBACK}:{port}/sign-in")[0] == 200


def tried(environment, *words, **more):
    return subprocess.run(
        command.relance(*words), env={**environment, **more}, capture_output=True, text=True, timeout=60
    )


def test_both_ports_that_are_taken_are_named_at_once_with_what_to_do(environment):
    with socket.create_server((ports.LOOPBACK, 0)) as one, socket.create_server((ports.LOOPBACK, 0)) as two:
        web, console = (str(each.getsockname()[1]) for each in (one, two))
        done = tried(environment, "run", RELANCE_WEB_PORT=web, RELANCE_CONSOLE_PORT=console)
        alone = tried(environment, "console", RELANCE_CONSOLE_PORT=console)
    assert done.returncode == 1
    assert in_english("Set web_port (or --port) to a free one") in done.stderr
    assert in_english("Set console_port to a free one") in done.stderr  # `run` has no option for it
    assert in_english(f"The web console cannot listen on 127.0.0.1 port {console}") in done.stderr
    assert not done.stdout  # it did not run
    assert in_english("Set console_port (or --port) to a free one") in alone.stderr


def test_two_servers_on_one_port_are_told_apart(environment):
    port = str(ports.free_port())
    more = {"RELANCE_WEB_PORT": port, "RELANCE_CONSOLE_PORT": port}
    with started(environment, "run", **more) as process:
        process.wait_ready(lambda: "relance run: ready" in process.log(), 60)
        assert in_english(f"web_port and console_port are both {port}") in process.log()
        assert "console=" not in process.log()


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1"])
def test_an_address_that_is_not_of_this_computer_is_told_by_its_setting(environment, host):
    done = tried(environment, "console", RELANCE_CONSOLE_HOST=host)
    assert done.returncode == 1
    said = "Set console_host (or --host) to an address of this computer, such as 127.0.0.1."
    assert in_english(said) in done.stderr


@pytest.mark.parametrize("role", ["run", "console"])
def test_the_console_opens_though_redis_is_away_and_says_that_nothing_leaves(environment, role):
    more = {
        "RELANCE_REDIS_URL": f"redis://127.0.0.1:{ports.free_port()}/0",
        "RELANCE_CONSOLE_PORT": str(ports.free_port()),
    }
    with started(environment, role, **more) as process:
        process.wait_ready(lambda: f"relance {role}: ready" in process.log(), 60)
        assert get(f"http://127.0.0.1:{more['RELANCE_CONSOLE_PORT']}/sign-in")[0] == 200
        shown = tried(environment, "status", **more)
    if role == "run":
        assert in_english("Redis does not answer: nothing is sent until it is back") in shown.stderr


@pytest.mark.parametrize("role", ["run", "console"])
def test_while_the_database_is_away_the_console_says_so_and_opens_when_it_is_back(
    environment, postgres_url, role
):
    url, port = sa.make_url(postgres_url).set(host="127.0.0.1"), ports.free_port()
    migrated.build(postgres_url)
    more = {
        "RELANCE_DATABASE_URL": url.set(port=port).render_as_string(hide_password=False),
        "RELANCE_CONSOLE_PORT": str(ports.free_port()),
    }
    page = f"http://127.0.0.1:{more['RELANCE_CONSOLE_PORT']}/"
    with started(environment, role, **more) as process:
        process.wait_ready(lambda: "waiting until it answers" in process.log(), 60)
        ports.wait_until(lambda: outage(page), what="the page that says so")
        assert outage(page, "pl") != outage(page)
        with silent.running(sa.make_url(postgres_url).port or 5432, port):
            process.wait_ready(lambda: f"relance {role}: ready" in process.log(), 60)
            assert get(f"{page}sign-in")[0] == 200


def outage(page, language="en"):
    """What a page says with 503; nothing where it does not answer so."""
    import urllib.error
    import urllib.request

    try:
        urllib.request.urlopen(
            urllib.request.Request(page, headers={"Accept-Language": language}), timeout=10
        )
    except urllib.error.HTTPError as error:
        with error:
            text = error.read().decode()
            return text if error.code == 503 and f'lang="{language}"' in text else ""
    except OSError:
        return ""
    return ""


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
