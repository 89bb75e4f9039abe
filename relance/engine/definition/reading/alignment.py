"""Where each word of a text stands in the file: YAML folds lines, indents blocks and escapes, so both are laid side by side. Pure."""

from __future__ import annotations

import re

_UNITS = {
    '"': re.compile(
        r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r?\n[ \t]*|.)|[^\s\\]", re.DOTALL
    ),
    "'": re.compile(r"''|[^\s']"),
}
_BARE = re.compile(r"\S")
_BLANK_ESCAPES = frozenset("nrtvf NLP_\n\r\t")
_INDICATOR = re.compile(r"[|>][^\n]*\n?")


def places(written: str, value: str) -> list[int] | None:
    """For each character of `value`, where it stands in `written` (the scalar as it is in the file, quotes and all), for a blank where
    the next word does; None where the two do not fit."""
    words = _words(written)
    if len(words) != sum(not each.isspace() for each in value):
        return None
    at = len(written)
    placed: list[int] = []
    for each in reversed(value):
        at = at if each.isspace() else words.pop()
        placed.append(at)
    return placed[::-1]


def _words(written: str) -> list[int]:
    """Where everything stands that is no blank."""
    begin, end, units = 0, len(written), _BARE
    if block := _INDICATOR.match(written):
        begin = block.end()
    elif quote := _UNITS.get(written[:1]):
        begin, end, units = 1, len(written) - 1, quote
    return [each.start() for each in units.finditer(written, begin, end) if not _is_blank(each[0])]


def _is_blank(unit: str) -> bool:
    """Whether an escape stands for a blank, or for nothing."""
    if len(unit) < 2 or unit[0] != "\\":
        return False
    return chr(int(unit[2:], 16)).isspace() if unit[1] in "xuU" else unit[1] in _BLANK_ESCAPES
