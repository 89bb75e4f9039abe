"""Times, dates and numbers as the reader's language writes them, and whose clock they are told by.

There is one long form of a date, "Thu 5 March 2026" (`day`, and with a time `moment` and `moment_in`), and one short one, "5 Mar"
(`short_day`, and with a time `brief`). Nobody else writes dates for people.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo

from relance.wording import speech

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
GROUPED_FROM = 10_000
# Below it, digits are not grouped: Polish writes 1234 and 12 345.


class _Process:
    """The zone that times are told in; None: this machine's."""

    zone: dt.tzinfo | None = None


def show_times_in(zone: dt.tzinfo | None) -> None:
    """Tell times by this zone's clock from now on, in this process (None: by this machine's)."""
    _Process.zone = zone


def shown_zone() -> dt.tzinfo | None:
    """The zone times are told in; None: this machine's."""
    return _Process.zone


def moment(at: dt.datetime, zone: dt.tzinfo | None = None) -> str:
    """An instant by the clock of a zone (else of the one shown), with its name: "Thu 5 March 2026 09:30 CET"."""
    return f"{day(at.astimezone(zone or _Process.zone))}{_between()}{clock_time(at, zone)}"


def moment_in(at: dt.datetime, zone: str) -> str:
    """An instant by the clock of a zone, which is named as it is written: "Thu 5 March 2026 09:30 Europe/Warsaw"."""
    local = at.astimezone(zoneinfo.ZoneInfo(zone))
    return f"{day(local)}{_between()}{local:%H:%M} {zone}"


def brief(at: dt.datetime, now: dt.datetime) -> str:
    """An instant beside others: the time of day within a day of now, else the day as well: "09:30", "12 Mar 09:30"."""
    local = at.astimezone(_Process.zone)
    if local.date() == now.astimezone(_Process.zone).date():
        return f"{local:%H:%M}"
    return f"{short_day(local)}{_between()}{local:%H:%M}"


def short_day(date: dt.date) -> str:
    """A day beside others: "12 Mar"."""
    if speech.is_english():
        return f"{date.day} {_MONTHS[date.month - 1][:3]}"
    return _by_babel(date, "MMMd", speech.language())


def clock_time(at: dt.datetime, zone: dt.tzinfo | None = None) -> str:
    """The time of day of an instant, with the zone's name: "09:30 CET"."""
    local = at.astimezone(zone or _Process.zone)
    return f"{local:%H:%M} {local.tzname()}"


def date_of(at: dt.datetime) -> dt.date:
    """The day of an instant, by the clock of the zone shown."""
    return at.astimezone(_Process.zone).date()


def day(date: dt.date) -> str:
    """A date as a person says it: "Thu 5 March 2026"."""
    if speech.is_english():
        return f"{_DAYS[date.weekday()]} {date.day} {_MONTHS[date.month - 1]} {date.year}"
    return _by_babel(date, "yMMMMEd", speech.language())


def _between() -> str:
    """What stands between a day and the time of day."""
    return " " if speech.is_english() else ", "


def count(number: int) -> str:
    """How many, its digits grouped where the reader's language groups them; English as it stands."""
    if speech.is_english() or abs(number) < GROUPED_FROM:
        return str(number)
    from babel.numbers import format_decimal

    grouped: str = format_decimal(number, locale=speech.language())
    return grouped


def decimal(number: float) -> str:
    """A number with the decimal mark of the reader's language."""
    if speech.is_english():
        return str(number)
    from babel.numbers import get_decimal_symbol

    mark: str = get_decimal_symbol(speech.language())
    return str(number).replace(".", mark)


def country(code: str, english: str) -> str:
    """A country as the reader's language names it, by its ISO code; English as it is given."""
    if speech.is_english():
        return english
    from babel import Locale

    named: str = Locale.parse(speech.language()).territories.get(code, english)
    return named


def _by_babel(value: dt.date, skeleton: str, spoken: str) -> str:
    """By the skeleton of CLDR that the language has; the nearest where it lacks this one."""
    from babel import Locale
    from babel.dates import format_date, match_skeleton

    locale = Locale.parse(spoken)
    known = locale.datetime_skeletons
    told: str = format_date(value, str(known[match_skeleton(skeleton, known) or "yMMMEd"]), locale)
    return told
