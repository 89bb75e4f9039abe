"""A salesperson's day: what waits for them, what leaves by the hour, what happened since they were here last."""

from __future__ import annotations

import datetime as dt
import enum
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from relance.engine.context import Context
from relance.engine.event_log.kinds import EventKind
from relance.engine.reasons import Code
from relance.engine.store import statistics
from relance.engine.store import today as counted
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import sequences

HOUR = dt.timedelta(hours=1)


class NewsKind(enum.StrEnum):
    """What is told of the time since somebody was here last, in this order."""

    ANSWERED = "answered"
    OPTED_OUT = "opted_out"  # the person who was written to asked for no more mail
    SUPPRESSED = "suppressed"  # they, or their company, were put on the do-not-contact list by somebody else
    CAME_BACK = "came_back"
    SENT = "sent"


_KINDS = {
    EventKind.REPLY_RECEIVED: NewsKind.ANSWERED,
    EventKind.BOUNCE_RECEIVED: NewsKind.CAME_BACK,
    EventKind.MESSAGE_ACCEPTED: NewsKind.SENT,
}


@dataclass(frozen=True)
class Waiting:
    """What asks for a decision, within what whoever looks may see."""

    unread: int  # answers
    held: int  # people
    tasks: int  # due today or before
    replies: int = 0  # of ours, that have not left yet


@dataclass(frozen=True)
class DayHour:
    """An hour of the day: mails that left in it, and that fall due in it."""

    at: dt.datetime
    sent: int
    planned: int


@dataclass(frozen=True)
class Day:
    """The hours of a day by the workspace's clock, and what the mailboxes could send: in an hour, and in a day (None: no end)."""

    hours: tuple[DayHour, ...]
    most_an_hour: int | None
    most_a_day: int | None

    @property
    def sent(self) -> int:
        """Mails that left today."""
        return sum(each.sent for each in self.hours)

    @property
    def planned(self) -> int:
        """Mails that fall due in what is left of today."""
        return sum(each.planned for each in self.hours)


@dataclass(frozen=True)
class Beginning:
    """What a new workspace has, by the facts."""

    mailbox: bool
    address: bool  # the links of mails lead somewhere that recipients can reach
    people: bool
    sequence: bool
    enrolled: bool

    @property
    def done(self) -> bool:
        """Whether all of it is there."""
        return all((self.mailbox, self.address, self.people, self.sequence, self.enrolled))


def waiting(context: Context) -> Waiting:
    """What asks for a decision now."""
    with context.database.read() as conn:
        end = _edges(context.clock.now(), context.workspace.zone)[-1]
        return Waiting(
            counted.unread(conn),
            counted.held(conn),
            counted.tasks(conn, end),
            counted.replies_waiting(conn),
        )


def day(context: Context) -> Day:
    """What leaves today by hours."""
    now = context.clock.now()
    edges = _edges(now, context.workspace.zone)
    with context.database.read() as conn:
        sent = counted.sent(conn, edges)
        ahead = [each for each in edges if each > now]
        begun = [now, *ahead]
        planned = [0] * (len(edges) - len(begun)) + counted.planned(conn, begun)
        boxes = counted.capacity(conn, now)
    hours = tuple(DayHour(*each) for each in zip(edges[:-1], sent, planned, strict=True))
    return Day(hours, _most_an_hour(boxes), _most_a_day(boxes))


def news(context: Context, since: dt.datetime) -> Mapping[NewsKind, int]:
    """What happened after an instant (business time), in the order of `NewsKind`; what did not happen is left out."""
    with context.database.read() as conn:
        happened = counted.happened(conn, since, [each.value for each in _KINDS])
        stopped = counted.unsubscribed(conn, since)
    found = {_KINDS[EventKind(kind)]: number for kind, number in happened.items()}
    listed = sum(number for code, number in stopped.items() if code == Code.SUPPRESSED)
    found |= {NewsKind.SUPPRESSED: listed, NewsKind.OPTED_OUT: sum(stopped.values()) - listed}
    return {kind: found[kind] for kind in NewsKind if found.get(kind)}


def beginning(context: Context) -> Beginning:
    """How far a new workspace is."""
    with context.database.read() as conn:
        return Beginning(
            mailbox=any(True for _ in mailboxes.list_all(conn)),
            address=not context.links.only_here,
            people=counted.any_contact(conn),
            sequence=bool(sequences.latest(conn)),
            enrolled=statistics.anybody(conn),
        )


def _edges(now: dt.datetime, zone: str) -> list[dt.datetime]:
    """The beginnings of the hours of now's day and its end: 23 or 25 of them where clocks change."""
    here = zoneinfo.ZoneInfo(zone)
    today = now.astimezone(here).date()
    first, last = (
        dt.datetime.combine(each, dt.time(), here).astimezone(dt.UTC)
        for each in (today, today + dt.timedelta(1))
    )
    return [first + HOUR * number for number in range(round((last - first) / HOUR))] + [last]


def _most_an_hour(boxes: Sequence[tuple[int | None, int]]) -> int | None:
    each = [[*([3600 // gap] if gap else []), *([cap] if cap is not None else [])] for cap, gap in boxes]
    return sum(min(bounds) for bounds in each) if each and all(each) else None


def _most_a_day(boxes: Sequence[tuple[int | None, int]]) -> int | None:
    caps = [cap for cap, _ in boxes if cap is not None]
    return sum(caps) if caps and len(caps) == len(boxes) else None
