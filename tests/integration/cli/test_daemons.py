"""The daemons apart, over the real engine on PostgreSQL and Redis."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from relance import config
from tests.servers import ports, processes

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-c", "from relance.cli import main; main()"]


@pytest.fixture
def environment(tmp_path: Path, postgres_url: str, redis_url: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "RELANCE_HOME": str(tmp_path),
        "RELANCE_DATABASE_URL": postgres_url,
        "RELANCE_REDIS_URL": redis_url,
        "RELANCE_SECRET_KEY": config.new_key(),
    }


def test_scheduler_worker_and_web_each_in_processes_of_their_own(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    before = subprocess.run(
        [*COMMAND, "scheduler"], capture_output=True, text=True, env=environment, check=False
    )
    assert before.returncode != 0
    assert "relance db upgrade" in before.stderr  # PostgreSQL waits for its operator
    subprocess.run([*COMMAND, "db", "upgrade"], env=environment, check=True, stdout=subprocess.DEVNULL)
    kinds = (("scheduler",), ("worker", "--processes", "2"), ("web", "--port", "0"))
    started: list[processes.Process] = []
    try:
        for words in kinds:
            log = tmp_path / f"{words[0]}.log"
            started.append(
                processes.Process(processes.Program([*COMMAND, *words], log, environment=environment))
            )
        for process, words in zip(started, kinds, strict=True):
            process.wait_ready(
                lambda process=process, words=words: f"relance {words[0]}: ready" in process.log(), seconds=90
            )  # type: ignore[misc]
        for process in started:
            os.kill(process.pid, signal.SIGTERM)
        for process in started:
            ports.wait_until(lambda process=process: not process.alive, seconds=60)  # type: ignore[misc]
            assert process._child.returncode == 0, process.log()
            assert "Traceback" not in process.log()
    finally:
        for process in started:
            process.kill()
