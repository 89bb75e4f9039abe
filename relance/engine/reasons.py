"""Why somebody stands where they stand, as data: what is decided is decided by these, never by a sentence. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

ALSO = "; also: "
# Between two reasons where people read them. Nothing is ever split there.


class Cause(StrEnum):
    """What kind of thing a reason is."""

    OTHER = ""  # nothing is decided by it
    UNKNOWN_MAIL = "unknown mail"  # a mail may have been delivered; evidence about it clears this
    PERSON = "person"  # a person paused or decided it; only a person clears it
    STOP = "stopped by a person"  # nothing clears it
    REFUSED = "refused"  # a server refused the mail of the step to do
    ORGANISATION = "organisation"  # the receiving organisation refuses the mailbox's mail; `source`: which
    RESTORED = (
        "restored"  # the step may have been sent before a backup was put back; proof or a person clears it
    )
    ANSWER = "answer"  # a kept mail; `source`: which


@dataclass(frozen=True)
class Reason:
    """One reason. `source` says what it rests on, where something is to be found again by it."""

    words: str
    cause: Cause = Cause.OTHER
    source: str = ""

    def row(self) -> dict[str, str]:
        """As it is stored."""
        return {"cause": self.cause.value, "source": self.source, "words": self.words}


BY_A_PERSON: frozenset[Cause] = frozenset({Cause.PERSON, Cause.STOP})
"""What a person said stays, whatever else is corrected."""


def read(reason: str, rows: Iterable[Mapping[str, Any]]) -> tuple[Reason, ...]:
    """The reasons of a row. Where its sentence says something else (an earlier release wrote it), that sentence is the one."""
    found = tuple(_of(each) for each in rows)
    if said(found) == reason:
        return found
    return (Reason(reason),) if reason else ()


def _of(row: Mapping[str, Any]) -> Reason:
    known = {each.value for each in Cause}
    cause = str(row.get("cause", ""))
    return Reason(
        str(row.get("words", "")), Cause(cause if cause in known else ""), str(row.get("source", ""))
    )


def said(reasons: Sequence[Reason]) -> str:
    """The reasons as people read them."""
    return ALSO.join(each.words for each in reasons)


def of_cause(reasons: Sequence[Reason], cause: Cause) -> tuple[Reason, ...]:
    """Those of one kind."""
    return tuple(each for each in reasons if each.cause is cause)


def organisations(reasons: Sequence[Reason]) -> tuple[str, ...]:
    """The receiving organisations for which somebody is held."""
    return tuple(each.source for each in of_cause(reasons, Cause.ORGANISATION))
