"""Counts: how many people, mails, hits and answers, for reports and for the state of the whole installation."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine import reasons, states
from relance.engine.db.database import Instant
from relance.engine.db.prepared import fixed, is_one_of
from relance.engine.db.tables import (
    enrollment,
    event,
    hit,
    inbound,
    mailbox,
    message,
    sequence,
    task,
)
from relance.engine.db.tables.events import PASSED_STEPS
from relance.engine.event_log import old_names
from relance.engine.event_log.kinds import EventKind
from relance.engine.states import OPEN, MessageState, State
from relance.engine.store import headings, scopes
from relance.engine.store.inbound import replies
from relance.engine.store.sending import arrivals, messages
from relance.engine.store.sequences import due as due_mails


def states_of(conn: Connection, sequence_id: int) -> dict[str, int]:
    """A sequence's enrollments by state."""
    query = sa.select(enrollment.c.state, sa.func.count().label("many")).group_by(enrollment.c.state)
    found = conn.execute(query.where(enrollment.c.sequence_id == sequence_id))
    return _by_state({row.state: row.many for row in found})


def _by_state(found: Mapping[str, int]) -> dict[str, int]:
    return {state.value: found[state.value] for state in State if state.value in found}


def anybody(conn: Connection) -> bool:
    """Whether somebody was ever enrolled."""
    return conn.execute(sa.select(enrollment.c.id).limit(1)).first() is not None


def everybody(conn: Connection) -> tuple[dict[str, int], dict[int, int]]:
    """All enrollments by state; and by mailbox those in which something may still happen. One index is read for both."""
    query = sa.select(enrollment.c.mailbox_id, enrollment.c.state, sa.func.count().label("many"))
    states_, open_ = Counter[str](), Counter[int]()
    for row in conn.execute(query.group_by(enrollment.c.mailbox_id, enrollment.c.state)):
        states_[row.state] += row.many
        if row.state in OPEN:
            open_[row.mailbox_id] += row.many
    return _by_state(states_), dict(open_)


_ACTIVE = enrollment.c.state == fixed(State.ACTIVE)
_MAIL = enrollment.c.step_kind == fixed("mail")
_PLACES = [sa.literal_column(str(place), sa.Integer) for place in (due_mails.AS_DUE, due_mails.LAST)]
_ANY_MAIL = sa.and_(
    *(_ACTIVE, _MAIL, enrollment.c.wrote_before.in_([sa.true(), sa.false()])),
    enrollment.c.priority.in_(_PLACES),
)
# What leads the index of what is due (see `store/sequences/due.py`), so that one mailbox after the other is asked, and nobody else read.
_GOING = sequence.c.state == fixed("active")


def due(conn: Connection, now: dt.datetime) -> int:
    """Steps that are due and could be done: their sequence is not paused."""
    from_mailboxes = sa.join(mailbox, enrollment, enrollment.c.mailbox_id == mailbox.c.id)
    mails, others = (
        sa.select(sa.func.count())
        .select_from(here.join(sequence, sequence.c.id == enrollment.c.sequence_id))
        .where(kind, enrollment.c.due_at <= now, _GOING)
        for here, kind in ((from_mailboxes, _ANY_MAIL), (enrollment, sa.and_(_ACTIVE, sa.not_(_MAIL))))
    )
    return sum(int(conn.execute(query).scalar_one()) for query in (mails, others))


def next_step(conn: Connection, now: dt.datetime) -> dt.datetime | None:
    """When the next step falls due that is not due yet."""
    ahead = sa.select(sa.func.min(enrollment.c.due_at)).where(_ACTIVE, enrollment.c.due_at > now)
    mails = [
        ahead.where(_MAIL, enrollment.c.mailbox_id == mailbox.c.id, kind, enrollment.c.priority == place)
        for kind in (enrollment.c.wrote_before, sa.not_(enrollment.c.wrote_before))
        for place in _PLACES
    ]
    heads = [
        sa.select(mail.correlate(mailbox).scalar_subquery().label("due_at")).select_from(mailbox)
        for mail in mails
    ]
    each = sa.union_all(ahead.where(sa.not_(_MAIL)), *heads).subquery()
    [first] = each.c
    at: dt.datetime | None = conn.execute(sa.select(sa.func.min(first, type_=Instant))).scalar_one()
    return at


