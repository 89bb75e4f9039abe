"""What the models refuse, told to a salesperson: which step, which key, what is wrong, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pydantic

from relance import errors
from relance.engine.definition import company_rules, fields, sequence, steps
from relance.engine.definition.reading.yaml_source import Places
from relance.engine.definition.steps import Path
from relance.wording import Text, ended
from relance.wording.sentence_codes import SentenceCode
from relance.wording.text import text_of

_LISTS_OF_STEPS = ("steps", *steps.LIST_KEYS)
_LISTS = {(each,) for each in _LISTS_OF_STEPS}
_PARTS: dict[str, type[pydantic.BaseModel]] = {
    "send": sequence.Send,
    "stop": sequence.Stop,
    "track": sequence.Track,
}

Error = Mapping[str, Any]  # pydantic's ErrorDetails
Told = tuple[Text, Text | str]  # what is wrong, and what to write instead


def problems(refused: pydantic.ValidationError, data: Any, places: Places) -> list[errors.Problem]:
    """One problem a mistake, in the order of the file."""
    by_path = _by_path(refused, data)
    told = [
        _problem(path, _telling(group), data, places)
        for path, group in by_path.items()
        if not _echo(path, group, by_path) and not _under_another_name(path, group, by_path)
    ]
    return sorted(told, key=lambda problem: (problem.line, problem.column))


def contradictions(refused: pydantic.ValidationError, data: Any, places: Places) -> Iterator[errors.Problem]:
    """What is wrong with whole parts, each of whose keys is right by itself."""
    for path, group in _by_path(refused, data).items():
        if _telling(group)["type"] == "value_error" and isinstance(at(data, path), Mapping):
            yield _problem(path, _telling(group), data, places)


def broken(refused: pydantic.ValidationError, data: Any) -> frozenset[Path]:
    """The places of what was refused."""
    return frozenset(_by_path(refused, data))


def _by_path(refused: pydantic.ValidationError, data: Any) -> dict[Path, list[Error]]:
    found: dict[Path, list[Error]] = {}
    for error in refused.errors(include_url=False, include_input=False):
        found.setdefault(_path(error, data), []).append(error)
    return found


def _under_another_name(path: Path, group: list[Error], others: Iterable[Path]) -> bool:
    """Whether what is missing was only given the name that it has in Python, which is told at that name."""
    named = path == ("sequence",) and ("name",) in others
    return named and all(error["type"] == "missing" for error in group)


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
        kind_next = isinstance(part, int) and path[-1:] in _LISTS
        node, path = node[part], (*path, part)
    return (*path, error["loc"][-1]) if error["type"] == "missing" else path


def _inside(node: Any, part: str | int) -> bool:
    if isinstance(node, Mapping):
        return part in node
    return isinstance(node, list) and isinstance(part, int) and part < len(node)


def _problem(path: Path, error: Error, data: Any, places: Places) -> errors.Problem:
    step = at(data, path)
    slip = _slip(step) if error["type"] == "union_tag_not_found" and isinstance(step, Mapping) else None
    if slip:
        place = places.of((*path, slip[0]), key=True)
    else:
        place = places.of(path, key=error["type"] == "extra_forbidden")
    what, hint = _words(path, error, data)
    what = what if what.code else what.coded(_CODES.get(error["type"], SentenceCode.VALUE_UNFIT))
    command = _SCHEMA if hint is _SCHEMA else ""
    hint = "" if command else hint
    return errors.Problem(within(context(path, data), what), "", hint, place.line, place.column, command)


_CODES = {
    "extra_forbidden": SentenceCode.KEY_UNKNOWN,
    "missing": SentenceCode.KEY_MISSING,
    "union_tag_not_found": SentenceCode.NOT_A_STEP,
    **dict.fromkeys(("string_too_long", "too_long"), SentenceCode.VALUE_TOO_LONG),
}
# By pydantic's error, where no sentence has a code of its own; any other is a value that does not fit.
_SCHEMA = Text("See `relance sequence schema`.")
# Where nobody foresaw the mistake.


def within(name: Text, what: Text | str) -> Text:
    """What is wrong, after the name of the step, part or key in which it is; an empty name is left out."""
    return Text.together(name, what, by=": ")


def step_name(step_id: str) -> Text:
    """A step as it is called in front of a sentence."""
    return Text("step `{id}`", id=step_id)


def key_name(key: str | int) -> Text:
    """A key as it is called in front of a sentence."""
    return Text.prose(f"`{key}`")


def context(path: Path, data: Any) -> Text:
    """The step a path leads into, "step `bump`", or the part, "send"; empty where it leads into neither."""
    name = Text.prose("")
    node = data
    for index, part in enumerate(path):
        if not _inside(node, part):
            break
        node = node[part]
        if isinstance(part, int) and path[index - 1 : index] in _LISTS:
            named = node.get("id") if isinstance(node, Mapping) else None
            name = Text("step {number}", number=part + 1)
            if isinstance(named, str) and named:
                name = step_name(named)
        elif index == 0 and part in _PARTS:
            name = Text.prose(part)
    return name


def _words(path: Path, error: Error, data: Any) -> Told:
    key = path[-1] if path else ""
    if error["type"] == "extra_forbidden":
        return _unknown(path, data)
    if error["type"] == "missing":
        return _missing(str(key), path, data)
    if error["type"] == "union_tag_not_found":
        return _no_kind(at(data, path))
    if error["type"] == "value_error":
        return _sentence(path, text_of(*error["ctx"]["error"].args[:1]), data)
    if error["type"] == "step":
        return ended(text_of(error["ctx"]["sentence"])), ""
    return _wrong_value(key, error, at(data, path))


def at(data: Any, path: Path) -> Any:
    """What stands at a path of plain data; None where nothing does."""
    for part in path:
        if not _inside(data, part):
            return None
        data = data[part]
    return data


def _sentence(path: Path, said: Text, data: Any) -> Told:
    """A sentence of a check of ours; before it the key, where the check is about one value and not about the whole."""
    whole = isinstance(at(data, path), Mapping) or not path
    return (ended(said) if whole else within(key_name(path[-1]), ended(said))), ""


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
        return company_rules.CompanyRules
    if path[-1] in _PARTS:
        return _PARTS[str(path[-1])]
    return steps.KINDS[steps.kind_of(at(data, path)) or "mail"]


def _unknown(path: Path, data: Any) -> Told:
    key, inside = str(path[-1]), _model_at(path[:-1], data)
    known = _known_keys(inside)
    kind = steps.kind_of(at(data, path[:-1])) if _is_step(path[:-1]) else None
    alias = getattr(inside.model_fields.get(key), "alias", None)  # the name that it has in Python
    if near := alias or errors.nearest(key, known):
        return Text("`{key}` is not recognised here.", key=key), Text("Did you mean `{near}`?", near=near)
    if kind and (other := _kind_with(key)):
        return (
            Text(
                "`{key}` does not belong in {article} step.", key=key, article=Text(steps.KINDS[kind].article)
            ).coded(SentenceCode.KEY_MISPLACED),
            Text(
                "Each step does one thing: make {article} a step of its own, with its own `- id:`.",
                article=Text(steps.KINDS[other].article),
            ),
        )
    return Text("`{key}` is not recognised here.", key=key), Text(
        "Recognised here: {known}.", known=", ".join(known)
    )


def _is_step(path: Path) -> bool:
    return len(path) > 1 and isinstance(path[-1], int) and path[-2] in _LISTS_OF_STEPS


def _kind_with(key: str) -> str | None:
    return next((kind for kind, model in steps.KINDS.items() if key in _known_keys(model)), None)


def _missing(key: str, path: Path, data: Any) -> Told:
    around = at(data, path[:-1])
    if key == "id":
        return (
            Text("`id` is missing."),
            Text("Give it a short name that stays the same when steps move, for instance `id: intro`."),
        )
    present = [known for known in around if isinstance(known, str)] if isinstance(around, Mapping) else []
    if near := errors.nearest(key, present):
        return Text("`{key}` is missing.", key=key), Text("Is `{near}` a misspelling of it?", near=near)
    return Text("`{key}` is missing.", key=key), ""


def _no_kind(step: Any) -> Told:
    if not isinstance(step, Mapping):
        return Text("this is not a step."), Text(
            "A step begins with `- id: name`, with its keys on the lines below."
        )
    if slip := _slip(step):
        return Text("`{key}` is not recognised here.", key=slip[0]).coded(SentenceCode.KEY_UNKNOWN), Text(
            "Did you mean `{near}`?", near=slip[1]
        )
    return (
        Text("it is not clear what kind of step this is."),
        Text("A mail has `body`, a task `task`, a branch `when` and `then`, a wait `wait`, an end `end`."),
    )


def _slip(step: Mapping[Any, Any]) -> tuple[str, str] | None:
    """A misspelt key that would have told what the step is, and what it was meant to be."""
    telling = sorted(steps.TELLING_KEYS - {"otherwise"})
    return next(((key, near) for key in step if (near := errors.nearest(str(key), telling))), None)


# Values of the wrong kind.


def _text(key: str | int, _error: Error, value: Any) -> Told:
    if value is None:
        return _empty(key, _error, value)
    if isinstance(value, bool):
        return Text("`{key}` must be text.", key=key), Text(
            'Put it in quotes: "{value}".', value=str(value).lower()
        )
    if isinstance(value, (int, float)):
        return Text("`{key}` must be text.", key=key), Text('Put it in quotes: "{value}".', value=value)
    return (
        Text("`{key}` must be a single text, not a list or a mapping.", key=key),
        Text("Text that begins with {{{{ or [ must be in quotes."),
    )


def _pattern(key: str | int, _error: Error, value: Any) -> Told:
    if key == "id":
        return (
            Text(
                '"{value}" cannot be an id: use lower-case letters, digits and hyphens, beginning with a letter.',
                value=value,
            ),
            Text("Write `{id}`.", id=fields.slug(str(value))),
        )
    if key == "language":
        return within(key_name(key), Text('"{value}" is not a language code.', value=value)), Text(
            "Write two lower-case letters: pl, en, de."
        )
    return Text("`{key}` must be a single line.", key=key), Text("Only the body may have several lines.")


def _literal(key: str | int, error: Error, value: Any) -> Told:
    known = re.findall(r"'([^']+)'", error["ctx"]["expected"])
    near = errors.nearest(str(value), known)
    hint = Text("Did you mean {near}?", near=near) if near else ""
    if key == "company" and not near:
        hint = Text("Or write rules by kind of reply on the lines below: `positive reply: hand over`.")
    return Text(
        '`{key}`: "{value}" is not one of {known}.', key=key, value=value, known=", ".join(known)
    ), hint


def _list(key: str | int, _error: Error, _value: Any) -> Told:
    return Text("`{key}` must be a list.", key=key), Text(
        "Begin each entry with `- `, indented below the key."
    )


def _mapping(key: str | int, _error: Error, _value: Any) -> Told:
    if key == "":
        what = Text("this is not a sequence.").coded(SentenceCode.NOT_A_SEQUENCE)
        return what, Text("Begin with `sequence: Name`, then `steps:`.")
    return Text("`{key}` must have keys below it.", key=key), Text(
        "Write them on lines of their own, indented by two spaces."
    )


def _too_long(key: str | int, error: Error, _value: Any) -> Told:
    limit = error["ctx"].get("max_length")
    return Text("`{key}` is too long: the limit is {limit}.", key=key, limit=limit), Text("Shorten it.")


def _bool(key: str | int, _error: Error, _value: Any) -> Told:
    return Text("`{key}` must be yes or no.", key=key), ""


def _date(_key: str | int, _error: Error, value: Any) -> Told:
    return Text('"{value}" is not a date.', value=value), Text("Write year, month and day: 2026-12-24.")


def _number(key: str | int, _error: Error, _value: Any) -> Told:
    return Text("`{key}` must be a whole number from 0 to 1000.", key=key), ""


def _decimal(key: str | int, _error: Error, _value: Any) -> Told:
    return Text("`{key}` must be a number.", key=key), ""


def _key(key: str | int, _error: Error, _value: Any) -> Told:
    return Text("a key must be text."), Text('Put it in quotes: "{value}".', value=key)


def _neutral(key: str | int, _error: Error, _value: Any) -> Told:
    """What is said where nobody foresaw the mistake: never the words of the library that found it."""
    return Text("`{key}` cannot be used as it is written.", key=key), _SCHEMA


def _empty(key: str | int, _error: Error, _value: Any) -> Told:
    what = Text("`{key}` is empty.", key=key).coded(SentenceCode.VALUE_EMPTY)
    return what, Text("Write something after the colon, or delete the line.")


_BY_TYPE: tuple[tuple[str, Callable[[str | int, Error, Any], Told]], ...] = (
    ("string_type", _text),
    ("string_unicode", _neutral),
    ("string_pattern", _pattern),
    ("string_too_short", _empty),
    ("literal", _literal),
    ("tuple_type", _list),
    ("list_type", _list),
    ("model_", _mapping),
    ("dict_", _mapping),
    ("string_too_long", _too_long),
    ("too_long", _too_long),
    ("too_short", _empty),
    ("bool", _bool),
    ("date", _date),
    ("int_", _number),
    ("greater", _number),
    ("less", _number),
    ("float", _decimal),
    ("finite", _decimal),
    ("invalid_key", _key),
    ("union_tag_invalid", _neutral),
)
# By how the name of pydantic's error begins. A test holds that each one our models can raise has a row.


def _wrong_value(key: str | int, error: Error, value: Any) -> Told:
    if value is None and key != "":
        return _empty(key, error, value)
    for beginning, words in _BY_TYPE:
        if error["type"].startswith(beginning):
            return words(key, error, value)
    return _neutral(key, error, value)
