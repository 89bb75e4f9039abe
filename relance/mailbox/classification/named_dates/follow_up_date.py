"""The day somebody wants to hear from us again: a date, a month, a quarter, or so many weeks from now."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from relance.mailbox.classification.languages import language, normalize
from relance.mailbox.classification.languages.language import Language
from relance.mailbox.classification.named_dates import dates, masking, reader
from relance.mailbox.classification.named_dates.reader import Extent

_QUARTER = re.compile(
    r"(?<!\w)(?:q([1-4])|([1-4])\.? ?(?:kwartal|quartal|kw\b|trimestre|trimestr|kvartal|kwartaal|квартал)\w*)(?:\s*(?:of\s+|')?\s*(20\d\d|\d\d(?!\d)))?(?!\w)"
)

_JUST_BEFORE = 10  # letters between "until" and its day


def date(text: str, today: dt.date, hint: str | None = None) -> dt.date | None:
    """The first day named after today, or nothing; never further than `reader.HORIZON`."""
    folded = masking.mask(normalize.fold(normalize.bounded(text)))
    in_words = (_ahead(_in_words(folded, words, today), today) for words in _languages(folded, hint))
    found = next(filter(None, in_words), None) or _ahead(_quarter(folded, today), today)
    return found.date if found else None


def _languages(folded: str, hint: str | None) -> list[Language]:
    likely = [words for words, _ in language.ranked(folded)][:2]
    hinted = language.by_code(hint) if hint else None
    return list({words.code: words for words in [hinted, *likely] if words}.values())


class Named(NamedTuple):
    """A day to write again, and where its words stand."""

    date: dt.date
    start: int
    end: int
    exact: bool = False  # that very day: no month, and not until or after it


def named(masked: str, words: Language, today: dt.date) -> Named | None:
    """What masked, folded text of one language names: the first day or quarter after today, never further than `reader.HORIZON`."""
    return _ahead(_in_words(masked, words, today) or _quarter(masked, today), today)


def _ahead(found: Named | None, today: dt.date) -> Named | None:
    return found if found and today < found.date <= today + reader.HORIZON else None


def _in_words(folded: str, words: Language, today: dt.date) -> Named | None:
    """The first day that is named and still to come, else the first that is counted from now; "until" a day and "after" it mean the next."""
    for day in sorted(dates.days(folded, reader.DateReader(words, today)), key=lambda day: day.relative):
        first = _first(day)
        if first and first > today:
            before = folded[max(0, day.start - 24) : day.start]
            opens = words.pattern("dates.after").match(
                folded, day.start
            )  # Czech "po", which is a Monday as well
            ends = day.extent is Extent.DAY and (
                opens or _ends("dates.until", before, words) or _ends("dates.after", before, words)
            )
            later = first + dt.timedelta(days=1) if ends and not day.relative else first
            exact = day.extent is Extent.DAY and not (ends or day.relative)
            return Named(later, day.start, day.end, exact)
    return None


def _ends(topic: str, before: str, words: Language) -> bool:
    """Does such a word stand just before it, a small one or two between at most ("until the", "po" but not "do mnie zadzwonić")?"""
    found = words.pattern(topic).finditer(before)
    return any(len(before) - match.end() <= _JUST_BEFORE for match in found)


def _first(day: reader.NamedDay) -> dt.date | None:
    """The earliest day that an expression asks for."""
    if day.extent is Extent.GONE:
        return None
    if day.extent in {Extent.DURATION, Extent.END, Extent.RANGE}:
        return day.date + dt.timedelta(days=1)
    return day.span_start or day.date


def _quarter(folded: str, today: dt.date) -> Named | None:
    """The first day of a quarter; of the next one of that number where no year is named."""
    quarter = _QUARTER.search(folded)
    if not quarter:
        return None
    month = 3 * int(quarter[1] or quarter[2]) - 2
    coming = today.year + (dt.date(today.year, month, 1) <= today)
    year = int(quarter[3]) % 100 + 2000 if quarter[3] else coming
    return Named(dt.date(year, month, 1), *quarter.span())
