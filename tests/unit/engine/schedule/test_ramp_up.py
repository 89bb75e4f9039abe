"""A mailbox that begins slowly: its plan by day, and that no 24 hours hold more than the plan of their last day."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.engine.schedule import throttle
from relance.engine.schedule.pace.ramp_up import PlannedDay, RampPlan, RampUp
from relance.engine.schedule.throttle import DAY, Pace

MONDAY = dt.date(2026, 3, 2)
HOUR = dt.timedelta(hours=1)
NINE = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)  # in Warsaw


def ramp(written: str, days: int = 0, counted: dt.date = MONDAY) -> RampUp:
    plan = RampPlan.read(written)
    assert plan is not None
    return RampUp(plan, days, counted, "Europe/Warsaw")


@pytest.mark.parametrize(
    ("written", "caps"),
    [
        ("10+5", [10, 15, 20, 25]),
        (" 10 , 15 ,25 ", [10, 15, 25, None]),
        ("5,10+10", [5, 10, 20, 30]),
        ("2, 1", [2, 1, None, None]),
    ],
)
def test_a_plan_is_written_as_a_start_and_a_step_or_day_by_day(written: str, caps: list[int | None]) -> None:
    plan = RampPlan.read(written)
    assert plan is not None
    assert [plan.cap(number) for number in range(4)] == caps
    assert RampPlan.read(str(plan)) == plan


@pytest.mark.parametrize(
    "written", ["", "ten", "0+5", "10", "10+0", "10,0", "-1+2", "10+5+5", "1," * 500 + "1", "9" * 7]
)
def test_what_is_no_plan(written: str) -> None:
    assert RampPlan.read(written) is None


def test_only_days_on_which_mail_left_count() -> None:
    begun = ramp("10+5")
    left = [NINE, NINE + HOUR, NINE + 3 * DAY, NINE + 9 * DAY]
    thursday = begun.counting(left, NINE + 3 * DAY)
    assert (thursday.days, thursday.on(MONDAY + dt.timedelta(3))) == (1, 15)
    later = thursday.counting(left, NINE + 9 * DAY)
    assert (later.days, later.on(later.counted)) == (2, 20)
    assert later.counting(left, NINE).counted == later.counted  # a clock that went back counts no day twice


def test_a_day_ahead_has_the_cap_of_the_business_days_until_then() -> None:
    begun = ramp("10+5")
    assert [begun.on(MONDAY + dt.timedelta(number)) for number in (-1, 0, 1, 4, 5, 6, 7, 14)] == [
        *(10, 10, 15, 30),
        *(35, 35, 35, 60),
    ]


def test_the_plan_by_day_ends_with_the_cap_of_the_mailbox() -> None:
    days = [MONDAY + dt.timedelta(number) for number in range(9)]
    assert list(ramp("10+15", days=1).ahead(50, lambda day: day != days[1])) == [
        PlannedDay(days[0], 25),
        PlannedDay(days[2], 40),
        PlannedDay(days[3], 50),
    ]
    assert [each.cap for each in ramp("10, 20").ahead(50)] == [10, 20, 50]
    assert ramp("10+5").over(10)
    assert not ramp("10+5").over(11)
    assert ramp("10, 20", days=2).over(50)


def test_a_full_day_lets_the_next_mail_go_when_the_next_one_begins() -> None:
    pace = Pace(50, dt.timedelta(0), ramp=ramp("2+1"))
    sent = [NINE, NINE + HOUR]
    full = throttle.allowance(pace, sent, NINE + 2 * HOUR, 50)
    midnight = dt.datetime(2026, 3, 2, 23, 0, tzinfo=dt.UTC)  # in Warsaw
    assert (full.count, full.next_at) == (0, midnight)
    assert getattr(full.bound, "code", "") == "pace_ramp_up"
    assert throttle.allowance(pace, sent, midnight, 50).count == 1


@given(
    st.lists(st.integers(1, 6), min_size=2, max_size=5),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 4)), max_size=60),
)
def test_no_24_hours_hold_more_than_the_plan_and_the_plan_waits_for_mail(
    caps: list[int], asked: list[tuple[int, int]]
) -> None:
    plan, cap = RampPlan(tuple(caps)), 5
    standing, sent, now = RampUp(plan, 0, MONDAY, "Europe/Warsaw"), list[dt.datetime](), NINE
    for hours, wanted in asked:
        now += hours * HOUR
        standing = standing.counting([at for at in sent if at >= standing.begins(standing.counted)], now)
        allowed = throttle.allowance(Pace(cap, dt.timedelta(0), ramp=standing), sent, now, 50)
        sent += [now] * min(wanted, allowed.count)
        days = Counter(map(standing.date, sent))
        before = sum(day < standing.counted for day in days)
        assert standing.days == before
        most = min(cap, plan.cap(before) or cap)
        inside = sum(at > now - DAY for at in sent)
        assert not wanted or allowed.count == 0 or inside <= most
        if allowed.count == 0:
            assert allowed.next_at is not None
            assert allowed.next_at > now
