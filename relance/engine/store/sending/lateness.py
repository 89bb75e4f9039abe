"""Mails that should have left by now, by their plan, and have not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.database import Instant
from relance.engine.db.prepared import fixed
from relance.engine.db.tables import enrollment, mailbox, sequence
from relance.engine.states import State
from relance.engine.store.sequences import due


@dataclass(frozen=True)
class Lateness:
    """How many mails are late against their plan, whatever postponed them, and since when the oldest of them is (business time).
    Mails of paused mailboxes and sequences are not counted: they wait for a person."""

    follow_ups: int = 0
    first_mails: int = 0
    follow_ups_since: dt.datetime | None = None
    first_mails_since: dt.datetime | None = None


_PLAN = sa.func.coalesce(enrollment.c.planned_at, enrollment.c.due_at)
_PLACES = [sa.literal_column(str(place), sa.Integer) for place in (due.AS_DUE, due.LAST)]
# What leads the index of what is planned (see `store/sequences/due.py`), so that of each mailbox only what is late is read.
_MAIL = sa.and_(
    enrollment.c.state == fixed(State.ACTIVE),
    enrollment.c.step_kind == fixed("mail"),
    enrollment.c.wrote_before.in_([sa.true(), sa.false()]),
    enrollment.c.priority.in_(_PLACES),
)


def late(conn: Connection, now: dt.datetime, sequence_id: int | None = None) -> Lateness:
    """In all sequences, or in one."""
    counted = sa.select(enrollment.c.wrote_before, sa.func.count(), sa.func.min(_PLAN, type_=Instant))
    query = (
        counted.select_from(sa.join(mailbox, enrollment, enrollment.c.mailbox_id == mailbox.c.id))
        .join(sequence, sequence.c.id == enrollment.c.sequence_id)
        .where(_MAIL, sa.type_coerce(_PLAN, Instant) < now)
        .where(mailbox.c.state == "active", sequence.c.state == "active")
        .group_by(enrollment.c.wrote_before)
    )
    if sequence_id is not None:
        query = query.where(enrollment.c.sequence_id == sequence_id)
    found = {bool(follows): (many, since) for follows, many, since in conn.execute(query)}
    follows, first = found.get(True, (0, None)), found.get(False, (0, None))
    return Lateness(follows[0], first[0], follows[1], first[1])
