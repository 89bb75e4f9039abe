"""Daemons as processes: ready, serving, draining, leaving at once, and looking after their children."""

from __future__ import annotations

import os
import re
import signal
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.sending import meters
from relance import config, errors
from relance.scheduler import daemons
from tests.reworded import worded
from tests.servers import ports, pretend, processes

ROOT = Path(__file__).parents[3]
READY = re.compile(r"relance \w+: ready pid=(\d+)(?: (http\S+))?")
Start = Callable[..., processes.Process]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a daemon over the pretended engine in `tmp_path` and waits until it says that it is ready."""
    running: list[processes.Process] = []

    def begin(what: str, *more: str, workers: int = 0, **extra: str) -> processes.Process:
        environment = {
            "PYTHONPATH": str(ROOT),
            "PATH": os.environ["PATH"],
            "RELANCE_WEB_PORT": "0",
            "RELANCE_CONSOLE": "false",
            **extra,
        }
        command = [sys.executable, "-m", "tests.servers.pretend", what, str(tmp_path), *more]
        log = tmp_path / f"{what}{len(running)}.log"
        process = processes.Process(processes.Program(command, log, environment=environment))
        running.append(process)
        process.wait_ready(lambda: len(READY.findall(process.log())) > workers, seconds=60)
        return process

    yield begin
    for process in running:
        process.kill()


def ended(process: processes.Process) -> int:
    ports.wait_until(lambda: not process.alive, seconds=60)
    code = process.code
    assert isinstance(code, int)
    return code


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_all_in_one_process_serves_the_web_and_the_mailboxes(start: Start, tmp_path: Path) -> None:
    ledger = pretend.Ledger(tmp_path)
    ledger.fill(mailboxes=5, each=4)
    port, health = ports.free_port(), ports.free_port()
    more = {"RELANCE_METRICS_PORT": str(port), "RELANCE_HEALTH_PORT": str(health)}
    process = start("run", RELANCE_LOG_FORMAT="json", **more)
    for path in ("live", "ready"):
        with urllib.request.urlopen(f"http://127.0.0.1:{health}/health/{path}") as answer:
            assert answer.status == 200
    address = READY.findall(process.log())[0][1]
    assert urllib.request.urlopen(address + "/").read() == b"hello"
    ports.wait_until(lambda: ledger.settled)
    ports.wait_until(lambda: b'relance_turns_total{end="done"}' in _get(port))
    os.kill(process.pid, signal.SIGTERM)
    assert ended(process) == 0
    assert ledger.clean
    assert '"event": "stopped"' in process.log()


def _get(port: int) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        body: bytes = answer.read()
    return body


def test_the_first_signal_finishes_the_mail_under_way(start: Start, tmp_path: Path) -> None:
    ledger = pretend.Ledger(tmp_path)
    ledger.knob("mail_seconds", 1.0)
    ledger.fill(mailboxes=3, each=50)
    process = start("run")
    ports.wait_until(lambda: ledger.count("begun = 1") >= 3)
    os.kill(process.pid, signal.SIGTERM)
    assert ended(process) == 0
    assert ledger.count("begun <> sent") == 0
    assert "waiting for the mails under way" in process.log()


def test_the_second_signal_leaves_at_once(start: Start, tmp_path: Path) -> None:
    ledger = pretend.Ledger(tmp_path)
    ledger.knob("mail_seconds", 120.0)
    ledger.fill(mailboxes=1, each=1)
    process = start("run")
    ports.wait_until(lambda: ledger.count("begun = 1"))
    os.kill(process.pid, signal.SIGINT)
    ports.wait_until(lambda: "waiting for the mails" in process.log())
    os.kill(process.pid, signal.SIGINT)
    assert ended(process) == 130
    assert ledger.count("begun = 1 AND sent = 0") == 1


def test_worker_processes_are_replaced_drained_and_never_orphaned(
    start: Start, tmp_path: Path, redis_url: str
) -> None:
    ledger = pretend.Ledger(tmp_path)
    ledger.knob("mail_seconds", 0.05)
    ledger.knob("batch", 3)
    start("scheduler", RELANCE_REDIS_URL=redis_url)
    parent = start("worker", "2", workers=2, RELANCE_REDIS_URL=redis_url)
    first = {int(pid) for pid, _ in READY.findall(parent.log())} - {parent.pid}
    assert len(first) == 2
    victim = min(first)
    os.kill(victim, signal.SIGKILL)
    ports.wait_until(lambda: len(READY.findall(parent.log())) == 4, seconds=60, what="the replacement")
    assert "a worker process died" in parent.log()
    ledger.fill(mailboxes=40, each=4)
    ports.wait_until(lambda: ledger.settled, seconds=60)
    assert ledger.clean
    assert len(ledger.all("SELECT DISTINCT pid FROM mails")) == 2
    children = {int(pid) for pid, _ in READY.findall(parent.log())} - {parent.pid, victim}
    os.kill(parent.pid, signal.SIGKILL)
    ports.wait_until(lambda: not any(map(alive, children)), seconds=30, what="the children's end")


def test_a_signal_to_the_whole_group_drains_every_worker(
    start: Start, tmp_path: Path, redis_url: str
) -> None:
    ledger = pretend.Ledger(tmp_path)
    ledger.knob("mail_seconds", 1.0)
    parent = start("worker", "2", workers=2, RELANCE_REDIS_URL=redis_url)
    start("scheduler", RELANCE_REDIS_URL=redis_url)
    ledger.fill(mailboxes=4, each=50)
    ports.wait_until(lambda: ledger.count("begun = 1") >= 4)
    parent.signal(signal.SIGTERM)  # as a service manager does; the parent tells its children once more
    assert ended(parent) == 0
    assert ledger.count("begun <> sent") == 0


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere they are spawned")
def test_worker_processes_share_what_they_have_loaded_and_end_with_who_forked_them(
    start: Start, tmp_path: Path, redis_url: str
) -> None:
    ledger = pretend.Ledger(tmp_path)
    parent = start("worker", "2", workers=2, RELANCE_REDIS_URL=redis_url)
    first = {int(pid) for pid, _ in READY.findall(parent.log())} - {parent.pid}
    for pid in first:
        whole, alone = meters.memory(pid)
        assert alone < whole / 2
    [forker] = {parent_of(pid) for pid in first}
    assert forker != parent.pid
    os.kill(forker, signal.SIGKILL)  # their end is not heard of any more: they leave, and others come
    ports.wait_until(lambda: not any(map(alive, first)), seconds=30, what="the children's end")
    ports.wait_until(lambda: len(READY.findall(parent.log())) == 5, seconds=60, what="others")
    start("scheduler", RELANCE_REDIS_URL=redis_url)
    ledger.fill(mailboxes=4, each=4)
    ports.wait_until(lambda: ledger.settled, seconds=60)
    assert ledger.clean
    children = {int(pid) for pid, _ in READY.findall(parent.log())} - {parent.pid}
    parent.signal(signal.SIGTERM)
    assert ended(parent) == 0
    assert not any(map(alive, children))


def test_daemons_that_need_redis_say_so(tmp_path: Path) -> None:
    settings = config.Settings(home=tmp_path)
    with pytest.raises(errors.Misconfigured, match=worded("RELANCE_REDIS_URL")):
        daemons.run_worker(settings, pretend.App)
    with pytest.raises(errors.Misconfigured, match=worded("relance run")):
        daemons.run_scheduler(pretend.App(settings))


def test_a_worker_that_can_not_start_ends_the_whole(start: Start, tmp_path: Path, redis_url: str) -> None:
    (tmp_path / "poison").touch()  # the pretended engine does not open in a child
    with pytest.raises(RuntimeError, match="did not start"):
        start("worker", "2", RELANCE_REDIS_URL=redis_url)
