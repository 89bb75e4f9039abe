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
MINUTE = dt.timedelta(minutes=1)
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


def test_the_hour_is_rolling_too_and_the_cap_that_lasts_longer_is_told() -> None:
    limit = Pace(4, dt.timedelta(0), hourly=2)
    sent = [ago(hours=20), ago(minutes=70), ago(minutes=50)]
    assert (
        throttle.allowance(limit, sent, NOW, 50).count == 1
    )  # one more in this hour, and one more in this day
    hour = throttle.allowance(Pace(9, dt.timedelta(0), hourly=2), [*sent, ago(minutes=10)], NOW, 50)
    assert (hour.count, hour.next_at) == (0, ago(minutes=50) + throttle.HOUR)
    assert in_english("2 mails in an hour") in str(hour.bound)
    day = throttle.allowance(limit, [*sent, ago(minutes=10)], NOW, 50)
    assert (day.count, day.next_at) == (0, ago(hours=20) + throttle.DAY)


def test_a_gap_that_varies_is_the_same_whenever_it_is_asked_about() -> None:
    limit = Pace(None, MINUTE, jitter=MINUTE, seed=3)
    left = [NOW + dt.timedelta(seconds=number) for number in range(50)]
    gaps = [limit.gap_after(at) for at in left]
    assert gaps == [limit.gap_after(at) for at in left]
    assert all(MINUTE <= each <= 2 * MINUTE for each in gaps)
    assert max(gaps) - min(gaps) > MINUTE / 2
    assert gaps != [Pace(None, MINUTE, jitter=MINUTE, seed=4).gap_after(at) for at in left]
    waiting = throttle.allowance(limit, [left[0]], left[0] + MINUTE / 2, 50)
    assert (waiting.count, waiting.next_at) == (0, left[0] + gaps[0])
    assert throttle.allowance(limit, [left[0]], left[0] + gaps[0], 50).count == 1
    assert throttle.since(limit, throttle.allowance(limit, [], NOW, 50), left[7]).next_at == left[7] + gaps[7]


def test_a_jitter_alone_is_a_gap() -> None:
    limit = Pace(None, dt.timedelta(0), jitter=MINUTE)
    assert throttle.needs_history(limit)
    assert throttle.most(limit, 50) == 1


@given(
    cap=st.integers(1, 20),
    hourly=st.integers(1, 10),
    gap=st.integers(0, 7200),
    jitter=st.integers(0, 600),
    steps=st.lists(st.integers(1, 10_000), max_size=60),
)
def test_no_window_ever_holds_more_than_its_cap(
    cap: int, hourly: int, gap: int, jitter: int, steps: list[int]
) -> None:
    limit = Pace(cap, dt.timedelta(seconds=gap), hourly, dt.timedelta(seconds=jitter))
    sent, now = list[dt.datetime](), NOW
    for seconds in steps:
        now += dt.timedelta(seconds=seconds)
        sent += [now] * throttle.allowance(limit, sent, now, 5).count
    for at in sent:
        assert len([other for other in sent if at - throttle.DAY < other <= at]) <= cap
        assert len([other for other in sent if at - throttle.HOUR < other <= at]) <= hourly
    if gap or jitter:
        assert all(b - a >= limit.gap_after(a) for a, b in itertools.pairwise(sent))


@given(
    most=st.integers(1, 6),
    batch=st.integers(1, 9),
    pauses=st.lists(st.integers(0, 40), max_size=40),
    taken=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30)), min_size=1, max_size=9),
)
def test_a_provider_never_sees_more_in_a_minute_however_long_a_mail_takes(
    most: int, batch: int, pauses: list[int], taken: list[tuple[int, int]]
) -> None:
    """Mails follow one another; each arrives somewhere between its mark and its end."""
    limit, now, ended, arrived = throttle.Window(most, MINUTE), NOW, list[dt.datetime](), list[dt.datetime]()
    for number, pause in enumerate(pauses):
        now += dt.timedelta(seconds=pause)
        for _ in range(throttle.within(throttle.allowance(FREE, [], now, batch), limit, ended, now).count):
            before, after = (dt.timedelta(seconds=each) for each in taken[number % len(taken)])
            arrived.append(now + before)
            now += before + after
            ended.append(now)
    for at in arrived:
        assert len([other for other in arrived if at - MINUTE < other <= at]) <= most


def test_what_a_provider_takes_matters_only_where_the_own_pace_is_faster() -> None:
    limit = throttle.Window(30, MINUTE)
    assert throttle.matters(limit, FREE)
    assert throttle.matters(limit, Pace(None, dt.timedelta(seconds=2)))
    assert not throttle.matters(limit, Pace(None, dt.timedelta(seconds=3)))
    waiting = throttle.within(throttle.allowance(FREE, [], NOW, 50), limit, [ago(seconds=50)] * 30, NOW)
    assert (waiting.count, waiting.next_at) == (0, NOW + dt.timedelta(seconds=10))
    assert in_english("30 mails in a minute") in str(waiting.bound)
    later = throttle.Allowance(0, NOW + MINUTE, "the cap")
    assert throttle.within(later, limit, [ago(seconds=50)] * 30, NOW) == later
