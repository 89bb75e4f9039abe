"""Several worker processes under one: started, watched, started again when one dies, stopped together."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import Any

import structlog

from relance import clock

FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 1.0, 30.0
HEALTHY_SECONDS = 60.0  # a child that lived so long died of something new


@dataclass
class Child:
    """One place for a worker process."""

    process: BaseProcess
    begun: float
    deaths: int = 0
    again_at: float | None = None


class Children:
    """A part of a daemon. Spawned, not forked: no child inherits a connection, a lock or a thread."""

    name = "workers"

    def __init__(self, how_many: int, target: Callable[..., None], args: tuple[Any, ...]) -> None:
        self.how_many = how_many
        self.target = target
        self.args = args
        self.context = multiprocessing.get_context("spawn")
        self.places: list[Child] = []
        self.log = structlog.get_logger(__name__)

    def start(self) -> None:
        """Start all of them."""
        self.places = [Child(self._spawn(), clock.elapsed()) for _ in range(self.how_many)]

    def trouble(self) -> str | None:
        """Looks after the children. One that died is started again, each time a little later."""
        now = clock.elapsed()
        for place in self.places:
            if place.again_at is None and not place.process.is_alive():
                self._bury(place, now)
            elif place.again_at is not None and now >= place.again_at:
                place.process, place.begun, place.again_at = self._spawn(), now, None
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

    def _spawn(self) -> BaseProcess:
        process = self.context.Process(target=self.target, args=self.args, name="relance-worker")
        process.start()
        return process

    def _bury(self, place: Child, now: float) -> None:
        place.deaths = 1 if now - place.begun > HEALTHY_SECONDS else place.deaths + 1
        rest = min(LONGEST_REST_SECONDS, FIRST_REST_SECONDS * 2 ** (min(place.deaths, 10) - 1))
        place.again_at = now + rest
        code = place.process.exitcode
        cause = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
        self.log.error("a worker process died", pid=place.process.pid, cause=cause, again_in_seconds=rest)
