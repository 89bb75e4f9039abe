"""Answers that people write from the inbox: each is a mail (`messages`) with a row beside it that says what it answers and when it
leaves. `mailbox.reply_at` is when the next one of a mailbox does, so that a turn without any asks nothing more for it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine import reasons, states
from relance.engine.db.prepared import is_one_of
from relance.engine.db.tables import contact, inbound, mailbox, message, own_reply
from relance.engine.event_log.actors import Actor
from relance.engine.reasons import Reason
from relance.engine.states import MessageEvent, MessageState
from relance.engine.store import events
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending.messages import REPLY, Message


@dataclass(frozen=True)
class OwnReply:
    """What stands beside the mail. `email` is the contact's address and `writer` the one that is answered; it may go to a third."""

    message_id: int
    inbound_id: int
    mailbox_id: int
    leaves_at: dt.datetime
    tries: int
    email: str
    writer: str


@dataclass(frozen=True)
class OwnReplyView:
    """An answer of ours, for people. `state` by its name; until `leaves_at` it waits on purpose."""

    id: int
    answer: int  # what it answers
    email: str
    to: str
    mailbox: str
    subject: str
    text: str
    state: str
    leaves_at: dt.datetime
    sent_at: dt.datetime | None
    can_be_taken_back: bool
    why: str  # why it does not leave any more
    server_reply: str
    written_by: Actor | None


def step(key: str) -> str:
    """What stands in the place of the step of the mail: one key, one mail, for the same wall that lets a step out once."""
    return f"{REPLY}{key}"


_SENDABLE = is_one_of(message.c.state, states.MESSAGE_SENDABLE)
_OPEN = own_reply.join(message, message.c.id == own_reply.c.message_id)
_SELECT = sa.select(
    own_reply.c.message_id,
    own_reply.c.inbound_id,
    own_reply.c.mailbox_id,
    own_reply.c.leaves_at,
    own_reply.c.tries,
    contact.c.email,
    inbound.c.from_address.label("writer"),
).select_from(
    _OPEN.join(contact, contact.c.id == message.c.contact_id).join(
        inbound, inbound.c.id == own_reply.c.inbound_id
    )
)


def add(
    conn: Connection, mail: Message, inbound_id: int, leaves_at: dt.datetime, by: Mapping[str, str]
) -> None:
    """One whose mail is a row already; the caller has locked the mailbox."""
    values = {"message_id": mail.id, "inbound_id": inbound_id, "mailbox_id": mail.mailbox_id}
    conn.execute(sa.insert(own_reply).values(**values, leaves_at=leaves_at, written_by=dict(by)))
    plan(conn, mail.mailbox_id)
    mailboxes.schedule_turn(conn, [mail.mailbox_id], leaves_at)


def plan(conn: Connection, mailbox_id: int) -> None:
    """Say in the mailbox's row when its next one leaves. Its row is locked, so that two who write at once both count."""
    mailboxes.lock(conn, [mailbox_id])
    here = (own_reply.c.mailbox_id == mailbox_id, own_reply.c.open, _SENDABLE)
    first = sa.select(sa.func.min(own_reply.c.leaves_at)).select_from(_OPEN).where(*here).scalar_subquery()
    conn.execute(sa.update(mailbox).where(mailbox.c.id == mailbox_id).values(reply_at=first))


_IN_TURN = (own_reply.c.leaves_at, own_reply.c.message_id)


def claim(conn: Connection, mailbox_id: int, until: dt.datetime, limit: int) -> list[OwnReply]:
    """Those that were to leave by then, the first ones first, each try counted before the work starts. The lease is the claim."""
    due = _SELECT.where(
        own_reply.c.mailbox_id == mailbox_id, own_reply.c.open, _SENDABLE, own_reply.c.leaves_at <= until
    )
    found = [OwnReply(**row._mapping) for row in conn.execute(due.order_by(*_IN_TURN).limit(limit))]
    _change(conn, [each.message_id for each in found], tries=own_reply.c.tries + 1)
    return [dataclasses.replace(each, tries=each.tries + 1) for each in found]


def let_go(conn: Connection, numbers: Collection[int]) -> None:
    """The try ended, and not by the answer's fault."""
    _change(conn, numbers, tries=0)


def postpone(conn: Connection, number: int, leaves_at: dt.datetime) -> None:
    """It is offered again then."""
    _change(conn, [number], leaves_at=leaves_at, tries=0)


def close(conn: Connection, numbers: Collection[int], why: Reason | None = None) -> None:
    """Nothing is to be done about these any more."""
    values: dict[str, Any] = {"open": False, "why": why.row() if why is not None else None}
    _change(conn, numbers, **values)


def _change(conn: Connection, numbers: Collection[int], **values: Any) -> None:
    if numbers:
        here = own_reply.c.message_id.in_(sorted(set(numbers)))
        conn.execute(sa.update(own_reply).where(here).values(**values))


