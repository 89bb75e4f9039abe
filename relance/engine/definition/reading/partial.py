"""What can be told of a sequence that cannot be read whole: its mistakes are named at once, and not one round after another."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from relance import errors, templates
from relance.engine.definition import steps
from relance.engine.definition.reading import error_messages
from relance.engine.definition.reading.yaml_source import Places
from relance.engine.definition.sequence import MAX_STEPS
from relance.engine.definition.steps import Path
from relance.wording import Text, ended
from relance.wording.sentence_codes import SentenceCode


def problems(data: Any, known: Collection[str], places: Places, where: str) -> list[errors.Problem]:
    """Ids that stand twice, and mistakes in words and conditions, of plain data that is refused for something else."""
    if not isinstance(data, Mapping):
        return []
    values = data.get("values")
    names = frozenset(known) | (
        frozenset(map(str, values)) if isinstance(values, Mapping) else frozenset[str]()
    )
    found = list(_stop(data, names, places)) if _is_readable(values) else []
    seen: set[str] = set()
    for path, step in _plain_steps(data):
        name, step_id = error_messages.context(path, data), step.get("id")
        if isinstance(step_id, str) and step_id in seen:
            place = places.of(path)
            what = Text('the id "{id}" is used twice; each step needs its own', id=step_id).coded(
                SentenceCode.WRITTEN_TWICE
            )
            found.append(
                errors.Problem(error_messages.within(name, ended(what)), "", "", place.line, place.column)
            )
        seen |= {step_id} if isinstance(step_id, str) else set()
        if not _is_readable(values):
            continue
        found += _words(path, step, name, names, places)
        for key in steps.CONDITION_KEYS:
            found += _condition((*path, key), step.get(key), name, names, places)
    return [replace(each, where=where) for each in found]


def _is_readable(values: Any) -> bool:
    """Whether anybody knows which fields the texts may use."""
    return values is None or isinstance(values, Mapping)


def _stop(data: Mapping[str, Any], known: Collection[str], places: Places) -> Iterator[errors.Problem]:
    """What is wrong with the condition that stops."""
    for key in steps.CONDITION_KEYS:
        path = ("stop", key)
        asked = error_messages.at(data, path)
        yield from _condition(path, asked, error_messages.context(path, data), known, places)


def words(data: Any) -> Iterator[templates.Source]:
    """Every text of plain data that a person is sent or told."""
    for _, step in _plain_steps(data):
        variants = step.get("variants")
        for each in (step, *(variants if isinstance(variants, list) else ())):
            texts = {key: each.get(key) for key in steps.TEXT_KEYS} if isinstance(each, Mapping) else {}
            yield from (source(key, text) for key, text in texts.items() if isinstance(text, str))


def conditions(data: Any) -> Iterator[str]:
    """Every condition in plain data: the steps', and the one that stops."""
    stop = data.get("stop") if isinstance(data, Mapping) else None
    asked = [step.get(key) for _, step in _plain_steps(data) for key in steps.CONDITION_KEYS]
    asked += [stop.get("when")] if isinstance(stop, Mapping) else []
    yield from (each for each in asked if isinstance(each, str))


def _plain_steps(data: Any) -> list[tuple[Path, Mapping[str, Any]]]:
    return list(_steps(data.get("steps"), ("steps",)))[:MAX_STEPS] if isinstance(data, Mapping) else []


def _steps(listed: Any, path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for number, step in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(step, Mapping):
            here: Path = (*path, number)
            yield here, step
            for key in steps.LIST_KEYS:
                yield from _steps(step.get(key), (*here, key))


def _words(
    path: Path, step: Mapping[str, Any], name: Text, known: Collection[str], places: Places
) -> Iterator[errors.Problem]:
    for key in steps.TEXT_KEYS:
        text = step.get(key)
        if isinstance(text, str):
            for found in templates.check_source(source(key, text), known):
                yield moved(found, (*path, key), name, places)
    variants = step.get("variants")
    for number, variant in enumerate(variants if isinstance(variants, list) else ()):
        if isinstance(variant, Mapping):
            only = {key: text for key, text in variant.items() if key != "variants"}
            yield from _words((*path, "variants", number), only, name, known, places)


def source(key: str, text: str) -> templates.Source:
    """The text that stands under one key of a step, as templates take it."""
    if key == "subject":
        return templates.Source(text)
    return templates.Source(None, "", text) if key == "html" else templates.Source(None, text)


def _condition(
    path: Path, text: Any, name: Text, known: Collection[str], places: Places
) -> Iterator[errors.Problem]:
    for found in templates.check_condition(text, known) if isinstance(text, str) else ():
        yield moved(found, path, name, places)


def _of_key(name: Text, key: str | int, what: Text | str) -> Text:
    return error_messages.within(name, error_messages.within(error_messages.key_name(key), what))


def moved(found: errors.Problem, path: Path, name: Text, places: Places) -> errors.Problem:
    """What templates say of the text at `path`, moved from the text's own lines to the file's."""
    place = places.within(path, found.line, found.column)
    return errors.Problem(
        _of_key(name, path[-1] if path else "", found.what), "", found.hint, place.line, place.column
    )
