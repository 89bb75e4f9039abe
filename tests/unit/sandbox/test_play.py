"""The play as it is set up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from relance import clock, wording
from relance.sandbox import play


@pytest.mark.parametrize("language", ["en", "pl"])
def test_the_play_is_told_in_the_language_of_those_who_watch(tmp_path: Path, language: str) -> None:
    """Its installation has settings of its own, and opening one decides what the process speaks."""
    with wording.speaking(language):
        settings = play._settings(play.Plan(play.SEQUENCE), tmp_path, 8765)
    assert settings.language == language


PLAN = play.Plan(play.SEQUENCE)
END = play.START + dt.timedelta(days=PLAN.days)


class _Installation:
    """One whose days are over, in which so many people are still to be written to at each look."""

    def __init__(self, left: Iterator[tuple[int, int]]) -> None:
        self.clock = SimpleNamespace(now=lambda: END + dt.timedelta(days=1))
        self.looks = left
        self.left = self.happened = 0

    def events(self, cursor: str, limit: int) -> Any:
        del limit
        self.left, self.happened = next(self.looks)
        return SimpleNamespace(cursor=cursor, events=[object()] * self.happened)

    def status(self) -> Any:
        return SimpleNamespace(states={"active": self.left} if self.left else {}, waiting_since=None)

    def check(self) -> None:
        """They work."""


def _watched(plan: play.Plan, *looks: tuple[int, int]) -> tuple[int, list[play.Scene], int]:
    """(people left, the scenes, looks that were not needed)."""
    scenes: list[play.Scene] = []
    remaining = iter(looks)
    here: Any = _Installation(remaining)
    left = play._watch(here, plan, here, scenes.append)
    return left, scenes, len(list(remaining))


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever somebody asks, half a minute of machine time has passed, and none of ours."""
    asked = iter(range(1000))
    monkeypatch.setattr(clock, "elapsed", lambda: 30.0 * next(asked))
    monkeypatch.setattr(play, "LOOK_SECONDS", 0.0)


@pytest.mark.usefixtures("machine")
def test_a_slow_machine_is_waited_for_until_nobody_is_to_be_written_to() -> None:
    left, scenes, unused = _watched(PLAN, (64, 3), (64, 0), (40, 2), (1, 1), (0, 1), (0, 0), (0, 0))
    assert (left, unused) == (0, 1)
    assert [scene.done for scene in scenes] == [0.99] * 4 + [1.0] * 2


@pytest.mark.usefixtures("machine")
def test_where_nothing_happens_any_more_it_ends_and_says_how_many_were_left() -> None:
    left, _, _ = _watched(PLAN, (64, 3), *[(64, 0)] * 100)
    assert left == 64


@pytest.mark.usefixtures("machine")
def test_days_that_are_fewer_than_the_sequence_takes_are_played_and_no_more() -> None:
    left, scenes, _ = _watched(play.Plan(play.SEQUENCE, days=10, whole=False), (64, 0), (64, 0))
    assert (left, len(scenes)) == (0, 1)


def test_work_that_waits_for_hours_makes_the_clock_wait_for_it() -> None:
    def status(hours: float | None) -> Any:
        return SimpleNamespace(waiting_since=None if hours is None else END - dt.timedelta(hours=hours))

    assert [play._behind(status(hours), END) for hours in (None, 1, 5)] == [False, False, True]
