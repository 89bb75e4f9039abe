"""A strict grammar for dates in one language: what is not clearly a date is none.

Works on folded text whose phone numbers, addresses, times and amounts were masked. Finds days, not meanings: what a day
means (the last one away, the first one back) is read in `return_date`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import re
from collections.abc import Iterator

from relance.mailbox.classification.languages.language import Language
from relance.mailbox.classification.named_dates import partial_days
from relance.mailbox.classification.named_dates.reader import (
    ORDINAL,
    YEARLESS_HORIZON,
    DateReader,
    NamedDay,
    dated,
    nearest,
    valid,
)

_MASKS = re.compile(
    r"""(?:https?://|www\.)\S{1,200} | (?<!\S)\S{1,80}@\S{1,80}                # addresses
      | \+\s?\d[\d\ ()./-]{6,}                                                  # international numbers
      | (?:tel|phone|mobile|mob|cell|fax|telefon|handy|gsm|kom|telefono|movil)\b[.:]?\s?[\d\ ()+./-]{6,}
      | (?<![\d.,/-])\(?0\d{2,4}\)?[\ /-]\d[\d\ /-]{4,}                         # national numbers
      | (?<!\d)\d{3}[\ .-]\d{3}[\ .-]\d{3,4}(?!\d)
      | (?<!\d)(?:\d{2}[\ .]){4}\d{2}(?!\d)
      | [#$€£]\s?\d[\d.,]* | \d[\d.,]*\s?(?:%|€|\$|£|eur\b|usd\b|pln\b|zl\b|kc\b|chf\b)
      | (?<![\d./-])\d{1,2}[:h]\d{2}(?!\d)(?:\s?[ap]\.?m\b\.?)? | (?<![\d./-])\d{1,2}\s?(?:[ap]\.?m\b\.?|uhr\b|h\b|hrs\b)
      | (?<![\d./-])\d{1,2}[.]\d{2}\s?(?:uhr|h|hrs|uur|hod|[ap]\.?m)\b
      | (?<!\w)\d{5,}(?!\w)                                                     # ticket and order numbers
    """,
    re.VERBOSE,
)


def mask(folded: str) -> str:
    """The text with everything blanked out that has digits and is no date; positions are kept."""
    return _MASKS.sub(lambda match: "_" * len(match.group()), folded)


def days(masked: str, reader: DateReader) -> list[NamedDay]:
    """Every date in masked, folded text, in order, none overlapping another; a weekday beside a date belongs to it."""
    taken: list[NamedDay] = []
    for find in (
        _ranges,
        _written,
        _numbers,
        _ordinal_days,
        *partial_days.FINDERS,
        _gone,
        _months,
        _weekdays,
    ):
        for day in find(masked, reader):
            if not any(day.start < other.end and other.start < day.end for other in taken):
                taken.append(day)
    joined = _joined(sorted(taken, key=lambda day: day.start), masked)
    return [day for day in joined if not day.gone]


def _joined(found: list[NamedDay], masked: str) -> list[NamedDay]:
    """Weekdays that only accompany a date ("Monday, 17 August" or "17 August (Monday)") are given to it."""
    kept: list[NamedDay] = []
    for day in found:
        last = kept[-1] if kept else None
        beside = last is not None and re.fullmatch(
            r"[\s,.(]{0,4}(?:the |den |dem |dnia |le |el |il )?", masked[last.end : day.start]
        )
        if beside and last and last.weekday_only and not day.weekday_only:
            kept[-1] = _named(day, last)
        elif not (beside and last and day.weekday_only):
            kept.append(day)
    return kept


def _named(day: NamedDay, weekday: NamedDay) -> NamedDay:
    return dataclasses.replace(day, start=weekday.start, named_weekday=weekday.date.weekday())


# --- the year that was not written, and the order of day and month ---------------------------------------------------


def _ordered(reader: DateReader, first: int, second: int, year: str | None) -> dt.date | None:
    """Two numbers as a date: the language's order, unless only the other one makes sense."""
    orders = [(second, first), (first, second)] if reader.day_first else [(first, second), (second, first)]
    dates = [dated(reader, month, day, year) for month, day in orders]
    if reader.language.day_first and reader.day_first and reader.language.code != "en":
        dates = dates[:1]  # only English is written in both orders
    hopeful = [date for date in dates if date and -7 <= (date - reader.today).days <= YEARLESS_HORIZON.days]
    return next(iter(hopeful or [date for date in dates if date]), None)


_PAIR = re.compile(r"(?<![\w.,:-])(\d{1,2})/(\d{1,2})(?:/(20\d\d|\d\d))?(?!\d)")
_LIKELY = range(-31, 121)  # days from receipt that an absence note speaks of


def day_comes_first(masked: str, reader: DateReader) -> bool:
    """In which order this text writes day and month: what its own dates tell outweighs the sender's clock.

    A pair that makes sense in one order only (a 13th month, or months away from now) votes for that order.
    """
    votes = sum(
        _vote(int(first), int(second), year or None, reader) for first, second, year in _PAIR.findall(masked)
    )
    return votes > 0 if votes else reader.day_first


def _vote(first: int, second: int, year: str | None, reader: DateReader) -> int:
    day_first, month_first = dated(reader, second, first, year), dated(reader, first, second, year)
    return _is_likely(day_first, reader) - _is_likely(month_first, reader)


def _is_likely(date: dt.date | None, reader: DateReader) -> bool:
    return date is not None and (date - reader.today).days in _LIKELY


# --- the forms a date takes ---------------------------------------------------------------------------------------------


@functools.cache
def _forms(months: frozenset[str], joiner: str, back: str) -> dict[str, re.Pattern[str]]:
    """The expressions of one language; cached, since they cost more to build than to use."""
    month = "(?:" + "|".join(sorted(map(re.escape, months), key=len, reverse=True)) + r")\.?(?!\w)"
    day = rf"(?<![\w.,/:-])(?P<day>0?[1-9]|[12]\d|3[01]){ORDINAL}"
    bare = rf"(?<![\w.,/:])(?P<first>0?[1-9]|[12]\d|3[01]){ORDINAL}"
    year = r"(?:,?\s*(?:de\s+|del\s+|of\s+)?(?P<year>20\d\d|'\d\d)(?!\d))?"
    of = r"\s*(?:of\s+|de\s+|di\s+|d'|do\s+)?"
    # Any short word may be the weekday of a range's end; but "3 August and returning 24 August" is no range.
    weekday = rf"(?:(?!{back})[^\W\d_]{{2,12}}\.?,?\s+(?:the\s+|dem\s+|den\s+|le\s+|el\s+)?)?"
    join = rf"(?:\s*-+\s*|\s*(?:{joiner})\s*){weekday}"
    return {
        "written": re.compile(rf"{day}{of}(?P<month>{month}){year}"),
        "month first": re.compile(
            rf"(?<!\w)(?P<month>{month})\s*(?:the\s+)?(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?![\w:/])(?!\.\d){year}"
        ),
        "range written": re.compile(
            rf"{bare}(?:{of}(?P<month1>{month}))?(?:,?\s*(?P<year1>20\d\d))?{join}(?P<day>0?[1-9]|[12]\d|3[01]){ORDINAL}{of}(?P<month>{month}){year}"
        ),
        "range month first": re.compile(
            rf"(?<!\w)(?P<month1>{month})\s*(?P<first>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?:,?\s*(?P<year1>20\d\d))?{join}"
            rf"(?:(?P<month>{month})\s*)?(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?![\w:/]){year}"
        ),
        "range of numbers": re.compile(
            r"(?<![\w.,/:-])(?P<first>\d{1,2})(?:[./-](?P<month1>\d{1,2}))?[./]?(?:(?<=[./-])(?P<year1>20\d\d|\d\d))?\.?"
            rf"{join}(?P<day>\d{{1,2}})[./-](?P<month>\d{{1,2}})(?:[./-](?P<year>20\d\d|\d\d))?[rрг]?(?![\w/-])"
        ),
        "month": re.compile(rf"(?<![\w-])(?P<month>{month})(?:\s+(?:de\s+|of\s+)?(?P<year>20\d\d)(?!\d))?"),
    }


def forms(language: Language) -> dict[str, re.Pattern[str]]:
    """The date expressions of this language."""
    patterns = (language.pattern(topic).pattern for topic in ("dates.join", "dates.back"))
    return _forms(frozenset(language.months), *patterns)


def _month(reader: DateReader, name: str | None) -> int | None:
    return reader.language.months.get(name.rstrip(".")) if name else None


def _ranges(masked: str, reader: DateReader) -> Iterator[NamedDay]:
    expressions = forms(reader.language)
    for key in ("range written", "range month first"):
        for match in expressions[key].finditer(masked):
            if day := _written_range(match, reader):
                yield day
    for match in expressions["range of numbers"].finditer(masked):
        if day := _number_range(match, reader):
            yield day


def _written_range(match: re.Match[str], reader: DateReader) -> NamedDay | None:
    first_month = _month(reader, match["month1"])
    month = _month(reader, match["month"]) or first_month
    if month is None:
        return None
    end = dated(reader, month, int(match["day"]), match["year"])
    return _range(match, end, first_month or month, int(match["first"]), match["year1"])


def _range(
    match: re.Match[str], end: dt.date | None, month: int, first: int, year: str | None
) -> NamedDay | None:
    """A range whose end is known: its start is the last such day before that end."""
    if end is None:
        return None
    begin = valid(int(year) if year and len(year) == 4 else end.year, month, first)
    if begin and begin > end and not year:
        begin = valid(end.year - 1, month, first)
    return NamedDay(*match.span(), end, span_start=begin) if begin and begin <= end else None


def _number_range(match: re.Match[str], reader: DateReader) -> NamedDay | None:
    first, month1, day, month = (
        int(match[name]) if match[name] else 0 for name in ("first", "month1", "day", "month")
    )
    swapped = reader.language.code == "en" and month1 and (month > 12 or month1 > 12 or not reader.day_first)
    if swapped:  # 8/3 - 8/14: the month comes first
        first, month1, day, month = month1, first, month, day
    if not month1 and not re.search(r"[-–]", match.group()) and not match["year"]:
        return None  # "5 to 6.5": a bare number and a decimal are no range of days
    if not 1 <= month <= 12 or (month1 and not 1 <= month1 <= 12):
        return None
    return _range(match, dated(reader, month, day, match["year"]), month1 or month, first, match["year1"])


def _written(masked: str, reader: DateReader) -> Iterator[NamedDay]:
    for key in ("written", "month first"):
        for match in forms(reader.language)[key].finditer(masked):
            month = _month(reader, match["month"])
            date = dated(reader, month, int(match["day"]), match["year"]) if month else None
            if date:
                yield NamedDay(*match.span(), date)


_ISO = re.compile(r"(?<![\w.,/:-])(?P<year>20\d\d)([-./])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?![\w/-])")
# "21.08.2026r.": the word for "year" may stand directly behind it.
_FULL = re.compile(
    r"(?<![\w.,/:-])(?P<a>\d{1,2})\s?([./-])\s?(?P<b>\d{1,2})\s?\2\s?(?P<year>20\d\d|\d\d)[rрг]?(?![\w/-])"
)
_SHORT = re.compile(r"(?<![\w.,/:-])(?P<a>\d{1,2})[./](?P<b>\d{1,2})\.?(?![\w/%-])(?!\.?\d)")

# "23-11", with both digits: "9-11" is as a rule a range of days.
_DASHED = re.compile(r"(?<![\w.,/:-])(?P<a>[0-3]\d)-(?P<b>[01]\d)(?![\w/%-])(?!\.?\d)")

# "21. 8.": with blanks only where both points stand.
_SPACED = re.compile(r"(?<![\w.,/:-])(?P<a>\d{1,2})\. (?P<b>\d{1,2})\.(?![\w/%-])(?!\s?\d)")


def _numbers(masked: str, reader: DateReader) -> Iterator[NamedDay]:
    for match in _ISO.finditer(masked):
        if date := dated(reader, int(match["month"]), int(match["day"]), match["year"]):
            yield NamedDay(*match.span(), date)
    for expression in (_FULL, _SHORT, _DASHED, _SPACED):
        for match in expression.finditer(masked):
            if date := _ordered(reader, int(match["a"]), int(match["b"]), match.groupdict().get("year")):
                yield NamedDay(*match.span(), date)


def _gone(masked: str, reader: DateReader) -> Iterator[NamedDay]:
    """Days written without their year that are none of the coming months': "until Friday 2 October", read on 26 October."""
    for key in ("written", "month first"):
        for match in forms(reader.language)[key].finditer(masked):
            yield NamedDay(*match.span(), reader.today, gone=True)
    for match in _SHORT.finditer(masked):
        if int(match["a"]) <= 31 and int(match["b"]) <= 12:
            yield NamedDay(*match.span(), reader.today, gone=True)


_ORDINAL_DAY = re.compile(r"(?<!\w)the (?P<day>[12]?\d|3[01])(?:st|nd|rd|th)(?!\w)")


def _ordinal_days(masked: str, reader: DateReader) -> Iterator[NamedDay]:
    """English "the 14th": the next such day of a month."""
    for match in _ORDINAL_DAY.finditer(masked) if reader.language.code == "en" else ():
        for month in (reader.today.month, reader.today.month % 12 + 1):
            date = nearest(reader, month, int(match["day"]), reader.today)
            if date and date - reader.today <= dt.timedelta(days=62):
                yield NamedDay(*match.span(), date)
                break


def _months(masked: str, reader: DateReader) -> Iterator[NamedDay]:
    """A month by itself, standing for its first day."""
    for match in forms(reader.language)["month"].finditer(masked):
        month = _month(reader, match["month"]) if len(match["month"]) > 3 else None
        date = dated(reader, month, 1, match["year"], reader.today.replace(day=1)) if month else None
        if date:
            yield NamedDay(*match.span(), date, month_only=True)


def _weekdays(masked: str, reader: DateReader) -> Iterator[NamedDay]:
    """Weekdays by their full names, standing for the next such day after receipt."""
    for match in re.finditer(r"[^\W\d_]{4,}(?:-feira)?", masked):
        number = reader.language.weekdays.get(match.group())
        if number is not None and match.group() not in reader.language.habits:
            ahead = (number - reader.today.weekday() - 1) % 7 + 1
            yield NamedDay(*match.span(), reader.today + dt.timedelta(days=ahead), weekday_only=True)
