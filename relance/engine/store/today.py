"""What leaves in a day by hours, what waits for a person, what happened: counted, within what whoever looks may see."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.prepared import fixed
from relance.engine.db.tables import (
    contact,
    enrollment,
    event,
    inbound,
    mailbox,
    message,
    own_reply,
    sequence,
    task,
)
from relance.engine.event_log.kinds import EventKind
from relance.engine.reasons import Code
from relance.engine.states import State
from relance.engine.store import scopes
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending import ramp_ups
from relance.engine.store.sequences import due
from relance.mailbox.parsing.inbound import Kind

_LEFT = ("transmitting", "accepted", "unknown")


def sent(conn: Connection, edges: Sequence[dt.datetime]) -> list[int]:
    """Mails that left, or may have, between each two of these instants."""
    at = message.c.transmitting_at
    here = sa.and_(message.c.mailbox_id == mailbox.c.id, at >= edges[0], at < edges[-1])
    query = sa.select(*_between(at, edges)).select_from(sa.join(mailbox, message, here))
    query = query.where(message.c.state.in_(_LEFT), *scopes.within(conn, mailbox.c.id))
    return [int(each or 0) for each in conn.execute(query).one()]


def planned(conn: Connection, edges: Sequence[dt.datetime]) -> list[int]:
    """Mails that fall due between each two of them; what was due before counts for the first."""
    at = enrollment.c.due_at
    of_sequence = sa.and_(sequence.c.id == enrollment.c.sequence_id, sequence.c.state == fixed("active"))
    query = (
        sa.select(*_between(at, [dt.datetime.min.replace(tzinfo=dt.UTC), *edges[1:]]))
        .select_from(sa.join(mailbox, enrollment, enrollment.c.mailbox_id == mailbox.c.id))
        .join(sequence, of_sequence)
        .where(_ANY_MAIL, at < edges[-1], *scopes.within(conn, mailbox.c.id))
    )
    return [int(each or 0) for each in conn.execute(query).one()]


_ANY_MAIL = sa.and_(
    enrollment.c.state == fixed(State.ACTIVE),
    enrollment.c.step_kind == fixed("mail"),
    enrollment.c.wrote_before.in_([sa.true(), sa.false()]),
    enrollment.c.priority.in_(
        [sa.literal_column(str(place), sa.Integer) for place in (due.AS_DUE, due.LAST)]
    ),
)
# What leads the index of what is due, so that of each mailbox only that is read (see `store/sequences/due.py`).


def _between(
    at: sa.ColumnElement[dt.datetime | None], edges: Sequence[dt.datetime]
) -> list[sa.ColumnElement[int]]:
    return [
        sa.func.sum(sa.case((sa.and_(at >= first, at < last), 1), else_=0)).label(f"n{number}")
        for number, (first, last) in enumerate(itertools.pairwise(edges))
    ]


BY_PEOPLE = (Kind.HUMAN.value, Kind.OPT_OUT.value, Kind.CALENDAR.value, Kind.LEFT_COMPANY.value)
# What people did or wrote, and that one of them is gone: somebody has to know it. What else came by itself is not among them.


def unread(conn: Connection) -> int:
    """Answers that nobody has looked at; what came by itself (absences, notices) is not counted."""
    query = sa.select(sa.func.count()).where(
        inbound.c.read_at.is_(None),
        inbound.c.kind.in_(BY_PEOPLE),
        *scopes.within(conn, inbound.c.mailbox_id),
    )
    return int(conn.execute(query).scalar_one())


def replies_waiting(conn: Connection) -> int:
    """What people answered and has not left yet."""
    own = scopes.within(conn, own_reply.c.mailbox_id)
    query = sa.select(sa.func.count()).where(own_reply.c.open, *own)
    return int(conn.execute(query).scalar_one())


def held(conn: Connection) -> int:
    """People who wait for a decision."""
    own = scopes.within(conn, enrollment.c.mailbox_id)
    query = sa.select(sa.func.count()).where(enrollment.c.state == fixed(State.HELD), *own)
    return int(conn.execute(query).scalar_one())


def tasks(conn: Connection, before: dt.datetime) -> int:
    """Open tasks that are due before an instant."""
    own = scopes.of_enrollments(conn, task.c.enrollment_id)
    query = sa.select(sa.func.count()).where(task.c.state == "open", task.c.due_at < before, *own)
    return int(conn.execute(query).scalar_one())


def happened(conn: Connection, since: dt.datetime, kinds: Iterable[str]) -> Mapping[str, int]:
    """How often each of these kinds of events happened after an instant."""
    query = sa.select(event.c.kind, sa.func.count()).where(
        *_since(conn, since), event.c.kind.in_(list(kinds))
    )
    return {kind: number for kind, number in conn.execute(query.group_by(event.c.kind))}


def unsubscribed(conn: Connection, since: dt.datetime) -> Mapping[str, int]:
    """How many people's sequences ended after an instant because they are to get no more mail, by the code of the reason; empty
    where an earlier release wrote it. An answer that asks for that ends them by its own event."""
    code = sa.func.coalesce(event.c.data[("why", "code")].as_string(), "").label("code")
    asked = sa.and_(event.c.kind == EventKind.REPLY_RECEIVED.value, code == Code.OPTED_OUT.value)
    query = sa.select(code, sa.func.count(sa.distinct(event.c.contact_id))).where(
        *_since(conn, since), sa.or_(event.c.kind == EventKind.ENROLLMENT_UNSUBSCRIBED.value, asked)
    )
    return {name: number for name, number in conn.execute(query.group_by(code))}


def _since(conn: Connection, at: dt.datetime) -> list[sa.ColumnElement[bool]]:
    """Events after an instant, of the people whom whoever looks may see."""
    return [event.c.at > at, *scopes.of_enrollments(conn, event.c.enrollment_id)]


def capacity(conn: Connection, now: dt.datetime) -> list[tuple[int | None, int]]:
    """The cap of today and the gap of each active mailbox."""
    own = scopes.mailboxes(conn)
    every = [each for each in mailboxes.list_all(conn) if own is None or each.id in own]
    active = [ramp_ups.up_to_date(conn, each, now) for each in every if each.state == "active"]
    return [(each.pace.daily(now), int(each.pace.gap.total_seconds())) for each in active]


def any_contact(conn: Connection) -> bool:
    """Whether there is one; nothing is counted."""
    return bool(conn.execute(sa.select(sa.exists(sa.select(contact.c.id)))).scalar_one())
