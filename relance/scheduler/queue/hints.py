"""Hints: "give this mailbox a turn". Sent at most once while one is under way, and never missed when lost."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import dramatiq
import redis
import structlog
from dramatiq.errors import BrokerConnectionError

from relance import clock
from relance.scheduler.monitoring import metrics
from relance.scheduler.queue import broker as brokers
from relance.scheduler.queue import coalescing, redis_refusals
from relance.wording import Text

ACTOR = brokers.ACTOR
SAID_SECONDS = 60.0  # what is still so is told so often
# What a broker that is away raises: redis-py's own tree, Dramatiq's, and the socket's.
AWAY = (redis.RedisError, BrokerConnectionError, OSError)


class Hints:
    """Sends hints through a broker and remembers, by marks, which are under way. Safe from several threads."""

    def __init__(
        self,
        broker: dramatiq.Broker,
        under_way: coalescing.Marks,
        figures: metrics.Meters,
        queue: str = brokers.QUEUE,
    ) -> None:
        self.broker = broker
        self.queue = queue
        self.marks = under_way
        self.figures = figures
        self.log = structlog.get_logger(__name__)
        self.lock = threading.Lock()
        self.away_since: float | None = None
        self.refused: Text | str = ""  # why the broker refuses, where it answers
        self.told = 0.0  # when it was last told that the broker is away

    def send(self, ids: Iterable[int]) -> int:
        """One hint for each mailbox that has none under way; returns how many left. A broker that is away is no error:
        the caller asks again with its next round."""
        wanted = list(ids)
        try:
            fresh = self.marks.take(wanted)
            self.figures.hints.labels("coalesced").inc(len(wanted) - len(fresh))
            sent = self._enqueue(fresh)
        except AWAY as trouble:
            self._lost(len(wanted), trouble)
            return 0
        if wanted:
            self._back()
        return sent

    def knock(self) -> None:
        """Ask whether the broker answers: who has nothing to send would not notice that it is away."""
        try:
            self.marks.knock()
        except AWAY as trouble:
            self._lost(0, trouble)
        else:
            self._back()

    def renew(self, ids: Iterable[int]) -> int:
        """Hint these whatever is marked: whoever held their hints may have died with them. A hint too many does no harm."""
        wanted = list(ids)
        for mailbox_id in wanted:
            self.done(mailbox_id)
        return self.send(wanted)

    def done(self, mailbox_id: int) -> None:
        """The turn is over; the mailbox may be hinted again."""
        try:
            self.marks.release(mailbox_id)
        except AWAY as trouble:
            self._lost(0, trouble)  # the mark fades by itself

    def rest(self, mailbox_id: int, seconds: float) -> None:
        """The turn failed; no hint for this mailbox for so long."""
        try:
            self.marks.rest(mailbox_id, seconds)
        except AWAY as trouble:
            self._lost(0, trouble)

    def _enqueue(self, fresh: list[int]) -> int:
        for count, mailbox in enumerate(fresh):
            try:
                self.broker.enqueue(_hint(mailbox, self.queue))
            except brokers.QueueFull:
                for left in fresh[count:]:
                    self.marks.release(left)
                self.figures.hints.labels("dropped").inc(len(fresh) - count)
                return count
            self.figures.hints.labels("sent").inc()
        return len(fresh)

    def _lost(self, how_many: int, trouble: Exception) -> None:
        self.figures.hints.labels("lost").inc(how_many)
        now, why = clock.elapsed(), redis_refusals.refused(trouble)
        with self.lock:
            self.refused = why or ""
            if self.away_since is None:
                self.away_since = now
            elif now - self.told < SAID_SECONDS:
                return
            self.told = now
        self.figures.broker_away.set(1)
        if why is None:
            self.log.warning("the broker does not answer; work waits in the database", reason=str(trouble))
        else:
            self.log.error("the broker refuses commands; work waits in the database", reason=str(why))

    def _back(self) -> None:
        with self.lock:
            since, self.away_since = self.away_since, None
            self.refused = ""
        if since is not None:
            self.figures.broker_away.set(0)
            self.log.info("the broker answers again", away_seconds=round(clock.elapsed() - since, 1))


def _hint(number: int, queue: str = brokers.QUEUE) -> dramatiq.Message[Any]:
    actor = brokers.HINTED[queue]
    return dramatiq.Message(queue_name=queue, actor_name=actor, args=(number,), kwargs={}, options={})
