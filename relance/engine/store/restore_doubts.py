"""Whose steps a restore has put in doubt: they may have been sent by a history that this database has lost."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine import states
from relance.engine.db.tables import contact, enrollment
from relance.engine.states import State


def put(conn: Connection, before: dt.datetime) -> None:
    """What is due by then is in doubt, whatever else holds or pauses it."""
    step = enrollment.c.due_at <= before
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
