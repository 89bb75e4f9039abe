"""Enrollments in words a person knows: names instead of numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.tables import contact, enrollment, mailbox, sequence, sequence_version
from relance.engine.states import OPEN
from relance.engine.store import scopes
from relance.engine.store.sequences import enrollments
from relance.engine.store.sequences.enrollments import Enrollment


@dataclass(frozen=True)
class Standing:
    """An enrollment in words a person knows: names instead of numbers."""

    enrollment: Enrollment
    email: str
    sequence: str
    sequence_state: str
    version: int
    mailbox: str
    mailbox_state: str
    name: str  # first and last; empty where neither is known
    company: str


_STANDING = (
    sa.select(
        *enrollments.COLUMNS,
        contact.c.email.label("email"),
        contact.c.first_name.label("first_name"),
        contact.c.last_name.label("last_name"),
        contact.c.company.label("company"),
        sequence.c.name.label("sequence"),
        sequence.c.state.label("sequence_state"),
        sequence_version.c.number.label("version_number"),
        mailbox.c.address.label("mailbox"),
        mailbox.c.state.label("mailbox_state"),
    )
    .join(contact, contact.c.id == enrollment.c.contact_id)
    .join(sequence, sequence.c.id == enrollment.c.sequence_id)
    .join(sequence_version, sequence_version.c.id == enrollment.c.sequence_version_id)
    .join(mailbox, mailbox.c.id == enrollment.c.mailbox_id)
)


def matching(
    conn: Connection,
    *,
    email: str | None = None,
    sequence_name: str | None = None,
) -> list[Standing]:
    """Enrollments with their names, filtered; of mailboxes that whoever looks may see."""
    query = (
        _STANDING.where(*scopes.within(conn, enrollment.c.mailbox_id)).order_by(enrollment.c.id).limit(1000)
    )
    if email is not None:
        query = query.where(contact.c.email == email)
    if sequence_name is not None:
        query = query.where(sequence.c.name == sequence_name)
    return [_standing(row) for row in conn.execute(query)]


def of_people(conn: Connection, emails: Iterable[str]) -> list[Standing]:
    """Where these people stand, in mailboxes that whoever looks may see; the oldest first."""
    query = _STANDING.where(contact.c.email.in_(sorted(set(emails)))).order_by(enrollment.c.id)
    query = query.where(*scopes.within(conn, enrollment.c.mailbox_id))
    return [_standing(row) for row in conn.execute(query)]


def of_ids(conn: Connection, ids: Iterable[int]) -> list[Standing]:
    """These enrollments with their names."""
    query = _STANDING.where(enrollment.c.id.in_(sorted(set(ids)))).order_by(enrollment.c.id)
    return [_standing(row) for row in conn.execute(query)]


def in_doubt(conn: Connection, *, after: int = 0, limit: int = 1000, **whose: str | None) -> list[Standing]:
    """Who could go on and whose step a restore has put in doubt, by id from `after` on; of one `sequence` or `mailbox`, by
    name."""
    query = in_doubt_query(after, limit).where(*scopes.within(conn, enrollment.c.mailbox_id))
    names = {"sequence": sequence.c.name, "mailbox": mailbox.c.address}
    query = query.where(*(names[name] == value for name, value in whose.items() if value is not None))
    return [_standing(row) for row in conn.execute(query)]


def in_doubt_query(after: int, limit: int) -> sa.Select[Any]:
    """The question `in_doubt` asks."""
    lost = enrollment.alias("lost")
    number = lost.c.id + 0
    # Asked by themselves, else SQLite reads everybody under way, or everybody by number, instead of the few by their index.
    few = sa.select(lost.c.id).where(lost.c.lost_before.is_not(None), number > after)
    query = _STANDING.where(enrollment.c.id.in_(few), enrollment.c.step.is_not(None))
    query = query.where(enrollment.c.state.concat("").in_([each.value for each in OPEN]))
    return query.order_by(enrollment.c.id + 0).limit(limit)


def _standing(row: Any) -> Standing:
    at = row._mapping
    return Standing(
        enrollments.value(row),
        at["email"],
        at["sequence"],
        at["sequence_state"],
        at["version_number"],
        at["mailbox"],
        at["mailbox_state"],
        f"{at['first_name']} {at['last_name']}".strip(),
        at["company"],
    )
