"""The play's work done by daemons in processes of their own: a scheduler, workers, a web server."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from relance import errors
from relance.app import Relance
from tests.servers import command


class Daemons:
    """Running daemons, by name."""

    def __init__(self) -> None:
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *arguments: str, ready: int = 1) -> None:
        """Start a daemon and wait until it, and every child it has, says that it is ready."""
        process = subprocess.Popen(
            command.relance(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.processes[name] = process
        lines = iter(process.stdout or ())
        for _ in range(ready):
            line = next(lines, b"")
            if b"ready" not in line:
                process.kill()
                raise errors.Broken(f"the {name} did not start: {line!r}")

    def check(self) -> None:
        for name, process in self.processes.items():
            if process.poll() is not None:
                words = process.stderr.read().decode() if process.stderr else ""
                raise errors.Broken(f"the {name} ended with {process.returncode}: {words}")

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for pipe in (process.stdout, process.stderr):
                if pipe:
                    pipe.close()


def hire(workers: int) -> Callable[[Relance, socket.socket], AbstractContextManager[Daemons]]:
    """What `play` takes: `relance scheduler`, `relance worker --processes N` and `relance web`."""

    @contextmanager
    def hired(relance: Relance, bound: socket.socket) -> Iterator[Daemons]:
        bound.close()  # the web daemon binds it
        daemons = Daemons()
        home = ("--home", str(relance.settings.home))
        try:
            daemons.start("web server", *home, "web")
            daemons.start("workers", *home, "worker", "--processes", str(workers), ready=1 + workers)
            daemons.start("scheduler", *home, "scheduler")
            yield daemons
        finally:
            daemons.stop()

    return hired
