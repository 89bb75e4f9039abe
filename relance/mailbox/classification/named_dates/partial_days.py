"""Days that leave something out: "jeudi 26" and "zum 15." no month, "KW 47" no day, "the seventeenth of" no digits. Pure."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterator

from relance.mailbox.classification.languages import language
from relance.mailbox.classification.languages.language import Language
from relance.mailbox.classification.named_dates.reader import ORDINAL, DateReader, NamedDay, valid

_NEAR = dt.timedelta(days=62)
# Nobody leaves out the month of a day that is further away.
_NUMBER = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_ENDS = r"(?![\w:/%-])(?!\.\d)"


def _weekday_and_number(masked: str, reader: DateReader) -> Iterator[NamedDay]:
    """ "Monday 23": the next 23rd that is a Monday. Where there is none the two contradict each other and say nothing."""
    for match in _forms(reader.language.code)["weekday"].finditer(masked):
        weekday = reader.language.weekdays[match["weekday"]]
        date = _next(reader.today, int(match["day"]), weekday)
        yield NamedDay(*match.span(), date or reader.today, named_weekday=weekday, gone=date is None)


def _number_alone(masked: str, reader: DateReader) -> Iterator[NamedDay]:
    """ "fino al 17", "bis zum 15.", "regressando dia 16": behind the words that stand before a day."""
    for match in _forms(reader.language.code)["alone"].finditer(masked):
        if date := _next(reader.today, int(match["day"])):
            yield NamedDay(match.start("day"), match.end(), date)


def _weeks(masked: str, reader: DateReader) -> Iterator[NamedDay]:
    """Calendar weeks by their number (ISO 8601): "KW 47", "week 46"."""
    for match in _forms(reader.language.code)["week"].finditer(masked):
        week = int(match["week"] or match["before"])
        year, now, _ = reader.today.isocalendar()
        monday = _monday(year + (week < now - 1), week)
        if monday and monday - reader.today <= dt.timedelta(days=240):
            sunday = monday + dt.timedelta(days=6)
            yield NamedDay(*match.span(), sunday, span_start=monday, week=True)


FINDERS = (_weeks, _weekday_and_number, _number_alone)


def _monday(year: int, week: int) -> dt.date | None:
    try:
        return dt.date.fromisocalendar(year, week, 1)
    except ValueError:
        return None


def _next(today: dt.date, day: int, weekday: int | None = None) -> dt.date | None:
    """The next such day of a month, of that weekday where one is named."""
    months = ((today.month - 1 + step) % 12 + 1 for step in range(3))
    years = (today.year + (today.month - 1 + step) // 12 for step in range(3))
    found = (valid(year, month, day) for year, month in zip(years, months, strict=True))
    near = (date for date in found if date and today <= date <= today + _NEAR)
    return next((date for date in near if weekday is None or date.weekday() == weekday), None)


def _language(code: str) -> Language:
    """A language by the code that one of its own values holds: expressions are cached by it, as dictionaries have no hash."""
    words = language.by_code(code)
    if words is None:
        raise ValueError(f"no language {code}")
    return words


@functools.cache
def _forms(code: str) -> dict[str, re.Pattern[str]]:
    words = _language(code)
    names = "|".join(sorted(map(re.escape, words.weekdays), key=len, reverse=True)) or "(?!)"
    article, ends = words.pattern("dates.bare_day").pattern, words.pattern("dates.inclusive").pattern
    week = words.pattern("dates.week").pattern
    return {
        "weekday": re.compile(
            rf"(?<!\w)(?P<weekday>{names})\.?,?\s+(?:{article}\s+)?{_NUMBER}{ORDINAL}{_ENDS}"
        ),
        "alone": re.compile(
            rf"{article}\s+{_NUMBER}(?:{_MARK}{_ENDS}|(?=\s*(?:[.,;:!?)\n]|$|{ends}))(?!\.\d))"
        ),
        "week": re.compile(
            rf"{week}\s*(?:nr\.?\s*)?(?P<week>[1-9]|[1-4]\d|5[0-3])(?![\w/])(?![.:-]\d)|(?<![\w.])(?P<before>[1-4]?\d|5[0-3])\.\s?{week}"
        ),
    }


_MARK = r"(?:st|nd|rd|th|er|\.(?=\s+[^\s\d])|[ºª°])"  # it says by itself that the number is a day


def in_digits(masked: str, words: Language) -> str:
    """Days written in words beside a month ("the seventeenth of November") in digits, every place kept."""
    if not words.ordinals:
        return masked
    return _spoken(words.code).sub(lambda match: _number(match, words).ljust(len(match.group())), masked)


def _number(match: re.Match[str], words: Language) -> str:
    return str(words.ordinals[" ".join(re.split(r"[\s-]+", match.group()))])


@functools.cache
def _spoken(code: str) -> re.Pattern[str]:
    words = _language(code)
    spelt = sorted(words.ordinals, key=len, reverse=True)
    days = "|".join(r"[\s-]".join(map(re.escape, each.split())) for each in spelt)
    months = "|".join(sorted(map(re.escape, words.months), key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{days})(?=\s+(?:of\s+|de\s+)?(?:{months})(?!\w))")
