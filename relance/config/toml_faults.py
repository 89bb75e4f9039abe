"""What is wrong with a file of settings, as a sentence of ours with its line: Python's reader tells it in English only. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from relance.wording import Text, ended

_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
_KINDS: tuple[tuple[str, Text], ...] = (
    (r"Expected '=' after a key", Text("a = is missing after the name of a setting")),
    (r"Invalid value", Text("a value cannot be read; text belongs in quotes")),
    (r"Cannot (?:overwrite a value|declare .* twice)|Duplicate", Text("something is given twice")),
    (r"Unterminated string|Illegal character", Text("a text has no closing quote")),
    (r"Unescaped|escape|hex value", Text("a backslash in a text must be doubled")),
    (r"Unclosed array|Unclosed inline table", Text("a bracket is never closed")),
    (r"at the end of an? (?:table|array) declaration", Text("a bracket is never closed")),
    (r"Expected newline", Text("there is more on the line after a value")),
    (r"Invalid date", Text("a date or time cannot be read")),
    (r"Invalid statement|Invalid initial character|invalid character", Text("a line does not begin with the name of a setting")),
)  # fmt: skip


_TWICE = re.compile(r"Cannot overwrite a value|Duplicate")
_KEY = re.compile(r"""\s*(?P<key>[\w-]+|"[^"]*"|'[^']*')\s*=""")


def told(fault: Exception, written: str = "") -> Text:
    """The fault of a file that Python's reader of TOML refused, as a whole sentence. `written` is what stands in the file."""
    if isinstance(fault, UnicodeDecodeError):
        return Text("the file is not text in UTF-8.")
    if isinstance(fault, RecursionError):
        return Text("it is nested too deeply.")
    raw = str(fault)
    place = _PLACE.search(raw)
    said = _PLACE.sub("", raw)
    if place is not None and _TWICE.search(said):
        twice = _given_twice(written.splitlines(), int(place["line"] or 0))
        if twice is not None:
            return twice
    known = next((words for pattern, words in _KINDS if re.search(pattern, said)), None)
    words = known or Text('Python says "{fault}"', fault=said)
    if place is None:
        return ended(words)
    if place["line"] is None:
        return Text("at the end of the file: {words}", words=ended(words))
    line, column = int(place["line"]), int(place["column"])
    return Text("line {line}, column {column}: {words}", line=line, column=column, words=ended(words))


def _given_twice(lines: Sequence[str], last: int) -> Text | None:
    """Which setting is given twice, and where; None where that cannot be told. `last`: the line on which the second one ends,
    counted from 1; 0: at the end of the file."""
    found: list[tuple[int, str]] = []
    for number, line in enumerate(lines[: last or len(lines)], 1):
        if line.lstrip().startswith("["):
            found = []
        elif (key := _KEY.match(line)) is not None:
            found.append((number, key["key"].strip("\"'")))
    if not found:
        return None
    here, name = found[-1]
    first = next((number for number, each in found[:-1] if each == name), None)
    if first is None:
        return None
    return Text(
        "line {line}: {name} is given twice, on line {first} as well. Keep one of them.",
        line=here,
        name=name,
        first=first,
    )
