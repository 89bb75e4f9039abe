"""The watchdog: who stands still is told once and counted, connections are made anew, and at last the process ends."""

from __future__ import annotations

import threading

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from relance import clock
from relance.scheduler.daemon import lifecycle, watchdog
from relance.scheduler.daemon.watchdog import Pulse
from relance.scheduler.monitoring import metrics
from tests.servers.ports import wait_until


def pulse(age: float, what: str = "the loop") -> Pulse:
    return Pulse("loop", what, age, limit=10, end=20)


@given(st.lists(st.floats(0, 40), max_size=5), st.sets(st.integers(0, 7)))
def test_each_pulse_is_judged_by_its_own_bounds(ages: list[float], said: set[int]) -> None:
    pulses = [pulse(age, str(number)) for number, age in enumerate(ages)]
    still = {str(number) for number, age in enumerate(ages) if age > 10}
    known = {str(number) for number in said}
    found = watchdog.judge(pulses, known)
    assert {each.what for each in found.fresh} == still - known
    assert set(found.moving) == known - still
    assert (found.end is not None) == any(age > 20 for age in ages)


class Heart:
    def __init__(self) -> None:
        self.age = 0.0
        self.reconnected = threading.Semaphore(0)

    def pulses(self) -> list[Pulse]:
        return [pulse(self.age)]


def test_it_says_so_once_counts_it_connects_anew_and_ends_at_last() -> None:
    heart, figures = Heart(), metrics.Meters()
    dog = watchdog.Watchdog(figures, heart.reconnected.release, [heart.pulses])
    with structlog.testing.capture_logs() as told:
        for heart.age in (1, 11, 12, 2, 13):
            assert dog.trouble() is None
        heart.age = 21
        words = dog.trouble()
    assert words == "the loop has not moved for 21 seconds"
    assert [entry["event"] for entry in told] == [
        "something is stuck; connecting again",
        "it moves again",
        "something is stuck; connecting again",
    ]
    assert figures.registry.get_sample_value("relance_stalls_total", {"what": "loop"}) == 2
    for _ in range(2):
        assert heart.reconnected.acquire(timeout=10)


def test_a_process_that_stands_still_ends_with_1() -> None:
    heart = Heart()
    heart.age = 99
    dog = watchdog.Watchdog(metrics.Meters(), heart.reconnected.release, [heart.pulses])
    assert lifecycle.stand([dog], lifecycle.Bell(), 1, ready="ready", say=lambda _: None) == 1


def test_a_process_that_was_frozen_is_judged_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    heart, now = Heart(), 1000.0
    monkeypatch.setattr(clock, "elapsed", lambda: now)
    dog = watchdog.Watchdog(metrics.Meters(), lambda: None, [heart.pulses])
    assert dog.trouble() is None
    now, heart.age = 1600.0, 601.0
    assert dog.trouble() is None
    for now in range(1601, 1660):  # noqa: B007 - the clock reads it
        assert dog.trouble() is None
    for now in (1661, 1662):  # noqa: B007
        assert dog.trouble() is not None


def test_reconnecting_may_hang_without_hanging_the_watchdog() -> None:
    hang, begun = threading.Event(), threading.Event()

    def reconnect() -> None:
        begun.set()
        hang.wait()

    heart = Heart()
    heart.age = 11
    dog = watchdog.Watchdog(metrics.Meters(), reconnect, [heart.pulses])
    assert dog.trouble() is None
    wait_until(begun.is_set)
    heart.age = 21
    assert dog.trouble() is not None
    hang.set()
