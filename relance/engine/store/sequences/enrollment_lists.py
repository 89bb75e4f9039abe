"""Which enrollments fit a filter, by number from a place on: never counted off, whatever page is asked for.

Within one state (of one sequence, of one mailbox) an index gives them by number, so the first of each state are fetched
and merged. Where few people are meant (by a search, of a company), their rows are read and sifted here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.tables import contact, enrollment
from relance.engine.states import State
from relance.engine.store import scopes
from relance.engine.store.contacts import search


@dataclass(frozen=True)
class EnrollmentConditions:
    """What is asked for, by number; every condition that is set must hold."""

    states: tuple[State, ...] = tuple(State)
    sequence_id: int | None = None
    mailbox_id: int | None = None
    company: str = ""  # its domain, or its name
    search: str = ""
    code: str = ""  # of what holds them
    numbers: tuple[int, ...] | None = None  # of the enrollments themselves


def ids(conn: Connection, wanted: EnrollmentConditions, *, after: int = 0, limit: int) -> list[int]:
    """The first of them behind a number."""
    few = _few(conn, wanted)
    if few is not None:
        return [row.id for row in _of_people(conn, wanted, few) if row.id > after][:limit]
    firsts = [_first(conn, wanted, state, after, limit) for state in wanted.states]
    if not firsts:
        return []
    merged = sa.union_all(*(sa.select(each.c.id) for each in firsts)).subquery()
    return list(conn.execute(sa.select(merged.c.id).order_by(merged.c.id).limit(limit)).scalars())


def still(conn: Connection, wanted: EnrollmentConditions, ids: Sequence[int]) -> frozenset[int]:
    """Which of these fit now."""
    states = enrollment.c.state.in_([each.value for each in wanted.states])
    here = sa.and_(enrollment.c.id.in_(ids), states, *_conditions(conn, wanted))
    return frozenset(conn.execute(sa.select(enrollment.c.id).where(here)).scalars())


def counts(conn: Connection, wanted: EnrollmentConditions) -> dict[str, int]:
    """How many there are, by state."""
    few = _few(conn, wanted)
    if few is not None:
        return dict(Counter(row.state for row in _of_people(conn, wanted, few)))
    here = sa.and_(*_conditions(conn, wanted), enrollment.c.state.in_([each.value for each in wanted.states]))
    query = sa.select(enrollment.c.state, sa.func.count()).where(here).group_by(enrollment.c.state)
    return {state: number for state, number in conn.execute(query)}


def _first(
    conn: Connection, wanted: EnrollmentConditions, state: State, after: int, limit: int
) -> sa.Subquery:
    here = sa.and_(*_conditions(conn, wanted), enrollment.c.state == state.value, enrollment.c.id > after)
    return sa.select(enrollment.c.id).where(here).order_by(enrollment.c.id).limit(limit).subquery()


def _conditions(conn: Connection, wanted: EnrollmentConditions) -> list[sa.ColumnElement[bool]]:
    found = scopes.within(conn, enrollment.c.mailbox_id)
    if wanted.sequence_id is not None:
        found.append(enrollment.c.sequence_id == wanted.sequence_id)
    if wanted.mailbox_id is not None:
        found.append(enrollment.c.mailbox_id == wanted.mailbox_id)
    if wanted.numbers is not None:
        found.append(enrollment.c.id.in_(wanted.numbers))
    if wanted.code:
        found.append(_said(conn, wanted.code))
    if wanted.search or wanted.company:
        # A value and not `exists`, which a planner may turn round and ask of all contacts first.
        fits = sa.select(_people(conn, wanted)).where(contact.c.id == enrollment.c.contact_id)
        found.append(fits.scalar_subquery())
    return found


def _people(conn: Connection, wanted: EnrollmentConditions) -> sa.ColumnElement[bool]:
    found = [search.begins(conn, wanted.search)] if wanted.search else []
    if wanted.company:
        name = wanted.company.strip().lower().removeprefix("@")
        found.append(sa.or_(contact.c.organisation == name, sa.func.lower(contact.c.company) == name))
    return sa.and_(*found)


def _said(conn: Connection, code: str) -> sa.ColumnElement[bool]:
    """Whether one of somebody's reasons has this code: they decide, not the rows of `hold` (see `holds`)."""
    if conn.dialect.name == "postgresql":
        return enrollment.c.reasons.op("@>")(sa.cast([{"code": code}], enrollment.c.reasons.type))
    each = sa.func.json_each(enrollment.c.reasons).table_valued("value")
    here = sa.func.json_extract(each.c.value, "$.code") == code
    return sa.select(each.c.value).where(here).exists()


def _few(conn: Connection, wanted: EnrollmentConditions) -> list[int] | None:
    """The people that are meant, where they are few."""
    if not (wanted.search or wanted.company):
        return None
    return search.few(conn, _people(conn, wanted))


_SIFTED = (enrollment.c.id, enrollment.c.state, enrollment.c.sequence_id, enrollment.c.mailbox_id)


def _of_people(conn: Connection, wanted: EnrollmentConditions, people: Sequence[int]) -> list[Any]:
    own = scopes.within(conn, enrollment.c.mailbox_id)
    query = sa.select(*_SIFTED).where(enrollment.c.contact_id.in_(people), *own)
    if wanted.code:
        query = query.where(_said(conn, wanted.code))
    return sorted((row for row in conn.execute(query) if _fits(row, wanted)), key=lambda row: row.id)


def _fits(row: Any, wanted: EnrollmentConditions) -> bool:
    return (
        row.state in wanted.states
        and wanted.sequence_id in (None, row.sequence_id)
        and wanted.mailbox_id in (None, row.mailbox_id)
        and (wanted.numbers is None or row.id in wanted.numbers)
    )
