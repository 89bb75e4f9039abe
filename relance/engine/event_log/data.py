"""The class of data of every kind of event, found in the rooms that say them. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from relance.complete import complete
from relance.engine.event_log import of_mailboxes, of_mails, of_people
from relance.engine.event_log.base import EventData
from relance.engine.event_log.kinds import EventKind

_ROOMS = (of_people, of_mails, of_mailboxes)


def _leaves(shape: type[EventData]) -> list[type[EventData]]:
    below = shape.__subclasses__()
    return [found for each in below for found in _leaves(each)] if below else [shape]


DATA: Mapping[EventKind, type[EventData]] = complete(
    EventKind, {each.KIND: each for each in _leaves(EventData)}
)
"""The class of every kind."""


def fields(kind: EventKind) -> tuple[tuple[str, str], ...]:
    """The names and types of a kind's data, as they are stored."""
    return tuple(
        (each.name.rstrip("_"), str(each.type).replace("Reason | ", ""))
        for each in dataclasses.fields(DATA[kind])
    )
