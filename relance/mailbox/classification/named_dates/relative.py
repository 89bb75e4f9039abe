"""Days counted from the day of receipt, calendar weeks, and what names no day to count on.

unit     = this unit | next unit | unit next
duration = next count unit | count next unit            "the next two weeks": a range from now
ahead    = in count unit | count unit hence             "in two weeks": that day
week     = "week" number [join number] | number "." "week"
end      = end-of ( unit | month )
vague    = (mid | early | around) ( unit | month | feast ) | feast
"""

from __future__ import annotations

import calendar
import datetime as dt

from relance.mailbox.classification.named_dates.reader import (
    YEARLESS_HORIZON,
    DateReader,
    Extent,
    NamedDay,
    dated,
)
from relance.mailbox.classification.named_dates.row import Row
from relance.mailbox.classification.named_dates.vocabulary import terms, tokens

Found = tuple[NamedDay, int]  # and the place behind it
UNITS = ("day", "week", "month", "quarter", "year")
_LONGEST = 60  # units; "in 300 months" is a joke
_ONE_DAY = dt.timedelta(days=1)


def _made(
    row: Row, place: int, behind: int, date: dt.date, extent: Extent, first: dt.date | None = None
) -> Found:
    start, end = row.terms[place].start, row.end_of(behind)
    return NamedDay(start, end, date, extent, span_start=first, relative=True), behind


def _unit(row: Row, place: int) -> str | None:
    return next((unit for unit in UNITS if row.has(place, unit)), None)


# --- from now -------------------------------------------------------------------------------------------------------------


def ahead(today: dt.date, unit: str, count: int) -> dt.date:
    """So many units from today."""
    if unit in {"day", "week"}:
        return today + dt.timedelta(days=count * (7 if unit == "week" else 1))
    months = count * {"month": 1, "quarter": 3, "year": 12}[unit]
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return dt.date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def _bounds(today: dt.date, unit: str, step: int) -> tuple[dt.date, dt.date]:
    """First and last day of this unit (step 0) or the next one (step 1)."""
    if unit == "week":
        monday = today - dt.timedelta(days=today.weekday()) + dt.timedelta(days=7 * step)
        return monday, monday + dt.timedelta(days=6)
    months = {"month": 0, "quarter": (today.month - 1) % 3, "year": today.month - 1}[unit]
    first = ahead(ahead(today.replace(day=1), "month", -months), unit, step)
    return first, ahead(first, unit, 1) - _ONE_DAY


def count(row: Row, place: int) -> tuple[int, int] | None:
    """A number of units, in digits or in words, and the place behind it."""
    number = row.number(place, 1, _LONGEST) or row.value(place, "count")
    return (number, place + 1) if number else None


def near_day(row: Row, place: int) -> Found | None:
    """Today, tomorrow, the day after."""
    for steps, kind in enumerate(("today", "tomorrow", "after_tomorrow")):
        if row.has(place, kind) and not (place and row.has(place - 1, "weekday")):  # "Montag Morgen"
            return _made(row, place, place + 1, row.reader.today + steps * _ONE_DAY, Extent.DAY)
    return None


def this_or_next(row: Row, place: int) -> Found | None:
    """ "This week", "next month", "la semaine prochaine"."""
    if row.has(place, "this", "next"):
        at, coming = row.skip(place + 1), row.has(place, "next")
        unit = _unit(row, at)
        behind = at + 1
    else:
        unit, at = _unit(row, place), row.skip(place + 1)
        coming, behind = True, at + 1
        unit = unit if row.has(at, "next") else None
    if unit is None or unit == "day":
        return None
    first, last = _bounds(row.reader.today, unit, int(coming))
    if coming and unit in {"quarter", "year"}:
        return _made(row, place, behind, first, Extent.VAGUE, first)
    return _made(row, place, behind, last, Extent.COMING if coming else Extent.UNIT, first)


def duration(row: Row, place: int) -> Found | None:
    """ "The next two weeks", "les deux prochaines semaines", "2 weeks following": from now on."""
    at, coming = place, False
    if row.has(at, "next"):
        at, coming = row.skip(at + 1), True
    counted = count(row, at)
    if counted is None:
        return None
    at = counted[1]
    if row.has(at, "next"):
        at, coming = at + 1, True
    unit = _unit(row, at)
    if unit and row.has(at + 1, "next") and not coming:
        at, coming = at + 1, True
    if not unit or not coming:
        return None
    today = row.reader.today
    return _made(row, place, at + 1, ahead(today, unit, counted[0]) - _ONE_DAY, Extent.DURATION, today)


