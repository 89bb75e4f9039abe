"""Whose steps a restore has put in doubt: they may have been sent by a history that this database has lost."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine import states
from relance.engine.db.tables import contact, enrollment
from relance.engine.states import State
from relance.engine.store.sequences import positions
from relance.engine.store.sequences.enrollments import Enrollment


def put(conn: Connection, before: dt.datetime) -> None:
    """What is due by then is in doubt, whatever else holds or pauses it; and what waits for a task to be ticked off, for
    it may have been, and the mail behind it sent."""
    waits = sa.or_(enrollment.c.due_at.is_(None), enrollment.c.due_at >= positions.FAR)
    step = sa.or_(enrollment.c.due_at <= before, sa.and_(enrollment.c.step_kind == "task", waits))
    back = sa.and_(enrollment.c.state == State.AWAY.value, enrollment.c.resume_at <= before)
    here = sa.and_(_OPEN, enrollment.c.step.is_not(None), sa.or_(step, back))
    values = {"lost_before": before, "version": enrollment.c.version + 1}
    conn.execute(sa.update(enrollment).where(here).values(values))


_OPEN = enrollment.c.state.in_([state.value for state in states.OPEN])


def people_at(conn: Connection, organisation: str) -> list[int]:
    """The contacts at one organisation whose steps are in doubt."""
    query = sa.select(enrollment.c.contact_id).join(contact, contact.c.id == enrollment.c.contact_id)
    here = query.where(enrollment.c.lost_before.is_not(None), contact.c.organisation == organisation)
    return list(conn.execute(here.distinct()).scalars())


def lift(conn: Connection, enrollment_id: int) -> None:
    """Nothing of this one is in doubt any more."""
    here = sa.and_(enrollment.c.id == enrollment_id, enrollment.c.lost_before.is_not(None))
    values = {"lost_before": None, "version": enrollment.c.version + 1}
    conn.execute(sa.update(enrollment).where(here).values(values))


def counted_from(row: Enrollment, done_at: dt.datetime) -> dt.datetime:
    """From when the wait behind a step counts. Pure. Where a restore left doubt, the earliest: what may have fallen due by
    then may have been sent by the history that was lost, and must not seem to lie ahead."""
    if row.lost_before is None or row.due_at is None:
        return done_at
    return min(done_at, row.due_at)
