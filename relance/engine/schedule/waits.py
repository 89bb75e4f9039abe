"""How long to wait, as a person writes it: "3 business days", "4 hours", "until tuesday". Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from relance.wording import N_, Text

DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Unit(StrEnum):
    """What a wait is counted in."""

    MINUTES = "minutes"  # exact, on the world's clock
    HOURS = "hours"  # exact
    DAYS = "days"  # calendar days of the contact
    WEEKS = "weeks"
    BUSINESS_DAYS = "business days"  # without the weekend and the holidays of the contact's country
    WEEKDAY = "weekday"  # until the next Monday, Tuesday, ...; `count` is 0 for Monday


# A year of any unit: beyond it a number is a slip of the finger, not a plan.
LONGEST = {
    Unit.MINUTES: 525_600,
    Unit.HOURS: 8_760,
    Unit.DAYS: 366,
    Unit.WEEKS: 52,
    Unit.BUSINESS_DAYS: 262,
}
GRAMMAR = Text(
    'write for instance "3 business days", "2 days", "1 week", "4 hours", "90 minutes" or "until tuesday"'
)
PATTERN = (
    r"^ *([1-9][0-9]{0,5} *((business|working) days?|min(ute)?s?|hours?|days?|weeks?)"
    r"|until (next )?(mon|tues|wednes|thurs|fri|satur|sun)day) *$"
)
"""The same grammar for the JSON Schema, small letters only."""
_COUNTED = re.compile(r"(\d{1,6})\s*(business days?|working days?|minutes?|mins?|hours?|days?|weeks?)")
_UNTIL = re.compile(r"until (?:next )?([a-z]+)")


_UNTIL_DAY = (
    N_("until Monday"),
    N_("until Tuesday"),
    N_("until Wednesday"),
    N_("until Thursday"),
    N_("until Friday"),
    N_("until Saturday"),
    N_("until Sunday"),
)
_COUNTED_TEXT: Mapping[Unit, Callable[[int], Text]] = {
    Unit.MINUTES: lambda count: Text.plural("{count} minute", "{count} minutes", count),
    Unit.HOURS: lambda count: Text.plural("{count} hour", "{count} hours", count),
    Unit.DAYS: lambda count: Text.plural("{count} day", "{count} days", count),
    Unit.WEEKS: lambda count: Text.plural("{count} week", "{count} weeks", count),
    Unit.BUSINESS_DAYS: lambda count: Text.plural("{count} business day", "{count} business days", count),
}


@dataclass(frozen=True)
class Wait:
    """A span between two steps. `count` units; for WEEKDAY the day's number, Monday 0."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        if self.unit is Unit.WEEKDAY:
            return f"until {DAY_NAMES[self.count]}"
        return f"{self.count} {self.unit.value.removesuffix('s') if self.count == 1 else self.unit.value}"

    @property
    def text(self) -> Text:
        """As people read it, in their language; `str` is as it is written in a sequence."""
        if self.unit is Unit.WEEKDAY:
            return Text(_UNTIL_DAY[self.count])
        return _COUNTED_TEXT[self.unit](self.count)

    @property
    def in_days(self) -> bool:
        """Counted in dates rather than on the clock."""
        return self.unit not in (Unit.MINUTES, Unit.HOURS)

    @property
    def least_hours(self) -> float:
        """About how long this is at least, for warnings about haste."""
        return (
            self.count
            * {
                Unit.MINUTES: 1 / 60,
                Unit.HOURS: 1.0,
                Unit.DAYS: 24.0,
                Unit.WEEKS: 168.0,
                Unit.BUSINESS_DAYS: 24.0,
                Unit.WEEKDAY: 24.0,
            }[self.unit]
        )


AT_ONCE = Wait(0, Unit.MINUTES)
"""No wait: as soon as the calendar allows."""
AWAY_DAYS = Wait(5, Unit.BUSINESS_DAYS)
"""How long somebody is taken to be away who does not say until when: most such absences are short."""


def parse(text: str) -> Wait:
    """The wait that `text` names; ValueError with a sentence that shows what to write."""
    words = " ".join(text.lower().split())
    if until := _UNTIL.fullmatch(words):
        return _weekday(until[1], text)
    counted = _COUNTED.fullmatch(words)
    if counted is None:
        raise ValueError(_complaint(words, text))
    unit = _unit(counted[2])
    return _bounded(int(counted[1]), unit)


def _unit(word: str) -> Unit:
    if word.startswith(("business", "working")):
        return Unit.BUSINESS_DAYS
    return {"m": Unit.MINUTES, "h": Unit.HOURS, "d": Unit.DAYS, "w": Unit.WEEKS}[word[0]]


def _bounded(count: int, unit: Unit) -> Wait:
    if count == 0:
        raise ValueError(Text("a wait cannot be zero: leave the line out to continue at once"))
    if count > LONGEST[unit]:
        raise ValueError(
            Text(
                "{wait} is more than a year; the longest is {most}",
                wait=f"{count} {unit.value}",
                most=LONGEST[unit],
            )
        )
    return Wait(count, unit)


def _weekday(name: str, text: str) -> Wait:
    if name not in DAY_NAMES:
        raise ValueError(
            Text('"{text}" does not name a weekday: write for instance "until tuesday"', text=text)
        )
    return Wait(DAY_NAMES.index(name), Unit.WEEKDAY)


def _complaint(words: str, text: str) -> Text:
    if re.fullmatch(r"\d+", words):
        return Text(
            '"{text}" of what? State the unit: "{text} business days", "{text} days", "{text} hours"',
            text=text,
        )
    if words.startswith("-"):
        return Text('"{text}": a wait cannot be negative; write for instance "3 days"', text=text)
    if re.match(r"\d+[.,]\d", words):
        return Text('"{text}": use whole numbers; for half a day write "4 hours"', text=text)
    if re.search(r"month|quarter", words):
        return Text(
            '"{text}": months differ in length; write weeks or days, for instance "4 weeks"', text=text
        )
    return Text('"{text}" is not a wait: {grammar}', text=text, grammar=GRAMMAR)
