"""Pace: rolling caps and gaps, never exceeded."""

from __future__ import annotations

import datetime as dt
import itertools

from hypothesis import given
from hypothesis import strategies as st

from relance import clock
from relance.engine.schedule import throttle
from relance.engine.schedule.throttle import Pace
from tests.reworded import in_english

NOW = dt.datetime(2026, 3, 5, 9, 0, tzinfo=dt.UTC)
FREE = Pace(None, dt.timedelta(0))


def ago(**span: float) -> dt.datetime:
    return NOW - dt.timedelta(**span)


def test_without_limits_a_whole_batch_goes() -> None:
    assert throttle.allowance(FREE, [], NOW, 50).count == 50
    assert not throttle.needs_history(FREE)


def test_the_cap_counts_the_last_24_hours_and_not_the_calendar_day() -> None:
    limit = Pace(3, dt.timedelta(0))
    sent = [ago(hours=25), ago(hours=23), ago(hours=2)]
    assert throttle.allowance(limit, sent, NOW, 50).count == 1
    full = throttle.allowance(limit, [*sent, ago(hours=1)], NOW, 50)
    assert full.count == 0
    assert full.next_at == ago(hours=23) + dt.timedelta(hours=24)
    assert in_english("3 mails in 24 hours") in str(full.bound)


def test_a_gap_lets_one_mail_go_at_a_time() -> None:
    limit = Pace(None, dt.timedelta(seconds=90))
    waiting = throttle.allowance(limit, [ago(seconds=30)], NOW, 50)
    assert waiting.count == 0
    assert waiting.next_at == NOW + dt.timedelta(seconds=60)
    assert throttle.allowance(limit, [ago(seconds=90)], NOW, 50).count == 1


def test_the_gap_counts_from_when_the_mail_left() -> None:
    limit = Pace(None, dt.timedelta(seconds=90))
    allowed = throttle.allowance(limit, [], NOW, 50)
    left = NOW + dt.timedelta(seconds=2)
    assert throttle.since(limit, allowed, left).next_at == left + limit.gap
    assert throttle.since(limit, allowed, clock.NEVER) == allowed  # none left
    assert throttle.since(FREE, throttle.allowance(FREE, [], NOW, 50), left).next_at is None


def test_a_cap_of_nothing_sends_nothing() -> None:
    assert throttle.allowance(Pace(0, dt.timedelta(0)), [], NOW, 50).count == 0


@given(
    cap=st.integers(1, 20),
    gap=st.integers(0, 7200),
    steps=st.lists(st.integers(1, 10_000), max_size=60),
)
def test_no_window_of_24_hours_ever_holds_more_than_the_cap(cap: int, gap: int, steps: list[int]) -> None:
    limit, sent, now = Pace(cap, dt.timedelta(seconds=gap)), [], NOW
    for seconds in steps:
        now += dt.timedelta(seconds=seconds)
        sent += [now] * throttle.allowance(limit, sent, now, 5).count
    for at in sent:
        assert len([other for other in sent if at - throttle.DAY < other <= at]) <= cap
    if gap:
        assert all(b - a >= dt.timedelta(seconds=gap) for a, b in itertools.pairwise(sent))
