"""A wrong setting as a sentence: its name, where it stands and what to write instead. Never its value: it may be secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from relance import errors
from relance.wording import N_, Text, ended

Refused = Mapping[str, Any]  # pydantic's ErrorDetails, with its context


def told(refused: Iterable[Refused], known: Collection[str], place: Callable[[str], Text]) -> Text:
    """One line a wrong setting. `known`: the names of all settings; `place`: where the value of one came from."""
    lines = [
        _line(_name(each), known, place, each)
        for each in refused
        if each["type"] != "default_factory_not_called"  # follows from another mistake, which is told
    ]
    return Text.together(*dict.fromkeys(lines), by="\n")


def _name(refused: Refused) -> str:
    return str(refused["loc"][0]) if refused["loc"] else "?"


def _line(name: str, known: Collection[str], place: Callable[[str], Text], refused: Refused) -> Text:
    where = place(name)
    if refused["type"] == "extra_forbidden":
        near = errors.nearest(name, known, alike=0.6)
        hint = (
            Text("Did you mean {near}?", near=near) if near else Text("`relance config` lists all settings.")
        )
        return Text.together(Text("There is no setting {name} ({place}).", name=name, place=where), hint)
    problem = _of_a_check(refused) or _of_the_library(refused)
    return ended(
        Text(
            "The setting {name} ({place}) cannot be used: {problem}", name=name, place=where, problem=problem
        )
    )


def _of_a_check(refused: Refused) -> Text | None:
    """The words of a check of ours."""
    error = refused.get("ctx", {}).get("error")
    said = error.args[0] if isinstance(error, ValueError) and error.args else None
    return said if isinstance(said, Text) else None


def _of_the_library(refused: Refused) -> Text:
    """What pydantic refuses, by the kind of its error; its own words where we know none."""
    kind, context = refused["type"], refused.get("ctx", {})
    if kind == "literal_error":
        return Text("it must be one of {known}", known=re.findall(r"'([^']+)'", context["expected"]))
    if kind in _BOUNDS:
        sentence, key = _BOUNDS[kind]
        return Text(sentence, limit=context[key])
    found = next((text for beginning, text in _KINDS if kind.startswith(beginning)), None)
    return found or Text.prose(refused["msg"])


_BOUNDS = {
    "greater_than_equal": (N_("it must be at least {limit}"), "ge"),
    "less_than_equal": (N_("it must be at most {limit}"), "le"),
    "greater_than": (N_("it must be more than {limit}"), "gt"),
    "less_than": (N_("it must be less than {limit}"), "lt"),
}
_KINDS = (
    ("timezone", Text("its time zone is missing; write a time such as 2026-01-01T00:00:00+01:00")),
    ("datetime", Text("it must be a time, such as 2026-01-01T00:00:00+01:00")),
    ("int", Text("it must be a whole number")),
    ("float", Text("it must be a number")),
    ("finite", Text("it must be a number")),
    ("bool", Text("it must be true or false")),
    ("string_pattern", Text("it must be two capital letters, such as PL")),  # only `country` has a pattern
    ("string", Text("it must be text")),
    ("path", Text("it must be a path")),
    ("tuple", Text("it must be a list")),
)
