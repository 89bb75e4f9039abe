"""What the models refuse, told to a salesperson: which step, which key, what is wrong, and what to write instead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pydantic

from relance import errors
from relance.engine.definition import company_rules, sequence, steps
from relance.engine.definition.steps import Path
from relance.engine.definition.yaml_source import Places

_LISTS_OF_STEPS = ("steps", *steps.LIST_KEYS)
_PARTS: dict[str, type[pydantic.BaseModel]] = {
    "send": sequence.Send,
    "stop": sequence.Stop,
    "track": sequence.Track,
}

Error = Mapping[str, Any]  # pydantic's ErrorDetails


def problems(refused: pydantic.ValidationError, data: Any, places: Places) -> list[errors.Problem]:
    """One problem a mistake, in the order of the file."""
    by_path: dict[Path, list[Error]] = {}
    for error in refused.errors(include_url=False, include_input=False):
        by_path.setdefault(_path(error, data), []).append(error)
    told = [
        _problem(path, _telling(group), data, places)
        for path, group in by_path.items()
        if not _echo(path, group, by_path)
    ]
    return sorted(told, key=lambda problem: (problem.line, problem.column))


def _telling(group: list[Error]) -> Error:
    """Of several complaints about one value (it could have been this or that) the one with a sentence of ours."""
    return next((error for error in group if error["type"] == "value_error"), group[0])


def _echo(path: Path, group: list[Error], others: Iterable[Path]) -> bool:
    """Whether this only says "it should have been a text" of a mapping whose own mistake is told further down."""
    deeper = any(len(other) > len(path) and other[: len(path)] == path for other in others)
    return deeper and all(error["type"] == "string_type" for error in group)


def _path(error: Error, data: Any) -> Path:
    """The error's place in the author's document: without the names of alternatives that the models put in."""
    if "path" in error.get("ctx", {}):
        return tuple(error["ctx"]["path"])
    path: Path = ()
    node = data
    kind_next = False  # the first part after a step's index is its kind, not a key
    for part in error["loc"]:
        kind_told, kind_next = kind_next and part in steps.KINDS, False
        if kind_told or not _inside(node, part):
            continue
        kind_next = isinstance(part, int) and path[-1] in _LISTS_OF_STEPS
        node, path = node[part], (*path, part)
    return (*path, error["loc"][-1]) if error["type"] == "missing" else path


def _inside(node: Any, part: str | int) -> bool:
    if isinstance(node, Mapping):
        return part in node
    return isinstance(node, list) and isinstance(part, int) and part < len(node)


def _problem(path: Path, error: Error, data: Any, places: Places) -> errors.Problem:
    step = _at(data, path)
    slip = _slip(step) if error["type"] == "union_tag_not_found" and isinstance(step, Mapping) else None
    if slip:
        place = places.of((*path, slip[0]), key=True)
    else:
        place = places.of(path, key=error["type"] == "extra_forbidden")
    what, hint = _words(path, error, data)
    return errors.Problem(f"{context(path, data)}{what}", "", hint, place.line, place.column)


def context(path: Path, data: Any) -> str:
    """The step a path leads into, as a beginning of a sentence: "step `bump`: ", or the part: "send: "."""
    name = ""
    node = data
    for index, part in enumerate(path):
        if not _inside(node, part):
            break
        node = node[part]
        if isinstance(part, int) and path[index - 1] in _LISTS_OF_STEPS:
            named = node.get("id") if isinstance(node, Mapping) else None
            name = f"step `{named}`: " if isinstance(named, str) and named else f"step {part + 1}: "
        elif index == 0 and part in _PARTS:
            name = f"{part}: "
    return name


def _words(path: Path, error: Error, data: Any) -> tuple[str, str]:
    key = path[-1] if path else ""
    if error["type"] == "extra_forbidden":
        return _unknown(path, data)
    if error["type"] == "missing":
        return _missing(str(key), path, data)
    if error["type"] == "union_tag_not_found":
        return _no_kind(_at(data, path))
    if error["type"] == "value_error":
        return _sentence(path, str(error["ctx"]["error"]), data)
    if error["type"] == "step":
        return f"{error['ctx']['sentence']}.", ""
    return _wrong_value(key, error, _at(data, path))


def _at(data: Any, path: Path) -> Any:
    for part in path:
        if not _inside(data, part):
            return None
        data = data[part]
    return data


def _sentence(path: Path, said: str, data: Any) -> tuple[str, str]:
    """A sentence of a check of ours; before it the key, where the check is about one value and not about the whole."""
    whole = isinstance(_at(data, path), Mapping) or not path
    end = "" if said.endswith((".", "?")) else "."
    return (f"{said}{end}" if whole else f"`{path[-1]}`: {said}{end}"), ""


# Keys that nothing explains better than the list of what is known.


def _known_keys(model: type[pydantic.BaseModel]) -> list[str]:
    return [info.alias or name for name, info in model.model_fields.items()]


def _model_at(path: Path, data: Any) -> type[pydantic.BaseModel]:
    """The model that reads the mapping at `path`."""
    if not path:
        return sequence.Sequence
    if len(path) > 1 and path[-2] == "variants":
        return steps.Variant
    if path == ("stop", "company"):
        return company_rules.Rules
    if path[-1] in _PARTS:
        return _PARTS[str(path[-1])]
    return steps.KINDS[steps.kind_of(_at(data, path)) or "mail"]


def _unknown(path: Path, data: Any) -> tuple[str, str]:
    key, inside = str(path[-1]), _model_at(path[:-1], data)
    known = _known_keys(inside)
    kind = steps.kind_of(_at(data, path[:-1])) if _is_step(path[:-1]) else None
    if near := errors.nearest(key, known):
        return f"`{key}` is not recognised here;", f"did you mean `{near}`?"
    if kind and (other := _kind_with(key)):
        return (
            f"`{key}` does not belong in {steps.KINDS[kind].article} step.",
            f"Each step does one thing: make {steps.KINDS[other].article} a step of its own, with its own `- id:`.",
        )
    return f"`{key}` is not recognised here.", f"Recognised here: {', '.join(known)}."


def _is_step(path: Path) -> bool:
    return len(path) > 1 and isinstance(path[-1], int) and path[-2] in _LISTS_OF_STEPS


def _kind_with(key: str) -> str | None:
    return next((kind for kind, model in steps.KINDS.items() if key in _known_keys(model)), None)


def _missing(key: str, path: Path, data: Any) -> tuple[str, str]:
    around = _at(data, path[:-1])
    if key == "id":
        what = steps.kind_of(around) or "variant"
        return (
            f"this {what} has no `id`.",
            "Give it a short name that stays the same when steps move, for instance `id: intro`.",
        )
    present = [known for known in around if isinstance(known, str)] if isinstance(around, Mapping) else []
    if near := errors.nearest(key, present):
        return f"`{key}` is missing.", f"Is `{near}` a misspelling of it?"
    return f"`{key}` is missing.", ""


def _no_kind(step: Any) -> tuple[str, str]:
    if not isinstance(step, Mapping):
        return "this is not a step.", "A step begins with `- id: name`, with its keys on the lines below."
    if slip := _slip(step):
        return f"`{slip[0]}` is not recognised here;", f"did you mean `{slip[1]}`?"
    return (
        "it is not clear what kind of step this is.",
        "A mail has `body`, a task `task`, a branch `when` and `then`, a wait `wait`, an end `end`.",
    )


def _slip(step: Mapping[str, Any]) -> tuple[str, str] | None:
    """A misspelt key that would have told what the step is, and what it was meant to be."""
    telling = sorted(steps.TELLING_KEYS - {"otherwise"})
    return next(((key, near) for key in step if (near := errors.nearest(key, telling))), None)


# Values of the wrong kind.


def _text(key: str | int, _error: Error, value: Any) -> tuple[str, str]:
    if value is None:
        return f"`{key}` is empty.", "Write something after the colon, or delete the line."
    if isinstance(value, bool):
        return f"`{key}` must be text.", f'Put it in quotes: "{str(value).lower()}".'
    if isinstance(value, (int, float)):
        return f"`{key}` must be text.", f'Put it in quotes: "{value}".'
    return (
        f"`{key}` must be a single text, not a list or a mapping.",
        "Text that begins with {{ or [ must be in quotes.",
    )


def _pattern(key: str | int, _error: Error, value: Any) -> tuple[str, str]:
    if key == "id":
        return (
            f'"{value}" cannot be an id: use lower-case letters, digits and hyphens, beginning with a letter.',
            f"Write `{slug(str(value))}`.",
        )
    if key == "language":
        return f'`language`: "{value}" is not a language code.', "Write two lower-case letters: pl, en, de."
    return f"`{key}` must be a single line.", "Only the body may have several lines."


def slug(text: str) -> str:
    """An id near to what was written."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("ł", "l")).encode("ascii", "ignore").decode()
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return (made if made[:1].isalpha() else f"step-{made}".strip("-"))[:40].rstrip("-")


