"""The day somebody wants to hear from us again: a date, a month, a quarter, or so many weeks from now."""

from __future__ import annotations

import calendar
import datetime as dt
import re

from relance.mailbox.classification.languages import language, normalize
from relance.mailbox.classification.languages.language import Language
from relance.mailbox.classification.named_dates import dates, reader

_LONGEST = 60  # units; "in 300 months" is a joke
_QUARTER = re.compile(
    r"(?<!\w)(?:q([1-4])|([1-4])\.? ?(?:kwartal|quartal|kw\b|trimestre|trimestr|kvartal|kwartaal|квартал)\w*)(?:\s*(?:of\s+|')?\s*(20\d\d|\d\d(?!\d)))?(?!\w)"
)


def date(text: str, today: dt.date, hint: str | None = None) -> dt.date | None:
    """The first day named after today, or nothing; never further than `reader.HORIZON`."""
    folded = dates.mask(normalize.fold(normalize.bounded(text)))
    for words in _languages(folded, hint):
        found = _in_words(folded, words, today) or in_units(folded, words, today)
        if found and today < found <= today + reader.HORIZON:
            return found
    found = _quarter(folded, today)
    return found if found and today < found <= today + reader.HORIZON else None


def _languages(folded: str, hint: str | None) -> list[Language]:
    likely = [words for words, _ in language.ranked(folded)][:2]
    hinted = language.by_code(hint) if hint else None
    return list({words.code: words for words in [hinted, *likely] if words}.values())


def _in_words(folded: str, words: Language, today: dt.date) -> dt.date | None:
    """A date or a month by name; "until" and "after" a day mean the day after it."""
    for day in dates.days(folded, reader.DateReader(words, today)):
        before = folded[max(0, day.start - 24) : day.start]
        if day.month_only or not words.find("dates.until", before):
            return day.date if day.date > today else None
        return day.date + dt.timedelta(days=1)
    return None


def in_units(folded: str, words: Language, today: dt.date) -> dt.date | None:
    """ "In ten days", "in three weeks", "in a couple of months", "next quarter", "next year"."""
    for topic, unit in (
        ("later.day", "day"),
        ("later.week", "week"),
        ("later.month", "month"),
        ("later.quarter", "quarter"),
        ("later.year", "year"),
    ):
        name = words.pattern(topic).pattern
        counted = re.search(
            rf"{words.pattern('later.ahead').pattern}\s+(?:(?P<n>\d{{1,2}}|[^\W\d_]+)\s+(?:[^\W\d_]{{1,6}}\s+)?)?{name}",
            folded,
        )
        if counted and (count := _number(counted["n"], words)):
            return _ahead(today, unit, count)
        if unit != "day" and re.search(
            rf"(?:{words.pattern('later.coming').pattern}\s+{name}|{name}\s+{words.pattern('later.coming').pattern})",
            folded,
        ):
            return _next(today, unit)
    return None


def _number(word: str | None, words: Language) -> int | None:
    if word is None:
        return 1
    if word.isdigit():
        return int(word) if 0 < int(word) <= _LONGEST else None
    return next((count for count in range(1, 13) if words.find(f"numbers.n{count}", word)), None)


def _ahead(today: dt.date, unit: str, count: int) -> dt.date | None:
    if unit in {"day", "week"}:
        return today + dt.timedelta(days=count * (7 if unit == "week" else 1))
    months = count * {"month": 1, "quarter": 3, "year": 12}[unit]
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return dt.date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def _next(today: dt.date, unit: str) -> dt.date | None:
    """The first day of the next such unit."""
    if unit == "week":
        return today + dt.timedelta(days=7 - today.weekday())
    months = {"month": 1, "quarter": 3 - (today.month - 1) % 3, "year": 13 - today.month}[unit]
    return _ahead(today.replace(day=1), "month", months)


def _quarter(folded: str, today: dt.date) -> dt.date | None:
    match = _QUARTER.search(folded)
    if not match:
        return None
    month = 3 * int(match[1] or match[2]) - 2
    if match[3]:
        return dt.date(int(match[3]) % 100 + 2000, month, 1)
    return dt.date(today.year + (dt.date(today.year, month, 1) <= today), month, 1)
