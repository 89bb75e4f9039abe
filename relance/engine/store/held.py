"""Those who wait for a person, longest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
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


@dataclass(frozen=True)
class HeldMark:
    """The same in short, for a list of thousands to be counted and grouped: `code` is that of the first reason, empty where
    nothing is stored."""

    enrollment: int
    step: str | None
    code: str
    since: dt.datetime


def held(conn: Connection, limit: int, numbers: Collection[int] | None = None) -> list[HeldRow]:
    """Everyone who is held, longest first; or of these enrollments. `since`: when the newest of what holds them was opened."""
    of_them = [] if numbers is None else [enrollment.c.id.in_(sorted(numbers))]
    query = held_query(limit, [*scopes.within(conn, enrollment.c.mailbox_id), *of_them])
    return [HeldRow(*row) for row in conn.execute(query)]


def marks(conn: Connection, limit: int) -> list[HeldMark]:
    """The same people and order, with no more than one table and its index read."""
    code = sa.func.coalesce(enrollment.c.reasons[(0, "code")].as_string(), "").label("code")
    here = sa.select(enrollment.c.id, enrollment.c.step, code, _SINCE)
    own = scopes.within(conn, enrollment.c.mailbox_id)
    return [HeldMark(*row) for row in conn.execute(_longest(here, limit, own))]


@dataclass(frozen=True)
class HeldGroup:
    """Those who are held by the same code (empty where nothing is stored): how many, and who waits longest."""

    code: str
    count: int
    longest: tuple[HeldMark, ...]


def groups(
    conn: Connection, limit: int, most: int, besides: Collection[tuple[int, str]] = ()
) -> list[HeldGroup]:
    """So many who are held, longest first, counted by the database; with `most` of each group. `besides`: (enrollment, step)
    left out."""
    code = sa.func.coalesce(enrollment.c.reasons[(0, "code")].as_string(), "").label("code")
    own = scopes.within(conn, enrollment.c.mailbox_id)
    if besides:
        step = sa.func.coalesce(enrollment.c.step, "")
        own.append(sa.not_(sa.tuple_(enrollment.c.id, step).in_(sorted(besides))))
    here = _longest(sa.select(enrollment.c.id, enrollment.c.step, code, _SINCE), limit, own).subquery("here")
    ranked = sa.select(
        *here.c,
        sa.func.count().over(partition_by=here.c.code).label("many"),
        sa.func.row_number()
        .over(partition_by=here.c.code, order_by=(here.c.since, here.c.id))
        .label("place"),
    ).subquery("ranked")
    found: dict[str, tuple[int, list[HeldMark]]] = {}
    query = sa.select(ranked).where(ranked.c.place <= most).order_by(ranked.c.since, ranked.c.id)
    for row in conn.execute(query):
        mark = HeldMark(row.id, row.step, row.code, row.since)
        found.setdefault(row.code, (row.many, []))[1].append(mark)
    return [HeldGroup(name, many, tuple(marks)) for name, (many, marks) in found.items()]


def held_query(limit: int, own: Sequence[sa.ColumnElement[bool]] = ()) -> sa.Select[Any]:
    """The question `held` asks, of those who fit `own`. Of whom the release before held, the last thing that happened is what held them."""
    longest = _longest(sa.select(enrollment.c.id, _SINCE), limit, own).subquery("longest")
    # Who they are is looked up for these alone.
    return (
        sa.select(  # as `HeldRow` has them
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


_OPENED = sa.select(sa.func.max(hold.c.opened_at)).where(
    hold.c.enrollment_id == enrollment.c.id, hold.c.closed_at.is_(None)
)
_LAST = sa.select(sa.func.max(event.c.at)).where(event.c.enrollment_id == enrollment.c.id)
_SINCE = sa.func.coalesce(
    *(each.correlate(enrollment).scalar_subquery() for each in (_OPENED, _LAST)), enrollment.c.stepped_at
).label("since")


def _longest(query: sa.Select[Any], limit: int, own: Sequence[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    here = query.where(enrollment.c.state == fixed(State.HELD), *own)
    return here.order_by(_SINCE, enrollment.c.id).limit(limit)
