"""Several worker processes under one: started, watched, started again when one dies, stopped together."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import connection, resource_tracker
from multiprocessing.process import BaseProcess
from typing import Any

import structlog

from relance import clock, errors
from relance.wording import Text

FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 1.0, 30.0
START_SECONDS = 120.0  # importing everything takes seconds on a busy machine
HEALTHY_SECONDS = 60.0  # a child that lived so long died of something new
STOPS = {signal.SIGTERM}
# What a service manager tells the whole group. The process that forks the children is to outlive them.


@dataclass
class Child:
    """One place for a worker process."""

    number: int
    process: BaseProcess
    ear: connection.Connection  # it says here that it is ready
    begun: float
    deaths: int = 0
    again_at: float | None = None


class Children:
    """A part of a daemon. No child inherits a connection, a lock or a thread: on Linux they are forked from a process that has
    only loaded what they share, elsewhere spawned."""

    name = "workers"

    def __init__(
        self,
        how_many: int,
        target: Callable[..., None],
        args: tuple[Any, ...],
        *,
        shared: Sequence[str] = (),
    ) -> None:
        """`target(number, ready, *args)` runs in each child and calls `ready()` when it has started. `shared`: modules that
        they have in common, loaded once for all of them and in this order."""
        self.how_many = how_many
        self.target = target
        self.args = args
        self.context = _context(shared)
        self.places: list[Child] = []
        self.log = structlog.get_logger(__name__)

    def start(self) -> None:
        """Start all of them. One that does not get ready ends the whole: it would fail the next time too."""
        for number in range(self.how_many):
            self.places.append(Child(number, *self._spawn(number), clock.elapsed()))
        deadline = clock.elapsed() + START_SECONDS
        for place in self.places:
            connection.wait([place.ear, place.process.sentinel], max(0.0, deadline - clock.elapsed()))
            if not _ready(place):
                self.stop(START_SECONDS)
                raise errors.Broken(Text("A worker process did not start; its log says why."))

    def trouble(self) -> str | None:
        """Looks after the children. One that died is started again, each time a little later."""
        now = clock.elapsed()
        for place in self.places:
            if place.again_at is None and not place.process.is_alive():
                self._bury(place, now)
            elif place.again_at is not None and now >= place.again_at:
                place.ear.close()
                place.process, place.ear = self._spawn(place.number)
                place.begun, place.again_at = now, None
        return None

    def stop(self, seconds: float) -> None:
        """Ask all to stop, wait, and end those that did not."""
        deadline = clock.elapsed() + seconds
        for place in self.places:
            if place.process.is_alive():
                place.process.terminate()
        for place in self.places:
            place.process.join(max(0.1, deadline - clock.elapsed()))
            if place.process.is_alive():
                place.process.kill()
                place.process.join()

    def kill(self) -> None:
        """End all of them at once, from a signal handler."""
        for place in self.places:
            with contextlib.suppress(OSError):
                if place.process.pid and place.process.exitcode is None:
                    os.kill(place.process.pid, signal.SIGKILL)

    def _spawn(self, number: int) -> tuple[BaseProcess, connection.Connection]:
        ear, mouth = self.context.Pipe(duplex=False)
        process = self.context.Process(
            target=_run, args=(self.target, number, mouth, self.args), name=f"relance-worker-{number}"
        )
        with _stops_wait():
            process.start()
        mouth.close()  # the child has its own end; when it dies, ours reads the end of file
        return process, ear

    def _bury(self, place: Child, now: float) -> None:
        place.deaths = 1 if now - place.begun > HEALTHY_SECONDS else place.deaths + 1
        rest = min(LONGEST_REST_SECONDS, FIRST_REST_SECONDS * 2 ** (min(place.deaths, 10) - 1))
        place.again_at = now + rest
        code = place.process.exitcode
        cause = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
        self.log.error("a worker process died", pid=place.process.pid, cause=cause, again_in_seconds=rest)


def _context(
    shared: Sequence[str],
) -> multiprocessing.context.SpawnContext | multiprocessing.context.ForkServerContext:
    if sys.platform != "linux":  # where not everything that is loaded may be forked
        return multiprocessing.get_context("spawn")
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload([*shared])
    return made


@contextlib.contextmanager
def _stops_wait() -> Iterator[None]:
    """What is begun meanwhile, and what that forks, is told to stop only once it is ready to hear it."""
    resource_tracker.ensure_running()  # it would unblock them when it is started
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _run(
    target: Callable[..., None], number: int, mouth: connection.Connection, args: tuple[Any, ...]
) -> None:
    """In the child. A parent that no longer listens is noticed elsewhere."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)

    def ready() -> None:
        with contextlib.suppress(OSError):
            mouth.send_bytes(b"ready")

    try:
        target(number, ready, *args)
    finally:
        gc.freeze()  # the process ends: to look through all it holds once more would take a busy machine seconds


def _ready(place: Child) -> bool:
    try:
        return place.ear.poll() and place.ear.recv_bytes() == b"ready"
    except EOFError:
        return False
