"""A text as a row of terms in one language, and the questions a grammar asks of it. Pure."""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from relance.mailbox.classification.languages import language
from relance.mailbox.classification.named_dates.reader import DateReader
from relance.mailbox.classification.named_dates.vocabulary import EASTERN, Term

_MARKS = frozenset(
    ("st", "nd", "rd", "th", "er", "re", "ere", "eme", "go", "ego", "tego", "tym", "ym", "e", "o", "a", "ho", "mu", "ye", "te", "ste", "de", "го", "ого", "е")
)  # fmt: skip
# What stands behind a number that is a day: "16th", "16º" (folded: "16o"), "16-go", "20-го".
_GLUED = re.compile(rf"(?!{EASTERN})[\w.,/:-]")
_JUST_BEFORE = 30
_EASTERN_MARKS = frozenset("年月日号號년월일")  # their scripts set a full stop against what follows
_NO_DAY_AFTER = re.compile(rf"(?!{EASTERN})[\w:/%]|-\d|\.\d")


@dataclass(frozen=True)
class Row:
    """Terms by their places; a place beyond the last term is allowed everywhere and holds nothing."""

    terms: Sequence[Term]
    masked: str
    reader: DateReader

    @cached_property
    def _starts(self) -> list[int]:
        return [term.start for term in self.terms]

    def place_of(self, letter: int) -> int:
        """The first term that starts at this letter or behind it."""
        return bisect.bisect_left(self._starts, letter)

    def end_of(self, place: int) -> int:
        """The letter behind the term before this place."""
        return self.terms[place - 1].end

    def value(self, place: int, kind: str) -> int | None:
        """What the term here is worth as a word of this kind."""
        return self.terms[place].kinds.get(kind) if place < len(self.terms) else None

    def has(self, place: int, *kinds: str) -> bool:
        """Is the term here a word of one of these kinds?"""
        return place < len(self.terms) and not self.terms[place].kinds.keys().isdisjoint(kinds)

    def text(self, place: int) -> str:
        """How the term here begins."""
        return self.terms[place].text if place < len(self.terms) else ""

    def skip(self, place: int, marks: str = "", kind: str = "article", most: int = 2) -> int:
        """The place behind at most so many of these marks and words."""
        for _ in range(most):
            if not (self.has(place, kind) or (self.text(place) and self.text(place) in marks)):
                break
            place += 1
        return place

    def before(self, place: int) -> str:
        """The last letters before the term here."""
        return self.masked[max(0, self.terms[place].start - _JUST_BEFORE) : self.terms[place].start]

    def follows(self, place: int, *topics: str) -> bool:
        """Do words of one of these topics stand directly before the term here?"""
        before = self.before(place).rstrip()
        expressions = map(self.reader.language.pattern, topics)
        return any(match.end() == len(before) for each in expressions for match in each.finditer(before))

    def number(self, place: int, least: int = 1, most: int = 31) -> int | None:
        """The number in digits here, where it lies within these bounds."""
        number = self.terms[place].number if place < len(self.terms) else None
        return number if number is not None and least <= number <= most else None

    def stands_free(self, place: int) -> bool:
        """Is nothing written against the term's front that would make it part of something longer?"""
        before = self.masked[max(0, self.terms[place].start - 1) : self.terms[place].start]
        return not _GLUED.match(before) or self.text(place + 1) in _EASTERN_MARKS

    def is_glued(self, place: int) -> bool:
        """Is the term here written against the one before it?"""
        return 0 < place < len(self.terms) and self.terms[place - 1].end == self.terms[place].start

    def may_end(self, place: int) -> bool:
        """May a day end before this place, or does something follow that makes it a time, an amount, another number?"""
        return not _NO_DAY_AFTER.match(self.masked, self.end_of(place))

    def behind_mark(self, place: int) -> tuple[int, bool]:
        """The place behind what marks the number before it as a day ("th", ".", "-go"), and whether letters do."""
        dash = self.text(place) == "-" and self.is_glued(place) and self.is_glued(place + 1)
        letters = place + 1 if dash else place
        if self.is_glued(letters) and self.text(letters) in _MARKS:
            return letters + 1, True
        if self.is_glued(place) and self.text(place) in {".", "°"}:
            return place + 1, self.text(place) == "°"
        return place, False

    def behind_join(self, place: int) -> int | None:
        """The place behind words or marks that join two days ("to", "-", "bis einschließlich") and stand here."""
        match = _join(self.reader.language.code).match(self.masked, self.end_of(place))
        if match is None or not match.group().strip(" \n."):
            return None
        behind = self.place_of(match.end())
        return behind if behind < len(self.terms) and self.terms[behind].start == match.end() else None


@functools.cache
def _join(code: str) -> re.Pattern[str]:
    join = language.expression(code, "dates.join")
    return re.compile(rf"\.?\s{{0,3}}(?:[~\-〜～]+\s{{0,3}}(?:{join})?|{join})(?:\s{{0,3}}|$)")