def in_units(row: Row, place: int) -> Found | None:
    """ "In two weeks", "za tydzień", "két hét múlva", "in half a year"."""
    if row.has(place, "ahead") and (behind := _half_year(row, place + 1)):
        return _made(row, place, behind, ahead(row.reader.today, "month", 6), Extent.DAY)
    if row.has(place, "ahead"):
        return _counted(row, place, place + 1)
    counted = count(row, place)
    unit = _unit(row, counted[1]) if counted else None
    if counted and unit and row.has(counted[1] + 1, "hence"):
        return _made(row, place, counted[1] + 2, ahead(row.reader.today, unit, counted[0]), Extent.DAY)
    return None


def _half_year(row: Row, place: int) -> int | None:
    """The place behind "half a year", one small word allowed before it ("in einem halben Jahr")."""
    return next((at + 1 for at in (place, place + 1) if row.has(at, "half_year")), None)


def _counted(row: Row, place: int, at: int) -> Found | None:
    """Behind "in": a number of units, one small word allowed between; a unit alone is one of them."""
    counted = count(row, at) or count(row, at + 1)
    number, behind = counted or (1, at)
    if counted and not _unit(row, behind) and len(row.text(behind)) <= 6:
        behind += 1
    unit = _unit(row, behind)
    if unit is None or row.number(behind + 1, 1, 53):
        return None  # "in week 34"
    return _made(row, place, behind + 1, ahead(row.reader.today, unit, number), Extent.DAY)


def after(first: dt.date, sentence: str, reader: DateReader) -> dt.date | None:
    """The day after a while that begins on this day and is told in this sentence ("for two weeks"); none where none is told."""
    row = Row(terms(tokens(sentence), reader.language.code), sentence, reader)
    for place in range(len(row.terms)):
        counted = count(row, place)
        unit = _unit(row, row.skip(counted[1])) if counted else None
        if not counted or not unit or _is_counted_from_now(row, place, row.skip(counted[1]) + 1):
            continue
        lasts = bool(place) and row.has(place - 1, "lasting")
        if lasts or (unit != "day" and counted[0] > 1 and not row.is_glued(counted[1])):  # not "11月"
            return ahead(first, unit, counted[0])
    return None


def _is_counted_from_now(row: Row, place: int, behind: int) -> bool:
    """ "In two weeks", "two weeks from now" """
    return bool(place and row.has(place - 1, "ahead")) or row.has(behind, "hence")


# --- calendar weeks -------------------------------------------------------------------------------------------------------


def week(row: Row, place: int) -> Found | None:
    """Calendar weeks by their number (ISO 8601): "KW 47", "week 32 t/m 34", "w 34. tygodniu"."""
    number = row.number(place, 1, 53)
    if number and row.text(place + 1) == "." and row.has(place + 2, "week", "week_number"):
        return _weeks(row, place, place + 3, number, number) if row.stands_free(place) else None
    if not row.has(place, "week", "week_number"):
        return None
    at = row.skip(place + 1, ".#", most=1)
    at += row.text(at) in {"nr", "no", "n"}
    at = row.skip(at, ".°", most=1)
    first = row.number(at, 1, 53)
    if not first or not _ends_week(row, at + 1):
        return None
    last, behind = _last_week(row, at + 1, first)
    return _weeks(row, place, behind, first, last)


def _ends_week(row: Row, place: int) -> bool:
    """No date ("Woche 3.11."), no time and no fraction goes on here."""
    follows = row.masked[row.end_of(place) : row.end_of(place) + 2]
    return not (
        follows[:1] in {"/", ":"} or follows[:1].isalpha() or (follows[:1] == "." and follows[1:].isdecimal())
    )


def _last_week(row: Row, place: int, first: int) -> tuple[int, int]:
    """The last of several ("27-30", "28, 29 og 30"), and the place behind it."""
    last, behind = first, place
    while True:
        at = behind + 1 if row.text(behind) == "," else row.behind_join(behind)
        number = row.number(at, last + 1, 53) if at else None
        if at is None or number is None or not _ends_week(row, at + 1) or row.has(at + 1, "month_name"):
            return last, behind
        last, behind = number, at + 1


def _weeks(row: Row, place: int, behind: int, first: int, last: int) -> Found | None:
    today = row.reader.today
    year, now, _ = today.isocalendar()
    begins, ends = _monday(year + (last < now - 1), first), _monday(year + (last < now - 1), last)
    if not begins or not ends or begins - today > YEARLESS_HORIZON:
        return None
    start, end = row.terms[place].start, row.end_of(behind)
    return NamedDay(start, end, ends + 6 * _ONE_DAY, Extent.WEEK, span_start=begins), behind


