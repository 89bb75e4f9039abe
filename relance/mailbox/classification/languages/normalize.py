"""Text made comparable: small letters, no accents, one kind of quote and space; every position kept."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from typing import Self, SupportsIndex

# Letters whose accent is not a separate mark in Unicode, and the punctuation that clients beautify.
_SPECIAL = {
    "ł": "l", "ø": "o", "đ": "d", "æ": "a", "œ": "o", "ı": "i",
    "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "′": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "–": "-", "—": "-", "‑": "-", "‐": "-", "−": "-", "…": ".", "\xad": " ",
}  # fmt: skip
MAX_LETTERS = 6_000  # letters that the rules look at: an answer or a note says what it is in its first lines
_LONGEST_RUN = 80
_ENDLESS_WORD = re.compile(rf"\S{{{_LONGEST_RUN},}}")
_ENDLESS_SPACE = re.compile(rf"\s{{{_LONGEST_RUN},}}")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\xad]")


@functools.lru_cache(maxsize=4096)
def _fold_letter(letter: str) -> str:
    if "\uac00" <= letter <= "\ud7a3":
        return letter  # Korean syllables fall apart into letters, not into a letter and its accents
    lowered = letter.lower()[:1]
    base = unicodedata.normalize("NFKD", lowered)[:1]
    if base.isspace() and base != "\n":
        return " "
    return _SPECIAL.get(lowered) or _SPECIAL.get(base) or (base if base.isprintable() else lowered)


def fold(text: str) -> str:
    """The text for comparing: as long as it was, so that a match can be quoted from the original."""
    if text.isascii():
        return text.lower()
    return "".join(map(_fold_letter, text))


class Folded(str):
    """Folded text that knows, letter for letter, what it was folded from: what is found in it is quoted in their letters."""

    __slots__ = ("original",)
    original: str

    def __new__(cls, text: str, original: str) -> Self:
        """`text` is as long as `original`."""
        made = super().__new__(cls, text)
        made.original = original
        return made

    def __getitem__(self, place: SupportsIndex | slice) -> Folded:
        return Folded(super().__getitem__(place), self.original[place])

    def strip(self, letters: str | None = None) -> Folded:
        """Without these letters at both ends; by the folded text."""
        start = len(self) - len(self.lstrip(letters))
        return self[start : start + len(super().strip(letters))]

    def replaced(self, pattern: re.Pattern[str], by: str) -> Folded:
        """With every match replaced."""
        return Folded.joined(by, self.parts(pattern))

    def parts(self, pattern: re.Pattern[str]) -> list[Folded]:
        """What stands between the matches."""
        ends = [0, *(place for match in pattern.finditer(self) for place in match.span()), len(self)]
        return [self[start:end] for start, end in zip(ends[::2], ends[1::2], strict=True)]

    def squeezed(self) -> Folded:
        """On one line: a single space wherever there was white space."""
        return Folded.joined(" ", (word for word in self.parts(_SPACE) if word))

    @classmethod
    def joined(cls, by: str, parts: Iterable[Folded]) -> Folded:
        """Several with the same text between them."""
        several = list(parts)
        return cls(by.join(several), by.join(each.original for each in several))


_SPACE = re.compile(r"\s+")


def folded(text: str) -> Folded:
    """`fold`, where what is found is to be quoted."""
    return Folded(fold(text), text)


def original(text: str) -> str:
    """The letters that a piece of folded text was folded from; other text as it is."""
    return text.original if isinstance(text, Folded) else text


def matched(match: re.Match[str]) -> str:
    """What an expression found, with its original where the text searched has one."""
    return match.string[match.start() : match.end()]


def tidy(text: str) -> str:
    """Composed letters, plain line ends, no invisible characters: what `fold` expects to be given."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _INVISIBLE.sub("", composed)


def bounded(text: str, longest: int = MAX_LETTERS) -> str:
    """The text tidied and short enough for any expression: no endless words, no endless white space, an end."""
    composed = tidy(text[: 2 * longest])
    return _ENDLESS_SPACE.sub(_first_piece, _ENDLESS_WORD.sub(_first_piece, composed))[:longest]


def _first_piece(run: re.Match[str]) -> str:
    return run.group()[:_LONGEST_RUN]


def letters(text: str) -> str:
    """Only letters and digits, folded: how two lines are compared whatever a client did to them."""
    return "".join(letter for letter in fold(text) if letter.isalnum())


def quote(text: str, limit: int = 160) -> str:
    """A piece of somebody's text fit to be shown as evidence: one line, bounded. Of folded text, with its original."""
    if isinstance(text, Folded):
        line = text.squeezed()
        return line if len(line) <= limit else Folded.joined("", (line[: limit - 1], _MORE))
    plain = " ".join(text.split())
    return plain if len(plain) <= limit else plain[: limit - 1] + _MORE


_MORE = Folded("…", "…")
