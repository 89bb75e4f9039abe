"""`Why`: what a sentence says, for programs. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode


@dataclass(frozen=True)
class Why:
    """The code of the sentence beside it, and what stands in its places: texts and numbers, dates in ISO 8601, spans of time
    in seconds. `code` is `unsaid` where an earlier release kept the sentence alone, and may be one of a later release."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


def why_of(said: Text) -> Why | None:
    """The same as data; None where nothing is said."""
    return Why(said.code or SentenceCode.UNSAID.value, _params(said)) if said else None


def whys_of(said: Iterable[Text]) -> tuple[Why, ...]:
    """Of several, each beside its sentence."""
    return tuple(Why(each.code or SentenceCode.UNSAID.value, _params(each)) for each in said)


def _params(said: Text) -> dict[str, Any]:
    return {name: plain(value) for name, value in said.params.items()} if said.code else {}


def plain(value: Any) -> Any:
    """What stands in a place, fit for JSON."""
    if isinstance(value, dt.date):  # and a datetime
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    return str(value) if isinstance(value, Text) else value
