"""Those who wait for a person, longest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.prepared import fixed
from relance.engine.db.tables import contact, enrollment, event, hold, mailbox, sequence
from relance.engine.states import State
from relance.engine.store import scopes


@dataclass(frozen=True)
class HeldRow:
    """Somebody who waits for a person."""

    enrollment_id: int
    email: str
    sequence: str
    step: str | None
    mailbox: str
    reasons: Sequence[Any]  # why, as it is stored
    since: dt.datetime
    first_name: str
    last_name: str
    company: str


def held(conn: Connection, limit: int) -> list[HeldRow]:
    """Everyone who is held, longest first. `since`: when the newest of what holds them was opened."""
    query = held_query(limit, scopes.within(conn, enrollment.c.mailbox_id))
    return [HeldRow(**dict(row._mapping)) for row in conn.execute(query)]


def held_query(limit: int, own: Sequence[sa.ColumnElement[bool]] = ()) -> sa.Select[Any]:
    """The question `held` asks, of those who fit `own`. Of whom the release before held, the last thing that happened is what held them."""
    opened = sa.select(sa.func.max(hold.c.opened_at)).where(
        hold.c.enrollment_id == enrollment.c.id, hold.c.closed_at.is_(None)
    )
    last = sa.select(sa.func.max(event.c.at)).where(event.c.enrollment_id == enrollment.c.id)
    known = [each.correlate(enrollment).scalar_subquery() for each in (opened, last)]
    since = sa.func.coalesce(*known, enrollment.c.stepped_at).label("since")
    longest = (  # who they are is looked up for these alone
        sa.select(enrollment.c.id, since)
        .where(enrollment.c.state == fixed(State.HELD), *own)
        .order_by(since, enrollment.c.id)
        .limit(limit)
        .subquery("longest")
    )
    return (
        sa.select(
            enrollment.c.id.label("enrollment_id"),
            contact.c.email,
            sequence.c.name.label("sequence"),
            enrollment.c.step,
            mailbox.c.address.label("mailbox"),
            enrollment.c.reasons,
            longest.c.since,
            contact.c.first_name,
            contact.c.last_name,
            contact.c.company,
        )
        .select_from(longest)
        .join(enrollment, enrollment.c.id == longest.c.id)
        .join(contact, contact.c.id == enrollment.c.contact_id)
        .join(sequence, sequence.c.id == enrollment.c.sequence_id)
        .join(mailbox, mailbox.c.id == enrollment.c.mailbox_id)
        .order_by(longest.c.since, enrollment.c.id)
    )
