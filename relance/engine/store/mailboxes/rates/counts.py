"""What became of the mails that left lately, counted by mailbox and receiving domain. No turn asks for it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.tables import contact, event, inbound, mailbox, message
from relance.engine.event_log.kinds import EventKind
from relance.engine.states import MessageState
from relance.engine.store.inbound import replies
from relance.mailbox import failures
from relance.mailbox.parsing.inbound import Kind

Place = tuple[int, str]  # mailbox, and the domain that received
Counted = Mapping[Place, Counter[str]]

_SETTLED = ("accepted", "refused")
_LEFT = (*_SETTLED, "deferred")
_CAME: Mapping[str, str] = {
    Kind.HARD_BOUNCE: "bounced",
    Kind.BLOCKED: "bounced",
    Kind.COMPLAINT: "complained",
    Kind.HUMAN: "answered",
    Kind.CALENDAR: "answered",
    Kind.OPT_OUT: "answered",
}
_PASSING = sorted(each.value for each in failures.PASSING)
_ALONE = sa.case((contact.c.organisation == "", contact.c.email), else_="")
# Whose domain is a free-mail one has no organisation; their address tells it.


def since(conn: Connection, at: dt.datetime, mailbox_id: int | None = None) -> Counted:
    """Of the mails that left since: sent, bounced, deferred, complained, answered; of one mailbox, or of all that send. What failed for a
    reason that passes (`failures.PASSING`) is no bounce."""
    found: dict[Place, Counter[str]] = {}
    for row in conn.execute(_sent(at, mailbox_id)):
        here = found.setdefault((row.mailbox_id, _domain(row)), Counter())
        here["sent"] += row.many
        here["bounced"] += row.many if row.state == MessageState.REFUSED else 0
        here["deferred"] += row.many if row.state == MessageState.DEFERRED else 0
    for row in conn.execute(_refused_for_now(at, mailbox_id)):
        found.setdefault((row.mailbox_id, _domain(row)), Counter())["bounced"] -= row.many
    for row in conn.execute(_put_off(at, mailbox_id)):
        found.setdefault((row.mailbox_id, _domain(row)), Counter())["deferred"] += row.many
    for row in conn.execute(_came_back(at, mailbox_id)):
        here = found.setdefault((row.mailbox_id, _domain(row)), Counter())
        here[_CAME[row.kind]] += row.many
    return found


def _domain(row: sa.Row[Any]) -> str:
    return str(row.organisation or row.alone.rpartition("@")[2])


def _sent(at: dt.datetime, mailbox_id: int | None) -> sa.Select[Any]:
    return _left(at, mailbox_id, _LEFT, message.c.state)


def _put_off(at: dt.datetime, mailbox_id: int | None) -> sa.Select[Any]:
    """Those that were not taken at the first offer and were in the end, or refused: few, and an index of their own has them."""
    again = message.c.attempts > sa.literal_column("1")  # word for word as the index has it
    return _left(at, mailbox_id, _SETTLED).where(again)


def _refused_for_now(at: dt.datetime, mailbox_id: int | None) -> sa.Select[Any]:
    """Of those that were refused. The reason stands behind the bytes: it is asked of the few mails that the index of reasons has."""
    other = message.alias()
    known = (other.c.failure.is_not(None), other.c.settled_at >= at, other.c.failure.in_(_PASSING))
    passing = sa.select(other.c.id).where(*known)
    return _left(at, mailbox_id, (MessageState.REFUSED,)).where(message.c.id.in_(passing))


def _left(
    at: dt.datetime, mailbox_id: int | None, states: Sequence[str], *more: sa.ColumnElement[Any]
) -> sa.Select[Any]:
    """Mails counted by mailbox, domain and these columns. None of them may stand behind a mail's bytes in its row: SQLite would
    read the bytes of every mail."""
    columns = (mailbox.c.id.label("mailbox_id"), contact.c.organisation, _ALONE.label("alone"), *more)
    return (
        sa.select(*columns, sa.func.count().label("many"))
        .select_from(sa.join(mailbox, message, message.c.mailbox_id == mailbox.c.id))
        .join(contact, contact.c.id == message.c.contact_id)
        .where(_whose(mailbox_id), message.c.transmitting_at >= at, message.c.state.in_(states))
        .group_by(*columns)
    )


def _came_back(at: dt.datetime, mailbox_id: int | None) -> sa.Select[Any]:
    kind = replies.KIND.label("kind")
    columns = (mailbox.c.id.label("mailbox_id"), contact.c.organisation, _ALONE.label("alone"), kind)
    many = sa.func.count(sa.distinct(message.c.id)).label("many")
    return (
        sa.select(*columns, many)
        .select_from(sa.join(inbound, message, message.c.id == inbound.c.message_id))
        .join(mailbox, mailbox.c.id == message.c.mailbox_id)
        .join(contact, contact.c.id == message.c.contact_id)
        .where(inbound.c.received_at >= at, replies.KIND.in_([str(each) for each in _CAME]))
        .where(_whose(mailbox_id), message.c.transmitting_at >= at, message.c.state == "accepted")
        .where(sa.not_(_is_passing()))
        .group_by(*columns)
    )


def _is_passing() -> sa.ColumnElement[bool]:
    """Whether it came back for a reason that passes; what a person says that it is has no such reason."""
    as_judged = inbound.c.kind == replies.KIND
    returned = inbound.c.kind.in_([Kind.HARD_BOUNCE.value, Kind.BLOCKED.value])
    return sa.and_(returned, as_judged, sa.func.coalesce(inbound.c.failure, "").in_(_PASSING))


def _whose(mailbox_id: int | None) -> sa.ColumnElement[bool]:
    return mailbox.c.state == "active" if mailbox_id is None else mailbox.c.id == mailbox_id


def resumed_at(conn: Connection, mailbox_id: int, at: dt.datetime) -> dt.datetime | None:
    """When it last began to send again, of what was since."""
    query = sa.select(event.c.at).where(event.c.at >= at, event.c.mailbox_id == mailbox_id)
    query = query.where(event.c.kind == EventKind.MAILBOX_RESUMED.value)
    row = conn.execute(query.order_by(event.c.at.desc()).limit(1)).first()
    return None if row is None else row.at
