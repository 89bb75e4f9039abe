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
    week: dt.datetime  # a week from now, at the same time of day


def times(now: dt.datetime, week: send_windows.Week, office: ContactZone) -> PostponedTimes:
    """What is offered at `now` (aware), where people work in the hours of `week` at `office`. A time that the clocks skip is
    the first after the gap, one that comes twice its first coming, as for mail."""
    rule = calendar.SendingRule(week, spread=0)
    return PostponedTimes(calendar.next_time(rule, now, _NEXT, office).at, _in_a_week(now, office))


def _in_a_week(now: dt.datetime, office: ContactZone) -> dt.datetime:
    zone = zoneinfo.ZoneInfo(office.zone)
    here = now.astimezone(zone)
    return calendar.instant(here.date() + dt.timedelta(days=7), here.hour * 60 + here.minute, zone)
