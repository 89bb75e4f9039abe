"""When somebody is back: from the dates of an absence note and the words around them.

`until` is the first day back. "Back on the 17th" says that day itself. "Away until the 14th", "3-14 August" and
"until the 14th inclusive" name the last day away, so the day after is meant: taking the date itself for the day of
return would let a mail arrive while the person is still away, a day later harms nobody.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from relance.mailbox.classification.languages import language, normalize
from relance.mailbox.classification.languages.language import Language
from relance.mailbox.classification.named_dates import dates, masking, relative, vocabulary, written
from relance.mailbox.classification.named_dates.reader import HORIZON, DateReader, Extent, NamedDay

_REACH = 90
# How far from a date the words may stand that say what it means.
_SENTENCE_END = re.compile(
    r"[!?;\n]\s*\n|[!?](?:\s|$)|(?<![\d ][\d ])(?<!\b\w\w)(?<!\b\w)\.(?:\s|$)|\n\s*\n|[•|]"
)
# A point after a short weekday ("Mon. 14 August") or a short word ("bis einschl. 14. August") ends no sentence.
_SHORT_WEEKDAY = re.compile(
    r"\b(?:einschl|inkl|incl|vorauss|approx|godz|hod|mon|tues?|wed|thu(?:rs?)?|fri|sat|sun|pon|czw|sob|niedz|don|mar|mer|jeu|ven|sam|dim|lun|mie|jue|vie|gio|sab|dom|woe|vrij?|zat|zon|seg|ter|qua|qui|sex)\."
)
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Return:
    """The first day back, how sure the words make it (less is surer), and the words themselves."""

    date: dt.date
    rank: int
    evidence: str
    inexact: bool = (
        False  # "the end of the month", "next week": a day that is named as well is taken before it
    )


@dataclass(frozen=True)
class DatePlace:
    """A date in its sentence: the words before it and after it, up to the next date or the sentence's end."""

    day: NamedDay
    before: str
    after: str
    sentence: str
    joined: bool  # "from ISO to ISO": this date ends a range that the one before it began
    followed: bool  # the words after it go on to another date
    begins: bool  # the next date is joined to this one: "this week and next week"
    explains: bool  # says when something is that names no day to count on: "after Easter (8 April)"


def first_day_back(
    text: str, today: dt.date, *, hint: str | None = None, day_first: bool = True
) -> Return | None:
    """When the writer of this absence note is back, or nothing where the note does not say.

    Never before `today` and never further than `HORIZON`. `hint` is the language a phrase was already found in.
    """
    tidied = normalize.bounded(text)
    folded = normalize.fold(tidied)
    masked = _SHORT_WEEKDAY.sub(lambda match: match.group()[:-1] + " ", masking.mask(folded))
    tokens, silenced = vocabulary.tokens(masked), _Silenced(today)
    likely = [words for words, _ in language.ranked(folded)]
    for words in _languages(likely, hint):
        reader = _reader(words, today, day_first, masked)
        spoken = words in likely or words.code == hint
        days = silenced.left(dates.days(masked, reader, tokens), speaks=spoken)
        if best := _best(_read(masked, days, reader), today):
            return dataclasses.replace(
                best, evidence=normalize.quote(_original(tidied, best.evidence, folded))
            )
    return None


@dataclass
class _Silenced:
    """What a language that is spoken here knows to be no day to count on is none in a less likely one either."""

    today: dt.date
    places: list[tuple[int, int]] = field(default_factory=list)

    def left(self, days: Sequence[NamedDay], *, speaks: bool) -> list[NamedDay]:
        """Those of a less likely language that stand elsewhere."""
        kept = [
            day for day in days if not any(day.start < end and start < day.end for start, end in self.places)
        ]
        if speaks:
            self.places += [(day.start, day.end) for day in days if day.says_nothing or self._is_past(day)]
        return kept

    def _is_past(self, day: NamedDay) -> bool:
        return day.date < self.today and day.extent is not Extent.MONTH


