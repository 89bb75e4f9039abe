"""The words of one language, read from its data file; adding a language is adding a file."""

from __future__ import annotations

import functools
import importlib.resources
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from relance.mailbox.classification.languages import normalize

_ESCAPE_OR_LETTER = re.compile(r"\\.|[^\\]", re.DOTALL)
_UMLAUT = re.compile("([äöü])")
_LETTER = r"[^\W\d_]"
NOTHING = re.compile(r"(?!)")


def pattern(phrases: Iterable[str], *, blanks: bool = True, umlauts: bool = False) -> re.Pattern[str]:
    """One expression for many phrases, to be searched in folded text; a blank stands for any white space.

    Each phrase is a small regular expression that must begin and end at the edge of a word, in a script with `blanks`.
    With `umlauts`, ä, ö and ü may also be written as ae, oe and ue.
    """
    parts = [_folded(_UMLAUT.sub(r"\1e?", phrase) if umlauts else phrase) for phrase in phrases]
    if not parts:
        return NOTHING
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)" if blanks else f"(?:{'|'.join(parts)})")


def _folded(phrase: str) -> str:
    pieces = (
        piece if piece.startswith("\\") else normalize.fold(piece)
        for piece in _ESCAPE_OR_LETTER.findall(phrase)
    )
    return "".join(pieces).replace(" ?", r"\s*").replace(" ", r"\s+")


@dataclass(frozen=True)
class Language:
    """One language: its names for days and months, and its phrases by what they tell us."""

    code: str
    common: frozenset[str]
    months: Mapping[str, int]  # folded name or abbreviation -> 1..12
    weekdays: Mapping[str, int]  # folded name or abbreviation -> 0 (Monday)..6
    ordinals: Mapping[str, int]  # folded day in words -> 1..31
    day_first: bool
    habits: frozenset[str]  # weekdays as a habit ("Mondays"), which name no date
    grammar: Mapping[str, tuple[str, ...]]  # what the parts of a date are called, by kind: plain words
    phrases: Mapping[str, re.Pattern[str]]  # "absence.away" -> its expression
    blanks: bool = True  # does its script set blanks between words?

    def find(self, topic: str, folded_text: str) -> re.Match[str] | None:
        """Where a phrase of this topic stands in folded text."""
        return self.phrases.get(topic, NOTHING).search(folded_text)

    def pattern(self, topic: str) -> re.Pattern[str]:
        """The expression of this topic; one that never matches where the language has no such phrases."""
        return self.phrases.get(topic, NOTHING)


def read(code: str, source: Mapping[str, object]) -> Language:
    """A language from its parsed data file."""
    blanks, umlauts = bool(source.get("blanks", True)), bool(source.get("umlauts", False))
    return Language(
        code=code,
        common=frozenset(normalize.fold(word) for word in _strings(source.get("common"))),
        months=_numbered(source.get("months"), first=1, umlauts=umlauts),
        weekdays=_numbered(source.get("weekdays"), first=0, umlauts=umlauts),
        ordinals=_numbered(source.get("ordinals"), first=1, umlauts=umlauts),
        day_first=bool(source.get("day_first", True)),
        habits=frozenset(normalize.fold(word) for word in _strings(source.get("habits"))),
        grammar=_grammar(source.get("grammar"), umlauts=umlauts),
        phrases=_phrases(source, blanks=blanks, umlauts=umlauts),
        blanks=blanks,
    )


def _strings(value: object) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def _numbered(value: object, first: int, *, umlauts: bool) -> dict[str, int]:
    groups = value if isinstance(value, list) else []
    return {
        normalize.fold(name): first + index
        for index, group in enumerate(groups)
        for name in _spellings(_strings(group), umlauts=umlauts)
    }


def _grammar(table: object, *, umlauts: bool) -> dict[str, tuple[str, ...]]:
    kinds = table if isinstance(table, dict) else {}
    return {str(kind): tuple(_spellings(_strings(words), umlauts=umlauts)) for kind, words in kinds.items()}


def _spellings(words: list[str], *, umlauts: bool) -> list[str]:
    """The words, and those with ae, oe and ue where there is an umlaut in them."""
    return [*words, *(_UMLAUT.sub(_spelt_out, word) for word in words if umlauts and _UMLAUT.search(word))]


def _spelt_out(umlaut: re.Match[str]) -> str:
    return normalize.fold(umlaut.group()) + "e"


def _phrases(source: Mapping[str, object], *, blanks: bool, umlauts: bool) -> dict[str, re.Pattern[str]]:
    return {
        f"{section}.{topic}": pattern(
            _longest_first(phrases, f"{section}.{topic}"),
            blanks=blanks or section not in _BETWEEN_WORDS,
            umlauts=umlauts,
        )
        for section, table in source.items()
        if isinstance(table, dict) and section != "grammar"
        for topic, phrases in table.items()
    }


def _longest_first(phrases: object, topic: str) -> list[str]:
    """In the order of the file; but around a date, and where a phrase is all that is said, the longest that stands there is meant."""
    strings = _strings(phrases)
    longest = topic.startswith("dates.") or topic.endswith("alone")
    return sorted(strings, key=len, reverse=True) if longest else strings


_BETWEEN_WORDS = frozenset({"dates", "absence", "opt_out", "intent"})
# Sections whose phrases stand in the middle of running text; a script without blanks has no edges of words there.


@functools.cache
def all_languages() -> tuple[Language, ...]:
    """Every language that has a data file, in the order of their codes."""
    folder = importlib.resources.files(__package__)
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name
    )
    return tuple(
        read(file.name.removesuffix(".toml"), tomllib.loads(file.read_text("utf-8"))) for file in files
    )


@functools.cache
def by_code(code: str) -> Language | None:
    """The language of that code, if we know it."""
    return next((language for language in all_languages() if language.code == code), None)


def expression(code: str, topic: str) -> str:
    """What the language of that code says of a topic, to be built into a larger expression; of what it lacks, one that never matches."""
    words = by_code(code)
    return (words.pattern(topic) if words else NOTHING).pattern


def ranked(folded_text: str) -> list[tuple[Language, int]]:
    """Languages by how many of their commonest words stand in the text; those without any are left out."""
    text = folded_text[:6000]
    words = re.findall(rf"{_LETTER}+", text)
    scores = [(language, _commonest(language, words, text)) for language in all_languages()]
    return sorted(((language, score) for language, score in scores if score), key=lambda pair: -pair[1])


def _commonest(language: Language, words: list[str], text: str) -> int:
    """How many common words of a language stand there; in a script without blanks, its common letters."""
    if not language.blanks:
        return 0 if text.isascii() else sum(text.count(word) for word in language.common)
    return sum(word in language.common for word in words)


@dataclass(frozen=True)
class PhraseMatch:
    """A phrase found: what it tells, in which language, and where in the text."""

    topic: str
    language: str
    start: int
    end: int


def find_any(topic: str, folded_text: str, hint: str | None = None) -> PhraseMatch | None:
    """The first phrase of this topic in any language; the hinted one is asked first, for neighbours share words."""
    for language in sorted(all_languages(), key=lambda each: each.code != hint):
        if match := language.find(topic, folded_text):
            return PhraseMatch(topic, language.code, *match.span())
    return None
