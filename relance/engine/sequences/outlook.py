"""When the last mails of those who join a sequence would leave, as far as can be told now. Read only; an estimate.

It is reckoned by day and by the workspace's clock: from what waits in each mailbox and what that owes to those it wrote to before.
"""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.engine import Connection

from relance.engine.context import Context
from relance.engine.db import prepared
from relance.engine.definition.compiled import CompiledSequence
from relance.engine.definition.position import Position
from relance.engine.reasons import Reason, Why
from relance.engine.schedule import admission, leaves, outlook, throttle
from relance.engine.schedule.leaves import Leave
from relance.engine.schedule.outlook import LastMails, Outgoing, Queue, Unforeseen
from relance.engine.schedule.timezones import ContactZone
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending import arrivals, first_mails, ramp_ups
from relance.engine.store.sending.first_mails import UnderWay

NOON = dt.time(12)


def of_joining(
    context: Context,
    script: CompiledSequence,
    sequence_id: int,
    joining: Iterable[tuple[Mailbox, int]],
    *,
    joined: bool,
    addresses: Sequence[str] = (),
) -> LastMails | Unforeseen | None:
    """Of so many who are to join that version of the sequence in each mailbox, or have just `joined` it; None where nobody joins.
    `addresses`: of those who have not joined yet."""
    look = _Look(context, script, sequence_id, joined)
    with context.database.read() as conn:
        found = [look.of_mailbox(conn, box, many) for box, many in joining if many]
        if found and (behind := look.of_receivers(conn, addresses)) is not None:
            found.append(behind)
    unforeseen = next((each for each in found if isinstance(each, Unforeseen)), None)
    known = [each for each in found if isinstance(each, LastMails)]
    return unforeseen or (functools.reduce(LastMails.beside, known) if known else None)


def told(found: LastMails | Unforeseen | None) -> dict[str, Any]:
    """As the values that tell it have it: `last_first_mail`, `last_mail`, `last_mail_code`, and `last_mail_reason` with
    `last_mail_why`."""
    if isinstance(found, LastMails):
        return {"last_first_mail": found.last_first, "last_mail": found.last, **bound_by(found.bound)}
    return {"last_mail_code": found.value} if found is not None else {}


def bound_by(bound: Reason | None) -> dict[str, Any]:
    """What puts the last mail so late, for people and for programs; empty where its mailbox does."""
    if bound is None:
        return {}
    return {"last_mail_reason": bound.text, "last_mail_why": Why(bound.code.value, dict(bound.params))}


