"""Enrolling: new enrollments, where they begin, and which mailbox their company knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.database import Instant, insert_unless_there
from relance.engine.db.prepared import Prepared, any_of
from relance.engine.db.tables import contact, enrollment
from relance.engine.definition.position import Position
from relance.engine.states import State


def add_new(conn: Connection, rows: Sequence[dict[str, Any]]) -> dict[int, int]:
    """New enrollments without a position yet: {contact id: enrollment id}. Who is in the sequence already is left out."""
    if not rows:
        return {}
    new = insert_unless_there(conn, enrollment).returning(enrollment.c.contact_id, enrollment.c.id)
    found = {row.contact_id: row.id for row in conn.execute(new, list(rows))}
    _MARKED.run(conn, {"these": sorted(found), "at": rows[0]["created_at"]})
    return found


_NEW_HERE = (
    sa.select(contact.c.id)
    .where(any_of(contact.c.id, "these"), contact.c.enrolled_at.is_(None))
    .with_for_update(key_share=True, skip_locked=True)
)
# Who is being changed by an import is passed over: this never waits, so that nobody waits for each other in a ring.
_MARKED = Prepared(
    sa.update(contact)
    .where(contact.c.id.in_(_NEW_HERE))
    .values(enrolled_at=sa.bindparam("at", type_=Instant()))
)


_PLACE = (
    sa.update(enrollment)
    .where(enrollment.c.id == sa.bindparam("e_id"))
    .values(
        step=sa.bindparam("e_step"),
        step_kind=sa.bindparam("e_step_kind"),
        due_at=sa.bindparam("e_due_at"),
        planned_at=sa.bindparam("e_due_at"),
        bound=sa.bindparam("e_bound"),
    )
)


def place(conn: Connection, positions: Sequence[tuple[int, Position]]) -> None:
    """Where new enrollments stand, in the transaction that adds them: [(id, position)]."""
    rows = [
        {
            "e_id": number,
            "e_step": at.step,
            "e_step_kind": at.step_kind,
            "e_due_at": at.due_at,
            "e_bound": list(at.bound),
        }
        for number, at in positions
    ]
    if rows:
        conn.execute(_PLACE, rows)


def mailboxes_of_organisations(
    conn: Connection, organisations: Iterable[str], mailbox_ids: Iterable[int]
) -> dict[str, int]:
    """Which of these mailboxes last took somebody of each organisation: {organisation: mailbox id}."""
    newest = (
        sa.select(sa.func.max(enrollment.c.id))
        .join(contact, contact.c.id == enrollment.c.contact_id)
        .where(contact.c.organisation.in_(sorted(set(organisations) - {""})))
        .where(enrollment.c.mailbox_id.in_(sorted(set(mailbox_ids))))
        .group_by(contact.c.organisation)
    )
    query = (
        sa.select(contact.c.organisation, enrollment.c.mailbox_id)
        .join(enrollment, enrollment.c.contact_id == contact.c.id)
        .where(enrollment.c.id.in_(newest))
    )
    return {row.organisation: row.mailbox_id for row in conn.execute(query)}


def waiting(conn: Connection, mailbox_id: int, most: int) -> int:
    """How many wait for their first mail from a mailbox; no more than `most` are counted."""
    first = sa.and_(
        enrollment.c.mailbox_id == mailbox_id,
        enrollment.c.state == State.ACTIVE.value,
        enrollment.c.step_kind == "mail",
        enrollment.c.wrote_before.is_(False),
    )
    some = sa.select(enrollment.c.id).where(first).limit(most).subquery()
    return int(conn.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def latest_mailboxes(conn: Connection, sequence_id: int, limit: int) -> list[int]:
    """The mailboxes of those who were last enrolled in a sequence, the newest first."""
    if limit < 1:
        return []
    newest = [_latest_in(sequence_id, state, limit) for state in State]  # each from the end of an index
    found = sa.union_all(*(sa.select(each) for each in newest)).subquery()
    return list(
        conn.execute(sa.select(found.c.mailbox_id).order_by(found.c.id.desc()).limit(limit)).scalars()
    )


def _latest_in(sequence_id: int, state: State, limit: int) -> sa.Subquery:
    here = sa.and_(enrollment.c.sequence_id == sequence_id, enrollment.c.state == state.value)
    query = sa.select(enrollment.c.id, enrollment.c.mailbox_id).where(here)
    return query.order_by(enrollment.c.id.desc()).limit(limit).subquery()
