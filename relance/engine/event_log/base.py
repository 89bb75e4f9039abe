"""What the data of every kind of event have in common. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from relance.engine.event_log.kinds import EventKind


@dataclass(frozen=True)
class EventData:
    """The data of one event. What is None is left out; a name that Python keeps for itself ends in `_` here alone."""

    KIND: ClassVar[EventKind]

    def row(self) -> dict[str, object]:
        """As it is stored."""
        return {name.rstrip("_"): value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class WithReason(EventData):
    """An event of which a reason is told."""

    reason: str
