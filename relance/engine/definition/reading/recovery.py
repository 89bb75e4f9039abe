"""A text that is no YAML yet, mended line by line in the likeliest way, so that what else is wrong with it is told in the same run. Pure.

The mended text is only looked at: nobody gets it. A mend counts where the text can be read beyond its line, and no line is added or removed.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pydantic

from relance import errors
from relance.engine.definition import sequence, steps
from relance.engine.definition.reading import yaml_source
from relance.engine.definition.reading.yaml_source import Parsed, Shift

MOST_MENDS = 15
LARGEST = 40_000  # characters: it is read once a mend, which takes a tenth of a second here

_KEYED = re.compile(r"(\s*(?:- +)*[A-Za-z_][\w -]*:\s+|\s*(?:- +)+)(\S.*)")
_UNKEYED = re.compile(r"(\s*(?:- +)?)([a-z_]+)(\s+\S.*)")
_UNPRINTABLE = re.compile(r"[^\t\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MODELS: tuple[type[pydantic.BaseModel], ...] = (sequence.Sequence, *steps.KINDS.values())
_KEYS = frozenset(info.alias or name for model in _MODELS for name, info in model.model_fields.items())


def parse(text: str) -> tuple[Parsed | None, list[errors.Problem]]:
    """The data as far as it can be made of the text (None: not at all), and each mistake of YAML."""
    own = lines = text.split("\n")
    found: list[errors.Problem] = []
    read = _read(lines)
    while isinstance(read, errors.Problem):
        found.append(read)
        mended = _mended(lines, read.line) if len(text) <= LARGEST and len(found) < MOST_MENDS else None
        if mended is None:
            return None, found
        lines, read = mended
    shifts = {
        number: _shift(before, after)
        for number, (before, after) in enumerate(zip(own, lines, strict=True), start=1)
        if before != after
    }
    return replace(read, places=replace(read.places, shifts=shifts)), found


def _read(lines: list[str]) -> Parsed | errors.Problem:
    try:
        return yaml_source.parse("\n".join(lines))
    except yaml_source.NotReadable as refusal:
        return refusal.problem


def _mended(lines: list[str], number: int) -> tuple[list[str], Parsed | errors.Problem] | None:
    """The lines with that one mended, and what comes of reading them; None where no mend leads beyond it."""
    if not 0 < number <= len(lines):
        return None
    for mend in (_printable, _quoted, _with_colon, _indented, _indented_and_quoted):
        tried = mend(lines, number - 1)
        if tried is None or tried == lines:
            continue
        read = _read(tried)
        if isinstance(read, Parsed) or read.line > number:
            return tried, read
    return None


def _printable(lines: list[str], index: int) -> list[str]:
    return _with(lines, index, _UNPRINTABLE.sub(" ", lines[index]))


def _quoted(lines: list[str], index: int) -> list[str] | None:
    """The value in quotes; the lines indented below it go, for they belong to it."""
    found = _KEYED.fullmatch(lines[index].rstrip())
    if not found:
        return None
    doubled = found[2].replace("'", "''")
    made = _with(lines, index, f"{found[1]}'{doubled}'")
    depth = _depth(lines[index])
    for below in range(index + 1, len(made)):
        if made[below].strip() and len(made[below]) - len(made[below].lstrip()) <= depth:
            break
        made[below] = ""
    return made


def _with_colon(lines: list[str], index: int) -> list[str] | None:
    """`subject Hi`, where the first word is a key."""
    found = _UNKEYED.fullmatch(lines[index])
    return _with(lines, index, f"{found[1]}{found[2]}:{found[3]}") if found and found[2] in _KEYS else None


def _indented(lines: list[str], index: int) -> list[str] | None:
    """The line under the one before it."""
    before = next((each for each in reversed(lines[:index]) if each.strip()), None)
    if before is None:
        return None
    lead = len(before) - len(before.lstrip(" "))
    if not lines[index].lstrip().startswith("- "):
        lead = _depth(before)
        lead += 2 if before.rstrip().endswith(":") else 0
    return _with(lines, index, " " * lead + lines[index].lstrip())


def _indented_and_quoted(lines: list[str], index: int) -> list[str] | None:
    indented = _indented(lines, index)
    return indented and _quoted(indented, index)


def _depth(line: str) -> int:
    """Where a line's key stands, behind its dashes."""
    return len(line) - len(line.lstrip(" \t-"))


def _with(lines: list[str], index: int, line: str) -> list[str]:
    return [*lines[:index], line, *lines[index + 1 :]]


def _shift(before: str, after: str) -> Shift:
    """From which column on a line was moved, and by how much."""
    by = (len(after) - len(after.lstrip())) - (len(before) - len(before.lstrip()))
    if after.endswith("'") and (found := _KEYED.fullmatch(after)):
        return len(found[1]) + 1, by + 1
    same = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), 0)
    return same + 1, by or len(after) - len(before)
