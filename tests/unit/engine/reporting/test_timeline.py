"""What the timeline tells of every kind of event, and of everyone who did it, in the reader's language."""

from __future__ import annotations

import ast
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import relance
from relance import wording
from relance.engine.event_log import actors
from relance.engine.event_log.actors import Actor, ActorKind
from relance.engine.event_log.base import EventData, shown
from relance.engine.event_log.effects import Effect, EffectCode
from relance.engine.event_log.kinds import EventKind
from relance.engine.reasons import Code, because
from relance.engine.reporting import timeline
from relance.engine.store.events import StoredEvent
from relance.mailbox.classification import rule_names
from relance.mailbox.parsing.inbound import Kind
from tests import english
from tests.pages.events import DATA, fields

AT = dt.datetime(2026, 3, 5, 9, 30, tzinfo=dt.UTC)
WHY = because(Code.ANSWERED, quote="żółć")
ENGINE = Path(relance.__file__).parent / "engine"


def event(kind: EventKind) -> StoredEvent:
    said = {
        "Words": WHY, "Sequence[Words]": (WHY, WHY), "Sequence[str]": ["Łódź"], "bool": True, "int": 3,
        "Mapping[str, int]": {}, "Mapping[str, str]": {"first_name": "Łódź"}, "Mapping[str, object]": WHY.row(), "str": "Łódź",
        "Sequence[Effect]": (Effect(EffectCode.STATE_CHANGED, {"before": "active", "state": "replied"}),),
    }  # fmt: skip
    values: dict[str, Any] = {
        name.rstrip("_"): said[shape.removesuffix(" | None")] for name, shape in fields(kind)
    }
    if issubclass(DATA[kind], EventData) and "rule" in values:
        values["kind"] = Kind.HUMAN.value
    own = {
        name if name in DATA[kind].__dataclass_fields__ else f"{name}_": each for name, each in values.items()
    }
    return StoredEvent(1, AT, kind.value, "ola@firma.example", "krok", shown(DATA[kind](**own).row()))


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_of_event_is_told_in_polish(kind: EventKind) -> None:
    with wording.speaking("pl"):
        told = timeline.view(event(kind))
    assert english.words(f"{told.title} {told.words}", ["Łódź"]) == []
    assert english.sentences(f"{told.title} {told.words}") == []


@pytest.mark.parametrize("language", wording.languages())
@pytest.mark.parametrize("kind", EventKind)
def test_no_event_shows_a_hole_or_a_code(kind: EventKind, language: str) -> None:
    with wording.speaking(language):
        told = timeline.view(event(kind))
    assert re.findall(r"\{\w*\}|\w_\w|None", f"{told.title} {told.words}") == []


def test_whoever_did_it_is_named_in_the_readers_language() -> None:
    rules = [Actor(ActorKind.RULE, name) for name in (*actors.RULES, *rule_names.NAMES)]
    schedules = [Actor(ActorKind.SCHEDULE, name) for name in actors.SCHEDULES]
    with wording.speaking("pl"):
        for each in (*rules, *schedules):
            assert english.words(str(each)) == []
            assert each.name not in str(each)
        assert str(Actor(ActorKind.PERSON, "turn")) == "turn (człowiek)"
        assert str(Actor(ActorKind.RULE, "of another release")) == "z nowszego wydania (reguła)"


def test_every_rule_and_schedule_has_a_name_for_people() -> None:
    named = {(kind, name) for kind, name in _named_in_the_source()}
    assert named == {("rule", each) for each in actors.RULES} | {
        ("schedule", each) for each in actors.SCHEDULES
    }


def _named_in_the_source() -> Iterator[tuple[str, str]]:
    text = "\n".join(path.read_text("utf-8") for path in ENGINE.parent.rglob("*.py"))
    yield from (("rule", name) for name in re.findall(r'by_rule\("([^"]+)"\)', text))
    yield from (("schedule", name) for name in re.findall(r'ActorKind\.SCHEDULE, "([^"]+)"', text))


EVENTS = {each.__name__ for each in DATA.values()}


def test_no_event_keeps_a_sentence_that_was_put_together() -> None:
    """It would be told in the language of whoever wrote it down for ever."""
    found = [
        f"{path.name}:{call.lineno}: {ast.unparse(call)[:80]}"
        for path in sorted(ENGINE.rglob("*.py"))
        if "migrations" not in path.parts
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and _name(call.func) in EVENTS
        for value in (*call.args, *(each.value for each in call.keywords))
        if _is_a_sentence(value)
    ]
    assert found == []


def _name(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def _is_a_sentence(value: ast.expr) -> bool:
    plain = isinstance(value, ast.Constant) and isinstance(value.value, str) and " " in value.value
    rendered = isinstance(value, ast.Call) and _name(value.func) in ("_", "n_", "str")
    return plain or rendered or isinstance(value, (ast.JoinedStr, ast.BinOp))
