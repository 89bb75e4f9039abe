"""Days that are written out: in digits, with a month's name, in words, and ranges of them.

    day   = [weekday] ( number "." number ["." year] | number [of] month [year] | month [the] number [year] | words of month )
    range = ( day | number ) join day | day-with-month join number

Each rule takes a place of the row and gives what stands there and the place behind it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from dataclasses import dataclass

from relance.mailbox.classification.named_dates.reader import (
    YEARLESS_HORIZON,
    DateReader,
    Extent,
    NamedDay,
    dated,
    valid,
)
from relance.mailbox.classification.named_dates.row import Row
from relance.mailbox.classification.named_dates.vocabulary import EASTERN


@dataclass(frozen=True)
class Part:
    """What is written of a day, and the place behind it."""

    behind: int
    day: int
    month: int = 0  # 0: left out
    year: int | None = None
    either: bool = False  # two numbers whose order the language or the text decides
    month_first: bool = False
    weekday: int | None = None
    this_month: bool = False


# --- in digits ---------------------------------------------------------------------------------------------------------

_ISO = re.compile(
    rf"(?P<year>20\d\d)([-./])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}})(?!(?!{EASTERN})[\w/])(?!-(?!20\d\d))\.?(?!\d)"
)
# "21.08.2026r.": the word for "year" may stand directly behind it.
_FULL = re.compile(
    r"(?P<a>\d{1,2})\s?(?P<mark>[./-])\s?(?P<b>\d{1,2})\s?(?P=mark)\s?(?P<year>20\d\d|\d\d)(?!\d)[rрг]?(?![\w/])(?!-\d)"
)
_SHORT = re.compile(rf"(?P<a>\d{{1,2}})[./](?P<b>\d{{1,2}})\.?(?!(?!{EASTERN})[\w/%])(?!\.?\d)(?!-\d)")
# "23-11", with both digits: "9-11" is as a rule a range of days.
_DASHED = re.compile(r"(?P<a>[0-3]\d)-(?P<b>[01]\d)(?![\w/%-])(?!\.?\d)")
# "21. 8.": with blanks only where both points stand.
_SPACED = re.compile(r"(?P<a>\d{1,2})\. (?P<b>\d{1,2})\.(?![\w/%-])(?!\s?\d)")
_NUMBERS = (_FULL, _SHORT, _DASHED, _SPACED)
# "23.XI", "7.I.2027": the month in Roman numerals, as Poles, Hungarians and Italians write it.
_ROMAN = re.compile(
    r"(?P<day>\d{1,2})\.\s?(?P<month>i{1,3}|iv|vi{0,3}|ix|xi{0,2})(?![^\W_])(?:\.?\s?(?P<year>20\d\d)(?!\d))?\.?"
)
_ROMANS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
# The beginning of a range, which its end is written against: "16.11-20.11".
_FIRST = re.compile(r"(?P<a>\d{1,2})[./](?P<b>\d{1,2})(?:[./](?P<year>20\d\d|\d\d)(?!\d))?\.?(?=\s?[-~])")
_FIRST_SPACED = re.compile(r"(?P<a>\d{1,2})\. (?P<b>\d{1,2})\.(?=\s?[-~])")
_EASTERN = re.compile(
    r"(?:(?P<year>20\d\d)\s?[年년]\s?)?(?:(?P<month>\d{1,2})\s?[月월]\s?)(?P<day>\d{1,2})\s?[日号號일](?:\s?\([^)\n]{1,5}\))?"
)
_EASTERN_DAY = re.compile(r"(?P<day>\d{1,2})\s?[日号號일](?:\s?\([^)\n]{1,5}\))?")


def _in_digits(row: Row, place: int, *, begins: bool = False) -> Part | None:
    start = row.terms[place].start
    if match := _EASTERN.match(row.masked, start) or _ISO.match(row.masked, start):
        year = int(match["year"]) if match["year"] else None
        return _checked(Part(row.place_of(match.end()), int(match["day"]), int(match["month"]), year))
    if match := _ROMAN.match(row.masked, start):
        month = _ROMANS.index(match["month"]) + 1
        year = int(match["year"]) if match["year"] else None
        return _checked(Part(row.place_of(match.end()), int(match["day"]), month, year))
    for expression in (_FIRST, _FIRST_SPACED) if begins else _NUMBERS:
        if match := expression.match(row.masked, start):
            return _checked(_two_numbers(row, match))
    return None


def _two_numbers(row: Row, match: re.Match[str]) -> Part:
    """Day and month, in an order to be found out; "12.08.2026" is written with the day first in English, too."""
    first, second, year = int(match["a"]), int(match["b"]), match.groupdict().get("year")
    settled = match.groupdict().get("mark") == "." and second <= 12 and row.reader.language.day_first
    return Part(row.place_of(match.end()), first, second, int(year) if year else None, either=not settled)


def _checked(part: Part) -> Part | None:
    day, month = part.day, part.month
    plausible = 1 <= day <= 31 and 1 <= month <= 12
    return part if plausible or (part.either and 1 <= month <= 31 and 1 <= day <= 12) else None


# --- with a month's name, or in words ----------------------------------------------------------------------------------


def _year(row: Row, place: int) -> tuple[int | None, int]:
    """The year here and the place behind it; none, and the place itself."""
    at = row.skip(place, ",.", most=1) if row.text(place) == "," else place
    at = row.skip(at)
    if row.text(at) == "'" and row.number(at + 1, 20, 99) and row.is_glued(at + 1):
        return row.number(at + 1, 20, 99), at + 2
    year = row.number(at, 2000, 2099)
    return (year, at + 1) if year and row.masked[row.terms[at].start : row.terms[at].end].isdecimal() else (None, place)  # fmt: skip


def _month(row: Row, place: int) -> tuple[int, int] | None:
    """A month's name here and the place behind it and the point of its abbreviation."""
    month = row.value(place, "month_name")
    if month is None:
        return None
    behind = place + 1
    pointed = row.text(behind) == "." and row.is_glued(behind)
    return month, behind + pointed