def _reader(words: Language, today: dt.date, day_first: bool, masked: str) -> DateReader:
    reader = DateReader(words, today, day_first)
    if words.code != "en":  # the only one that is written in both orders
        return reader if words.day_first else dataclasses.replace(reader, day_first=False)
    return dataclasses.replace(reader, day_first=written.day_comes_first(masked, reader))


def _original(tidied: str, evidence: str, folded: str) -> str:
    start = folded.find(evidence)
    return tidied[start : start + len(evidence)] if start >= 0 and len(tidied) == len(folded) else evidence


def _languages(likely: Sequence[Language], hint: str | None) -> list[Language]:
    """The languages worth trying: the hinted one, then those whose common words stand in the text, then the rest."""
    ordered = [language.by_code(hint or ""), *likely, language.by_code(_COMMONEST), *language.all_languages()]
    return list({words.code: words for words in ordered if words}.values())


_COMMONEST = "en"  # tried before the others where no common word tells ("OOO thru 11/23")


def _best(found: Iterable[Return], today: dt.date) -> Return | None:
    """The surest day that is neither past nor absurdly far; among equally sure ones the first named."""
    possible = [answer for answer in found if today <= answer.date <= today + HORIZON]
    return min(possible, key=lambda answer: (answer.rank, answer.inexact), default=None)


def _read(masked: str, days: Sequence[NamedDay], reader: DateReader) -> list[Return]:
    places = [_place(masked, days, index, reader) for index in range(len(days))]
    meant = [_meanings(place, reader) for place in places]
    found = [
        _behind(answer, place, meant[index - 1] if index else [])
        for index, (place, answers) in enumerate(zip(places, meant, strict=True))
        for answer in answers
    ]
    return found + _working_days(masked, reader)