def waiting_since(conn: Connection, now: dt.datetime) -> dt.datetime | None:
    """Since when the oldest work waits that could be done (business time): a step that needs no mailbox, or a mail whose
    mailbox's turn has come. None: nothing waits."""
    turn = mailbox.c.next_turn_at
    mails = (
        sa.select(
            sa.func.min(sa.case((turn > enrollment.c.due_at, turn), else_=enrollment.c.due_at), type_=Instant)
        )
        .select_from(sa.join(mailbox, enrollment, enrollment.c.mailbox_id == mailbox.c.id))
        .join(sequence, sequence.c.id == enrollment.c.sequence_id)
        .where(_ANY_MAIL, enrollment.c.due_at <= now, _GOING)
        .where(mailbox.c.state == "active", sa.or_(turn.is_(None), turn <= now))
    )
    others = (
        sa.select(sa.func.min(enrollment.c.due_at))
        .join(sequence, sequence.c.id == enrollment.c.sequence_id)
        .where(_ACTIVE, sa.not_(_MAIL), enrollment.c.due_at <= now, _GOING)
    )
    since = (conn.execute(query).scalar_one() for query in (mails, others))
    return min((at for at in since if at is not None), default=None)


@dataclass(frozen=True)
class SilentTurn:
    """A turn under way, by its lease, whose worker has written nothing for a while. Times are machine time."""

    since: dt.datetime
    until: dt.datetime  # another worker can take over then


def silent_turns(
    conn: Connection, now: dt.datetime, machine: dt.datetime, span: dt.timedelta, patience: dt.timedelta
) -> dict[int, SilentTurn]:
    """Mailboxes with mail due at `now` (business time) whose lease was not renewed for longer than `patience`."""
    due = sa.exists().where(
        enrollment.c.mailbox_id == mailbox.c.id,
        enrollment.c.sequence_id == sequence.c.id,
        _GOING,
        _ANY_MAIL,
        enrollment.c.due_at <= now,
    )
    query = (
        sa.select(mailbox.c.id, mailbox.c.lease_until)
        .where(mailbox.c.state == "active", mailbox.c.lease_owner != "")
        .where(mailbox.c.lease_until > machine, mailbox.c.lease_until < machine + span - patience)
        .where(due)
    )
    return {row.id: SilentTurn(row.lease_until - span, row.lease_until) for row in conn.execute(query)}


def held_by_code(conn: Connection) -> dict[str, int]:
    """Held people by the code of the first reason, the most frequent first. No person is named in it."""
    first = enrollment.c.reasons[(0, "code")].as_string().label("code")
    query = sa.select(first, sa.func.count().label("many")).where(enrollment.c.state == fixed(State.HELD))
    found = Counter[str]()
    for row in conn.execute(query.group_by(first)):
        found[headings.counted_as(reasons.of_row({"code": row.code}).code).value] += row.many
    return dict(found.most_common())


def in_doubt(conn: Connection) -> int:
    """People under way whose next step may have been sent before a restore."""
    here = sa.and_(
        enrollment.c.lost_before.is_not(None), enrollment.c.state.in_([each.value for each in OPEN])
    )
    return int(conn.execute(sa.select(sa.func.count()).select_from(enrollment).where(here)).scalar_one())


def open_tasks(conn: Connection) -> int:
    """Tasks nobody ticked off."""
    return int(conn.execute(sa.select(sa.func.count()).where(task.c.state == "open")).scalar_one())


def unknown_mails(conn: Connection) -> int:
    """Mails that may have been delivered, over everything."""
    here = sa.and_(messages.IN_DOUBT, message.c.state == fixed(MessageState.UNKNOWN))
    return int(conn.execute(sa.select(sa.func.count()).select_from(message).where(here)).scalar_one())


_MAY_HAVE_LEFT = ("transmitting", "accepted", "unknown")


def sent_after(conn: Connection, mailbox_id: int, since: dt.datetime, skip: int) -> dt.datetime | None:
    """When a mail of a mailbox left, or may have: of those since an instant the first after the `skip` oldest."""
    left = arrivals.sent_since(conn, mailbox_id, since)
    return left[skip] if skip < len(left) else None


