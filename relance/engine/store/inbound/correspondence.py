"""Whom we wrote to, and when we began: what tells whose mail an incoming one is when it names none of ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine import states
from relance.engine.db.tables import contact, enrollment, message

MAX_COMPARED = 2000
# Mails of ours that one incoming mail is held against.


@dataclass(frozen=True)
class Trace:
    """One mail that left, or may have left."""

    message_id: int
    contact_id: int
    subject: str
    body: str
    prepared_at: dt.datetime


_SENT = (
    sa.select(
        message.c.id.label("message_id"),
        message.c.contact_id,
        message.c.subject,
        message.c.body,
        message.c.prepared_at,
    )
    .where(message.c.transmitting_at.is_not(None))
    .order_by(message.c.transmitting_at.desc(), message.c.id.desc())
    .limit(MAX_COMPARED)
)


def _traces(conn: Connection, query: sa.Select[Any]) -> list[Trace]:
    return [Trace(**row._mapping) for row in conn.execute(query)]


def started(conn: Connection, contact_ids: Iterable[int]) -> dict[int, dt.datetime]:
    """When each of these people was first enrolled; who never was is left out."""
    wanted = sorted(set(contact_ids))
    query = (
        sa.select(enrollment.c.contact_id, sa.func.min(enrollment.c.created_at).label("at"))
        .where(enrollment.c.contact_id.in_(wanted))
        .group_by(enrollment.c.contact_id)
    )
    return {row.contact_id: row.at for row in conn.execute(query)} if wanted else {}


def to_organisation(conn: Connection, organisation: str) -> list[Trace]:
    """Mails to people whose address is in one registrable domain, the last first."""
    query = _SENT.join(contact, contact.c.id == message.c.contact_id)
    return _traces(conn, query.where(contact.c.organisation == organisation))


def to_people(conn: Connection, contact_ids: Iterable[int]) -> list[Trace]:
    """Mails to these people, the last first."""
    wanted = sorted(set(contact_ids))
    return _traces(conn, _SENT.where(message.c.contact_id.in_(wanted))) if wanted else []


@dataclass(frozen=True)
class Recipient:
    """Somebody whom one mailbox wrote to and who is not done with."""

    contact_id: int
    email: str
    first_name: str
    last_name: str
    since: dt.datetime  # when the first of those mails left


_RECIPIENTS = (
    sa.select(
        contact.c.id.label("contact_id"),
        contact.c.email,
        contact.c.first_name,
        contact.c.last_name,
        sa.func.min(message.c.transmitting_at).label("since"),
    )
    .select_from(message)
    .join(enrollment, enrollment.c.id == message.c.enrollment_id)
    .join(contact, contact.c.id == enrollment.c.contact_id)
    .where(
        message.c.transmitting_at > sa.bindparam("after"),
        enrollment.c.state.in_([state.value for state in states.OPEN]),
    )
    .group_by(contact.c.id, contact.c.email, contact.c.first_name, contact.c.last_name)
    .order_by(contact.c.id)
)
_EVERYBODY = _RECIPIENTS.where(message.c.mailbox_id == sa.bindparam("of"))
_PEOPLE_AT = sa.select(contact.c.id).where(contact.c.organisation == sa.bindparam("there"))
_AMONG = _RECIPIENTS.where(
    message.c.contact_id.in_(sa.bindparam("wanted", expanding=True)),
    message.c.mailbox_id + 0 == sa.bindparam("of"),  # found by the person: the mailbox's own index is long
)
# Built once: every mail that names nothing of ours asks.


@dataclass
class Recipients:
    """Whom one mailbox wrote to since an instant, asked for when it is needed: by company, or once for all of a look."""

    mailbox_id: int
    after: dt.datetime
    _all: list[Recipient] | None = field(default=None, repr=False)

    def at(self, conn: Connection, organisation: str) -> list[Recipient]:
        """Those whose address is in one registrable domain."""
        there = list(conn.execute(_PEOPLE_AT, {"there": organisation}).scalars())
        return self._read(conn, _AMONG, wanted=there) if there else []

    def everybody(self, conn: Connection) -> list[Recipient]:
        """All of them."""
        if self._all is None:
            self._all = self._read(conn, _EVERYBODY)
        return self._all

    def _read(self, conn: Connection, query: sa.Select[Any], **more: Any) -> list[Recipient]:
        found = conn.execute(query, {"of": self.mailbox_id, "after": self.after, **more})
        return [Recipient(**row._mapping) for row in found]


def with_subject(
    conn: Connection, mailbox_id: int, subjects: Iterable[str], since: dt.datetime
) -> list[Trace]:
    """Mails from one mailbox under one of these subjects since an instant, the last first."""
    query = _SENT.where(message.c.mailbox_id == mailbox_id, message.c.transmitting_at > since)
    return _traces(conn, query.where(message.c.subject.in_(sorted(set(subjects)))))


def like(conn: Connection, mailbox_id: int, recipients: Iterable[str], date: dt.datetime) -> list[Trace]:
    """Mails from one mailbox to one of these addresses that bear this very date, by the second."""
    second = date.replace(microsecond=0)
    query = _SENT.where(message.c.mailbox_id == mailbox_id, message.c.recipient.in_(sorted(set(recipients))))
    return _traces(
        conn,
        query.where(
            message.c.prepared_at >= second, message.c.prepared_at < second + dt.timedelta(seconds=1)
        ),
    )
