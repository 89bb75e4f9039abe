"""The play's work done by daemons in processes of their own: a scheduler, workers, a web server."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from relance import errors
from relance.app import Relance
from tests.servers.ports import answers, wait_until

COMMAND = [sys.executable, "-c", "import sys; from relance.cli import main; sys.exit(main())"]


class Daemons:
    """Running daemons, by name."""

    def __init__(self) -> None:
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *arguments: str) -> None:
        self.processes[name] = subprocess.Popen(
            [*COMMAND, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )

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
            if process.stderr:
                process.stderr.close()


def hire(workers: int) -> Callable[[Relance, socket.socket], AbstractContextManager[Daemons]]:
    """What `play` takes: `relance scheduler`, `relance worker --processes N` and `relance web`."""

    @contextmanager
    def hired(relance: Relance, bound: socket.socket) -> Iterator[Daemons]:
        port = bound.getsockname()[1]
        bound.close()  # the web daemon binds it
        daemons = Daemons()
        home = ("--home", str(relance.settings.home))
        try:
            daemons.start("web server", *home, "web")
            daemons.start("workers", *home, "worker", "--processes", str(workers))
            daemons.start("scheduler", *home, "scheduler")
            wait_until(lambda: answers(port), what="the web server")
            yield daemons
        finally:
            daemons.stop()

    return hired