def _day_month(row: Row, place: int) -> Part | None:
    """ "17 August 2026", "17. August", "the 17th of August", "13 bm.", "the seventeenth of August"."""
    day, behind = row.number(place), place + 1
    if day is None:
        day = row.value(place, "spelt")
    else:
        behind, _ = row.behind_mark(behind)
    if day is None:
        return None
    if row.has(behind, "this_month"):
        return Part(behind + 1, day, row.reader.today.month, row.reader.today.year, this_month=True)
    month = _month(row, row.skip(behind, "'-"))
    if month is None:
        return None
    year, behind = _year(row, month[1])
    return Part(behind, day, month[0], year)


def _month_day(row: Row, place: int) -> Part | None:
    """ "August 17, 2026", "August the 17th", "November seventeenth", "november 17-ig"."""
    month = _month(row, place)
    if month is None:
        return None
    at = row.skip(month[1], "-", most=1)
    day = row.number(at) or row.value(at, "spelt")
    if not day:
        return None
    behind, marked = row.behind_mark(at + 1)
    if behind - at > 1 and not marked:
        behind = at + 1  # the point ends the sentence
    if not row.may_end(behind) and not (row.text(behind) == "-" and row.behind_join(behind)):
        return None
    year, behind = _year(row, behind)
    return Part(behind, day, month[0], year, month_first=True)


def _bare(row: Row, place: int) -> Part | None:
    """A number that may be a day whose month is left out."""
    if match := _EASTERN_DAY.match(row.masked, row.terms[place].start) if row.number(place) else None:
        return Part(row.place_of(match.end()), int(match["day"]))
    day = row.number(place)
    return Part(row.behind_mark(place + 1)[0], day) if day else None


def _core(row: Row, place: int) -> Part | None:
    if place >= len(row.terms):
        return None
    if row.terms[place].number is not None and (part := _in_digits(row, place)):
        return part
    return _day_month(row, place) or _month_day(row, place)


def _behind_weekday(row: Row, place: int) -> int:
    """The place behind a weekday and what joins it to its date ("Monday, the 17th"); the place itself where there is none."""
    if not row.has(place, "weekday"):
        return place
    return row.skip(row.skip(place + 1, ".,", most=2), "(", most=2)


def day(row: Row, place: int) -> Part | None:
    """A day with its month, with or without its weekday."""
    at = _behind_weekday(row, place)
    part = _core(row, at)
    if part is None:
        return None
    weekday = row.value(place, "weekday") if at > place else None
    return dataclasses.replace(part, weekday=weekday, behind=_behind_trailing_weekday(row, part.behind))


def _behind_trailing_weekday(row: Row, place: int) -> int:
    """Behind "(Monday)" that accompanies the date before it; not where the weekday begins a date of its own."""
    at = row.skip(place, ",.(", most=2)
    if (
        not row.has(at, "weekday")
        or _core(row, _behind_weekday(row, at))
        or row.number(_behind_weekday(row, at))
    ):
        return place
    return at + 1 + (row.text(at + 1) == ")")


# --- ranges ---------------------------------------------------------------------------------------------------------------


