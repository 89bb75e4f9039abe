"""The words that dates are made of, in one language, and a text as a row of them. Pure."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from relance.mailbox.classification.languages import language, normalize

_UNSPACED = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
EASTERN = f"[{_UNSPACED}]"  # a letter of a script that sets no blanks around words and dates
_TOKEN = re.compile(rf"\d+|_+|\n\s*\n|{EASTERN}|[^\W\d_{_UNSPACED}]+|[^\s]")
# A number, what was masked, the end of a paragraph, one letter of a script without blanks, a word, a mark.
BREAK = "\n\n"


class Token(NamedTuple):
    """A piece of the text as it is written."""

    text: str
    start: int
    end: int


class Term(NamedTuple):
    """One or more tokens with what they can mean in a language: kind of word -> its value ("month_name" -> 8, "count" -> 2)."""

    text: str
    start: int
    end: int
    kinds: Mapping[str, int]

    @property
    def number(self) -> int | None:
        """Its value, where it is written in digits."""
        return int(self.text) if self.text.isdecimal() and len(self.text) <= 4 else None


class _Phrase(NamedTuple):
    words: tuple[str, ...]  # those that follow the first
    kinds: Mapping[str, int]


Vocabulary = Mapping[str, Sequence[_Phrase]]  # by the first word, the longest first


def tokens(masked: str) -> list[Token]:
    """The pieces of a folded text whose other numbers were masked."""
    return [
        Token(BREAK if match.group()[0] == "\n" else match.group(), *match.span())
        for match in _TOKEN.finditer(masked)
    ]


def terms(pieces: Sequence[Token], code: str) -> list[Term]:
    """The tokens as words of the language with that code: the longest phrase that stands at a place is the one that is meant."""
    known, found, place = _vocabulary(code), [], 0
    while place < len(pieces):
        length, kinds = _longest(pieces, place, known.get(pieces[place].text, ()))
        found.append(Term(pieces[place].text, pieces[place].start, pieces[place + length - 1].end, kinds))
        place += length
    return found


_NOTHING: Mapping[str, int] = {}


def _longest(
    pieces: Sequence[Token], place: int, phrases: Sequence[_Phrase]
) -> tuple[int, Mapping[str, int]]:
    for phrase in phrases:
        if length := _length(pieces, place, phrase.words):
            return length, phrase.kinds
    return 1, _NOTHING


def _length(pieces: Sequence[Token], place: int, words: Sequence[str]) -> int:
    """How many tokens the phrase takes here; points between its words ("d. M.") do not count. 0: it does not stand here."""
    at = place + 1
    for word in words:
        if at < len(pieces) and pieces[at].text == "." and word != ".":
            at += 1
        if at >= len(pieces) or pieces[at].text != word:
            return 0
        at += 1
    return at - place


@functools.cache
def _vocabulary(code: str) -> Vocabulary:
    meant: dict[tuple[str, ...], dict[str, int]] = {}
    for phrase, kind, value in _entries(code):
        words = tuple(token.text for token in tokens(phrase))
        meant.setdefault(words, {})[kind] = value
    found: dict[str, list[_Phrase]] = {}
    for words in sorted(meant, key=len, reverse=True):
        found.setdefault(words[0], []).append(_Phrase(words[1:], meant[words]))
    return found


def _entries(code: str) -> Iterator[tuple[str, str, int]]:
    """Every folded phrase with its kind and its value."""
    words = language.by_code(code)
    if words is None:
        raise ValueError(f"no language {code}")
    for kind, values in (
        ("month_name", words.months),
        ("weekday", words.weekdays),
        ("spelt", words.ordinals),
    ):
        named = values.items()  # but for months that are numbers ("8月")
        yield from ((name, kind, value) for name, value in named if not name[0].isdigit())
    for kind, phrases in words.grammar.items():
        for phrase in phrases:
            name, _, value = phrase.partition("|")
            yield normalize.fold(name), kind, int(value or 1)
