"""Leave of a mailbox's owner: whole days by a clock, and nothing leaves on them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.engine.schedule import leaves, throttle
from relance.engine.schedule.leaves import Leave
from relance.engine.schedule.throttle import Pace
from tests.reworded import in_english

WARSAW = "Europe/Warsaw"
XMAS = Leave(dt.date(2026, 12, 24), dt.date(2026, 12, 31), WARSAW)
JANUARY = Leave(dt.date(2027, 1, 1), dt.date(2027, 1, 6), WARSAW)
BACK = dt.datetime(2026, 12, 31, 23, 0, tzinfo=dt.UTC)


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("at", "back"),
    [
        (utc(2026, 12, 23, 22, 59, 59), None),
        (utc(2026, 12, 23, 23), BACK),  # midnight in Warsaw
        (utc(2026, 12, 31, 22, 59, 59), BACK),
        (BACK, None),
    ],
)
def test_a_leave_is_whole_days_by_its_own_clock(at: dt.datetime, back: dt.datetime | None) -> None:
    assert leaves.back_at((XMAS,), at) == back


def test_leaves_that_follow_upon_each_other_are_one() -> None:
    assert leaves.back_at((XMAS, JANUARY), utc(2026, 12, 28, 9)) == utc(2027, 1, 6, 23)


def test_a_day_on_which_the_clock_changes_is_a_whole_day() -> None:
    sunday = Leave(dt.date(2026, 3, 29), dt.date(2026, 3, 29), WARSAW)
    assert sunday.ends - sunday.begins == dt.timedelta(hours=23)


def test_what_is_stored_is_read_again() -> None:
    covered = Leave(dt.date(2027, 2, 1), dt.date(2027, 2, 2), "UTC", "ben@sales.example")
    assert leaves.read([each.row() for each in (covered, XMAS)]) == (XMAS, covered)
    assert leaves.read(None) == ()


@given(st.integers(0, 14 * 24 * 60), st.booleans())
def test_nothing_may_leave_on_a_day_of_leave_whatever_the_pace(minutes: int, limited: bool) -> None:
    now = utc(2026, 12, 20) + dt.timedelta(minutes=minutes)
    pace = Pace(5 if limited else None, dt.timedelta(0), leaves=(XMAS,))
    found = throttle.allowance(pace, [], now, 3)
    if XMAS.begins <= now < XMAS.ends:
        assert (found.count, found.next_at) == (0, BACK)
        assert in_english("on leave until") in str(found.bound)
    else:
        assert found.count == 3