def span(row: Row, place: int) -> tuple[NamedDay, int] | None:
    """From one day to another, the first of which may leave out what the last one says."""
    begins = _behind_weekday(row, place)
    firsts = _firsts(row, begins) if begins < len(row.terms) else ()
    for first in firsts:
        behind = row.behind_join(first.behind)
        if behind is None:
            continue
        last = day(row, row.skip(behind)) or _last(row, row.skip(behind), first)
        if last and (found := _range(row, first, last)):
            start = row.terms[place].start
            return NamedDay(
                start, row.end_of(last.behind), found[1], Extent.RANGE, span_start=found[0]
            ), last.behind
    return None


def _firsts(row: Row, place: int) -> list[Part]:
    digits = row.terms[place].number is not None
    parts = [
        _in_digits(row, place, begins=True) if digits else None,
        _core(row, place),
        _bare(row, place) if digits else None,
    ]
    return [part for part in parts if part]


def _last(row: Row, place: int, first: Part) -> Part | None:
    """The end of a range that leaves out its month: "August 3-14", "11月9日至13日"."""
    if place >= len(row.terms) or not first.month or first.either:
        return None
    part = _bare(row, place)
    if part is None or not (first.month_first or _EASTERN_DAY.match(row.masked, row.terms[place].start)):
        return None
    if not row.may_end(part.behind):
        return None
    year, behind = _year(row, part.behind)
    return Part(behind, part.day, first.month, year)


def _range(row: Row, first: Part, last: Part) -> tuple[dt.date, dt.date] | None:
    """Both ends as dates: the first is the last such day before the end."""
    if first.either or last.either:
        first, last = _in_order(row, first, last)
    end = resolved(row.reader, last) if 1 <= last.month <= 12 else None
    if end is None or not _is_range(row, first, last):
        return None
    month = first.month or last.month
    years = (2000 + first.year % 100,) if first.year else (end.year, end.year - 1)
    begins = (valid(year, month, first.day) for year in years)
    begin = next((date for date in begins if date and date <= end), None)
    return (begin, end) if begin else None


def _is_range(row: Row, first: Part, last: Part) -> bool:
    """Not "5 to 6.5": a bare number and a decimal."""
    if first.month or not last.either or last.year:
        return True
    between = row.masked[row.end_of(first.behind) - 1 : row.end_of(last.behind)]
    return (
        "-" in between or row.text(last.behind - 1) == "." or "/" in between or not _DECIMAL.search(between)
    )


_DECIMAL = re.compile(r"\d\.\d\d?$")


def _in_order(row: Row, first: Part, last: Part) -> tuple[Part, Part]:
    """8/3 - 8/14 in English: the month comes first where the other order makes no sense, or is not the writer's."""
    reader = row.reader
    if reader.language.code != "en" or not (first.either and last.either):
        return first, last
    swapped = last.month > 12 or first.month > 12 or not reader.day_first
    return (_swapped(first), _swapped(last)) if swapped else (first, last)


def _swapped(part: Part) -> Part:
    return dataclasses.replace(part, day=part.month, month=part.day, either=False)


# --- the year that was not written, and the order of day and month ------------------------------------------------------


def resolved(reader: DateReader, part: Part) -> dt.date | None:
    """The day that is meant, where it is near enough."""
    if not part.either:
        return dated(reader, part.month, part.day, part.year)
    orders = [(part.month, part.day), (part.day, part.month)]
    if not reader.day_first:
        orders.reverse()
    if reader.language.code != "en" and (reader.day_first or not reader.language.day_first):
        orders = orders[:1]  # only English is written in both orders
    dates = [dated(reader, month, day, part.year) for month, day in orders]
    hopeful = [
        date for date in dates[:1] if date and -7 <= (date - reader.today).days <= YEARLESS_HORIZON.days
    ]
    hopeful += [date for date in dates[1:] if date and (date - reader.today).days in _LIKELY]
    return next(iter(hopeful or [date for date in dates if date and part.year]), None)


_PAIR = re.compile(r"(?<![\w.,:-])(\d{1,2})/(\d{1,2})(?:/(20\d\d|\d\d))?(?!\d)")
_LIKELY = range(-31, 121)  # days from receipt that an absence note speaks of


def day_comes_first(masked: str, reader: DateReader) -> bool:
    """In which order this text writes day and month: what its own dates tell outweighs the sender's clock.

    A pair that makes sense in one order only (a 13th month, or months away from now) votes for that order.
    """
    votes = sum(
        _vote(int(first), int(second), int(year) if year else None, reader)
        for first, second, year in _PAIR.findall(masked)
    )
    return votes > 0 if votes else reader.day_first


def _vote(first: int, second: int, year: int | None, reader: DateReader) -> int:
    day_first, month_first = dated(reader, second, first, year), dated(reader, first, second, year)
    return _is_likely(day_first, reader) - _is_likely(month_first, reader)


def _is_likely(date: dt.date | None, reader: DateReader) -> bool:
    return date is not None and (date - reader.today).days in _LIKELY
