"""What the data of every kind of event have in common. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from relance.engine.event_log.kinds import EventKind
from relance.engine.reasons import Reason


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
    return {name: value}


@dataclass(frozen=True)
class WithReason(EventData):
    """An event of which a reason is told."""

    reason: Reason | str