class _Look:
    """What is the same for every mailbox."""

    def __init__(self, context: Context, script: CompiledSequence, sequence_id: int, joined: bool) -> None:
        self._context, self._script, self._id, self._joined = context, script, sequence_id, joined
        self._now = context.clock.now()
        self._zone = zoneinfo.ZoneInfo(context.workspace.zone)
        self._today = self._now.astimezone(self._zone).date()

    def of_mailbox(self, conn: Connection, box: Mailbox, many: int) -> LastMails | Unforeseen:
        first, under_way = prepared.together(conn, first_mails.to_come(box.id), first_mails.under_way(box.id))
        there = {each.sequence_id: each for each in first}
        before = there.pop(self._id).count if self._id in there else 0
        # Of those who joined, the ones it wrote to before are not among those who wait for a first mail.
        waiting = max(before, many) if self._joined else before + many
        away = box.on_leave
        own = self._queue(self._script, self._id, waiting, self._now, away)
        if own is None:
            return Unforeseen.NO_MAIL
        others = [
            queue
            for each in there.values()
            if (
                queue := self._queue(
                    self._of(conn, each.version_id), each.sequence_id, each.count, each.due_at, away
                )
            )
        ]
        sent = len(arrivals.sent_since(conn, box.id, self._now - throttle.DAY))
        outgoing = self._outgoing(conn, box, sent, self._owed(conn, under_way, away))
        return outlook.outlook(own, others, outgoing) or Unforeseen.TOO_FAR

    def of_receivers(self, conn: Connection, addresses: Sequence[str]) -> LastMails | Unforeseen | None:
        """Of the sequence's people at the receiver that takes longest to get their mails, whichever mailboxes send them; None where nothing
        bounds what receivers get. What other sequences send there is not looked at."""
        caps = self._context.options.receivers
        if caps is None:
            return None
        hours = dt.timedelta(minutes=max(self._week()))
        crowds = caps.crowds([*first_mails.waiting_addresses(conn, self._id), *addresses])
        days = {
            name: many / (admission.per_day(caps.pace(name), hours) or 1) for name, many in crowds.items()
        }
        name = max(days, key=lambda each: days[each], default="")
        own = self._queue(self._script, self._id, crowds[name], self._now) if name else None
        if own is None:
            return None
        left = arrivals.left_since(conn, [name], self._now - throttle.DAY)[name]
        most = admission.capacity(caps.pace(name), hours)
        outgoing = Outgoing(self._today, most, None, len(left), {}, lambda _day: True)
        found = outlook.outlook(own, [], outgoing)
        return replace(found, bound=caps.slowest(name, hours)) if found else Unforeseen.TOO_FAR

    def _week(self) -> list[int]:
        """The sending hours of the coming days, in minutes."""
        first = self._script.plan.mails[0].id
        return [self._minutes(first, self._today + dt.timedelta(days=each), 0) for each in range(7)]

    def _owed(
        self, conn: Connection, under_way: Iterable[UnderWay], away: tuple[Leave, ...] = ()
    ) -> Counter[dt.date]:
        """Follow-ups of those the mailbox wrote to before, by day. `away`: when its owner is not there."""
        owed = Counter[dt.date]()
        for group in under_way:
            at = Position(group.step, group.step_kind, max(group.due_at, self._now))
            script = self._of(conn, group.version_id)
            for day in script.mail_days(at, self._context.workspace, self._zone, away):
                owed[day] += group.count
        return owed

    def _of(self, conn: Connection, version_id: int) -> CompiledSequence:
        return self._context.library.script(conn, version_id)

    def _queue(
        self,
        script: CompiledSequence,
        sequence_id: int,
        waiting: int,
        since: dt.datetime,
        away: tuple[Leave, ...] = (),
    ) -> Queue | None:
        """None where the sequence has no mail."""
        workspace = self._context.workspace
        start = script.first(self._now, self._here(script, away), "")
        first = next(script.mails(start, workspace, away), None)
        if first is None or first.step is None or first.due_at is None:
            return None
        begins = first.due_at if sequence_id == self._id else max(since, self._now)
        days = functools.lru_cache(maxsize=None)(functools.partial(self._days, script, first.step, away))
        return Queue(
            sequence_id, script.definition.weight, waiting, begins.astimezone(self._zone).date(), days
        )

    def _here(self, script: CompiledSequence, away: tuple[Leave, ...]) -> ContactZone:
        return replace(script.here(self._context.workspace), leaves=away)

    def _days(
        self, script: CompiledSequence, step: str, away: tuple[Leave, ...], day: dt.date
    ) -> tuple[dt.date, ...]:
        workspace = self._context.workspace
        at = max(self._at(day, dt.time()), self._now)
        opens = script.opening(step, self._here(script, away), at).at
        if opens.astimezone(self._zone).date() != day:
            return ()
        return script.mail_days(Position(step, "mail", opens), workspace, self._zone, away)

    def _outgoing(self, conn: Connection, box: Mailbox, sent: int, owed: Mapping[dt.date, int]) -> Outgoing:
        first = self._script.plan.mails[0].id
        hours = self._week()
        pace = ramp_ups.up_to_date(conn, box, self._now).pace
        capacity = admission.capacity(pace, dt.timedelta(minutes=max(hours)))
        local = self._now.astimezone(self._zone)
        still = self._minutes(first, self._today, local.hour * 60 + local.minute)
        room = admission.capacity(pace, dt.timedelta(minutes=still))(self._today) if still else 0
        return Outgoing(self._today, capacity, room, sent, owed, functools.partial(self._sends, pace.leaves))

    def _minutes(self, step: str, day: dt.date, since: int) -> int:
        """The sending hours of a day from that minute on."""
        hours = self._script.rule(step).intervals(day)
        return sum(max(0, each.end - max(each.start, since)) for each in hours)

    def _sends(self, known: Sequence[leaves.Leave], day: dt.date) -> bool:
        return leaves.back_at(known, self._at(day, NOON)) is None

    def _at(self, day: dt.date, time: dt.time) -> dt.datetime:
        return dt.datetime.combine(day, time, self._zone).astimezone(dt.UTC)
