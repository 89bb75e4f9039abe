"""Which mails fit a filter, the newest first, by number: a mail's number tells when it was written (`db/ids.py`).

Where few people are meant (by a search), their mails are read by them; of one mailbox they are found by its index.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db import ids as numbers
from relance.engine.db.tables import contact, enrollment, mailbox, message, sequence
from relance.engine.states import MessageState
from relance.engine.store import scopes
from relance.engine.store.contacts import search


@dataclass(frozen=True)
class MessageConditions:
    """What is asked for, by number; every condition that is set must hold."""

    states: tuple[MessageState, ...] = ()  # none: any
    sequence_id: int | None = None
    mailbox_id: int | None = None
    contact_id: int | None = None
    search: str = ""
    since: dt.datetime | None = None  # written then or later
    until: dt.datetime | None = None  # written before


@dataclass(frozen=True)
class MessageView:
    """A mail in a list, without its bytes. `state` by its name; `offered_at` is when the server was last ready for it,
    `settled_at` when that ended, `code` and `server_reply` what the server said then."""

    id: int
    email: str
    sequence: str
    step: str
    variant: str
    mailbox: str
    state: str
    subject: str
    written_at: dt.datetime
    offered_at: dt.datetime | None
    settled_at: dt.datetime | None
    attempts: int
    code: int | None
    server_reply: str


def ids(conn: Connection, wanted: MessageConditions, *, before: int | None = None, limit: int) -> list[int]:
    """The newest of them that are older than a number."""
    query = sa.select(message.c.id).where(*_conditions(conn, wanted))
    if before is not None:
        query = query.where(message.c.id < before)
    return list(conn.execute(query.order_by(message.c.id.desc()).limit(limit)).scalars())


def of_ids(conn: Connection, found: Iterable[int]) -> list[MessageView]:
    """These mails with their names, the newest first."""
    query = _SELECT.where(message.c.id.in_(sorted(set(found)))).order_by(message.c.id.desc())
    return [MessageView(**dict(row._mapping)) for row in conn.execute(query)]


_NAMED = {
    "email": contact.c.email,
    "sequence": sequence.c.name.label("sequence"),
    "mailbox": mailbox.c.address.label("mailbox"),
    "written_at": message.c.prepared_at.label("written_at"),
    "offered_at": message.c.transmitting_at.label("offered_at"),
    "server_reply": message.c.reply.label("server_reply"),
}
_COLUMNS = [_NAMED[name] if name in _NAMED else message.c[name] for name in MessageView.__dataclass_fields__]
_SELECT = (
    sa.select(*_COLUMNS)
    .join(contact, contact.c.id == message.c.contact_id)
    .join(enrollment, enrollment.c.id == message.c.enrollment_id)
    .join(sequence, sequence.c.id == enrollment.c.sequence_id)
    .join(mailbox, mailbox.c.id == message.c.mailbox_id)
)


def _conditions(conn: Connection, wanted: MessageConditions) -> Sequence[sa.ColumnElement[bool]]:
    found = scopes.within(conn, message.c.mailbox_id)
    if wanted.states:
        found.append(message.c.state.in_([each.value for each in wanted.states]))
    if wanted.mailbox_id is not None:
        found.append(message.c.mailbox_id == wanted.mailbox_id)
    if wanted.contact_id is not None:
        found.append(message.c.contact_id == wanted.contact_id)
    if wanted.sequence_id is not None:
        found.append(_in_sequence(wanted.sequence_id))
    if wanted.search:
        found.append(_to_people(conn, wanted.search))
    if wanted.since is not None:
        found.append(message.c.id >= numbers.first_message(wanted.since))
    if wanted.until is not None:
        found.append(message.c.id < numbers.first_message(wanted.until))
    return found


def _in_sequence(sequence_id: int) -> sa.ColumnElement[bool]:
    """A value and not `exists`, which a planner may turn round and ask of all enrollments first."""
    of_it: sa.Select[Any] = sa.select(enrollment.c.sequence_id == sequence_id)
    return of_it.where(enrollment.c.id == message.c.enrollment_id).scalar_subquery()


def _to_people(conn: Connection, words: str) -> sa.ColumnElement[bool]:
    begins = search.begins(conn, words)
    few = search.few(conn, begins)
    if few is not None:
        return message.c.contact_id.in_(few)
    return sa.select(begins).where(contact.c.id == message.c.contact_id).scalar_subquery()


def written_to(conn: Connection, enrollment_ids: Iterable[int]) -> set[int]:
    """Those of these enrollments for which a mail was accepted."""
    here = message.c.enrollment_id.in_(sorted(set(enrollment_ids)))
    accepted = message.c.state == MessageState.ACCEPTED.value
    return set(conn.execute(sa.select(message.c.enrollment_id).where(here, accepted).distinct()).scalars())