def sent_since(conn: Connection, since: dt.datetime) -> dict[int, int]:
    """Mails that left, or may have, since an instant: {mailbox id: count}."""
    sent = (
        sa.select(sa.func.count())
        .where(message.c.mailbox_id == mailbox.c.id, message.c.transmitting_at > since)
        .where(is_one_of(message.c.state, _MAY_HAVE_LEFT))
        .correlate(mailbox)
        .scalar_subquery()
    )
    query = sa.select(mailbox.c.id, sent.label("many"))
    return {row.id: row.many for row in conn.execute(query) if row.many}


# One sequence, step by step. Every function gives rows of one small shape, whatever the dialect.


@dataclass(frozen=True)
class StepCount:
    """A number of people (or of mails, which is the same: one mail a step a person) at one step."""

    step: str
    variant: str
    kind: str
    count: int


def mails(conn: Connection, sequence_id: int) -> list[StepCount]:
    """Mails by step, variant and state."""
    return _counted(
        conn,
        _of_messages(sequence_id, message.c.state.label("kind"), sa.func.count().label("count")).group_by(
            message.c.step, message.c.variant, message.c.state
        ),
    )


_HITS = ("open human", "click human", "open machine", "click machine")


def hits(conn: Connection, sequence_id: int) -> list[StepCount]:
    """Mails that were opened or clicked, by step, variant and one of `_HITS`; each mail once a kind."""
    had = [sa.func.max(sa.case((_was(each), 1), else_=0)).label(each) for each in _HITS]
    seen = sa.select(hit.c.message_id, *had).group_by(hit.c.message_id).subquery("seen")
    sums = [sa.func.sum(seen.c[each]).label(each) for each in _HITS]
    query = _of_messages(sequence_id, *sums).join(seen, seen.c.message_id == message.c.id)
    found = conn.execute(query.group_by(message.c.step, message.c.variant)).mappings()
    return [StepCount(row["step"], row["variant"], each, int(row[each])) for row in found for each in _HITS]


def _was(which: str) -> sa.ColumnElement[bool]:
    kind, verdict = which.split()
    return sa.and_(hit.c.kind == fixed(kind), hit.c.verdict == fixed(verdict))


