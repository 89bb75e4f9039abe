"""What the data of every kind of event have in common. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from relance.engine import reasons
from relance.engine.event_log import effects
from relance.engine.event_log.effects import Effect
from relance.engine.event_log.kinds import EventKind
from relance.engine.reasons import Reason, code_words, matches
from relance.mailbox.classification import rule_names
from relance.wording import Text

Words = Reason | Text | str
# What people are told: a reason, a sentence of ours, or somebody's own words.


@dataclass(frozen=True)
class EventData:
    """The data of one event. What is None is left out; a name that Python keeps for itself ends in `_` here alone."""

    KIND: ClassVar[EventKind]

    def row(self) -> dict[str, object]:
        """As it is stored."""
        found: dict[str, object] = {}
        for name, value in vars(self).items():
            if value is not None:
                found |= _stored(name.rstrip("_"), value)
        return found


def _stored(name: str, value: object) -> dict[str, object]:
    """A reason is kept as `why` (several: `whys`), its code with its parameters; its sentence is for the release before."""
    if isinstance(value, Reason):
        row = value.row()
        return {name: row["words"], "why": row}
    if isinstance(value, tuple) and value and all(isinstance(each, Reason) for each in value):
        rows = [each.row() for each in value]
        return {name: [each["words"] for each in rows], "whys": rows}
    return {name: _kept(value)}


@dataclass(frozen=True)
class WithReason(EventData):
    """An event of which a reason is told."""

    reason: Words


def _kept(value: object) -> object:
    if isinstance(value, (Text, Effect)):
        return value.row()
    return [_kept(each) for each in value] if isinstance(value, (list, tuple)) else value


def shown(data: Mapping[str, Any]) -> dict[str, Any]:
    """What was stored as it is read: sentences of ours in the reader's language."""
    known = {name: _shown(value) for name, value in data.items()} | _reasons(data)
    return known | {name: code(str(known[name])) for name, code in _CODES.items() if name in known}


_CODES: Mapping[str, Callable[[str], str]] = {"matched_by": matches.key, "rule": rule_names.code}
# Sentences where an earlier release wrote them.


_TOLD = ("reason", "words")  # one of these is the sentence of `why`
_SEVERAL = "reasons"  # those of `whys`
_EFFECTS = "effects"


def _reasons(data: Mapping[str, Any]) -> dict[str, Any]:
    """Reasons by their codes, and their sentences made from these: what is stored beside them is not shown."""
    found: dict[str, Any] = {}
    why, whys = data.get("why"), data.get("whys")
    if isinstance(why, Mapping):
        found = dict.fromkeys((name for name in _TOLD if name in data), reasons.of_row(why).words)
        found["why"] = _as_data(why)
    if isinstance(whys, list):
        found |= {_SEVERAL: [each.words for each in reasons.read(whys)], "whys": _as_data(whys)}
    return {**_codes(data), **found}


def _codes(data: Mapping[str, Any]) -> dict[str, Any]:
    """The codes of sentences that are no reasons, and of effects, beside them."""
    found: dict[str, Any] = {}
    for said in (Text.read(data[name]) for name in _TOLD if isinstance(data.get(name), Mapping)):
        if said.code and (why := reasons.why_of(said)) is not None:
            found["why"] = dataclasses.asdict(why)
    stored = data.get(_EFFECTS)
    if isinstance(stored, list):
        known = [effects.read(each) for each in stored if isinstance(each, Mapping)]
        if known and all(known):
            found[f"{_EFFECTS}_why"] = [dataclasses.asdict(each.why) for each in known if each]
    return found


def _as_data(value: Any) -> Any:
    """A reason for programs: without its sentence, and what stands in its places as it is read."""
    if _is_reason(value):
        known = {name: _as_data(each) for name, each in value.items() if name not in ("params", "words")}
        params = value.get("params") or {}  # one of which may be called `text`, as a sentence of ours is
        return known | {"params": {name: _as_data(each) for name, each in params.items()}}
    if isinstance(value, Mapping):
        told = _shown(value)
        return told if told is not value else {name: _as_data(each) for name, each in value.items()}
    return [_as_data(each) for each in value] if isinstance(value, list) else value


def _shown(value: Any) -> Any:
    if _is_reason(value):
        return _as_data(value)
    if isinstance(value, dict) and "effect" in value:
        return str(effects.read(value) or code_words.LATER)
    if isinstance(value, dict) and isinstance(value.get("text"), str):
        return str(Text.read(value))
    if isinstance(value, dict) and value.get("code") in ("together", "ended"):
        return str(Text.read(value))
    return [_shown(each) for each in value] if isinstance(value, list) else value


def _is_reason(value: Any) -> bool:
    return isinstance(value, Mapping) and "code" in value and "cause" in value
