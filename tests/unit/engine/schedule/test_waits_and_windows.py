"""Spans and hours as people write them, and what they are told when it is not clear."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.engine.schedule import send_windows, waits
from relance.engine.schedule.send_windows import Interval
from relance.engine.schedule.waits import Unit, Wait
from tests.reworded import worded


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("3 business days", Wait(3, Unit.BUSINESS_DAYS)),
        ("1 working day", Wait(1, Unit.BUSINESS_DAYS)),
        (" 2  Days ", Wait(2, Unit.DAYS)),
        ("1 week", Wait(1, Unit.WEEKS)),
        ("4 hours", Wait(4, Unit.HOURS)),
        ("90 minutes", Wait(90, Unit.MINUTES)),
        ("90min", Wait(90, Unit.MINUTES)),
        ("until tuesday", Wait(1, Unit.WEEKDAY)),
        ("until next Monday", Wait(0, Unit.WEEKDAY)),
    ],
)
def test_a_wait_is_read(text, wait):
    assert waits.parse(text) == wait


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("3", "business days"),
        ("0 days", "cannot be zero"),
        ("-1 day", "a wait cannot be negative"),
        ("1.5 days", "4 hours"),
        ("2 months", "weeks or days"),
        ("400 days", "more than a year"),
        ("until caturday", "does not name a weekday"),
        ("soon", "3 business days"),
        ("", "3 business days"),
        ("٣ days", "3 business days"),
    ],
)
def test_what_is_no_wait_is_told_what_to_write(text, told):
    if text == "٣ days":  # a digit of another script is a digit
        assert waits.parse(text) == Wait(3, Unit.DAYS)
        return
    with pytest.raises(ValueError, match=worded(told)):
        waits.parse(text)


@given(
    st.one_of(
        st.builds(Wait, st.integers(1, 52), st.sampled_from([u for u in Unit if u is not Unit.WEEKDAY])),
        st.builds(Wait, st.integers(0, 6), st.just(Unit.WEEKDAY)),
    )
)
def test_a_wait_reads_back(wait):
    assert waits.parse(str(wait)) == wait
    assert re.search(waits.PATTERN, str(wait))  # what an editor checks by the JSON Schema


def test_hours_are_read_in_order():
    found = send_windows.parse_intervals("13:00-16:30, 8.30 – 11:30")
    assert found == (Interval(510, 690), Interval(780, 990))
    assert send_windows.intervals_text(found) == "08:30-11:30, 13:00-16:30"
    assert send_windows.parse_intervals("00:00-24:00") == (Interval(0, 1440),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("9am-5pm", "24-hour"),
        ("08:30", "not a period"),
        ("22:00-06:00", "past midnight"),
        ("08:00-12:00, 11:00-13:00", "overlap"),
        ("08:00-12:00, 12:00-13:00", "write 08:00-13:00"),
        ("08:00-24:01", "24:00"),
        ("08:60-09:00", "on the clock"),
        ("", "no hours"),
    ],
)
def test_hours_that_are_none_are_told_what_to_write(text, told):
    with pytest.raises(ValueError, match=worded(told)):
        send_windows.parse_intervals(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("Monday, wed-thu", (0, 2, 3)),
        ("sat-mon", (0, 5, 6)),
        ("sun", (6,)),
    ],
)
def test_days_are_read(text, days):
    assert send_windows.parse_days(text) == days


@given(st.sets(st.integers(0, 6), min_size=1))
def test_days_read_back(days):
    ordered = tuple(sorted(days))
    assert send_windows.parse_days(send_windows.days_text(ordered)) == ordered


def test_hours_by_weekday():
    week = send_windows.by_day({"mon-thu": "08:30-16:30", "fri": "08:30-13:00"})
    assert [bool(day) for day in week.days] == [*[True] * 5, False, False]
    assert week.days[4] == (Interval(510, 780),)
    with pytest.raises(ValueError, match=worded("thu has hours twice")):
        send_windows.by_day({"mon-thu": "08:30-16:30", "thu-fri": "08:30-13:00"})
