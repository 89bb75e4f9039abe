"""What a date that was found is, and what reading one needs to know. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from relance.mailbox.classification.languages.language import Language

YEARLESS_HORIZON = dt.timedelta(days=240)
# Nobody writes a return date without its year when it is further away than this.
HORIZON = dt.timedelta(days=3 * 366)
# Parental leave can last years; beyond this a date is a slip of the keyboard.

ORDINAL = r"(?:st|nd|rd|th|er|re|ere|eme|\.|[ºª°]|-?(?:go|ego|tego|e|o|ho|mu|ye|te|ste|de|го))?"
# What stands behind a number that is a day: "16th", "16.", "16º", "16-go".


@dataclass(frozen=True)
class NamedDay:
    """One date found: where it stands and the first and last day it can mean."""

    start: int
    end: int
    date: dt.date
    weekday_only: bool = False
    named_weekday: int | None = None
    span_start: dt.date | None = None  # the beginning, where it ends a range such as 3-14 August
    month_only: bool = False
    week: bool = False  # a calendar week: `span_start` is its Monday, `date` its Sunday
    gone: bool = False  # such a day is too long past, or too far ahead, to be meant: it only keeps its weekday from speaking


@dataclass(frozen=True)
class DateReader:
    """What reading needs to know beside the text: the language, the day of receipt, and the order of numbers."""

    language: Language
    today: dt.date
    day_first: bool = True


def nearest(reader: DateReader, month: int, day: int, after: dt.date | None = None) -> dt.date | None:
    """The next such day from a week before receipt on, if it is near enough to be meant without a year."""
    floor = after or reader.today - dt.timedelta(days=7)
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


def dated(
    reader: DateReader, month: int, day: int, year: str | None, after: dt.date | None = None
) -> dt.date | None:
    """A day of a month, of the year written or of the one that is meant."""
    if not year:
        return nearest(reader, month, day, after)
    number = int(year.strip("'"))
    date = valid(number if number > 99 else 2000 + number, month, day)
    return date if date and abs(date - reader.today) <= HORIZON else None
