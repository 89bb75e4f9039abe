"""Text made comparable: small letters, no accents, one kind of quote and space; every position kept."""

from __future__ import annotations

import functools
import re
import unicodedata

# Letters whose accent is not a separate mark in Unicode, and the punctuation that clients beautify.
_SPECIAL = {
    "ł": "l", "ø": "o", "đ": "d", "æ": "a", "œ": "o", "ı": "i",
    "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "′": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "–": "-", "—": "-", "‑": "-", "‐": "-", "−": "-", "…": ".", "\xad": " ",
}  # fmt: skip
LONGEST = 6_000  # letters that the rules look at: an answer or a note says what it is in its first lines
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


def tidy(text: str) -> str:
    """Composed letters, plain line ends, no invisible characters: what `fold` expects to be given."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _INVISIBLE.sub("", composed)


def bounded(text: str, longest: int = LONGEST) -> str:
    """The text tidied and short enough for any expression: no endless words, no endless white space, an end."""
    composed = tidy(text[: 2 * longest])
    return _ENDLESS_SPACE.sub(_first_piece, _ENDLESS_WORD.sub(_first_piece, composed))[:longest]


def _first_piece(run: re.Match[str]) -> str:
    return run.group()[:_LONGEST_RUN]


def letters(text: str) -> str:
    """Only letters and digits, folded: how two lines are compared whatever a client did to them."""
    return "".join(letter for letter in fold(text) if letter.isalnum())


def quote(text: str, limit: int = 160) -> str:
    """A piece of somebody's text fit to be shown as evidence: one line, bounded."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