def _behind(answer: Return, place: DatePlace, before: Sequence[Return]) -> Return:
    """ "Until Friday the 27th, back on Monday": the Monday behind the day that was told before it, not the next one."""
    if not place.day.weekday_only or not before or before[0].date <= answer.date:
        return answer
    weeks = -(-(before[0].date - answer.date).days // 7)
    return dataclasses.replace(answer, date=answer.date + dt.timedelta(weeks=weeks))


def _place(masked: str, days: Sequence[NamedDay], index: int, reader: DateReader) -> DatePlace:
    day = days[index]
    floor = days[index - 1].end if index else 0
    heads = _heads(masked, days, index, reader)
    ceiling = days[index + 1].start if index + 1 < len(days) else len(masked)
    ends = [match.end() for match in _SENTENCE_END.finditer(masked, max(0, day.start - 400), day.start)]
    begin = ends[-1] if ends else max(0, day.start - 400)
    stop_match = _SENTENCE_END.search(masked, day.end - 1, day.end + 300)  # "14 Aug." may end it
    stop = stop_match.start() + 1 if stop_match else min(len(masked), day.end + 300)
    before = masked[max(floor, begin, day.start - _REACH) : day.start]
    if heads is not None:
        told = days[heads]
        before = masked[max(days[heads - 1].end if heads else 0, begin, told.start - _REACH) : told.start]
    joined = bool(index) and heads is None and _joins(masked[floor : day.start], reader)
    reach = min(stop, day.end + _REACH)
    after = masked[day.end : max(day.end, min(ceiling, reach))]
    follows = index + 1 < len(days) and _joins(masked[day.end : ceiling], reader)
    followed = ceiling < min(reach, len(masked))
    explains = heads is not None and days[heads].extent is Extent.VAGUE
    return DatePlace(day, before, after, masked[begin:stop], joined, followed, follows, explains)


def _heads(masked: str, days: Sequence[NamedDay], index: int, reader: DateReader) -> int | None:
    """The place of the date that this one only says again ("from today, 2 September", "on Wednesday after Easter (8 April)"):
    what stands before that one is meant of this one."""
    if not index or days[index].extent is not Extent.DAY:
        return None
    before = days[index - 1]
    between = masked[before.end : days[index].start]
    again = before.date == days[index].date or before.extent in {Extent.VAGUE, Extent.COMING, Extent.END}
    apposed = len(between) < 20 and _APPOSED.match(between) and _only_filling(between, reader)
    return index - 1 if again and apposed else None


_APPOSED = re.compile(r"\s?[,(:=-]")


def _joins(between: str, reader: DateReader) -> bool:
    stripped = between.strip(" \n,-")
    if len(between) >= 20:
        return False
    if not stripped:
        return "-" in between
    joined = reader.language.pattern("dates.join").match(stripped)
    return joined is not None and _only_filling(stripped[joined.end() :], reader)


# --- what a date means ------------------------------------------------------------------------------------------------

Meaning = Callable[[DatePlace, DateReader], dt.date | None]


def _meanings(place: DatePlace, reader: DateReader) -> list[Return]:
    """What the date means by the first rule that knows; the surer a rule, the smaller its rank."""
    vetoed = any(reader.language.find(topic, place.sentence) for topic in ("dates.veto", "absence.moved"))
    if place.day.says_nothing or vetoed:
        return []
    for meaning, rank in MEANINGS:
        if date := meaning(place, reader):
            rank += len(MEANINGS) if place.day.relative else 0
            words = " ".join((place.sentence.strip() or place.before).split("\n\n")[-1:])
            return [Return(date, rank, words, place.day.extent not in {Extent.DAY, Extent.RANGE})]
    return []


def _ends_with(topic: str, place: DatePlace, reader: DateReader) -> bool:
    """Do words of this topic stand directly before the date, with nothing but articles and weekdays between?"""
    ends = [match.end() for match in reader.language.pattern(topic).finditer(place.before)]
    return bool(ends) and _only_filling(place.before[ends[-1] :], reader)


def _begins_with(topic: str, place: DatePlace, reader: DateReader) -> bool:
    """Do words of this topic stand directly behind the date? "13.11. asti", "november 13-ig"."""
    found = reader.language.find(topic, place.after)
    return found is not None and not place.after[: found.start()].strip(" ,.'’()-")


def _only_filling(between: str, reader: DateReader) -> bool:
    filler, weekdays = reader.language.pattern("dates.filler"), reader.language.weekdays
    spoken = " ".join(word for word in re.split(r"[\s,.()]+", between) if word not in weekdays)  # п’ятниця
    return all(word in weekdays or filler.fullmatch(word) for word in re.findall(r"[^\W_]+", spoken))


def _not_back_until(place: DatePlace, reader: DateReader) -> dt.date | None:
    """ "Not back until the 17th" names the day of return itself."""
    negated = reader.language.find("dates.not_until", place.before)
    return place.day.date if negated and _only_filling(place.before[negated.end() :], reader) else None


def _until(place: DatePlace, reader: DateReader) -> dt.date | None:
    day = place.day
    if day.extent in {Extent.RANGE, Extent.DURATION} or place.joined or place.explains:
        return None
    if not (_ends_with("dates.until", place, reader) or _begins_with("dates.until_after", place, reader)):
        return None
    if _begins_with("dates.day_itself", place, reader):
        return day.date  # "until the 30th, when I am back"
    inclusive = _ends_with("dates.inclusive", place, reader) or _begins_with("dates.inclusive", place, reader)
    return day.date + _ONE_DAY if inclusive else _after_last_day(day)


def _after_last_day(day: NamedDay) -> dt.date:
    """The day after the last one away.

    A month by itself ends where it begins ("until September"), and nobody's last day away is a Monday they name.
    """
    if day.extent is Extent.COMING and day.span_start:
        return day.span_start  # "until next week"
    monday = day.named_weekday == 0 or (day.weekday_only and day.date.weekday() == 0)
    return day.date if day.extent is Extent.MONTH or monday else day.date + _ONE_DAY


def _back(place: DatePlace, reader: DateReader) -> dt.date | None:
    day = place.day
    if day.extent in {Extent.RANGE, Extent.DURATION, Extent.END, Extent.UNIT} or (
        day.relative and day.date == reader.today
    ):
        return None
    said_before = reader.language.find("dates.back", place.before)
    said_after = reader.language.find("dates.back_after", place.after)
    if said_after and place.followed and _only_filling(place.after[said_after.end() :], reader):
        said_after = None  # "from 3 August, returning on 24 August": the words belong to the date after them
    if not (said_before or said_after):
        return None
    if place.day.extent in {Extent.WEEK, Extent.COMING}:
        return place.day.span_start  # "back in week 46"
    exact = place.day.extent is Extent.DAY and not place.explains
    later = exact and _ends_with("dates.after", place, reader)
    return place.day.date + _ONE_DAY if later else place.day.date  # "I answer after the 14th"


def _range(place: DatePlace, reader: DateReader) -> dt.date | None:
    """Several days are an absence where their sentence, or the text before them, speaks of one."""
    if not (place.day.span_start or place.joined) or place.begins:
        return None
    spoken = reader.language.find("dates.absent", place.sentence) or _ends_with("dates.since", place, reader)
    moved = place.joined or place.day.extent is Extent.RANGE
    if moved and reader.language.find("dates.postponed", place.sentence):
        return place.day.date  # "my return has moved from the 12th to the 18th"
    return place.day.date + _ONE_DAY if spoken else None


def _for_a_while(place: DatePlace, reader: DateReader) -> dt.date | None:
    """ "From today, 2 September, for two weeks": a beginning and a length. A length alone has no beginning: mails come any day."""
    day = place.day
    if day.extent is not Extent.DAY or not reader.language.find("dates.absent", place.sentence):
        return None
    near = abs((day.date - reader.today).days) <= 2
    if not (near or _ends_with("dates.since", place, reader)):
        return None
    return relative.after(day.date, place.sentence, reader)


def _single_day(place: DatePlace, reader: DateReader) -> dt.date | None:
    """ "I am out of the office on Friday 14 August": away that day, if it is about now."""
    day = place.day
    near = day.extent is Extent.DAY and -1 <= (day.date - reader.today).days <= 2
    if not near or _ends_with("dates.since", place, reader):
        return None
    return day.date + _ONE_DAY if reader.language.find("dates.absent", place.sentence) else None


# In the order they are asked; the rank tells whose answer is taken where several dates mean something. What is counted from the
# day of receipt comes after all that is named.
MEANINGS: tuple[tuple[Meaning, int], ...] = (
    (_not_back_until, 0),
    (_until, 2),
    (_back, 1),
    (_range, 3),
    (_for_a_while, 3),
    (_single_day, 4),
)


SURE = 4
# Up to this rank a day is meant as an absence whatever else the mail says.


# --- part time ------------------------------------------------------------------------------------------


def _working_days(masked: str, reader: DateReader) -> list[Return]:
    """Somebody who works part time: the next of their working days after receipt."""
    for topic, works in (("dates.working_days", True), ("dates.free_days", False)):
        if match := reader.language.find(topic, masked):
            named = _named_weekdays(masked[match.start() : match.end() + 120], reader)
            working = named if works else set(range(5)) - named
            if named and working:
                return [Return(_next_of(working, reader.today), 2 * len(MEANINGS) + 1, match.group())]
    return []


def _named_weekdays(piece: str, reader: DateReader) -> set[int]:
    """The weekdays a phrase lists; two joined by "to" are a range."""
    sentence = _SENTENCE_END.split(piece)[0] or piece
    found = [
        match
        for match in re.finditer(r"[^\W\d_]{4,}(?:-feira)?", sentence)
        if _weekday(match.group(), reader) is not None
    ]
    numbers = [number for match in found if (number := _weekday(match.group(), reader)) is not None]
    if len(found) == 2:
        between = sentence[found[0].end() : found[1].start()].strip()
        both = reader.language.pattern("dates.both").fullmatch(between)
        if not both and _joins(f" {between} ", reader) and numbers[0] < numbers[1]:
            return set(range(numbers[0], numbers[1] + 1))
    return set(numbers)


def _weekday(word: str, reader: DateReader) -> int | None:
    names = reader.language.weekdays
    return names.get(word, names.get(word.removesuffix("s"), names.get(word.removesuffix("en"))))


def _next_of(weekdays: set[int], today: dt.date) -> dt.date:
    ahead = (today + dt.timedelta(days=step) for step in range(1, 8))
    return next(day for day in ahead if day.weekday() in weekdays)
