"""The two brokers: one inside the process, one on Redis between processes. Both carry hints and nothing else.

Neither keeps what failed, retries or delays anything: a hint that came to nothing is not missed, since the loop asks the
database again in a few seconds. Delayed messages are refused: Dramatiq would keep them in a worker's memory.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Iterable
from typing import Any

import dramatiq
import redis
import structlog
from dramatiq.broker import Consumer, MessageProxy
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import BrokerError, DecodeError, QueueNotFound
from dramatiq.middleware import Middleware, SkipMessage
from redis.backoff import NoBackoff
from redis.retry import Retry

from relance import clock, config, errors
from relance.scheduler.monitoring import metrics
from relance.scheduler.queue import coalescing, redis_refusals
from relance.wording import Text, ended, of_system

QUEUE, ACTOR = "turns", "turn"
JOB_QUEUE, JOB_ACTOR = "jobs", "job"
HINTED = {QUEUE: ACTOR, JOB_QUEUE: JOB_ACTOR}
# The queues, and who serves each: a mailbox its turn, a job its next batches.
MAX_AGE_SECONDS = 600.0  # what an older hint says is known from the database by now
LOCAL_LIMIT = 1000  # hints waiting in one process; more would only make the list longer, not the work faster
NAMESPACE = "relance"
HEARTBEAT_MS = (
    60_000  # never below the longest pause of a healthy worker (a busy host, a moved virtual machine)
)
MAINTENANCE_PER_MILLION = (
    50_000  # Dramatiq's 1000 brings a dead worker's hints back after 12 minutes on average
)
DEAD_MESSAGE_MS = 3_600_000
CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 10.0  # no command here blocks on the server


class QueueFull(BrokerError):
    """The process has as many hints as it wants; the mailbox comes up again in a later round."""


class Hygiene(Middleware):
    """Drops hints that are too old, without a dead letter, and counts how long the others waited."""

    def __init__(self, figures: metrics.Meters) -> None:
        self.figures = figures

    def before_process_message(self, broker: dramatiq.Broker, message: MessageProxy) -> None:
        """Raise `SkipMessage` for a stale hint; the worker then acknowledges it unread."""
        del broker
        age = clock.machine_now().timestamp() - message.message_timestamp / 1000
        if age > MAX_AGE_SECONDS:
            self.figures.hints.labels("stale").inc()
            raise SkipMessage("this hint is too old to be useful")
        self.figures.hint_age.observe(max(0.0, age))


class LocalBroker(dramatiq.Broker):
    """Bounded queues in memory. What fails is forgotten, tracebacks included (Dramatiq's own stub keeps them all)."""

    def __init__(self, middleware: list[Middleware], limit: int = LOCAL_LIMIT) -> None:
        super().__init__(middleware)
        self.limit = limit

    def declare_queue(self, queue_name: str) -> None:
        """Make the queue, and none for delayed messages beside it."""
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues[queue_name] = queue.Queue(self.limit)
            self.emit_after("declare_queue", queue_name)

    def enqueue(self, message: dramatiq.Message[Any], *, delay: int | None = None) -> dramatiq.Message[Any]:
        """Put a hint into the queue. Raises `QueueFull`."""
        _refuse_delay(delay)
        if message.queue_name not in self.queues:
            raise QueueNotFound(message.queue_name)  # type: ignore[no-untyped-call]
        self.emit_before("enqueue", message, delay)
        try:
            self.queues[message.queue_name].put_nowait(message.encode())
        except queue.Full:
            raise QueueFull(message.queue_name) from None  # type: ignore[no-untyped-call]
        self.emit_after("enqueue", message, delay)
        return message

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 100) -> Consumer:
        """The hints of one queue."""
        if queue_name not in self.queues:
            raise QueueNotFound(queue_name)  # type: ignore[no-untyped-call]
        return LocalConsumer(self.queues[queue_name], prefetch, timeout / 1000)

    def flush(self, queue_name: str) -> None:
        """Forget what waits in a queue."""
        waiting = self.queues[queue_name]
        while True:
            try:
                waiting.get_nowait()
            except queue.Empty:
                return
            waiting.task_done()

    def flush_all(self) -> None:
        """Forget everything that waits."""
        for name in self.queues:
            self.flush(name)

    def join(self, queue_name: str, *, timeout: int | None = None) -> None:
        """Wait until every hint of the queue was dealt with."""
        del timeout  # for tests, which have a limit of their own
        self.queues[queue_name].join()


class LocalConsumer(Consumer):
    """Hands out no more hints than `prefetch` at a time. Used by one thread; acknowledged by others."""

    def __init__(self, waiting: queue.Queue[bytes], prefetch: int, seconds: float) -> None:
        self.waiting = waiting
        self.seconds = seconds
        self.slots = threading.Semaphore(prefetch)

    def __next__(self) -> MessageProxy | None:
        """The next hint, or None after a while."""
        if not self.slots.acquire(timeout=self.seconds):
            return None
        try:
            data = self.waiting.get(timeout=self.seconds)
        except queue.Empty:
            self.slots.release()
            return None
        return MessageProxy(dramatiq.Message.decode(data))

    def ack(self, message: MessageProxy) -> None:
        """This hint is done."""
        del message
        self.slots.release()
        self.waiting.task_done()

    nack = ack  # no dead letters

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        """At a stop, hints are forgotten: the next process asks the database."""


