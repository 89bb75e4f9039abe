"""The one actor, `turn(mailbox_id)`: a hint has come, so serve that mailbox."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import dramatiq
import structlog

from relance import clock, errors
from relance.scheduler import app_protocol
from relance.scheduler.monitoring import metrics
from relance.scheduler.queue import broker as brokers
from relance.scheduler.queue import hints

FIRST_REST_SECONDS = 5.0
LONGEST_REST_SECONDS = 300.0
ROOM_SECONDS = 0.02  # between two questions whether there is room
WAITING_SECONDS = 5.0  # a turn that has not moved for so long waits for somebody, and makes room for another
FULL_REST_SECONDS = 5.0  # while the disk is full; a try costs a statement
SAID_SECONDS = 60.0


class Turns:
    """Gives mailboxes their turns and lets nothing that goes wrong out into the worker thread."""

    def __init__(self, app: app_protocol.App, sender: hints.Hints, figures: metrics.Meters) -> None:
        self.app = app
        self.hints = sender
        self.figures = figures
        self.stopping = threading.Event()
        self.after: Callable[[], None] = lambda: None  # called when a turn has ended
        self.told: float | None = None  # when it was last told that nothing can be written
        self.failures: dict[int, int] = {}  # turns in a row that failed, by mailbox
        self.most = 1_000_000  # turns that move at the same time
        self.running = 0
        self.moved: dict[
            object, tuple[int, float]
        ] = {}  # the turns under way: mailbox, and when each last moved
        self.lock = threading.Lock()
        self.log = structlog.get_logger(__name__)

    def run(self, mailbox_id: int) -> None:
        """One turn. While the process is stopping, none is begun."""
        if self.stopping.is_set():
            self.hints.done(mailbox_id)
            return
        mark = object()
        while not self._room(mark, mailbox_id):
            if self.stopping.wait(ROOM_SECONDS):
                self.hints.done(mailbox_id)
                return
        self._count(+1)
        try:
            with self.figures.timing(self.figures.turn_seconds):
                end, again = self._turn(mailbox_id, lambda: self._asked(mark, mailbox_id))
        finally:
            self._count(-1)
            self.moved.pop(mark, None)
        self.figures.turns.labels(end).inc()
        if again and not self.stopping.is_set():
            self.hints.send([mailbox_id])
        self.after()

    def _asked(self, mark: object, mailbox_id: int) -> bool:
        """Whether to stop. A turn asks before each mail: it moves."""
        self.moved[mark] = (mailbox_id, clock.elapsed())
        return self.stopping.is_set()

    def _room(self, mark: object, mailbox_id: int) -> bool:
        """Whether one more turn may be under way; it is, then."""
        with self.lock:
            room = len(self.moved) - self.still(WAITING_SECONDS) < self.most
            if room:
                self.moved[mark] = (mailbox_id, clock.elapsed())
            return room

    def still(self, seconds: float) -> int:
        """How many turns have not moved for so long."""
        now = clock.elapsed()
        return sum(now - moved > seconds for _, moved in list(self.moved.values()))

    def _turn(self, mailbox_id: int, stop: Callable[[], bool]) -> tuple[str, bool]:
        """The turn itself: how it ended, and whether this mailbox has more to do at once."""
        try:
            report = self.app.turn(mailbox_id, stop)
        except errors.Superseded:
            self.hints.done(mailbox_id)
            return "superseded", False
        except errors.Unwritable as full:
            self.hints.rest(mailbox_id, FULL_REST_SECONDS)  # of the disk, not of the mailbox
            self._tell(str(full))
            return "trouble", False
        except errors.RelanceError as trouble:
            self._rest(mailbox_id)
            self.log.warning("a turn could not be finished", mailbox=mailbox_id, reason=str(trouble))
            return "trouble", False
        except Exception:
            self._rest(mailbox_id)
            self.log.exception("a turn failed with an unexpected error", mailbox=mailbox_id)
            return "failed", False
        if report.words:
            self.log.warning("a turn ended early", mailbox=mailbox_id, reason=report.words)
        self.figures.used(report.smtp)
        self.failures.pop(mailbox_id, None)
        self.hints.done(mailbox_id)
        return "done", report.more

    def _tell(self, reason: str) -> None:
        """Once a minute for all mailboxes: it is the same for each of them."""
        now = clock.elapsed()
        with self.lock:
            told, self.told = self.told, now
            if told is not None and now - told < SAID_SECONDS:
                self.told = told
                return
        self.log.error("nothing can be written here, so nothing is sent", reason=reason)

    def _rest(self, mailbox_id: int) -> None:
        """Keep a mailbox whose turns fail from being tried in every round."""
        row = self.failures[mailbox_id] = self.failures.get(mailbox_id, 0) + 1
        self.hints.rest(mailbox_id, min(LONGEST_REST_SECONDS, FIRST_REST_SECONDS * 2 ** (min(row, 10) - 1)))

    def _count(self, step: int) -> None:
        with self.lock:
            self.running += step
        self.figures.running.inc(step)


def declare(broker: dramatiq.Broker, turns: Turns) -> dramatiq.Actor[Any, None]:
    """Make the broker's workers serve hints with `turns`.

    No retries, and no time limit: an interrupt in the wait for the reply to the final dot would make "sent or not?"
    unanswerable. Both are Dramatiq middlewares, which our brokers simply do not carry. Stale hints are dropped by
    `broker.Hygiene`.
    """
    make = dramatiq.actor(broker=broker, actor_name=hints.ACTOR, queue_name=brokers.QUEUE)
    return make(turns.run)
