"""What a date that was found is, and what reading one needs to know. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import Enum

from relance.mailbox.classification.languages.language import Language

YEARLESS_HORIZON = dt.timedelta(days=240)
# Nobody writes a return date without its year when it is further away than this.
HORIZON = dt.timedelta(days=3 * 366)
# Parental leave can last years; beyond this a date is a slip of the keyboard.


class Extent(Enum):
    """What of the calendar an expression names."""

    DAY = "a day"
    RANGE = "from one day to another"
    MONTH = "a month by its name, standing for its first day"
    WEEK = "calendar weeks by their numbers"
    UNIT = "this week, this month"
    COMING = "next week, next month"
    DURATION = "the next two weeks, counted from now"
    END = "the end of a week, a month, a year"
    VAGUE = "after Easter, mid-November, next year: no day to count on, at best the earliest"
    GONE = "a day too long past, too far ahead or contradicting itself: it only keeps its parts from speaking"


@dataclass(frozen=True)
class NamedDay:
    """One expression found: where it stands and the first and last day it can mean."""

    start: int
    end: int
    date: dt.date  # the day; of a range, a week or a month its last one, but of a month by its name the first
    extent: Extent = Extent.DAY
    weekday_only: bool = False
    named_weekday: int | None = None
    span_start: dt.date | None = None  # the first day of what has several
    relative: bool = False  # counted from the day of receipt

    @property
    def says_nothing(self) -> bool:
        """Is it no day that anybody could be expected back on?"""
        return self.extent in {Extent.VAGUE, Extent.GONE}


@dataclass(frozen=True)
class DateReader:
    """What reading needs to know beside the text: the language, the day of receipt, and the order of numbers."""

    language: Language
    today: dt.date
    day_first: bool = True


def nearest(reader: DateReader, month: int, day: int) -> dt.date | None:
    """The next such day from a week before receipt on, if it is near enough to be meant without a year."""
    floor = reader.today - dt.timedelta(days=7)
    for year in (floor.year, floor.year + 1):
        date = valid(year, month, day)
        if date and date >= floor:
            return date if date - reader.today <= YEARLESS_HORIZON else None
    return None


def valid(year: int, month: int, day: int) -> dt.date | None:
    """That day, where there is one."""
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def dated(reader: DateReader, month: int, day: int, year: int | None) -> dt.date | None:
    """A day of a month, of the year written or of the one that is meant."""
    if year is None:
        return nearest(reader, month, day)
    date = valid(year if year > 99 else 2000 + year, month, day)
    return date if date and abs(date - reader.today) <= HORIZON else None
