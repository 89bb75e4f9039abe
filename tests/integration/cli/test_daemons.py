"""The daemons apart, over the real engine on PostgreSQL and Redis."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from relance import config
from tests.reworded import in_english
from tests.servers import command, ports, processes


@pytest.fixture
def environment(tmp_path: Path, postgres_url: str, redis_url: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "RELANCE_HOME": str(tmp_path),
        "RELANCE_DATABASE_URL": postgres_url,
        "RELANCE_REDIS_URL": redis_url,
        "RELANCE_SECRET_KEY": config.new_key(),
    }


def test_scheduler_worker_and_web_each_in_processes_of_their_own(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    before = subprocess.run(
        command.relance("scheduler"), capture_output=True, text=True, env=environment, check=False
    )
    assert before.returncode != 0
    assert in_english("relance db upgrade") in before.stderr  # PostgreSQL waits for its operator
    subprocess.run(command.relance("db", "upgrade"), env=environment, check=True, stdout=subprocess.DEVNULL)
    workers = ("worker", "--processes", "2")
    kinds = {  # how each is started, and how many of its processes say that they are ready
        "scheduler": (command.relance("scheduler"), 1),
        "workers": (command.relance(*workers), 3),
        "workers by module": ([sys.executable, "-m", "relance", *workers], 3),
        "web": (command.relance("web", "--port", "0"), 1),
    }
    started: list[processes.Process] = []
    try:
        for name, (words, _) in kinds.items():
            log = tmp_path / f"{name}.log"
            started.append(processes.Process(processes.Program(words, log, environment=environment)))
        for process, (_, ready) in zip(started, kinds.values(), strict=True):
            process.wait_ready(
                lambda process=process, ready=ready: process.log().count(": ready") == ready, seconds=90
            )  # type: ignore[misc]
        for process in started:
            os.kill(process.pid, signal.SIGTERM)
        for process in started:
            ports.wait_until(lambda process=process: not process.alive, seconds=60)  # type: ignore[misc]
            assert process.code == 0, process.log()
            assert "Traceback" not in process.log()
    finally:
        for process in started:
            process.kill()
