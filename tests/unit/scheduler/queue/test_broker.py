from __future__ import annotations

import gc
import weakref

import dramatiq
import pytest

from relance.scheduler.monitoring import metrics
from relance.scheduler.queue import broker, hints


def local(limit: int = 3) -> broker.LocalBroker:
    made = broker.LocalBroker([broker.Hygiene(metrics.Meters())], limit)
    made.declare_queue(broker.QUEUE)
    return made


def test_the_queue_is_bounded() -> None:
    carrier = local(limit=3)
    for mailbox in range(3):
        carrier.enqueue(hints._hint(mailbox))
    with pytest.raises(broker.QueueFull):
        carrier.enqueue(hints._hint(3))
    carrier.flush_all()
    carrier.enqueue(hints._hint(4))


def test_hints_are_never_delayed() -> None:
    with pytest.raises(ValueError, match="never delayed"):
        local().enqueue(hints._hint(1), delay=5)
    assert not local().get_declared_delay_queues()


def test_a_consumer_hands_out_no_more_than_it_may_prefetch() -> None:
    carrier = local()
    for mailbox in range(3):
        carrier.enqueue(hints._hint(mailbox))
    consumer = carrier.consume(broker.QUEUE, prefetch=2, timeout=1)
    first, second = next(consumer), next(consumer)
    assert first is not None
    assert second is not None
    assert next(consumer) is None
    consumer.nack(first)
    assert next(consumer) is not None


class Failure(Exception):
    """Carries something heavy, as a traceback's frames do."""


def test_what_failed_is_forgotten(caplog: pytest.LogCaptureFixture) -> None:
    carrier = local(limit=100)
    seen: list[weakref.ref[Failure]] = []

    @dramatiq.actor(broker=carrier, actor_name=hints.ACTOR, queue_name=broker.QUEUE)
    def fail(mailbox: int) -> None:
        failure = Failure(mailbox)
        seen.append(weakref.ref(failure))
        raise failure

    worker = dramatiq.Worker(carrier, worker_threads=2, worker_timeout=50)
    with caplog.at_level("CRITICAL", "dramatiq"):
        worker.start()
        for mailbox in range(50):
            carrier.enqueue(hints._hint(mailbox))
        carrier.join(broker.QUEUE)
        worker.stop()
    gc.collect()
    assert len(seen) == 50
    assert sum(ref() is not None for ref in seen) <= 2  # at most the last of each thread
