"""How late mails are against their plan: those that should have left by now and have not, and those that left."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.database import Instant
from relance.engine.db.prepared import fixed
from relance.engine.db.tables import enrollment, mailbox, message, sequence
from relance.engine.states import MessageState, State
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


@dataclass(frozen=True)
class LatenessOfSent:
    """Of the steps' mails that left since an instant and whose plan is known: how many there are, and by how many seconds (business time)
    they left after their plan: half of them by no more than `median`, 95 of 100 by no more than `p95`. None: there are none."""

    mails: int = 0
    median: float | None = None
    p95: float | None = None


def _seconds(conn: Connection) -> sa.ColumnElement[float]:
    """From its plan to its mark."""
    left, planned = message.c.transmitting_at, message.c.planned_at
    if conn.dialect.name == "postgresql":
        return sa.cast(sa.func.extract("epoch", left - planned), sa.Float)
    days = sa.func.julianday(left, type_=sa.Float) - sa.func.julianday(planned, type_=sa.Float)
    return sa.func.round(days * SECONDS_A_DAY, 3, type_=sa.Float)


SECONDS_A_DAY = 86_400


def of_sent(conn: Connection, since: dt.datetime, sequence_id: int | None = None) -> LatenessOfSent:
    """Of all sequences, or of one."""
    seconds = _seconds(conn)
    query = (
        sa.select(
            seconds.label("late"),
            sa.func.row_number().over(order_by=seconds).label("rank"),
            sa.func.count().over().label("mails"),
        )
        .where(
            message.c.mailbox_id.in_(sa.select(mailbox.c.id))
        )  # of each, the last day is one range of an index
        .where(message.c.transmitting_at > since, message.c.planned_at.is_not(None))
        .where(message.c.state == MessageState.ACCEPTED.value)
    )
    if sequence_id is not None:
        query = query.join(enrollment, enrollment.c.id == message.c.enrollment_id)
        query = query.where(enrollment.c.sequence_id == sequence_id)
    ranked = query.subquery()
    wanted = [(ranked.c.mails * share + 99) // 100 for share in (50, 95)]
    found = sa.select(ranked.c.late, ranked.c.mails).where(
        sa.or_(*(ranked.c.rank == each for each in wanted))
    )
    rows = conn.execute(found.order_by(ranked.c.rank)).all()
    return LatenessOfSent(rows[0].mails, rows[0].late, rows[-1].late) if rows else LatenessOfSent()
