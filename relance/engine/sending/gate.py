"""May this mail go now? Asked in the very transaction that marks it as transmitting, after the server's 354.

`objections` is the rule, pure. `admit` gathers its facts under locks: whatever stops the person afterwards waits for
this transaction, whatever stopped them before is seen by it. There is no third possibility, and no other way to a body.

A mail that was marked together with others before its own 354 is asked about once more behind that: `changes`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from relance import clock
from relance.engine import states
from relance.engine.db import prepared
from relance.engine.reasons import Code, Reason, because
from relance.engine.schedule import leaves, timezones
from relance.engine.schedule.pace.receivers import ReceiverRoom
from relance.engine.states import MessageState, State
from relance.engine.store.contacts import suppressions
from relance.engine.store.mailboxes import leases
from relance.engine.store.sending import messages
from relance.engine.store.sending.in_flight import InFlight
from relance.engine.store.sending.messages import Message
from relance.engine.store.sending.own_replies import OwnReply
from relance.engine.store.sequences import due, enrollments
from relance.engine.store.sequences.enrollments import Enrollment, LockedStanding


@dataclass(frozen=True)
class Facts:
    """Everything the decision rests on, as it stands under the locks."""

    state: State
    version_claimed: int
    version_now: int
    step_wanted: str
    step_now: str | None
    sequence_state: str
    mailbox_state: str
    message_state: MessageState
    suppressed: Reason | None
    wrote_before: bool
    due_at: dt.datetime | None
    synced_at: dt.datetime | None  # when the last complete sync of the mailbox began
    now: dt.datetime
    unread_elsewhere: bool  # another mailbox wrote to them, and was not read since the step fell due
    reply: bool  # a person's own answer; `due_at` is when it was to leave
    full: Reason | None  # why their domain, or company, gets no more for now
    on_leave: bool  # the mailbox's owner, as it is known under the locks: a leave may be entered in the middle of a turn


@dataclass(frozen=True)
class PreparedMail:
    """A prepared mail, the enrollment as it was claimed, and where the person is, if that was asked already: a step's mail, or
    (with `reply`) what a person wrote."""

    enrollment: Enrollment
    message: Message
    place: timezones.ContactZone | None = None
    new: bool = (
        False  # the database has no row of it yet: its mark, or its end where it comes first, writes one
    )
    reply: OwnReply | None = None


def objections(facts: Facts) -> tuple[Reason, ...]:
    """Why this mail may not go now; empty when it may."""
    if facts.reply:
        return _broken(_reply_rules(facts))
    found = _broken(_rules(facts))
    return found if facts.full is None else (*found, facts.full)


_Rule = tuple[bool, Code, dict[str, Any]]
_NONE: dict[str, Any] = {}


def _broken(rules: Iterable[_Rule]) -> tuple[Reason, ...]:
    return tuple(because(code, **params) for holds, code, params in rules if not holds)


def _rules(facts: Facts) -> tuple[_Rule, ...]:
    """Every rule as (it holds, what to say if it does not)."""
    return (
        (facts.state in states.SENDABLE, Code.NOT_SENDABLE, {"state": facts.state.value}),
        (facts.version_now == facts.version_claimed, Code.CHANGED_SINCE_PREPARED, _NONE),
        (facts.step_now == facts.step_wanted, Code.AT_ANOTHER_STEP, _NONE),
        (facts.sequence_state == "active", Code.SEQUENCE_PAUSED, _NONE),
        (facts.mailbox_state == "active", Code.MAILBOX_NOT_ACTIVE, {"state": facts.mailbox_state}),
        (
            facts.message_state in states.MESSAGE_SENDABLE,
            Code.MAIL_NOT_SENDABLE,
            {"state": facts.message_state.value},
        ),
        (facts.suppressed is None, Code.ADDRESS_SUPPRESSED, {"why": facts.suppressed}),
        (not facts.wrote_before or _read_since(facts), Code.NOT_READ_SINCE, _NONE),
        (not facts.unread_elsewhere, Code.NOT_READ_ELSEWHERE, _NONE),
        (not facts.on_leave, Code.OWNER_ON_LEAVE, _NONE),
    )


def _reply_rules(facts: Facts) -> tuple[_Rule, ...]:
    """A person decided that it goes, to somebody who wrote: neither an answer nor where their sequence stands forbids it. What
    they said in the mailbox until it was to leave is heard first."""
    wished = facts.state is not State.UNSUBSCRIBED
    return (
        (wished, Code.NOT_SENDABLE, {"state": facts.state.value}),
        *(each for each in _rules(facts) if each[1] in _FOR_REPLIES),
        (_read_since(facts), Code.REPLY_UNREAD_SINCE, _NONE),
    )


_FOR_REPLIES = (Code.MAILBOX_NOT_ACTIVE, Code.MAIL_NOT_SENDABLE, Code.ADDRESS_SUPPRESSED)


def _read_since(facts: Facts) -> bool:
    synced = clock.believed(facts.synced_at, facts.now)
    return synced is not None and facts.due_at is not None and synced >= facts.due_at


def changes(version: int, fence: int, now: InFlight) -> tuple[Reason, ...]:
    """What has changed since a mail was marked that forbids its body; empty when nothing has."""
    rules: tuple[_Rule, ...] = (
        (now.version == version, Code.CHANGED, _NONE),
        (now.sequence_state == "active", Code.SEQUENCE_PAUSED, _NONE),
        (now.mailbox_state == "active", Code.MAILBOX_NOT_ACTIVE, {"state": now.mailbox_state}),
        (now.fence == fence, Code.ANOTHER_WORKER, _NONE),
        (now.suppressed is None, Code.ADDRESS_SUPPRESSED, {"why": now.suppressed}),
        (not now.on_leave, Code.OWNER_ON_LEAVE, _NONE),
    )
    return _broken(rules)


SETTLED = because(Code.SETTLED_MEANWHILE)


SaidNo = Callable[[Collection[str]], Mapping[str, Reason]]
"""Those of some addresses who said no where the database has not heard it yet, with the reason."""


def admit(
    conn: Connection,
    lease: leases.Lease,
    wanted: Sequence[PreparedMail],
    now: dt.datetime,
    said_no: SaidNo,
    room: ReceiverRoom | None,
) -> Mapping[int, tuple[Reason, ...]]:
    """Mark those that may go as transmitting; returns every message's objections (empty: its body may follow). `room`: what may
    still go to their receivers, held by this transaction; None: any number.

    Raises `errors.Superseded` when the lease was lost: then nothing may go, and the caller has nothing to write.
    """
    people = [each for mail in wanted for each in addresses(mail)]
    said = said_no(people)  # before the database, as in `refusals`
    held, rows, suppressed = prepared.together(
        conn,
        leases.renewal(conn, lease),
        enrollments.lock_to_send([each.enrollment.id for each in wanted]),
        suppressions.suppressed_among(people),
    )
    refused = {**said, **suppressed, **said_no(people)}
    unread = due.waits_for_other_mailbox(
        conn, [number for number, row in rows.items() if row.wrote_before], now
    )
    away = leaves.back_at(leaves.read(held.leaves), now) is not None
    shared = _Known(held, away, refused, unread, room, now)
    verdicts = {}
    for each in wanted:
        verdicts[each.message.id] = found = objections(_facts(each, rows[each.enrollment.id], shared))
        if room is not None and not found:
            room.take(each.message.recipient)
    going = [each for each in wanted if not verdicts[each.message.id]]
    known = [each.message.id for each in going if not each.new]
    marked = messages.begin(conn, known, lease.fence, now)
    messages.add(conn, [messages.marked(each.message, lease.fence, now) for each in going if each.new])
    return verdicts | {number: (SETTLED,) for number in known if number not in marked}


def addresses(wanted: PreparedMail) -> tuple[str, ...]:
    """Who must not have said no: whom it goes to, and for a reply the contact and the writer, where that is somebody else."""
    to = wanted.message.recipient
    return (to,) if wanted.reply is None else (to, wanted.reply.email, wanted.reply.writer)


def refusals(conn: Connection, recipients: Collection[str], said_no: SaidNo) -> dict[str, Reason]:
    """Who may not be written to, with the reason. What people said is asked before the database, which it moves to, and
    after, for who speaks in between."""
    return {**said_no(recipients), **suppressions.suppressed(conn, recipients), **said_no(recipients)}


@dataclass(frozen=True)
class _Known:
    """What is known of all mails of a mark."""

    held: leases.Held
    on_leave: bool
    refused: Mapping[str, Reason]
    unread: Collection[int]  # enrollments that another mailbox wrote to
    room: ReceiverRoom | None
    now: dt.datetime


def _facts(wanted: PreparedMail, row: LockedStanding, known: _Known) -> Facts:
    held, now, room = known.held, known.now, known.room
    return Facts(
        state=row.state,
        version_claimed=wanted.enrollment.version,
        version_now=row.version,
        step_wanted=wanted.message.step,
        step_now=row.step,
        sequence_state=row.sequence_state,
        mailbox_state=held.state,
        message_state=wanted.message.state,
        suppressed=next((known.refused[to] for to in addresses(wanted) if to in known.refused), None),
        wrote_before=row.wrote_before,
        due_at=row.due_at if wanted.reply is None else wanted.reply.leaves_at,
        synced_at=held.synced_at,
        now=now,
        unread_elsewhere=wanted.enrollment.id in known.unread,
        reply=wanted.reply is not None,
        full=None if room is None else room.full(wanted.message.recipient),
        on_leave=known.on_leave,
    )
