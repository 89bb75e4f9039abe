"""Our own daemons as real processes, and the supervisor that starts again what died, as an operator's would."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.grounds import group
from tests.servers import command, processes
from tests.servers.ports import wait_until

REST_SECONDS = 0.3  # of the supervisor, before it starts a daemon again


@dataclass
class Daemon:
    """One place for a daemon. Every process that was ever in it is remembered until its whole group has ended."""

    name: str
    arguments: tuple[str, ...]
    log: Path
    environment: Mapping[str, str]
    process: processes.Process | None = None
    former: list[processes.Process] = field(default_factory=list)
    again_at: float = 0.0
    frozen_until: float | None = None
    starts: int = 0

    def start(self) -> None:
        program = processes.Program(
            command.relance(*self.arguments), self.log, goodbye=signal.SIGKILL, environment=self.environment
        )
        if self.process is not None:
            self.former.append(self.process)
        self.process = processes.Process(program)
        self.starts += 1

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.alive

    @property
    def ready(self) -> bool:
        """Whether its latest process has said that it is ready."""
        return (
            self.alive and self.process is not None and f"ready pid={self.process.pid}" in self.process.log()
        )

    def children(self) -> list[int]:
        """The processes of its group besides itself."""
        if self.process is None:
            return []
        return [pid for pid in group(self.process.pid) if pid != self.process.pid]

    def look(self) -> None:
        """Thaw what was frozen long enough; start again what has ended."""
        now = time.monotonic()
        if self.frozen_until is not None and now >= self.frozen_until:
            self.thaw()
        if not self.alive and self.again_at == 0.0:
            self.again_at = now + REST_SECONDS
        elif not self.alive and now >= self.again_at:
            self.again_at = 0.0
            self.start()

    def freeze(self, seconds: float) -> None:
        if self.process is not None:
            self.process.signal(signal.SIGSTOP)
            self.frozen_until = time.monotonic() + seconds

    def thaw(self) -> None:
        if self.process is not None:
            self.process.signal(signal.SIGCONT)
        self.frozen_until = None

    def end(self) -> None:
        """End every process that was ever started here, and their children."""
        for process in (*self.former, self.process):
            if process is not None:
                process.kill()


class Fleet:
    """All daemons of a run."""

    def __init__(self, daemons: list[Daemon]) -> None:
        self.daemons = daemons

    def start(self, seconds: float = 60.0) -> None:
        for daemon in self.daemons:
            daemon.start()
        try:
            wait_until(
                lambda: all(daemon.ready for daemon in self.daemons), seconds=seconds, what="the daemons"
            )
        except TimeoutError:
            raise RuntimeError("\n".join(daemon.log.read_text() for daemon in self.daemons)) from None

    def look(self) -> None:
        for daemon in self.daemons:
            daemon.look()

    def thaw(self) -> None:
        for daemon in self.daemons:
            daemon.thaw()

    def end(self) -> None:
        for daemon in self.daemons:
            daemon.end()

    def leave(self, seconds: float) -> None:
        """Ask everybody to finish the mails under way and go; whoever is left after `seconds` is ended."""
        for daemon in self.daemons:
            daemon.thaw()
            if daemon.alive and daemon.process is not None:
                os.kill(daemon.process.pid, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            wait_until(lambda: not any(daemon.alive for daemon in self.daemons), seconds=seconds)
        self.end()

    def calm(self) -> bool:
        """Whether everything stands, thawed."""
        return all(daemon.ready and daemon.frozen_until is None for daemon in self.daemons)


def of(environment: Mapping[str, str], folder: Path, *, embedded: bool) -> Fleet:
    """`relance run`, or a scheduler, two workers and one parent with two worker processes."""

    def daemon(name: str, *arguments: str) -> Daemon:
        return Daemon(name, arguments, folder / f"{name}.log", environment)

    if embedded:
        return Fleet([daemon("run", "run", "--threads", "4")])
    return Fleet(
        [
            daemon("scheduler", "scheduler"),
            daemon("worker-a", "worker", "--threads", "4"),
            daemon("worker-b", "worker", "--threads", "4"),
            daemon("workers", "worker", "--threads", "3", "--processes", "2"),
        ]
    )
