"""What the data of every kind of event have in common. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from relance.engine.event_log.kinds import EventKind
from relance.engine.reasons import Reason
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
    """A reason is kept in words and, as `why` (several: `whys`), as its code with its parameters."""
    if isinstance(value, Reason):
        return {name: value.words, "why": value.row()}
    if isinstance(value, tuple) and value and all(isinstance(each, Reason) for each in value):
        return {name: [each.words for each in value], "whys": [each.row() for each in value]}
    return {name: _kept(value)}


@dataclass(frozen=True)
class WithReason(EventData):
    """An event of which a reason is told."""

    reason: Words


def _kept(value: object) -> object:
    if isinstance(value, Text):
        return value.row()
    return [_kept(each) for each in value] if isinstance(value, (list, tuple)) else value


def shown(data: Mapping[str, Any]) -> dict[str, Any]:
    """What was stored as it is read: sentences of ours in the reader's language."""
    return {name: _shown(value) for name, value in data.items()}


def _shown(value: Any) -> Any:
    if isinstance(value, dict) and isinstance(value.get("text"), str):
        return str(Text.read(value))
    if isinstance(value, dict) and value.get("code") in ("together", "ended"):
        return str(Text.read(value))
    return [_shown(each) for each in value] if isinstance(value, list) else value
