"""First mails of a mailbox admitted for the time being: reckoned now and then, kept in the mailbox's row, used up turn by turn.

What is reckoned holds for an hour of business time at most, or until it is used up: a turn in between asks nothing more.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.engine import Connection

from relance.engine.context import Context
from relance.engine.db import prepared
from relance.engine.definition.compiled import CompiledSequence
from relance.engine.definition.position import Position
from relance.engine.schedule import admission, throttle, timezones
from relance.engine.schedule.admission import Promised, WaitingSequence
from relance.engine.schedule.throttle import Pace
from relance.engine.store.sending import first_mails
from relance.engine.store.sending.first_mails import DueFirst, UnderWay

HOLDS = dt.timedelta(hours=1)
MAX_ADMITTED = 50
# First mails reckoned at once.


@dataclass(frozen=True)
class Admission:
    """The sequences whose first mails leave next, a number for each mail; none: no first mail leaves before `until`."""

    until: dt.datetime
    order: tuple[int, ...] = ()

    def holds(self, now: dt.datetime) -> bool:
        """Whether it need not be reckoned anew."""
        return now < self.until <= now + HOLDS

    def without(self, taken: Mapping[int, int], gone: frozenset[int] = frozenset()) -> Admission:
        """Once so many of each sequence were taken up; of those `gone` none was left."""
        spent, rest = Counter(taken), []
        for number in self.order:
            if spent[number] > 0:
                spent[number] -= 1
            elif number not in gone:
                rest.append(number)
        return replace(self, order=tuple(rest))

    def row(self) -> dict[str, Any]:
        """As it is kept."""
        return {"until": self.until.isoformat(), "order": list(self.order)}


def of_row(kept: Mapping[str, Any] | None) -> Admission | None:
    """As it was kept; None where nothing was, or nothing that this release reads."""
    try:
        return (
            Admission(dt.datetime.fromisoformat(kept["until"]), tuple(map(int, kept["order"])))
            if kept
            else None
        )
    except (KeyError, TypeError, ValueError):
        return None


def closed_until(found: Admission | None, now: dt.datetime) -> dt.datetime | None:
    """Until when no first mail leaves, as follow-ups need what the mailbox may send; None where some may."""
    return found.until if found is not None and not found.order and found.holds(now) else None


def reckon(
    conn: Connection, context: Context, mailbox_id: int, pace: Pace, sent: int, now: dt.datetime
) -> Admission | None:
    """Who is admitted from now on; None where nobody waits for a first mail. `sent`: mails that left in the last 24 hours."""
    due, under_way, lately = prepared.together(
        conn,
        first_mails.due(mailbox_id, now),
        first_mails.under_way(mailbox_id),
        first_mails.sent_lately(mailbox_id, now - throttle.DAY),
    )
    if not due:
        return None
    zone = zoneinfo.ZoneInfo(context.workspace.zone)
    versions = {*(each.version_id for each in due), *(each.version_id for each in under_way)}
    scripts = {number: context.library.script(conn, number) for number in sorted(versions)}
    load = Counter[dt.date]()
    for group in under_way:
        for day in _days_of(scripts[group.version_id], group, context.workspace, zone, now):
            load[day] += group.count
    waiting = [_waiting(scripts[each.version_id], each, lately, context.workspace, zone, now) for each in due]
    hours = max(_hours(scripts[each.version_id]) for each in due)
    promised = Promised(now.astimezone(zone).date(), sent, load)
    order = admission.admitted(waiting, promised, admission.capacity(pace, hours), MAX_ADMITTED)
    return Admission(now + HOLDS, order)


def _waiting(
    script: CompiledSequence,
    each: DueFirst,
    lately: Mapping[int, int],
    workspace: timezones.Workspace,
    zone: zoneinfo.ZoneInfo,
    now: dt.datetime,
) -> WaitingSequence:
    days = script.mail_days(Position(each.step, "mail", now), workspace, zone)[1:]
    weight = script.definition.weight
    return WaitingSequence(each.sequence_id, weight, each.count, lately.get(each.sequence_id, 0), days)


def _days_of(
    script: CompiledSequence,
    group: UnderWay,
    workspace: timezones.Workspace,
    zone: zoneinfo.ZoneInfo,
    now: dt.datetime,
) -> Sequence[dt.date]:
    """The days on which those who stand there are written to; what is overdue is to leave today."""
    at = Position(group.step, group.step_kind, max(group.due_at, now))
    return script.mail_days(at, workspace, zone)


def _hours(script: CompiledSequence) -> dt.timedelta:
    """The sending hours of its longest day."""
    days = script.definition.send.week.days
    minutes = (sum(hours.end - hours.start for hours in day) for day in days)
    return dt.timedelta(minutes=max(minutes, default=0))
