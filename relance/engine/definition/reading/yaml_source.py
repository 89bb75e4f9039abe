"""YAML as a salesperson writes it: to plain data, with the place of every key and value, and mistakes told in words.

Smaller than YAML on purpose. Only true and false are truth values and only digits are numbers, so that `no` stays Norway
and 08:30 stays a time. Aliases, tags and a key written twice are refused; size, depth and count are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from relance import errors
from relance.engine.definition.reading import alignment
from relance.engine.definition.steps import Path
from relance.wording import Text, ended, quoted
from relance.wording.sentence_codes import SentenceCode

MAX_TEXT = 400_000  # characters: a hundred steps with long mails stay far below
MAX_DEPTH = 40
MAX_NODES = 20_000

_INT = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?[0-9]+\.[0-9]*([eE][-+][0-9]+)?")
_CUT = re.compile(r"\s+(#[^\s#].{0,20})")
_CURLY = re.compile(r"[„“”«»‚‘’‟].*[“”„»«‘’\"']", re.DOTALL)
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True)
class SourcePlace:
    """A line and a column, from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class SourceText:
    """A text as it stands in the file, quotes, folds and indentation and all, and where it begins."""

    place: SourcePlace
    written: str
    value: str

    def at(self, line: int, column: int) -> SourcePlace:
        """Where a line and column (0: none) of the value stand in the file."""
        placed = alignment.places(self.written, self.value) if line else None
        if placed is None:
            return self.place
        lines = self.value.split("\n")
        inside = sum(len(each) + 1 for each in lines[: line - 1]) + max(column - 1, 0)
        before = self.written[: placed[inside] if inside < len(placed) else 0]
        begun = before.rfind("\n")
        moved = len(before) - begun if begun >= 0 else self.place.column + len(before)
        return SourcePlace(self.place.line + before.count("\n"), moved)


Shift = tuple[int, int]  # from which column on a line was moved, and by how much


@dataclass(frozen=True)
class Places:
    """Where every key and every value stands. Empty for a sequence made of Python objects.

    `shifts`: the lines that were mended before they could be read; what is told are the columns of the author's own.
    """

    keys: dict[Path, SourcePlace] = field(default_factory=dict)
    values: dict[Path, SourcePlace] = field(default_factory=dict)
    texts: dict[Path, SourceText] = field(default_factory=dict)
    shifts: dict[int, Shift] = field(default_factory=dict)

    def within(self, path: Path, line: int, column: int) -> SourcePlace:
        """The place of what stands in that line and column of the text at `path`."""
        text = self.texts.get(path)
        return self._unmoved(text.at(line, column)) if text else self.of(path)

    def of(self, path: Path, *, key: bool = False) -> SourcePlace:
        """The place of the key or value at `path`, or of the nearest thing around it that has one."""
        first, second = (self.keys, self.values) if key else (self.values, self.keys)
        for length in range(len(path), -1, -1):
            found = first.get(path[:length]) or second.get(path[:length])
            if found:
                return self._unmoved(found)
        return SourcePlace(0, 0)

    def _unmoved(self, place: SourcePlace) -> SourcePlace:
        since, by = self.shifts.get(place.line, (0, 0))
        moved = place.column > since if by > 0 else place.column >= since
        return SourcePlace(place.line, place.column - by) if moved else place


class NotReadable(Exception):
    """This text is no YAML we take; one problem says why."""

    def __init__(self, what: Text, place: SourcePlace, hint: Text | str = "") -> None:
        self.problem = errors.Problem(
            ended(what.coded(what.code or SentenceCode.YAML_UNREADABLE)), "", hint, place.line, place.column
        )
        super().__init__(what)


@dataclass(frozen=True)
class Parsed:
    """The data with its places; `twice`: keys written twice; `doubts`: what was read, but perhaps not as it was meant."""

    data: Any
    places: Places
    twice: tuple[errors.Problem, ...]
    doubts: tuple[errors.Problem, ...]


