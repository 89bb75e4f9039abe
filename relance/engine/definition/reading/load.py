"""From a YAML text to a sequence and back. Every mistake is told at once, each with its line, its key and its mend."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pydantic
import yaml

from relance import errors
from relance.engine.definition import sequence
from relance.engine.definition.reading import error_messages, recovery, repairs, yaml_source
from relance.engine.definition.reading.yaml_source import Places
from relance.engine.definition.steps import Path
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode


@dataclass(frozen=True)
class Document:
    """A text that was read: the sequence, or the problems that kept it from being one, and where everything stands."""

    sequence: sequence.Sequence | None
    problems: tuple[errors.Problem, ...] = ()
    places: Places = field(default_factory=Places, repr=False)
    doubts: tuple[errors.Problem, ...] = ()  # read, but perhaps not as it was meant
    data: Any = field(default=None, repr=False)  # what stands in it, plain
    broken: tuple[Path, ...] = ()  # the parts that are not what they should be


def read(text: str, where: str = "") -> Document:
    """Read a sequence. `where` (a file's name) is put into every problem. Never raises for what the text says."""
    parsed, unread = recovery.parse(text)
    if parsed is None:
        return Document(None, _placed(unread, where))
    if parsed.data is None:
        nothing = errors.Problem(
            Text("the file is empty.").coded(SentenceCode.FILE_EMPTY),
            "",
            Text("Begin with `sequence: Name`, then `steps:`."),
            1,
        )
        return Document(None, _placed([nothing], where))
    made, refused, broken = None, list[errors.Problem](), frozenset[Path]()
    try:
        made = _validated(parsed.data)
    except pydantic.ValidationError as refusal:
        refused = error_messages.problems(refusal, parsed.data, parsed.places)
        broken = error_messages.broken(refusal, parsed.data)
        refused += _behind(parsed, broken)
    mended = {problem.line for problem in unread}  # what stands there instead is nobody's
    found = [*unread, *parsed.twice, *(each for each in refused if each.line not in mended)]
    found.sort(key=lambda problem: problem.line)
    sound, doubts = None if found else made, _placed(parsed.doubts, where)
    return Document(sound, _placed(found, where), parsed.places, doubts, parsed.data, tuple(broken))


def _validated(data: Any) -> sequence.Sequence:
    """The sequence of plain data; in a file a key has one name, which is not always that of the attribute."""
    return sequence.Sequence.model_validate(data, by_alias=True, by_name=False)


def _behind(parsed: yaml_source.Parsed, broken: Collection[Path]) -> list[errors.Problem]:
    """The contradictions of parts that have a broken key besides, which are only looked at where every key is right."""
    data = repairs.without(parsed.data, broken)
    try:
        _validated(data)
    except pydantic.ValidationError as refusal:
        return list(error_messages.contradictions(refusal, data, parsed.places))
    return []


def mended(document: Document) -> Iterator[sequence.Sequence]:
    """What a document would be if its broken parts were mended, in each way that gives a sequence."""
    for data in repairs.of(document.data, document.broken):
        with contextlib.suppress(pydantic.ValidationError):
            yield _validated(data)


def _placed(problems: Iterable[errors.Problem], where: str) -> tuple[errors.Problem, ...]:
    return tuple(replace(problem, where=where) for problem in problems)


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, and lists indented below their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        del indentless  # asked for wherever a list stands below a key; people indent there
        return super().increase_indent(flow, False)


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    if any(mark in text for mark in "\r\x85\u2028\u2029\ufeff"):
        style = '"'  # line ends that are no "\n" would be read back as one
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text)


def to_yaml(definition: sequence.Sequence) -> str:
    """The sequence as YAML that reads back to an equal one (without the comments of the text it came from)."""
    written = sequence.written(definition)
    return yaml.dump(written, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)


def schema() -> str:
    """The JSON Schema of a sequence, for editors that complete and check YAML while it is typed."""
    made = sequence.Sequence.model_json_schema(by_alias=True)
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": "A Relance sequence"}
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"
