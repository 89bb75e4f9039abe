"""The day somebody wants to hear from us again: a date, a month, a quarter, or so many weeks from now."""

from __future__ import annotations

import datetime as dt
import re

from relance.mailbox.classification.languages import language, normalize
from relance.mailbox.classification.languages.language import Language
from relance.mailbox.classification.named_dates import dates, masking, reader
from relance.mailbox.classification.named_dates.reader import Extent

_QUARTER = re.compile(
    r"(?<!\w)(?:q([1-4])|([1-4])\.? ?(?:kwartal|quartal|kw\b|trimestre|trimestr|kvartal|kwartaal|квартал)\w*)(?:\s*(?:of\s+|')?\s*(20\d\d|\d\d(?!\d)))?(?!\w)"
)


def date(text: str, today: dt.date, hint: str | None = None) -> dt.date | None:
    """The first day named after today, or nothing; never further than `reader.HORIZON`."""
    folded = masking.mask(normalize.fold(normalize.bounded(text)))
    for words in _languages(folded, hint):
        found = _in_words(folded, words, today)
        if found and today < found <= today + reader.HORIZON:
            return found
    found = _quarter(folded, today)
    return found if found and today < found <= today + reader.HORIZON else None


def _languages(folded: str, hint: str | None) -> list[Language]:
    likely = [words for words, _ in language.ranked(folded)][:2]
    hinted = language.by_code(hint) if hint else None
    return list({words.code: words for words in [hinted, *likely] if words}.values())


def _in_words(folded: str, words: Language, today: dt.date) -> dt.date | None:
    """The first day that is named and still to come, else the first that is counted from now; "until" a day means the day after."""
    for day in sorted(dates.days(folded, reader.DateReader(words, today)), key=lambda day: day.relative):
        first = _first(day)
        if first and first > today:
            until = day.extent is Extent.DAY and words.find(
                "dates.until", folded[max(0, day.start - 24) : day.start]
            )
            return first + dt.timedelta(days=1) if until and not day.relative else first
    return None


def _first(day: reader.NamedDay) -> dt.date | None:
    """The earliest day that an expression asks for."""
    if day.extent is Extent.GONE:
        return None
    if day.extent in {Extent.DURATION, Extent.END, Extent.RANGE}:
        return day.date + dt.timedelta(days=1)
    return day.span_start or day.date


def _quarter(folded: str, today: dt.date) -> dt.date | None:
    match = _QUARTER.search(folded)
    if not match:
        return None
    month = 3 * int(match[1] or match[2]) - 2
    if match[3]:
        return dt.date(int(match[3]) % 100 + 2000, month, 1)
    return dt.date(today.year + (dt.date(today.year, month, 1) <= today), month, 1)
