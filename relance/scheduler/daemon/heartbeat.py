"""The heartbeat of a daemon: says in the database that it is at work, and takes up what the dead left behind."""

from __future__ import annotations

import threading

import structlog

from relance import clock, errors
from relance.engine.processes.attendance import BEAT
from relance.scheduler import app_protocol
from relance.scheduler.daemon.watchdog import Pulse
from relance.scheduler.queue import hints

BEAT_SECONDS = BEAT.total_seconds()  # `ALIVE` beside it waits for three
AGAIN_SECONDS = 5.0  # after one that could not be written: what was left meanwhile is taken up soon
STILL_SECONDS, END_SECONDS = 150.0, 600.0  # a beat waits for the database, which may take two answers
GOODBYE_SECONDS = 5.0


class Presence:
    """A part of a daemon. That it cannot be written (a database away, or read-only) is never a reason to stop."""

    name = "heartbeat"

    def __init__(self, app: app_protocol.App, role: str, sender: hints.Hints | None = None) -> None:
        self.app = app
        self.role = role
        self.hints = sender
        self.halted: str | None = None  # why nothing is sent, as of the last beat
        self.missed = ""  # why the last beat failed
        self.unwritable = False  # whether it failed for a disk that is full or only read
        self.beaten: float | None = None  # when one last went well
        self.moved = clock.elapsed()
        self.stopping = threading.Event()
        self.log = structlog.get_logger(__name__)
        self.thread = threading.Thread(target=self._run, name="relance-heartbeat", daemon=True)

    def start(self) -> None:
        """The first beat comes before the process says that it is ready."""
        self.beat()
        self.thread.start()

    def trouble(self) -> str | None:
        """Not to be seen is no reason to stop mailing."""
        return None

    def pulses(self) -> list[Pulse]:
        """Whether beats are tried, however they end."""
        age = clock.elapsed() - self.moved
        return [Pulse("heartbeat", "the heartbeat", age, STILL_SECONDS, END_SECONDS)]

    def stop(self, seconds: float) -> None:
        """Say goodbye, where that can be done at once."""
        self.stopping.set()
        goodbye = threading.Thread(target=self._leave, name="relance-goodbye", daemon=True)
        goodbye.start()
        goodbye.join(min(seconds, GOODBYE_SECONDS))

    def beat(self) -> None:
        """One beat. Never raises."""
        self.moved = clock.elapsed()
        if self.hints is not None:
            self.hints.knock()
        away = self.hints is not None and self.hints.away_since is not None
        refuses = self.hints is not None and bool(self.hints.refused)
        try:
            self.halted = self.app.beat(self.role, broker_away=away, broker_refuses=away and refuses)
            self._take_up()
        except Exception as fault:
            self.unwritable = isinstance(fault, errors.Unwritable)
            self._missed(str(fault) if isinstance(fault, errors.RelanceError) else repr(fault))
        else:
            if self.missed:
                self.log.info("the heartbeat is written again")
            self.missed, self.unwritable, self.beaten = "", False, clock.elapsed()
        self.moved = clock.elapsed()

    def _missed(self, reason: str) -> None:
        if not self.missed:
            self.log.warning("the heartbeat cannot be written; the work goes on", reason=reason)
        self.missed = reason

    def _take_up(self) -> None:
        """Mailboxes of processes that died meanwhile, and whose hints may have died with them; and those that this one
        could not give back while the database was away."""
        free = self.app.give_back()
        if free:
            self.log.warning(
                "took over mailboxes whose turns are no longer being worked on", mailboxes=len(free)
            )
        if free and self.hints is not None:
            self.hints.renew(free)

    def _leave(self) -> None:
        try:
            self.app.leave()
        except Exception as fault:
            self.log.debug("the end of this process could not be recorded", reason=repr(fault))

    def _run(self) -> None:
        while not self.stopping.wait(min(AGAIN_SECONDS, BEAT_SECONDS) if self.missed else BEAT_SECONDS):
            self.beat()