def _of_messages(sequence_id: int, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return (
        sa.select(message.c.step, message.c.variant, *columns)
        .select_from(message)
        .join(enrollment, enrollment.c.id == message.c.enrollment_id)
        .where(enrollment.c.sequence_id == sequence_id, messages.OF_STEP)
    )


ENDS = (State.REPLIED, State.BOUNCED, State.UNSUBSCRIBED)
# How a mail that came in ends a sequence.


def ends(conn: Connection, sequence_id: int, kinds: Iterable[str]) -> list[StepCount]:
    """How people's sequences ended (replied, bounced, unsubscribed), by the mail that led to it: the one that was
    answered where that is known, else the last that left."""
    answered = (
        sa.select(sa.func.max(inbound.c.message_id))
        .join(
            message, message.c.id == inbound.c.message_id
        )  # what answers an answer of ours is no step's doing
        .where(messages.OF_STEP, inbound.c.enrollment_id == enrollment.c.id, replies.KIND.in_(sorted(kinds)))
        .scalar_subquery()
    )
    by_link = (
        sa.select(sa.func.max(event.c.message_id))
        .where(event.c.enrollment_id == enrollment.c.id, event.c.kind.in_(_UNSUBSCRIBED))
        .scalar_subquery()
    )
    last = (
        sa.select(sa.func.max(message.c.id))
        .where(message.c.enrollment_id == enrollment.c.id, message.c.transmitting_at.is_not(None))
        .where(messages.OF_STEP)
        .correlate(enrollment)
        .scalar_subquery()
    )
    led = message.alias("led")
    query = (
        sa.select(led.c.step, led.c.variant, enrollment.c.state.label("kind"), sa.func.count().label("count"))
        .select_from(enrollment)
        .join(led, led.c.id == sa.func.coalesce(answered, by_link, last))
        .where(enrollment.c.sequence_id == sequence_id)
        .where(enrollment.c.state.in_([state.value for state in ENDS]))
        .group_by(led.c.step, led.c.variant, enrollment.c.state)
    )
    return _counted(conn, query)


def standing(
    conn: Connection, sequence_id: int, now: dt.datetime, *, written: bool = False
) -> list[StepCount]:
    """Who stands before a step, by step and "held", "due" (fell due) or "ahead"; or those of them whose mail of it was written."""
    kind = sa.case(
        (enrollment.c.state == fixed(State.HELD), "held"),
        (enrollment.c.due_at <= now, "due"),
        else_="ahead",
    )
    query = sa.select(enrollment.c.step, sa.literal("").label("variant"), kind.label("kind"))
    if written:
        made = sa.and_(message.c.enrollment_id == enrollment.c.id, message.c.step == enrollment.c.step)
        query = query.join(message, made)
    query = (
        query.add_columns(sa.func.count().label("count"))
        .where(enrollment.c.sequence_id == sequence_id, enrollment.c.step.is_not(None))
        .where(is_one_of(enrollment.c.state, sorted(states.OPEN)))
        .group_by(sa.text("1"), sa.text("3"))
    )
    return _counted(conn, query)


_UNSUBSCRIBED = old_names.names([EventKind.ENROLLMENT_UNSUBSCRIBED])
_BRANCHED = old_names.names([EventKind.STEP_BRANCHED])


def happened(conn: Connection, sequence_id: int, kinds: Iterable[EventKind]) -> list[StepCount]:
    """People to whom something of these kinds happened at a step, from the log; each once a step and kind."""
    query = (
        sa.select(
            event.c.step,
            sa.literal("").label("variant"),
            event.c.kind,
            sa.func.count(sa.distinct(event.c.enrollment_id)).label("count"),
        )
        .join(enrollment, enrollment.c.id == event.c.enrollment_id)
        .where(enrollment.c.sequence_id == sequence_id, is_one_of(event.c.kind, old_names.names(kinds)))
        .group_by(event.c.step, event.c.kind)
    )
    return [replace(each, kind=old_names.read(each.kind, {})[0]) for each in _counted(conn, query)]


def taken(conn: Connection, sequence_id: int) -> list[StepCount]:
    """People who took a branch, by the branch."""
    query = (
        sa.select(
            event.c.step,
            sa.literal("").label("variant"),
            sa.literal("taken").label("kind"),
            sa.func.count(sa.distinct(event.c.enrollment_id)).label("count"),
        )
        .join(enrollment, enrollment.c.id == event.c.enrollment_id)
        .where(enrollment.c.sequence_id == sequence_id)
        .where(is_one_of(event.c.kind, PASSED_STEPS), is_one_of(event.c.kind, _BRANCHED))
        .where(event.c.data["taken"].as_boolean())
        .group_by(event.c.step)
    )
    return _counted(conn, query)


def tasks(conn: Connection, sequence_id: int) -> list[StepCount]:
    """Tasks by step and state."""
    query = (
        sa.select(
            task.c.step,
            sa.literal("").label("variant"),
            task.c.state.label("kind"),
            sa.func.count().label("count"),
        )
        .join(enrollment, enrollment.c.id == task.c.enrollment_id)
        .where(enrollment.c.sequence_id == sequence_id)
        .group_by(task.c.step, task.c.state)
    )
    return _counted(conn, query)


def positive(conn: Connection, sequence_id: int) -> int:
    """People whose answer was judged as interested."""
    query = (
        sa.select(sa.func.count(sa.distinct(inbound.c.enrollment_id)))
        .join(enrollment, enrollment.c.id == inbound.c.enrollment_id)
        .where(enrollment.c.sequence_id == sequence_id, enrollment.c.state == State.REPLIED.value)
        .where(replies.INTENT.in_(["positive"]))
    )
    return int(conn.execute(query).scalar_one())


def positive_by_sequence(conn: Connection) -> dict[int, int]:
    """The same of every sequence, of those the viewer may see: {sequence id: people}."""
    query = (
        sa.select(enrollment.c.sequence_id, sa.func.count(sa.distinct(inbound.c.enrollment_id)))
        .join(inbound, enrollment.c.id == inbound.c.enrollment_id)
        .where(enrollment.c.state == State.REPLIED.value, replies.INTENT.in_(["positive"]))
        .where(*scopes.within(conn, enrollment.c.mailbox_id))
        .group_by(enrollment.c.sequence_id)
    )
    return {number: many for number, many in conn.execute(query)}


def _counted(conn: Connection, query: sa.Select[Any]) -> list[StepCount]:
    return [
        StepCount(row["step"], row["variant"], row["kind"], int(row["count"]))
        for row in conn.execute(query).mappings()
    ]