class SharedBroker(RedisBroker):
    """Dramatiq's broker on Redis, without its queue for delayed messages (which would be polled in vain)."""

    log = structlog.get_logger(__name__)

    def declare_queue(self, queue_name: str) -> None:
        """Make the queue, and none for delayed messages beside it."""
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues.add(queue_name)
            self.emit_after("declare_queue", queue_name)

    def enqueue(self, message: dramatiq.Message[Any], *, delay: int | None = None) -> dramatiq.Message[Any]:
        """Put a hint into the queue. Raises `redis.RedisError` while Redis is away."""
        _refuse_delay(delay)
        return super().enqueue(message)

    def do_fetch(self, queue_name: str, how_many: int) -> list[bytes | None]:
        """Some hints. What is none of ours is dropped here: behind this, Dramatiq would fail on it, and stop reading for a
        while. What Redis refuses becomes a lost connection, which Dramatiq takes up again, with words that tell what to do.
        """
        try:
            found: list[bytes | None] = self._dispatch("fetch")(queue_name, how_many)  # type: ignore[no-untyped-call]
        except redis.ResponseError as refused:
            raise redis.ConnectionError(redis_refusals.refused(refused)) from refused
        return [data for data in found if data is None or self._ours(queue_name, data)]

    def _ours(self, queue_name: str, data: bytes) -> bool:
        id_ = hint_id(data)
        if id_ is not None and _is_hint(data):
            return True
        self.log.error("something in the queue is not one of our hints and is dropped", bytes=len(data))
        if id_ is not None:
            self._dispatch("ack")(queue_name, id_)  # type: ignore[no-untyped-call]
        return False


def hint_id(data: bytes) -> str | None:
    """Under which id Redis keeps a message; None where it says none."""
    try:
        found = dramatiq.Message.decode(data).options["redis_message_id"]
    except (DecodeError, RecursionError, TypeError, LookupError):
        return None
    return found if isinstance(found, str) else None


def _is_hint(data: bytes) -> bool:
    """Whether a message can be handed to its queue's actor: one number, sent at some time."""
    message = dramatiq.Message.decode(data)
    sent = message.message_timestamp
    return (
        HINTED.get(message.queue_name) == message.actor_name
        and [type(each) for each in message.args] == [int]
        and message.kwargs == {}
        and type(sent) is int
        and isinstance(message.message_id, str)
    )


def connect(redis_url: str) -> redis.Redis:
    """A client that answers or fails within seconds. It connects when first used."""
    client: redis.Redis = redis.Redis.from_url(
        redis_url,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        health_check_interval=30,
        retry=Retry(NoBackoff(), 1),  # one: a connection the server closed while it was idle
    )
    return client


def knock(redis_url: str) -> None:
    """Return when Redis answers. Raises `errors.Unreachable` while it does not, `errors.Misconfigured` when it never will."""
    try:
        with contextlib.closing(connect(redis_url)) as client:
            client.ping()
    except (redis.AuthenticationError, redis.exceptions.NoPermissionError) as refused:
        raise errors.Misconfigured(
            Text(
                "redis_url does not work: {refused} Is its password right?", refused=ended(of_system(refused))
            )
        ) from refused
    except (redis.ConnectionError, redis.TimeoutError, OSError) as away:
        raise errors.Unreachable(Text("Redis does not answer: {away}", away=of_system(away))) from away
    except (redis.ResponseError, ValueError) as wrong:
        raise errors.Misconfigured(
            Text("redis_url does not work: {wrong}", wrong=of_system(wrong))
        ) from wrong


def build(settings: config.Settings, figures: metrics.Meters) -> tuple[dramatiq.Broker, coalescing.Marks]:
    """The broker the settings ask for, with its queues declared, and the marks of mailboxes that go with it."""
    middleware: list[Middleware] = [Hygiene(figures)]
    if settings.redis_url is None:
        local = LocalBroker(middleware)
        _declare(local)
        return local, coalescing.LocalMarks()
    client = connect(settings.redis_url)
    shared = SharedBroker(  # type: ignore[no-untyped-call]
        client=client,
        middleware=middleware,
        namespace=NAMESPACE,
        heartbeat_timeout=HEARTBEAT_MS,
        maintenance_chance=MAINTENANCE_PER_MILLION,
        dead_message_ttl=DEAD_MESSAGE_MS,
    )
    _declare(shared)
    # Where leases lapse sooner than marks fade, a lost hint would be what a mailbox waits for.
    return shared, coalescing.RedisMarks(client, min(coalescing.FADE_SECONDS, settings.lease_seconds))


def _declare(made: dramatiq.Broker) -> None:
    for queue_name in HINTED:
        made.declare_queue(queue_name)


def _refuse_delay(delay: int | None) -> None:
    if delay is not None:
        raise ValueError("hints are never delayed: what is due later stands in the database")
