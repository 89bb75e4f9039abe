"""Which clock is wrong when times lie ahead, and what is planned anew."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.clock import Clock
from relance.engine.db import machine_time
from relance.engine.definition import company_rules
from relance.engine.definition.position import Position
from relance.engine.sequences import clock_jumps
from relance.engine.sequences.clock_jumps import Ahead
from relance.engine.states import State
from relance.engine.store.sequences.enrollments import Enrollment
from tests import reworded

NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
ROW = Enrollment(
    1,
    1,
    1,
    1,
    1,
    State.ACTIVE,
    "bump",
    "mail",
    NOW,
    [],
    NOW,
    0,
    0,
    0,
    None,
    wrote_before=True,
    aways=0,
    lost_before=None,
)


@pytest.mark.parametrize(
    ("before", "first", "last", "was"),
    [
        (MINUTE, 30 * DAY, 30 * DAY, True),
        (3 * DAY, 30 * DAY, 30 * DAY + MINUTE, True),
        (MINUTE, HOUR, HOUR + MINUTE, True),
        (
            MINUTE,
            MINUTE,
            30 * DAY,
            False,
        ),  # this clock is a month behind: everything of that month lies ahead
        (3 * DAY, 3 * DAY, 30 * DAY, False),
        (MINUTE, MINUTE, MINUTE + HOUR, False),
        (None, 30 * DAY, 30 * DAY + HOUR, False),  # it is behind, and all there is was written since
        (31 * DAY, 30 * DAY, 30 * DAY + HOUR, False),
        (MINUTE, machine_time.SKEW, machine_time.SKEW, False),
    ],
)
def test_a_clock_that_was_ahead_leaves_a_gap(
    before: dt.timedelta | None, first: dt.timedelta, last: dt.timedelta, was: bool
) -> None:
    found = Ahead(NOW + first, NOW + last, None if before is None else NOW - before)
    assert clock_jumps.was_ahead(found, NOW, machine_time.SKEW) is was
    assert not clock_jumps.was_ahead(None, NOW, machine_time.SKEW)


@pytest.mark.parametrize(("scale", "seconds"), [(0.0, 5), (0.5, 5), (1.0, 5), (360.0, 1800)])
def test_where_time_runs_fast_clocks_are_further_apart_in_it(scale: float, seconds: float) -> None:
    fast = Clock(NOW, NOW, scale)
    assert clock_jumps.tolerance(fast) == dt.timedelta(seconds=seconds)
    behind = fast.at(NOW - machine_time.SKEW)  # what another host takes for now
    assert behind >= fast.at(NOW) - clock_jumps.tolerance(fast)


@given(st.timedeltas(MINUTE, 900 * DAY), st.timedeltas(-900 * DAY, 900 * DAY))
def test_a_step_is_never_planned_later_than_it_was_nor_in_the_past(
    planned: dt.timedelta, anew: dt.timedelta
) -> None:
    due = clock_jumps.sooner(NOW + planned, Position("bump", "mail", NOW + anew), NOW)
    assert NOW <= due <= NOW + planned
    assert due == NOW + anew or not NOW <= NOW + anew <= NOW + planned


def test_a_step_without_a_time_of_its_own_is_due() -> None:
    assert clock_jumps.sooner(NOW + DAY, Position(None, "", None), NOW) == NOW


@pytest.mark.parametrize(
    ("kinds", "moved", "planned"),
    [
        ((), True, True),
        ((), False, False),
        (("late", "window"), False, True),
        (("deferred",), True, True),
        ((company_rules.BOUND,), True, False),
        (("late", company_rules.BOUND), False, False),
    ],
)
def test_what_a_wrong_clock_planned_is_told_from_what_a_colleague_put_off(
    kinds: tuple[str, ...], moved: bool, planned: bool
) -> None:
    row = dataclasses.replace(ROW, bound=[{"kind": kind, "words": ""} for kind in kinds])
    assert clock_jumps.planned_by_it(row, moved=moved) is planned


@given(st.timedeltas(-DAY, DAY), st.timedeltas(dt.timedelta(0), 10 * MINUTE))
def test_two_clocks_are_apart_by_what_no_slow_answer_explains(
    theirs: dt.timedelta, took: dt.timedelta
) -> None:
    apart = machine_time.skew(NOW, NOW + theirs, NOW + took)
    if dt.timedelta(0) <= theirs <= took:
        assert apart == dt.timedelta(0)
    elif theirs < dt.timedelta(0):
        assert apart == -theirs
    else:
        assert apart == took - theirs
    if not reworded.wanted():
        assert ("ahead of" in str(machine_time.disagreeing(apart))) == (apart > dt.timedelta(0))
