"""A strict grammar for dates in one language: what is not clearly a date is none.

Works on folded text whose phone numbers, addresses, times and amounts were masked. The text becomes a row of terms
(`vocabulary`), and the first rule that knows what stands at a place takes it: ranges and days that are written out (`written`),
days that leave out their month (here), what is counted from now (`relative`). Finds days, not meanings: what a day means (the
last one away, the first one back) is read in `return_date`.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import re
from collections.abc import Callable, Iterator, Sequence, Set

from relance.mailbox.classification.languages import language
from relance.mailbox.classification.named_dates import relative, vocabulary, written
from relance.mailbox.classification.named_dates.reader import DateReader, Extent, NamedDay, valid
from relance.mailbox.classification.named_dates.relative import Found
from relance.mailbox.classification.named_dates.row import Row
from relance.mailbox.classification.named_dates.vocabulary import Token

_NEAR = dt.timedelta(days=62)
# Nobody leaves out the month of a day that is further away.
_MOST, _MOST_BEGINNINGS = (
    40,
    200,
)  # dates, and places where one may begin: what has more is a calendar, no note
_SPOKEN_FULL = 4  # letters of a weekday that may stand alone


def days(masked: str, reader: DateReader, tokens: Sequence[Token] | None = None) -> list[NamedDay]:
    """Every date in masked, folded text, in order, none overlapping another; what only keeps others from speaking is among them."""
    pieces = vocabulary.tokens(masked) if tokens is None else tokens
    row = Row(vocabulary.terms(pieces, reader.language.code), masked, reader)
    found: list[NamedDay] = []
    behind = 0
    for place in itertools.islice(_beginnings(row), _MOST_BEGINNINGS):
        if place >= behind and (read := _at(row, place)):
            found.append(read[0])
            behind = read[1]
    return found[:_MOST]


def _beginnings(row: Row) -> Iterator[int]:
    """The places where a date may begin."""
    for place, term in enumerate(row.terms):
        if (term.kinds and not _BEGIN.isdisjoint(term.kinds)) or (
            term.text.isdecimal() and row.stands_free(place)
        ):
            yield place


def _at(row: Row, place: int) -> Found | None:
    kinds = row.terms[place].kinds.keys() or _DIGITS
    rules = (rule for rule, begins in RULES if not begins.isdisjoint(kinds))
    return next((found for rule in rules if (found := rule(row, place))), None)


def _day(row: Row, place: int) -> Found | None:
    part = written.day(row, place)
    if part is None:
        return None
    date = written.resolved(row.reader, part)
    start, end = row.terms[place].start, row.end_of(part.behind)
    if date is None:
        return NamedDay(start, end, row.reader.today, Extent.GONE), part.behind
    return NamedDay(start, end, date, named_weekday=part.weekday), part.behind


# --- days without their month -------------------------------------------------------------------------------------------------


def _weekday_and_number(row: Row, place: int) -> Found | None:
    """ "Monday 23": the next 23rd that is a Monday. Where there is none the two contradict each other and say nothing."""
    weekday = row.value(place, "weekday")
    at = row.skip(row.skip(place + 1, ".,", most=2))
    at += row.has(at, "day")  # "segunda, dia 30"
    day = row.number(at) if weekday is not None else None
    if day is None or weekday is None:
        return None
    behind, _ = row.behind_mark(at + 1)
    if not row.may_end(behind):
        return None
    date = _next(row.reader.today, day, weekday)
    start, end = row.terms[place].start, row.end_of(behind)
    extent = Extent.DAY if date else Extent.GONE
    return NamedDay(start, end, date or row.reader.today, extent, named_weekday=weekday), behind


def _number_alone(row: Row, place: int) -> Found | None:
    """ "fino al 17", "bis zum 15.", "the 14th": behind the words that stand before a day."""
    day = row.number(place)
    if day is None or not _article(row.reader.language.code).search(row.before(place)):
        return None
    behind, marked = row.behind_mark(place + 1)
    after = row.masked[row.end_of(behind) : row.end_of(behind) + 40]
    pointed = behind > place + 1 and bool(re.match(r"\s+[^\s\d]", after))
    called = row.has(place - 1, "day") and not row.number(place - 2)  # "a partir del día 30 responderé"
    if not (
        called
        or marked
        or pointed
        or _clause_end(row.reader.language.code).match(row.masked, row.terms[place].end)
    ):
        return None
    if not row.may_end(behind):
        return None
    date = _next(row.reader.today, day)
    return (NamedDay(row.terms[place].start, row.end_of(behind), date), behind) if date else None


@functools.cache
def _article(code: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{language.expression(code, 'dates.bare_day')})\s{{0,3}}$")


@functools.cache
def _clause_end(code: str) -> re.Pattern[str]:
    inclusive = language.expression(code, "dates.inclusive")
    return re.compile(rf"(?=\s*(?:[.,;:!?)\n]|$|{inclusive}))(?!\.\d)")


def _next(today: dt.date, day: int, weekday: int | None = None) -> dt.date | None:
    """The next such day of a month, of that weekday where one is named."""
    months = ((today.month - 1 + step) % 12 + 1 for step in range(3))
    years = (today.year + (today.month - 1 + step) // 12 for step in range(3))
    found = (valid(year, month, day) for year, month in zip(years, months, strict=True))
    near = (date for date in found if date and today <= date <= today + _NEAR)
    return next((date for date in near if weekday is None or date.weekday() == weekday), None)


def _weekday(row: Row, place: int) -> Found | None:
    """A weekday by its full name: the next such day after receipt; of next week, where that is said as well."""
    coming = relative.this_or_next(row, place)
    named_next = _names_next(row, place)
    at = row.skip(coming[1]) if coming else row.skip(place + 1) if named_next else place
    name, number = row.text(at), row.value(at, "weekday")
    if number is None or len(name) < _SPOKEN_FULL or _is_habit(row, at):
        return None
    if feast := _behind_feast(row, at + 1):
        return feast  # "the Tuesday after Easter"
    today = row.reader.today
    ahead = dt.timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    trailing = None if coming else relative.this_or_next(row, row.skip(at + 1))
    week, behind = coming or trailing or (None, at + 1)
    behind = max(behind, at + 1)
    start, end = row.terms[place].start, row.end_of(behind)
    if week and week.extent is Extent.COMING and week.span_start and (week.date - week.span_start).days == 6:
        date = week.span_start + dt.timedelta(days=number)
        return NamedDay(start, end, date, named_weekday=number, weekday_only=True), behind
    if coming:
        return None
    if named_next or _names_next(row, row.skip(at + 1)):
        behind = at + 1 if named_next else row.skip(at + 1) + 1
        date = today + dt.timedelta(days=7 - today.weekday() + number)
        return NamedDay(start, row.end_of(behind), date, named_weekday=number, weekday_only=True), behind
    return NamedDay(start, row.end_of(at + 1), today + ahead, weekday_only=True), at + 1


def _names_next(row: Row, place: int) -> bool:
    """ "Next Friday" said on a Monday: some mean this week's, some the one after. The later one is taken: to write to somebody too
    late is harmless, too early is not. Words that mean the nearest one ("coming", "najbliższy") are another kind."""
    return row.has(place, "next") and not row.has(place, "nearest")


def _behind_feast(row: Row, place: int) -> Found | None:
    """Behind a weekday: "after Easter"."""
    after = row.reader.language.pattern("dates.after").match(row.masked, row.end_of(place) + 1)
    at = row.skip(row.place_of(after.end())) if after else place
    return relative.vague(row, at) if after and row.has(at, "feast", "new_year") else None


def _week_of(row: Row, place: int) -> Found | None:
    """ "The week of November 16th": from its Monday to its Sunday."""
    part = written.day(row, row.skip(place + 1)) if row.has(place, "week_of") else None
    date = written.resolved(row.reader, part) if part else None
    if part is None or date is None:
        return None
    monday = date - dt.timedelta(days=date.weekday())
    start, end = row.terms[place].start, row.end_of(part.behind)
    return NamedDay(start, end, monday + dt.timedelta(days=6), Extent.WEEK, span_start=monday), part.behind


def _is_habit(row: Row, place: int) -> bool:
    """ "On Wednesdays"; some languages say "from Wednesday on" with the same word."""
    habit = row.text(place) in row.reader.language.habits
    return habit and not row.follows(place, "dates.since", "dates.until")


_DIGITS = frozenset(("digits",))
_WRITTEN = frozenset(("digits", "weekday", "month_name", "spelt"))
_UNITS = frozenset(relative.UNITS)
RULES: tuple[tuple[Callable[[Row, int], Found | None], Set[str]], ...] = (
    # What is asked, and the kinds of words it may begin with.
    (written.span, _WRITTEN),
    (_day, _WRITTEN),
    (_week_of, frozenset(("week_of",))),
    (relative.week, _DIGITS | {"week", "week_number"}),
    (_weekday_and_number, frozenset(("weekday",))),
    (_number_alone, _DIGITS),
    (_weekday, _UNITS | {"weekday", "this", "next"}),
    (relative.quarter, frozenset(("spelt", "nth"))),
    (relative.end, frozenset(("end",))),
    (relative.rest, frozenset(("rest",))),
    (relative.vague, frozenset(("vague", "feast", "new_year"))),
    (relative.duration, _DIGITS | {"next", "count"}),
    (relative.in_units, _DIGITS | {"ahead", "count"}),
    (relative.this_or_next, _UNITS | {"this", "next"}),
    (relative.near_day, frozenset(("today", "tomorrow", "after_tomorrow"))),
    (relative.month_alone, frozenset(("month_name",))),
)
_BEGIN = frozenset().union(*(begins for _, begins in RULES))
