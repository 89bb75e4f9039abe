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
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\xad]")


@functools.lru_cache(maxsize=4096)
def _fold_letter(letter: str) -> str:
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


def letters(text: str) -> str:
    """Only letters and digits, folded: how two lines are compared whatever a client did to them."""
    return "".join(letter for letter in fold(text) if letter.isalnum())


def quote(text: str, limit: int = 160) -> str:
    """A piece of somebody's text fit to be shown as evidence: one line, bounded."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