def _literal(key: str | int, error: Error, value: Any) -> tuple[str, str]:
    known = re.findall(r"'([^']+)'", error["ctx"]["expected"])
    near = errors.nearest(str(value), known)
    hint = f"Did you mean {near}?" if near else ""
    if key == "company" and not near:
        hint = "Or write rules by kind of reply on the lines below: `positive reply: hand over`."
    return f'`{key}`: "{value}" is not one of {", ".join(known)}.', hint


def _list(key: str | int, _error: Error, _value: Any) -> tuple[str, str]:
    return f"`{key}` must be a list.", "Begin each entry with `- `, indented below the key."


def _mapping(key: str | int, _error: Error, _value: Any) -> tuple[str, str]:
    if key == "":
        return "this is not a sequence.", "Begin with `sequence: Name`, then `steps:`."
    return f"`{key}` must have keys below it.", "Write them on lines of their own, indented by two spaces."


def _too_long(key: str | int, error: Error, _value: Any) -> tuple[str, str]:
    limit = error["ctx"].get("max_length")
    return f"`{key}` is too long: the limit is {limit}.", "Shorten it."


def _bool(key: str | int, _error: Error, _value: Any) -> tuple[str, str]:
    return f"`{key}` must be yes or no.", ""


def _date(_key: str | int, _error: Error, value: Any) -> tuple[str, str]:
    return f'"{value}" is not a date.', "Write year, month and day: 2026-12-24."


def _number(key: str | int, _error: Error, _value: Any) -> tuple[str, str]:
    return f"`{key}` must be a whole number from 0 to 1000.", ""


def _empty(key: str | int, _error: Error, _value: Any) -> tuple[str, str]:
    return f"`{key}` is empty.", "Write something after the colon, or delete the line."


_BY_TYPE: tuple[tuple[str, Callable[[str | int, Error, Any], tuple[str, str]]], ...] = (
    ("string_type", _text),
    ("string_pattern", _pattern),
    ("string_too_short", _empty),
    ("literal", _literal),
    ("tuple_type", _list),
    ("list_type", _list),
    ("model_", _mapping),
    ("dict_", _mapping),
    ("string_too_long", _too_long),
    ("too_long", _too_long),
    ("bool", _bool),
    ("date", _date),
    ("int_", _number),
    ("greater", _number),
    ("less", _number),
)


def _wrong_value(key: str | int, error: Error, value: Any) -> tuple[str, str]:
    if value is None and key != "":
        return _empty(key, error, value)
    for beginning, words in _BY_TYPE:
        if error["type"].startswith(beginning):
            return words(key, error, value)
    return f"`{key}`: {error['msg']}.", ""
