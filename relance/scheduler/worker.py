"""The hands: a Dramatiq worker inside this process, watched and stopped with care."""

from __future__ import annotations

import queue
import threading
from typing import Any

import dramatiq
import structlog

from relance import clock, errors
from relance.scheduler import actors
from relance.scheduler import jobs as long_work
from relance.scheduler.daemon.watchdog import Pulse
from relance.scheduler.monitoring import metrics

POLL_MS = 250  # how long an idle consumer waits on its queue
REST_SECONDS = 30.0  # how long an idle thread waits: it is woken for a turn and for the end
STILL_SECONDS, END_SECONDS = (
    900.0,
    3600.0,
)  # of one turn: between two mails a server may take ten minutes (RFC 5321), a look more
ALL_END_SECONDS = 1200.0  # where no thread is left
GRACE_SECONDS = 1.0  # in which a turn without a mail under way may end by itself
SETTLE_SECONDS = (
    3.0  # after the last turn: for acknowledgements, which a broker that is away would hold up for ever
)


class _Waiting(queue.PriorityQueue[Any]):
    """Dramatiq's queue between its consumers and its threads, which can wake who waits. So an idle thread sleeps, where Dramatiq's
    looks again and again whether it is to stop: sixteen of them cost more than the hints they wait for."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = False

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """As any queue's; raises `queue.Empty` at once when it is closed, and perhaps sooner than asked."""
        with self.not_empty:
            if block and not self.closed and not self._qsize():
                self.not_empty.wait(timeout)
            if not self._qsize():
                raise queue.Empty
            return self._get()

    def close(self) -> None:
        """Let go of who waits, now and from now on."""
        with self.not_empty:
            self.closed = True
            self.not_empty.notify_all()


class Hands:
    """A part of a daemon: `threads` mailboxes are served at once, and as many more may wait for silent servers."""

    name = "worker"

    def __init__(
        self,
        broker: dramatiq.Broker,
        turns: actors.Turns,
        threads: int,
        figures: metrics.Meters,
        jobs: long_work.JobFinder | None = None,
    ) -> None:
        self.broker = broker
        self.turns = turns
        self.jobs = jobs
        self.figures = figures
        turns.most = threads
        turns.app.hands(threads)
        self.worker = dramatiq.Worker(broker, worker_threads=2 * threads, worker_timeout=POLL_MS)
        self.waiting = self.worker.work_queue = _Waiting()
        self.worker.queue_prefetch = (
            2 * threads
        )  # no more than there are threads: the others are for idle processes
        self.log = structlog.get_logger(__name__)

    def start(self) -> None:
        """Start serving."""
        actors.declare(self.broker, self.turns)
        if self.jobs is not None:
            long_work.declare(self.broker, self.jobs)
        self.broker.emit_after(
            "process_boot"
        )  # Dramatiq's own command line does; middlewares may count on it
        self.worker.start()
        for thread in self.worker.workers:
            thread.timeout = REST_SECONDS
        self.figures.workers.set(self._alive())

    def trouble(self) -> str | None:
        """Dramatiq does not replace a thread that died: too few of them is for the supervisor to mend, by a restart."""
        alive = self._alive()
        self.figures.workers.set(alive)
        if alive < self.worker.worker_threads:
            return f"only {alive} of {self.worker.worker_threads} worker threads are alive"
        if not all(consumer.is_alive() for consumer in self.worker.consumers.values()):
            return "the thread that reads the broker has died"
        return None

    def pulses(self) -> list[Pulse]:
        """Whether the turns under way move; and whether any thread does, where all are at work."""
        now = clock.elapsed()
        turns = list(self.turns.moved.values())
        found = [
            Pulse("turn", f"the turn of mailbox {mailbox}", now - moved, STILL_SECONDS, END_SECONDS)
            for mailbox, moved in turns
        ]
        if len(turns) >= self.worker.worker_threads:
            latest = max(moved for _, moved in turns)
            found.append(Pulse("hands", "every worker thread", now - latest, STILL_SECONDS, ALL_END_SECONDS))
        return found

    def stop(self, seconds: float) -> None:
        """Begin no turn, wait for the mails under way and their record; turns that only wait for a server are let go."""
        self.turns.stopping.set()
        if self.jobs is not None:
            self.jobs.stopping.set()
        deadline = clock.elapsed() + seconds
        stopper = threading.Thread(target=self._end, args=(seconds,), name="relance-drain", daemon=True)
        stopper.start()
        if self.turns.running:
            self.log.info("waiting for the mails under way", turns=self.turns.running)
        begun = clock.elapsed()
        while stopper.is_alive() and self._moving() and clock.elapsed() < deadline:
            stopper.join(0.1)
            # Asked again and again: each asking keeps further bodies from beginning.
            if self.turns.app.ending() == 0 and self._waited(begun):
                self._let_go()
                break
        if not self.turns.running:
            stopper.join(SETTLE_SECONDS)
        if self.turns.running:
            self.log.warning(
                "stopping with turns under way; what they sent is settled later", turns=self.turns.running
            )
        self.broker.close()

    def _end(self, seconds: float) -> None:
        for thread in self.worker.workers:
            thread.stop()
        self.waiting.close()
        self.worker.stop(int(seconds * 1000))

    def _let_go(self) -> None:
        try:
            waiting = self.turns.app.let_go()
        except (
            errors.RelanceError
        ) as trouble:  # their leases lapse, or a next process finds that this one has ended
            self.log.warning("mailboxes could not be released", reason=str(trouble))
            return
        if waiting:
            self.log.info("turns that wait for a server are released", turns=waiting)

    def _moving(self) -> bool:
        """Whether turns are under way that can be waited for."""
        return self.turns.running > self.turns.still(STILL_SECONDS)

    def _waited(self, begun: float) -> bool:
        """Whether every turn had its time to end by itself; one that waited for a server already had it before."""
        still = self.turns.still(GRACE_SECONDS) >= self.turns.running
        return still or clock.elapsed() - begun > GRACE_SECONDS

    def _alive(self) -> int:
        return sum(thread.is_alive() for thread in self.worker.workers)
