"""Until when a task is put off: by the wall clock and the business days of the workspace, whatever the clocks do."""

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.engine.schedule import holidays, postponing, send_windows
from relance.engine.schedule.holidays import Region
from relance.engine.schedule.timezones import ContactZone

OFFICE_HOURS = send_windows.same_hours((0, 1, 2, 3, 4), send_windows.parse_intervals("08:30-16:30"))
ZONES = ("Europe/Warsaw", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia", "UTC")


def times(text: str, zone: str = "Europe/Warsaw") -> tuple[str, str]:
    """Both times offered at a local time, as the clock there shows them."""
    there = zoneinfo.ZoneInfo(zone)
    now = dt.datetime.fromisoformat(text).replace(tzinfo=there)
    found = postponing.times(now, OFFICE_HOURS, ContactZone(zone, region=Region("PL")))
    return tuple(f"{each.astimezone(there):%Y-%m-%d %H:%M}" for each in (found.next_day, found.week))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("now", "next_day", "week"),
    [
        ("2026-03-26T17:07", "2026-03-27 08:30", "2026-04-02 08:30"),  # the clocks go forward on 29 March
        ("2026-10-22T17:07", "2026-10-23 08:30", "2026-10-29 08:30"),  # and back on 25 October
        ("2026-03-27T17:07", "2026-03-30 08:30", "2026-04-03 08:30"),  # a Friday
        ("2026-04-30T09:00", "2026-05-04 08:30", "2026-05-07 08:30"),  # Labour Day, then a weekend
        ("2026-03-28T11:00", "2026-03-30 08:30", "2026-04-07 08:30"),  # a Saturday; in a week is Easter
        ("2026-03-26T06:00", "2026-03-27 08:30", "2026-04-02 08:30"),  # today's morning is not tomorrow's
    ],
)
def test_it_is_due_in_the_morning_of_a_business_day(now: str, next_day: str, week: str) -> None:
    assert times(now) == (next_day, week)


@given(st.floats(1.58e9, 2.0e9), st.sampled_from(ZONES))
def test_no_change_of_the_clocks_moves_the_morning(seconds: float, zone: str) -> None:
    now, there = dt.datetime.fromtimestamp(seconds, dt.UTC), zoneinfo.ZoneInfo(zone)
    office = ContactZone(zone, region=Region("PL"))
    found = postponing.times(now, OFFICE_HOURS, office)
    here = now.astimezone(there)
    for soonest, offered in ((1, found.next_day), (7, found.week)):
        morning = offered.astimezone(there)
        assert (morning.hour, morning.minute) == (8, 30)
        assert morning.date() >= here.date() + dt.timedelta(days=soonest)
        assert morning.date() <= here.date() + dt.timedelta(days=soonest + 6)
        assert morning.weekday() < 5
        assert not holidays.holiday(office.region, morning.date())
        assert now < offered