def give_up(conn: Connection, number: int, *, unoffered: bool = False) -> bool:
    """Its mail never leaves; whether that could still be said. `unoffered`: only where no server was asked to take it."""
    unasked = [message.c.transmitting_at.is_(None)] if unoffered else []
    return _advance(conn, [number], MessageEvent.ABANDONED, *unasked) > 0


def of_mails(conn: Connection, numbers: Iterable[int]) -> dict[int, OwnReply]:
    """The rows beside these mails, by their number."""
    wanted = sorted(set(numbers))
    rows = conn.execute(_SELECT.where(own_reply.c.message_id.in_(wanted))) if wanted else ()
    return {row.message_id: OwnReply(**row._mapping) for row in rows}


def waiting(conn: Connection, mailbox_id: int | None = None) -> list[OwnReply]:
    """Every one that is still to leave, of one mailbox or of all."""
    query = _SELECT.where(own_reply.c.open, _SENDABLE)
    if mailbox_id is not None:
        query = query.where(own_reply.c.mailbox_id == mailbox_id)
    return [OwnReply(**row._mapping) for row in conn.execute(query.order_by(own_reply.c.message_id))]


def next_of(conn: Connection, enrollment_id: int) -> dt.datetime | None:
    """When the next one in somebody's sequence leaves; None where none is to."""
    here = (message.c.enrollment_id == enrollment_id, own_reply.c.open, _SENDABLE)
    found = conn.execute(sa.select(sa.func.min(own_reply.c.leaves_at)).select_from(_OPEN).where(*here))
    at: dt.datetime | None = found.scalar_one()
    return at


def newest(conn: Connection, inbound_id: int) -> int:
    """The number of the last answer to a mail that came in; 0 where there is none. Numbers of one mail's answers are in the order
    in which these were written, as their mailbox is locked for that."""
    query = sa.select(sa.func.max(own_reply.c.message_id)).where(own_reply.c.inbound_id == inbound_id)
    return int(conn.execute(query).scalar_one() or 0)


def to_mail(conn: Connection, inbound_id: int) -> list[OwnReplyView]:
    """What was answered to one mail that came in, the oldest first."""
    query = _VIEW.where(own_reply.c.inbound_id == inbound_id).order_by(own_reply.c.message_id)
    return [_view(row._mapping) for row in conn.execute(query)]


_VIEW = sa.select(
    message.c.id,
    own_reply.c.inbound_id.label("answer"),
    contact.c.email,
    message.c.recipient.label("to"),
    mailbox.c.address.label("mailbox"),
    message.c.subject,
    message.c.body.label("text"),
    message.c.state,
    own_reply.c.leaves_at,
    message.c.transmitting_at,
    own_reply.c.open,
    own_reply.c.why,
    message.c.reply.label("server_reply"),
    own_reply.c.written_by,
).select_from(
    _OPEN.join(contact, contact.c.id == message.c.contact_id)
    .join(mailbox, mailbox.c.id == own_reply.c.mailbox_id)
    .join(inbound, inbound.c.id == own_reply.c.inbound_id)
)


def _view(row: Mapping[Any, Any]) -> OwnReplyView:
    values = dict(row)
    offered, still, why = values.pop("transmitting_at"), values.pop("open"), values.pop("why")
    by = values.pop("written_by")
    sendable = values["state"] in states.MESSAGE_SENDABLE
    accepted = values["state"] == MessageState.ACCEPTED.value
    return OwnReplyView(
        **values,
        sent_at=offered if accepted else None,
        can_be_taken_back=bool(still and sendable and offered is None),
        why=reasons.stored(why, "").words,
        written_by=events.actor(by["kind"], by["name"]) if by else None,
    )


def over(conn: Connection, inbound_id: int) -> int:
    """How many answers to a mail were given up or taken back: the same words again are meant again."""
    over = sa.and_(own_reply.c.inbound_id == inbound_id, message.c.state.in_(sorted(states.MESSAGE_GIVEN_UP)))
    return int(conn.execute(sa.select(sa.func.count()).select_from(_OPEN).where(over)).scalar_one())


def doubt(conn: Connection, numbers: Collection[int]) -> None:
    """Whether these left is not known: what a backup says of them may be old."""
    _advance(conn, numbers, MessageEvent.FORGOTTEN)


def _advance(
    conn: Connection, numbers: Collection[int], event: MessageEvent, *only: sa.ColumnElement[bool]
) -> int:
    """What the table of states makes of those that may still be sent; how many those are."""
    after = {state.value: states.advance_message(state, event).value for state in states.MESSAGE_SENDABLE}
    here = sa.update(message).where(message.c.id.in_(sorted(numbers)), _SENDABLE, *only)
    return conn.execute(here.values(state=sa.case(after, value=message.c.state))).rowcount
