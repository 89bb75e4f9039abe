"""What happened to every step that fell due: one row a mail, and one a step that has none."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.tables import contact, enrollment, message, sequence
from relance.engine.store.sending import messages

_WHO = (
    contact.c.email,
    sequence.c.name.label("sequence"),
    enrollment.c.state,
    enrollment.c.reasons,
    enrollment.c.bound,
)


def mails(conn: Connection) -> list[Any]:
    """Every message with its enrollment's standing."""
    query = (
        sa.select(*_WHO, message.c.step, message.c.state.label("mail"), message.c.message_id)
        .select_from(message)
        .join(enrollment, enrollment.c.id == message.c.enrollment_id)
        .join(contact, contact.c.id == enrollment.c.contact_id)
        .join(sequence, sequence.c.id == enrollment.c.sequence_id)
        .where(messages.OF_STEP)
        .order_by(message.c.id)
    )
    return list(conn.execute(query))


def unwritten(conn: Connection, now: dt.datetime) -> list[Any]:
    """Every step that stands due, or at which an enrollment stopped, and for which no message was made."""
    written = sa.exists().where(
        message.c.enrollment_id == enrollment.c.id, message.c.step == enrollment.c.step
    )
    query = (
        sa.select(*_WHO, enrollment.c.step)
        .join(contact, contact.c.id == enrollment.c.contact_id)
        .join(sequence, sequence.c.id == enrollment.c.sequence_id)
        .where(enrollment.c.step.is_not(None), sa.not_(written))
        .where(sa.or_(enrollment.c.state != "active", enrollment.c.due_at <= now))
        .order_by(enrollment.c.id)
    )
    return list(conn.execute(query))
