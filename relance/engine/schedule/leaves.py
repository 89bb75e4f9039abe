"""When the owner of a mailbox is on leave: whole days, by the clock of one zone, on which nothing leaves from it. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from relance.wording import Text

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, order=True)
class Leave:
    """From the first day to the last, both included. `cover`: who writes first mails in place of them; empty: nobody does."""

    first: dt.date
    last: dt.date
    zone: str
    cover: str = ""
    covered: bool = False  # whether its people were handed over to `cover` already

    @property
    def begins(self) -> dt.datetime:
        """The first midnight."""
        return self._midnight(self.first)

    @property
    def ends(self) -> dt.datetime:
        """The midnight behind the last day."""
        return self._midnight(self.last + DAY)

    def _midnight(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(), ZoneInfo(self.zone)).astimezone(dt.UTC)

    def row(self) -> dict[str, str]:
        """As it is stored."""
        return {name: str(value) for name, value in asdict(self).items()}


def read(rows: Iterable[Mapping[str, Any]] | None) -> tuple[Leave, ...]:
    """Leaves as they were stored, the earliest first."""
    return tuple(
        sorted(
            Leave(
                dt.date.fromisoformat(row["first"]),
                dt.date.fromisoformat(row["last"]),
                row["zone"],
                row.get("cover", ""),
                row.get("covered", "True") == "True",  # an earlier release did so when the leave was entered
            )
            for row in rows or ()
        )
    )


class Addressed(Protocol):
    """Somebody whom a mailbox writes to; from a new thread on, maybe another one."""

    @property
    def mailbox_id(self) -> int:
        """Which writes to them now."""

    @property
    def next_mailbox_id(self) -> int | None:
        """Which goes on with them once a mail begins a thread; None: the same."""


def writers(people: Iterable[Addressed]) -> set[int]:
    """The mailboxes whose leaves count for these."""
    numbers = {number for each in people for number in (each.mailbox_id, each.next_mailbox_id)}
    return {number for number in numbers if number is not None}


def of(
    known: Mapping[int, tuple[Leave, ...]], person: Addressed
) -> tuple[tuple[Leave, ...], tuple[Leave, ...] | None]:
    """The leaves that count for somebody's next mail, by mailbox, and from a new thread on; None where the same mailbox stays."""
    then = person.next_mailbox_id
    return known.get(person.mailbox_id, ()), None if then is None else known.get(then, ())


def back_at(leaves: Sequence[Leave], at: dt.datetime) -> dt.datetime | None:
    """When its owner is back, if they are on leave at `at`: behind leaves that follow upon each other; else None."""
    back = at
    for leave in leaves:
        if leave.begins <= back < leave.ends:
            back = leave.ends
    return back if back > at else None


def told(leaves: Sequence[Leave], back: dt.datetime) -> Text:
    """Why nothing leaves until its owner is back, then."""
    last = next(each.last for each in leaves if each.ends == back)
    return Text("the owner of this mailbox is on leave until {day}", day=last)
