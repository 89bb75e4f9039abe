from __future__ import annotations

import redis
import structlog

from relance.scheduler.monitoring import metrics
from relance.scheduler.queue import broker, coalescing, hints


class Watch:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Flaky(broker.LocalBroker):
    away = False

    def enqueue(self, message, *, delay=None):  # type: ignore[no-untyped-def]
        if self.away:
            raise redis.ConnectionError("nobody there")
        return super().enqueue(message, delay=delay)


def test_a_mark_fades() -> None:
    watch = Watch()
    under_way = coalescing.LocalMarks(watch)
    assert under_way.take([1, 2, 2]) == [1, 2]
    assert under_way.take([2, 3]) == [3]
    watch.now += coalescing.FADE_SECONDS + 1
    assert under_way.take([1]) == [1]


def test_a_resting_mailbox_is_left_alone_for_its_time() -> None:
    watch = Watch()
    under_way = coalescing.LocalMarks(watch)
    under_way.rest(1, 5)
    assert under_way.take([1]) == []
    watch.now += 6
    assert under_way.take([1]) == [1]


def test_marks_do_not_pile_up() -> None:
    watch = Watch()
    under_way = coalescing.LocalMarks(watch)
    for mailbox in range(10_000):
        under_way.take([mailbox])
        watch.now += 1
    assert len(under_way.until) < 100


def test_an_outage_is_told_once_and_its_end_too() -> None:
    figures = metrics.Meters()
    carrier = Flaky([])
    carrier.declare_queue(broker.QUEUE)
    watch = Watch()
    sender = hints.Hints(carrier, coalescing.LocalMarks(watch), figures)
    with structlog.testing.capture_logs() as told:
        carrier.away = True
        for _ in range(5):
            assert sender.send([1, 2]) == 0
            watch.now += 100
        carrier.away = False
        assert sender.send([1, 2]) == 2
    assert [entry["log_level"] for entry in told] == ["warning", "info"]
    assert figures.registry.get_sample_value("relance_hints_total", {"fate": "lost"}) == 10
    assert figures.registry.get_sample_value("relance_broker_away") == 0


def test_a_full_queue_leaves_the_rest_unmarked() -> None:
    carrier = broker.LocalBroker([], limit=2)
    carrier.declare_queue(broker.QUEUE)
    sender = hints.Hints(carrier, coalescing.LocalMarks(), metrics.Meters())
    assert sender.send([1, 2, 3, 4]) == 2
    carrier.flush(broker.QUEUE)
    assert sender.send([1, 2, 3, 4]) == 2


def test_a_mailbox_whose_hint_died_with_its_worker_is_hinted_again() -> None:
    carrier = broker.LocalBroker([], limit=9)
    carrier.declare_queue(broker.QUEUE)
    sender = hints.Hints(carrier, coalescing.LocalMarks(), metrics.Meters())
    assert sender.send([1, 2]) == 2
    assert sender.send([1, 2]) == 0  # marked, whoever has the hints
    assert sender.renew([2]) == 1
