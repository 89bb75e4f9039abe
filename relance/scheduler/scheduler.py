"""The loop: advance what needs no mailbox, hint every mailbox that has something to do, and rest until the next is due.

Between two rounds it only asks, every few seconds, whether something falls due sooner than it knew: whoever enrolls or
resumes in another process rings no bell here. What is overdue and stays so (its hint is under way, its server is away)
brings no round of its own; rounds come more and more seldom then.
"""

from __future__ import annotations

import datetime as dt
import random
import threading

import structlog

from relance import clock, errors
from relance.scheduler import app_protocol
from relance.scheduler import jobs as long_work
from relance.scheduler.daemon.watchdog import Pulse
from relance.scheduler.monitoring import metrics
from relance.scheduler.queue import hints
from relance.wording import Text

SHORTEST_SECONDS, LONGEST_SECONDS = (
    1.0,
    5.0,
)  # between two looks at what falls due next, drawn anew each time so that processes spread out
REST_SECONDS = 20.0  # the longest rest between two rounds: a hint that was lost is sent again, a lease that ran out is seen
GAP_SECONDS = (0.005, 0.5)  # between two rounds however much happens; the least is for clocks that run fast
MAX_HURRY = 20.0  # where the clock runs fast, rounds follow each other faster, too
FIRST_BACKOFF_SECONDS, LONGEST_BACKOFF_SECONDS = 1.0, 20.0  # mail should flow again within a minute
STILL_SECONDS, END_SECONDS = (
    120.0,
    240.0,
)  # a round ends within seconds, its waits within a minute, and a rest is that long
STOP_SECONDS = 60.0  # a round under way ends by itself
SAID_SECONDS = 60.0  # what is still wrong is told so often, for whoever looks at the end of the log
LIMIT = 500  # mailboxes hinted in one round


