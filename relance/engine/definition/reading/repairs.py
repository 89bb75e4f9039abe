"""A sequence with its broken parts replaced, so that the rest of it can be looked at as if they were mended. Pure.

Nobody knows what a broken step was meant to be, so there are several stand-ins for it. What is wrong with every one of them
is wrong whichever way the step is mended; what is wrong with one alone may only follow from the stand-in.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from relance import errors
from relance.engine.definition import fields, steps
from relance.engine.definition.reading import error_messages
from relance.engine.definition.steps import Path

_LISTS = ("steps", *steps.LIST_KEYS)
_LONG = "5 days"  # apart from what is before and behind it
_MAIL = {"subject": "-", "body": "-", "after": _LONG, "thread": "new"}
_WAIT = {"wait": _LONG}
STAND_INS: tuple[Mapping[str, str], ...] = (_MAIL, _WAIT)
_SOUND: Mapping[str, Any] = {
    "id": "", "sequence": "-", **dict.fromkeys((*steps.TEXT_KEYS, "end"), "-"), **dict.fromkeys(steps.CONDITION_KEYS, "replied()"),
    **{key: [_WAIT] for key in steps.LIST_KEYS}, "wait": _LONG,
}  # fmt: skip
# What stands for the broken value of a key without which its part is no more what it was.


def of(data: Any, broken: Sequence[Path]) -> Iterator[Any]:
    """The data, mended in each of the ways there are; nothing where what is broken is the list of the steps itself."""
    parts = {path[:1] for path in broken if path[:1] != ("steps",)}
    places = {_step(path) for path in broken if path[:1] == ("steps",)}
    if not isinstance(data, Mapping) or () in places:
        return
    for stand_in in STAND_INS:
        made = copy.deepcopy(dict(data))
        for part in parts:
            _mend_part(made, part)
        for place in sorted(places, key=len, reverse=True):  # what is inside a step before the step
            _mend_step(made, place, stand_in)
        _tell_apart(made.get("steps"), ("steps",), set())
        yield made


def without(data: Any, broken: Collection[Path]) -> Any:
    """The data with each broken value replaced by a sound one, or removed where that goes; a misspelt key is the one it is near to."""
    made = copy.deepcopy(data)
    for path in sorted(broken, key=len, reverse=True):
        around = error_messages.at(made, path[:-1])
        if isinstance(around, list) and path and isinstance(path[-1], int):
            around[path[-1]] = dict(_WAIT)
        elif isinstance(around, dict) and path:
            _replace(around, path)
    return made


def _replace(around: dict[str, Any], path: Path) -> None:
    key = str(path[-1])
    around.pop(key, None)
    meant = errors.nearest(key, _SOUND) or key
    if meant in _SOUND and meant not in around:
        around[meant] = "-".join(["broken", *map(str, path[:-1])]) if meant == "id" else _SOUND[meant]


def unnamed(data: Any, broken: Sequence[Path]) -> bool:
    """Whether a broken step has no id that others can ask about."""
    return any(path[-1:] == ("id",) or not _id(error_messages.at(data, _step(path))) for path in broken)


def _step(path: Path) -> Path:
    """The innermost step that a path leads into; the empty path where it leads into none."""
    for end in range(len(path), 1, -1):
        if isinstance(path[end - 1], int) and path[end - 2] in _LISTS:
            return path[:end]
    return ()


def _mend_part(made: dict[str, Any], part: Path) -> None:
    if part in ((), ("sequence",), ("name",)):
        made.pop("name", None)
        made["sequence"] = "-"
    else:
        made.pop(str(part[0]), None)


def _mend_step(made: Any, place: Path, stand_in: Mapping[str, str]) -> None:
    """Put a stand-in at its place; a step that holds others stays a branch, for what is in it can still be read."""
    around, step = error_messages.at(made, place[:-1]), error_messages.at(made, place)
    named = {"id": _id(step) or "-".join(["broken", *map(str, place)])}
    inner = {
        key: step[key] for key in steps.LIST_KEYS if isinstance(step, Mapping) and _filled(step.get(key))
    }
    branch = {**named, "when": "replied()", "after": _LONG, **inner}
    around[place[-1]] = branch if inner else {**named, **stand_in}


def _tell_apart(listed: Any, path: Path, seen: set[str]) -> None:
    """Another id for each step whose own stands twice."""
    for number, step in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(step, dict):
            named = _id(step)
            if named and named in seen:
                step["id"] = "-".join(["again", *map(str, (*path, number))])
            seen.add(named)
            for key in steps.LIST_KEYS:
                _tell_apart(step.get(key), (*path, number, key), seen)


def _filled(listed: Any) -> bool:
    return isinstance(listed, list) and bool(listed)


def _id(step: Any) -> str:
    named = step.get("id") if isinstance(step, Mapping) else None
    fits = isinstance(named, str) and len(named) <= fields.MAX_ID and re.search(fields.STEP_ID, named)
    return str(named) if fits else ""
