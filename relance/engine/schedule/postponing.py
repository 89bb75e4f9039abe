"""Until when something that a person has to do can be put off, by the clock and the working days of the workspace. Pure."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from relance.engine.schedule import calendar, send_windows, waits
from relance.engine.schedule.timezones import ContactZone

_NEXT = waits.Wait(1, waits.Unit.BUSINESS_DAYS)


@dataclass(frozen=True)
class PostponedTimes:
    """The times (UTC) that are offered."""

    next_day: dt.datetime  # when work begins on the next business day
    week: dt.datetime  # when work begins in a week, on the first business day from then on


def times(now: dt.datetime, week: send_windows.Week, office: ContactZone) -> PostponedTimes:
    """What is offered at `now` (aware), where people work in the hours of `week` at `office`."""
    rule = calendar.SendingRule(week, spread=0)
    return PostponedTimes(
        *(calendar.next_time(rule, each, _NEXT, office).at for each in (now, _day_before_a_week(now, office)))
    )


def _day_before_a_week(now: dt.datetime, office: ContactZone) -> dt.datetime:
    zone = zoneinfo.ZoneInfo(office.zone)
    return calendar.instant(now.astimezone(zone).date() + dt.timedelta(days=6), 12 * 60, zone)