def _monday(year: int, number: int) -> dt.date | None:
    try:
        return dt.date.fromisocalendar(year, number, 1)
    except ValueError:
        return None


def quarter(row: Row, place: int) -> Found | None:
    """ "Im zweiten Quartal 2027", "the second half of the year": too wide to be back on, but it has a first day."""
    number = row.value(place, "nth") or row.value(place, "spelt")
    half = row.has(place + 1, "half")
    if not number or number > (2 if half else 4) or not (half or row.has(place + 1, "quarter")):
        return None
    at = row.skip(place + 2)
    written = row.number(at, 2000, 2099)
    today, month = row.reader.today, (6 * number - 5 if half else 3 * number - 2)
    year = written or today.year + (dt.date(today.year, month, 1) <= today)
    first = dt.date(year, month, 1)
    return _made(row, place, at + 1 if written else place + 2, first, Extent.VAGUE, first)


# --- edges, and what is no day ----------------------------------------------------------------------------------------------


def month_alone(row: Row, place: int, *, hyphen: bool = False) -> Found | None:
    """A month by itself, standing for its first day; abbreviations and "may" are too much like other words. A `hyphen` may stand
    before it in "mid-January"."""
    month = row.value(place, "month_name")
    joined = place and not hyphen and row.masked[row.terms[place].start - 1] == "-"
    if not month or len(row.text(place)) <= 3 or joined:
        return None
    at = row.skip(place + 1)
    year = row.number(at, 2000, 2099)
    behind = at + 1 if year else place + 1
    floor = row.reader.today.replace(day=1)
    years = (year,) if year else (floor.year, floor.year + 1)
    dates = (dated(row.reader, month, 1, each) for each in years)
    date = next((each for each in dates if each and (year or each >= floor)), None)
    if date is None or (not year and date - row.reader.today > YEARLESS_HORIZON):
        return None
    return NamedDay(row.terms[place].start, row.end_of(behind), date, Extent.MONTH), behind


def _named(row: Row, place: int) -> Found | None:
    """Something that has an end and a middle: a month or a unit."""
    return month_alone(row, place, hyphen=True) or this_or_next(row, place)


def end(row: Row, place: int) -> Found | None:
    """ "The end of November", "koniec tygodnia": its last day."""
    if not row.has(place, "end"):
        return None
    at = row.skip(place + 1)
    found = _named(row, at)
    unit = _unit(row, at)
    if found:
        day, behind = found
        last = ahead(day.date, "month", 1) - _ONE_DAY if day.extent is Extent.MONTH else day.date
        if day.extent is Extent.VAGUE:
            return _made(row, place, behind, day.date, Extent.VAGUE)
    elif unit and unit != "day":
        last, behind = _bounds(row.reader.today, unit, 0)[1], at + 1
    else:
        return None
    start, stop = row.terms[place].start, row.end_of(behind)
    return NamedDay(start, stop, last, Extent.END), behind


def rest(row: Row, place: int) -> Found | None:
    """ "The rest of November": from now to its last day."""
    found = month_alone(row, row.skip(place + 1)) if row.has(place, "rest") else None
    today = row.reader.today
    if found is None or (found[0].date.year, found[0].date.month) != (today.year, today.month):
        return None
    last = ahead(found[0].date, "month", 1) - _ONE_DAY
    return NamedDay(row.terms[place].start, found[0].end, last, Extent.UNIT, span_start=today), found[1]


def vague(row: Row, place: int) -> Found | None:
    """After a feast that moves, in the middle of a month: at best the earliest day it can mean is known."""
    if row.has(place, "new_year"):
        first = dt.date(row.reader.today.year + 1, 1, 1)
        return _made(row, place, place + 1, first, Extent.VAGUE, first)
    if row.has(place, "feast"):
        return _made(row, place, place + 1, row.reader.today, Extent.VAGUE)
    if not row.has(place, "vague"):
        return None
    found = _named(row, row.skip(place + 1, "-'"))
    unit = _unit(row, row.skip(place + 1))
    if found and found[0].extent is Extent.MONTH and row.number(found[1], 1, 31):
        return None  # "around December 15": that day
    if found:
        day = found[0]
        first = day.span_start or day.date
        if day.extent is Extent.MONTH:  # "mid-January": its 15th at the earliest
            first = first.replace(day=row.value(place, "vague") or 1)
        return _made(row, place, found[1], first, Extent.VAGUE, first)
    return _made(row, place, row.skip(place + 1) + 1, row.reader.today, Extent.VAGUE) if unit and unit != "day" else None  # fmt: skip
