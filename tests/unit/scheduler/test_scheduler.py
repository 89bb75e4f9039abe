from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import structlog

from relance import clock, config, errors
from relance.scheduler import scheduler
from relance.scheduler.monitoring import metrics
from relance.scheduler.queue import broker, coalescing, hints

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


class Report:
    def __init__(self, more: bool = False, words: str = "") -> None:
        self.more = more
        self.words = words


class App:
    def __init__(self, home: Path) -> None:
        self.settings = config.Settings(home=home)
        self.clock: clock.Clock = clock.ManualClock(NOW)
        self.trouble: Exception | None = None
        self.due: list[int] = []
        self.wake: dt.datetime | None = None
        self.more = False
        self.words = ""

    def tick(self) -> Report:
        if self.trouble:
            raise self.trouble
        return Report(self.more, self.words)

    def due_mailboxes(self, limit: int) -> list[int]:
        return self.due[:limit]

    def due_jobs(self, limit: int) -> list[int]:
        raise AssertionError

    def work(self, number: int, stop: Any) -> bool:
        raise AssertionError

    def ending(self) -> int:
        raise AssertionError

    def let_go(self) -> int:
        raise AssertionError

    def hands(self, threads: int) -> None:
        raise AssertionError

    def next_wake(self, *, after: dt.datetime | None = None) -> dt.datetime | None:
        return self.wake

    def turn(self, mailbox_id: int, stop: Any) -> Report:
        raise AssertionError

    def web_app(self) -> None:
        raise AssertionError

    def close(self) -> None:
        """Nothing is open."""


def standing(app: App) -> scheduler.Loop:
    carrier = broker.LocalBroker([])
    carrier.declare_queue(broker.QUEUE)
    figures = metrics.Meters()
    return scheduler.Loop(app, hints.Hints(carrier, coalescing.LocalMarks(), figures), figures)


def test_a_tick_that_fails_in_an_unforeseen_way_does_not_stop_the_mail(tmp_path: Path) -> None:
    app = App(tmp_path)
    app.trouble, app.due = ZeroDivisionError("a bug"), [1, 2]
    rounds = standing(app)
    rounds.round()
    assert rounds.hints.broker.queues[broker.QUEUE].qsize() == 2


@pytest.mark.parametrize("due", [[], [1, 2, 3]], ids=["idle", "overdue"])
def test_rounds_that_find_nothing_new_come_more_and_more_seldom(tmp_path: Path, due: list[int]) -> None:
    """Overdue mailboxes have their hints: polling for them would not bring a mail forward."""
    app = App(tmp_path)
    app.due = due
    rounds = standing(app)
    drawn = [rounds.round() for _ in range(20)]
    assert drawn[0] <= 2 * scheduler.LONGEST_SECONDS
    assert len(set(drawn)) > 2
    assert set(drawn[-5:]) == {scheduler.REST_SECONDS}


def test_what_falls_due_sooner_ends_a_rest_and_nothing_else_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "SHORTEST_SECONDS", 0.001)
    monkeypatch.setattr(scheduler, "LONGEST_SECONDS", 0.002)
    app = App(tmp_path)
    app.wake = NOW + dt.timedelta(hours=1)
    rounds = standing(app)
    rounds.round()
    looks = []
    monkeypatch.setattr(app, "tick", lambda: pytest.fail("a rest is no round"))

    def look(*, after: dt.datetime) -> dt.datetime:
        assert after == NOW
        looks.append(clock.elapsed())
        return NOW + dt.timedelta(minutes=60 if len(looks) < 9 else 59)

    monkeypatch.setattr(app, "next_wake", look)
    rounds.rest(60.0)
    assert len(looks) == 9
    rounds.next = NOW + dt.timedelta(minutes=59)
    rounds.rest(0.02)  # ends by itself: nothing is due sooner
    rounds.failures = 1
    looks.clear()
    rounds.rest(0.02)
    assert looks == []  # a database that is away is not asked
    rounds.wake()
    rounds.rest(60.0)


def test_it_wakes_for_what_falls_due_before(tmp_path: Path) -> None:
    app = App(tmp_path)
    app.clock = clock.Clock.scaled(3600.0, NOW)  # an hour a second
    app.wake = NOW + dt.timedelta(minutes=12)
    assert 0.0 < standing(app).round() <= 0.2


def test_what_is_overdue_does_not_make_it_spin(tmp_path: Path) -> None:
    app = App(tmp_path)
    app.wake = NOW - dt.timedelta(hours=1)
    assert standing(app).round() >= scheduler.SHORTEST_SECONDS


def test_more_to_do_means_no_waiting(tmp_path: Path) -> None:
    app = App(tmp_path)
    app.more = True
    assert standing(app).round() == 0.0


def test_a_full_list_means_another_round_until_hints_are_under_way(tmp_path: Path) -> None:
    app = App(tmp_path)
    app.due = list(range(scheduler.LIMIT + 5))
    rounds = standing(app)
    assert rounds.round() == 0.0
    assert rounds.round() > 0.0  # all of them have their hints


def test_it_outlives_a_database_that_is_away_and_says_so_once(tmp_path: Path) -> None:
    app = App(tmp_path)
    rounds = standing(app)
    app.trouble = errors.Unreachable("The database does not answer.")
    with structlog.testing.capture_logs() as told:
        waits = [rounds.round() for _ in range(12)]
        app.trouble = None
        rounds.round()
    assert [entry["log_level"] for entry in told] == ["warning", "info"]
    assert waits[0] <= 1.0
    assert scheduler.LONGEST_BACKOFF_SECONDS / 2 <= waits[-1] <= scheduler.LONGEST_BACKOFF_SECONDS <= 30.0


def test_it_outlives_a_fault_of_our_own(tmp_path: Path) -> None:
    app = App(tmp_path)
    rounds = standing(app)
    app.trouble = ZeroDivisionError("a bug")
    with structlog.testing.capture_logs() as told:
        rounds.round()
        rounds.round()
    assert sum("exc_info" in entry for entry in told) == 1


def test_what_can_not_be_written_here_is_said_every_minute_and_others_are_hinted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk of this host is full; workers elsewhere go on."""
    app = App(tmp_path)
    app.trouble, app.due = (
        errors.Unwritable("epoch.json cannot be written: No space left on device."),
        [1, 2],
    )
    rounds = standing(app)
    elapsed = 1000.0
    monkeypatch.setattr(clock, "elapsed", lambda: elapsed)
    with structlog.testing.capture_logs() as told:
        for _ in range(61):
            assert rounds.round() <= scheduler.LONGEST_SECONDS  # it is tried again soon
            elapsed += 3.0
        app.trouble = None
        rounds.round()
    assert [entry["log_level"] for entry in told] == [*["warning"] * 4, "info"]
    assert all("No space left" in entry["reason"] for entry in told[:-1])
    assert rounds.hints.broker.queues[broker.QUEUE].qsize() == 2
