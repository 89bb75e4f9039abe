"""A part of a daemon that does the same again and again in a thread of its own, away from every mail."""

from __future__ import annotations

import abc
import threading

import structlog

from relance import errors
from relance.scheduler import app_protocol


class Periodic(abc.ABC):
    """What all such parts share. Several may run: what they do is done by one at a time."""

    name: str
    seconds: float  # between two rounds
    doing: str  # what it does, for the log
    silent = False  # whether it is not worth a line in the log that a round has done something
    first_wait = 0.0  # seconds before the first round
    matters = True  # whether its end is a reason to stop the daemon
    goodbye: float | None = (
        None  # seconds that its end is waited for at most; None: as long as the daemon waits
    )

    def __init__(self, app: app_protocol.App) -> None:
        self.app = app
        self.stopping = threading.Event()
        self.log = structlog.get_logger(type(self).__module__)
        self.failing = False
        self.thread = threading.Thread(target=self.run, name=f"relance-{self.name}", daemon=True)

    @abc.abstractmethod
    def work(self) -> int:
        """One round; returns how much was done. May raise."""

    def start(self) -> None:
        """Begin, in a thread of its own: whoever is asked may be slow."""
        self.thread.start()

    def run(self) -> None:
        """Round after round, until told to stop."""
        self.stopping.wait(self.first_wait)
        while not self.stopping.is_set():
            self.look()
            self.stopping.wait(self.seconds)

    def look(self) -> None:
        """One round. Never raises: what fails is told once, and tried again."""
        try:
            done = self.work()
        except errors.RelanceError as trouble:
            self._failed(str(trouble))
        except Exception as fault:
            if not self.failing:
                self.log.exception("a regular task failed with an unexpected error", task=self.doing)
            self._failed(type(fault).__name__)
        else:
            self.failing = False
            if done and not self.silent:
                self.log.info("a regular task is done", task=self.doing, mailboxes=done)

    def _failed(self, reason: str) -> None:
        if not self.failing:
            self.log.warning(
                "a regular task failed; trying again until it works", task=self.doing, reason=reason
            )
        self.failing = True

    def trouble(self) -> str | None:
        """What is wrong with this part, if anything."""
        return None if not self.matters or self.thread.is_alive() else f"its thread ({self.doing}) has died"

    def stop(self, seconds: float) -> None:
        """Begin nothing further; what is under way ends within its own bounds."""
        self.stopping.set()
        self.thread.join(seconds if self.goodbye is None else min(seconds, self.goodbye))