class Loop:
    """A part of a daemon. Several may run at once (in one process each): rounds are harmless when doubled."""

    name = "scheduler"

    def __init__(
        self,
        app: app_protocol.App,
        sender: hints.Hints,
        figures: metrics.Meters,
        jobs: long_work.JobFinder | None = None,
    ) -> None:
        self.app = app
        self.hints = sender
        self.jobs = jobs
        self.figures = figures
        self.rng = random.Random()  # noqa: S311 - spreads rounds, guards nothing
        self.stopping = threading.Event()
        self.woken = threading.Event()
        self.failures = 0
        self.idle = 0  # rounds in a row that found nothing to do
        self.since = app.clock.now()  # when the last round began, in business time
        self.next: dt.datetime | None = None  # what falls due next, as far as it is known
        self.said = clock.NO_DOUBT
        self.told: float | None = None  # when it was last told that rounds fail
        self.moved = clock.elapsed()  # when a round last began or ended
        self.hurry = min(MAX_HURRY, max(1.0, app.clock.scale))
        self.log = structlog.get_logger(__name__)
        self.thread = threading.Thread(target=self.run, name="relance-loop", daemon=True)

    def wake(self) -> None:
        """Something has changed: look again without waiting."""
        self.woken.set()

    def run(self) -> None:
        """Go round until told to stop."""
        gap = min(GAP_SECONDS[1], max(GAP_SECONDS[0], 1.0 / (self.app.clock.scale or 1.0)))
        while not self.stopping.is_set():
            seconds = self.round()
            self.stopping.wait(gap)
            self.rest(seconds - gap)
            self.woken.clear()

    def rest(self, seconds: float) -> None:
        """Wait so long, or until something has changed. While rounds fail nobody is asked."""
        end = clock.elapsed() + seconds
        while (left := end - clock.elapsed()) > 0:
            look = self._drawn()
            if self.woken.wait(min(left, look)) or (left > look and not self.failures and self._sooner()):
                return

    def _sooner(self) -> bool:
        """Whether something falls due before what is known to; a look that fails is the next round's to tell."""
        self.moved = clock.elapsed()
        try:
            self._hint_jobs()
            wake = self.app.next_wake(after=self.since)
        except Exception:
            return True
        return wake is not None and wake > self.since and (self.next is None or wake < self.next)

    def _hint_jobs(self) -> None:
        if self.jobs is not None:
            self.jobs.hint()

    def _drawn(self) -> float:
        return self.rng.uniform(SHORTEST_SECONDS, LONGEST_SECONDS) / self.hurry

    def round(self) -> float:
        """One round; returns how many seconds to wait for the next. Never raises."""
        self.moved = clock.elapsed()
        try:
            return self._round()
        finally:
            self.moved = clock.elapsed()

    def pulses(self) -> list[Pulse]:
        """Whether rounds are made, however they end."""
        age = clock.elapsed() - self.moved
        return [Pulse("loop", "the scheduler's loop", age, STILL_SECONDS, END_SECONDS)]

    def _round(self) -> float:
        try:
            with self.figures.timing(self.figures.round_seconds):
                seconds = self._work()
        except errors.Unreachable as away:
            return self._failed("unreachable", str(away))
        except errors.Unwritable as full:
            self._failed("unwritable", str(full))
            return self.rng.uniform(
                SHORTEST_SECONDS, LONGEST_SECONDS
            )  # others of this database are hinted still
        except Exception as fault:
            if self.failures == 0:
                self.log.exception("a round failed with an unexpected error")
            return self._failed("failed", repr(fault))
        self._worked()
        return seconds

    def _work(self) -> float:
        self.since = self.app.clock.now()
        try:
            report = self.app.tick()
        except errors.Unreachable:
            raise
        except Exception:
            self.hints.send(self.app.due_mailboxes(LIMIT))  # what spoils the tick must not stop the mail
            raise
        self._say(report.words)
        due = self.app.due_mailboxes(LIMIT)
        sent = self.hints.send(due)
        self._hint_jobs()
        self.idle = 0 if sent or report.more else self.idle + 1
        if report.more or (sent and len(due) == LIMIT):
            return 0.0
        return self._until_next()

    def _say(self, words: Text) -> None:
        """Why nothing is done, once as long as it is the same."""
        if words and words != self.said:
            self.log.warning("nothing is done for a while", reason=str(words))
        self.said = words

    def _until_next(self) -> float:
        """Until something falls due, and no longer than a rest, which grows while there is nothing to do."""
        longest: float = min(REST_SECONDS / self.hurry, self._drawn() * 2.0 ** min(self.idle, 10))
        now = self.app.clock.now()
        self.next = self.app.next_wake(after=now)
        if self.next is None or self.next <= now:
            self.next = None
            return longest
        return min(longest, float(self.app.clock.machine_seconds(self.next - now)))

    def _worked(self) -> None:
        if self.failures:
            self.log.info("rounds work again", rounds_failed=self.failures)
            self.failures = 0
            self.told = None
        self.figures.rounds.labels("done").inc()
        self.figures.last_round.set(clock.machine_now().timestamp())

    def _failed(self, end: str, reason: str) -> float:
        self.figures.rounds.labels(end).inc()
        self.failures += 1
        if self.told is None or clock.elapsed() - self.told >= SAID_SECONDS:
            self.told = clock.elapsed()
            self.log.warning(
                "the work cannot be read or recorded; trying again until it can",
                reason=reason,
                rounds_failed=self.failures,
            )
        longest = min(LONGEST_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS * 2 ** (min(self.failures, 10) - 1))
        return self.rng.uniform(longest / 2, longest)

    def start(self) -> None:
        """Go round in a thread."""
        self.moved = clock.elapsed()
        self.thread.start()

    def trouble(self) -> str | None:
        """What is wrong with this part, if anything."""
        return None if self.thread.is_alive() else "the scheduler's thread has died"

    def stop(self, seconds: float) -> None:
        """Begin no further round."""
        self.stopping.set()
        self.woken.set()
        self.thread.join(min(seconds, STOP_SECONDS))
