"""A stored time ahead of now counts as never, and a clock that jumps is noticed by one that cannot."""

from __future__ import annotations

import datetime as dt
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance import clock
from relance.clock import Reading
from tests.reworded import in_english

NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
spans = st.timedeltas(min_value=dt.timedelta(days=-400), max_value=dt.timedelta(days=400))
seconds = st.floats(min_value=0, max_value=1e6)


@given(spans)
def test_only_what_is_not_ahead_of_now_is_believed(ahead: dt.timedelta) -> None:
    stored = NOW + ahead
    assert clock.believed(stored, NOW) == (stored if ahead <= dt.timedelta(0) else None)
    assert clock.believed(None, NOW) is None


@given(seconds, spans)
def test_what_both_clocks_agree_on_is_no_jump_and_the_rest_is_one(
    passed: float, set_by: dt.timedelta
) -> None:
    before = Reading(NOW, 7.0)
    after = Reading(NOW + dt.timedelta(seconds=passed) + set_by, 7.0 + passed)
    by = clock.jumped(before, after)
    if abs(set_by.total_seconds()) > clock.JUMP_SECONDS + 0.001:
        assert by == pytest.approx(set_by.total_seconds(), abs=0.01)
    elif abs(set_by.total_seconds()) < clock.JUMP_SECONDS - 0.001:
        assert by == 0


class Clocks:
    """Both of the computer's clocks, set by hand."""

    def __init__(self) -> None:
        self.wall, self.steady = NOW, 0.0

    def run(self, passed: float, *, set_by: dt.timedelta = dt.timedelta(0)) -> None:
        self.steady += passed
        self.wall += dt.timedelta(seconds=passed) + set_by


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    found = Clocks()
    monkeypatch.setattr(clock, "machine_now", lambda: found.wall)
    monkeypatch.setattr(clock, "elapsed", lambda: found.steady)
    return found


@pytest.mark.parametrize(
    ("by", "way"), [(dt.timedelta(days=30), "forward"), (-dt.timedelta(hours=1), "back")]
)
def test_a_jump_is_doubted_until_the_clock_has_stayed_so(clocks: Clocks, by: dt.timedelta, way: str) -> None:
    watch = clock.Watch()
    assert watch.doubt() == clock.NO_DOUBT
    clocks.run(900)
    assert watch.doubt() == clock.NO_DOUBT
    clocks.run(1, set_by=by)
    assert in_english(f"jumped {way} by ") in str(watch.doubt())
    clocks.run(clock.SETTLE_SECONDS - 1)
    assert watch.doubt()
    clocks.run(1)
    assert watch.doubt() == clock.NO_DOUBT


def test_a_jump_back_again_is_doubted_anew_and_each_is_news_once(clocks: Clocks) -> None:
    watch = clock.Watch()
    watch.doubt()
    clocks.run(1, set_by=dt.timedelta(days=30))
    watch.doubt()
    assert (watch.news(), watch.news()) == (True, False)
    clocks.run(60, set_by=-dt.timedelta(days=30))
    assert in_english("back") in str(watch.doubt())
    assert (watch.news(), watch.news()) == (True, False)
    clocks.run(119)
    assert watch.doubt()


def test_a_reading_shows_both_clocks() -> None:
    with mock.patch.object(clock, "machine_now", return_value=NOW):
        assert Reading.now().wall == NOW
