"""Mail that came in and concerns us, with its judgement. Other people's private mail is read past, never kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine import database
from relance.engine.tables import contact, inbound, mailbox


@dataclass(frozen=True)
class Answer:
    """One kept mail, as a person reads it."""

    id: int
    mailbox: str
    email: str | None  # the contact it was matched with
    from_address: str
    subject: str
    received_at: dt.datetime
    kind: str
    rule: str
    evidence: str
    judgement: Mapping[str, Any]
    matched_by: str
    body: str


def known(conn: Connection, mailbox_id: int, dedupe: Iterable[str]) -> set[str]:
    """Which of these mails were kept before (moved between folders, or read again after a UIDVALIDITY change)."""
    wanted = sorted(set(dedupe))
    query = sa.select(inbound.c.dedupe).where(
        inbound.c.mailbox_id == mailbox_id, inbound.c.dedupe.in_(wanted)
    )
    return set(conn.execute(query).scalars()) if wanted else set()


def add(conn: Connection, row: Mapping[str, Any]) -> bool:
    """Keep one mail; False when it was kept before."""
    return database.insert_new(conn, inbound, [row]) == 1


def recent(conn: Connection, limit: int) -> list[Answer]:
    """The newest kept mails over all mailboxes."""
    query = (
        sa.select(inbound, mailbox.c.address.label("mailbox"), contact.c.email)
        .join(mailbox, mailbox.c.id == inbound.c.mailbox_id)
        .outerjoin(contact, contact.c.id == inbound.c.contact_id)
        .order_by(inbound.c.id.desc())
        .limit(limit)
    )
    names = Answer.__dataclass_fields__
    return [Answer(**{name: row._mapping[name] for name in names}) for row in conn.execute(query)]


def count_of_kind(conn: Connection, enrollment_id: int, kind: str) -> int:
    """How many mails of one kind an enrollment has had."""
    query = sa.select(sa.func.count()).where(inbound.c.enrollment_id == enrollment_id, inbound.c.kind == kind)
    return int(conn.execute(query).scalar_one())