def parse(text: str) -> Parsed:
    """Plain data from a text; raises NotReadable where nothing can be read."""
    if len(text) > MAX_TEXT:
        raise NotReadable(
            Text("this file has more than {most} characters", most=MAX_TEXT).coded(SentenceCode.TOO_LARGE),
            SourcePlace(1, 1),
        )
    builder = _Builder(text)
    try:
        data = builder.document(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise _explained(error, text) from None
    return Parsed(data, builder.places, tuple(builder.problems), tuple(builder.doubts))


class _Builder:
    """Makes data of YAML's events, keeping an own stack, so that depth is a number and not a crash."""

    def __init__(self, text: str) -> None:
        self.text, self.lines = text, text.splitlines()
        self.places = Places()
        self.problems: list[errors.Problem] = []
        self.doubts: list[errors.Problem] = []
        self.nodes = 0

    def document(self, events: Iterator[Any]) -> Any:
        self.events = events
        data: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise NotReadable(
                        Text("a second document begins here (`---`)"),
                        _place(event),
                        Text("One file holds one sequence."),
                    )
                data = self.node(next(events), ())
        return data

    def node(self, event: Any, path: Path) -> Any:
        self.nodes += 1
        place = _place(event)
        if self.nodes > MAX_NODES:
            raise NotReadable(
                Text("this file has more than {most} parts", most=MAX_NODES).coded(SentenceCode.TOO_LARGE),
                place,
            )
        if len(path) > MAX_DEPTH:
            raise NotReadable(
                Text("this is nested more than {most} levels deep", most=MAX_DEPTH).coded(
                    SentenceCode.TOO_LARGE
                ),
                place,
            )
        self.refuse_cleverness(event, place)
        self.places.values[path] = place
        if isinstance(event, yaml.ScalarEvent):
            self.doubt_the_rest(event)
            self.doubt_the_quotes(event)
            self.places.texts[path] = self.text_at(event, place)
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.list_at(path)
        return self.mapping_at(path)

    def text_at(self, event: Any, place: SourcePlace) -> SourceText:
        written = self.text[event.start_mark.index : event.end_mark.index]
        return SourceText(place, written, event.value)

    def refuse_cleverness(self, event: Any, place: SourcePlace) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise NotReadable(
                Text("anchors and aliases (& and *) are not supported here"), place,
                Text("Put text that begins with & or * in quotes; text that is used twice goes under `values`."),
            )  # fmt: skip
        if event.tag is not None and event.tag != "!":
            raise NotReadable(
                Text("tags (!) are not supported here"), place, Text("Put text that begins with ! in quotes.")
            )

    def list_at(self, path: Path) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self.node(event, (*path, len(found))))
        return found

    def mapping_at(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.key(event)
            here = (*path, key)
            twice = key in found
            value = self.node(next(self.events), (*here, "again") if twice else here)
            if twice:
                self.note_twice(key, event, self.places.keys[here])
            else:
                found[key] = value
                self.places.keys[here] = _place(event)
        return found

    def key(self, event: Any) -> str:
        if isinstance(event, yaml.ScalarEvent):
            self.refuse_cleverness(event, _place(event))
            text: str = event.value
            return text
        raise NotReadable(
            Text("text that begins with {{{{ or [ must be in quotes"), _place(event),
            Text('For instance: subject: "{{{{ company }}}}".'),
        )  # fmt: skip

    def doubt_the_rest(self, event: Any) -> None:
        """`subject: We are #1` ends before the #, which few people mean."""
        end = event.end_mark
        rest = self.lines[end.line][end.column :] if end.line < len(self.lines) else ""
        if event.style is None and event.value and (cut := _CUT.match(rest)):
            what = Text('"{name}" is read as a comment, not as part of the text.', name=cut[1]).coded(
                SentenceCode.READ_AS_COMMENT
            )
            hint = Text("Put the whole text in quotes, or a space after the #.")
            self.doubts.append(errors.Problem(what, "", hint, end.line + 1, end.column + 1 + cut.start(1)))

    def doubt_the_quotes(self, event: Any) -> None:
        """`subject: „Hello”` begins and ends with the quotes, which few people mean to send."""
        if event.style is None and _CURLY.fullmatch(event.value):
            what = Text("these quotes are part of the text, and are sent with it: {value}.", value=event.value[:60]).coded(SentenceCode.QUOTES_READ_AS_TEXT)  # fmt: skip
            hint = Text('Write straight quotes around a text, or none: "…".')
            place = _place(event)
            self.doubts.append(errors.Problem(what, "", hint, place.line, place.column))

    def note_twice(self, key: str, event: Any, before: SourcePlace) -> None:
        place = _place(event)
        hint = Text("It is already in line {line}; remove one of them.", line=before.line)
        self.problems.append(
            errors.Problem(
                Text("`{key}` is written twice.", key=key).coded(SentenceCode.WRITTEN_TWICE),
                "",
                hint,
                place.line,
                place.column,
            )
        )


def _place(event: Any) -> SourcePlace:
    mark = event.start_mark
    return SourcePlace(mark.line + 1, mark.column + 1)


def _scalar(event: Any) -> Any:
    text: str = event.value
    if event.style is not None or event.tag == "!":
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


# YAML's own words, and what they mean to someone who does not know its grammar. The first that fits is said.
_EXPLAINED: tuple[tuple[str, Text, Text], ...] = (
    (
        r"'\\t' that cannot start",
        Text("this line begins with a tab"),
        Text("Indent with spaces: two for each level."),
    ),
    (
        r"mapping values are not allowed",
        Text("there is a second `: ` in this line, or the line is indented too far"),
        Text('Put text with a colon in quotes: subject: "Re: our talk".'),
    ),
    (
        r"character '[@`%]' that cannot start",
        Text("text cannot begin with this character"),
        Text("Put the whole text in quotes."),
    ),
    (
        r"while scanning a quoted scalar",
        Text("the quote that opens here is not closed, or the text has a backslash in it"),
        Text("End the text with the same quote; write a backslash twice."),
    ),
    (
        r"while scanning an (?:alias|anchor)",
        Text("text cannot begin with this character"),
        Text("Put the whole text in quotes."),
    ),
    (
        r"could not find expected ':'",
        Text("this line has no `:` after its key"),
        Text("Write `key: value`, or indent the line if it belongs to the text above."),
    ),
    (
        r"expected <block end>",
        Text("this line is indented differently from the lines around it, or text follows a closing quote"),
        Text("Keys of one step begin in the same column; put the whole text in one pair of quotes."),
    ),
    (r"expected ',' or", Text("a bracket [ or { is opened but not closed"), Text("Close it, or put the text in quotes.")),
    (r"special characters are not allowed", Text("there is an invisible control character here"), Text("Delete it.")),
)  # fmt: skip


def _explained(error: yaml.YAMLError, text: str) -> NotReadable:
    said = str(error)
    place = _error_place(error, text)
    lines = text.splitlines()
    line = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
    if re.search(r":\s*\{\{", line):
        return NotReadable(
            Text("text that begins with {{{{ must be in quotes"),
            place,
            Text('For instance: subject: "{{{{ company }}}}".'),
        )
    if re.search(r":\s+[„“”«‘]", line):
        return NotReadable(
            Text("curly quotes do not hold a text together"), place, Text('Write straight quotes: "…".')
        )
    for pattern, what, hint in _EXPLAINED:
        if re.search(pattern, said):
            return NotReadable(what, place, hint)
    problem = getattr(error, "problem", None)
    named = quoted(problem) if problem else Text("it cannot be read")
    return NotReadable(
        Text("this is not valid YAML: {problem}", problem=named),
        place,
        Text("Compare the indentation with the lines around it."),
    )


def _error_place(error: yaml.YAMLError, text: str) -> SourcePlace:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        beginning = re.search("quoted scalar|simple key|alias|anchor", error.context or "")
        if beginning and error.context_mark:
            mark = error.context_mark  # where it begins says more than where it could not go on
        if mark:
            return SourcePlace(mark.line + 1, mark.column + 1)
    position = getattr(error, "position", 0)
    before = text[:position]
    return SourcePlace(before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1)
