"""What the admission of first mails rests on: who waits for one in a mailbox, and what it owes to those it wrote to before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.database import Instant
from relance.engine.db.prepared import Prepared, Query, fixed
from relance.engine.db.tables import contact, enrollment, message, sequence
from relance.engine.states import State
from relance.engine.store.sequences.due import AS_DUE, MAIL_DUE


@dataclass(frozen=True)
class DueFirst:
    """First mails of a sequence that are due; `version_id` is the newest version they are in."""

    sequence_id: int
    version_id: int
    step: str
    count: int


@dataclass(frozen=True)
class UnderWay:
    """People who were written to before and stand at one step, due on one day."""

    version_id: int
    step: str
    step_kind: str
    due_at: dt.datetime
    count: int


_MANY = sa.func.count().label("many")
_PLACE = enrollment.c.priority == sa.literal_column(str(AS_DUE), sa.Integer)
_DUE_FIRST = Prepared(
    sa.select(
        enrollment.c.sequence_id,
        sa.func.max(enrollment.c.sequence_version_id).label("version_id"),
        sa.func.min(enrollment.c.step).label("step"),
        _MANY,
    )
    .join(sequence, sequence.c.id == enrollment.c.sequence_id)
    .where(MAIL_DUE, sa.not_(enrollment.c.wrote_before), _PLACE, sequence.c.state == fixed("active"))
    .group_by(enrollment.c.sequence_id)
    .order_by(enrollment.c.sequence_id)
)


def due(mailbox_id: int, now: dt.datetime) -> Query[list[DueFirst]]:
    """By sequence that is not paused."""
    asked = {"sender": mailbox_id, "now": now}
    return Query(_DUE_FIRST, asked, lambda rows: [DueFirst(*row) for row in rows])


@dataclass(frozen=True)
class FirstToCome:
    """People of a sequence who were not written to yet, the first of whom has something to do at `due_at`."""

    sequence_id: int
    version_id: int
    due_at: dt.datetime
    count: int


_TO_COME = Prepared(
    sa.select(
        enrollment.c.sequence_id,
        sa.func.max(enrollment.c.sequence_version_id).label("version_id"),
        sa.func.min(enrollment.c.due_at, type_=Instant).label("due_at"),
        _MANY,
    )
    .join(sequence, sequence.c.id == enrollment.c.sequence_id)
    .where(enrollment.c.mailbox_id == sa.bindparam("sender"), enrollment.c.state == fixed(State.ACTIVE))
    .where(sa.not_(enrollment.c.wrote_before), enrollment.c.due_at.is_not(None))
    .where(sequence.c.state == fixed("active"))
    .group_by(enrollment.c.sequence_id)
    .order_by(enrollment.c.sequence_id)
)


def to_come(mailbox_id: int) -> Query[list[FirstToCome]]:
    """Everybody the mailbox is to write to for the first time, due or not, by sequence that is not paused."""
    return Query(_TO_COME, {"sender": mailbox_id}, lambda rows: [FirstToCome(*row) for row in rows])


def waiting_addresses(conn: Connection, sequence_id: int) -> list[str]:
    """Of everybody in a sequence who goes on and was not written to yet."""
    query = (
        sa.select(contact.c.email)
        .join(enrollment, enrollment.c.contact_id == contact.c.id)
        .where(enrollment.c.sequence_id == sequence_id, enrollment.c.state == State.ACTIVE.value)
        .where(sa.not_(enrollment.c.wrote_before))
    )
    return list(conn.execute(query).scalars())


_DAY = sa.func.date(enrollment.c.due_at)
_UNDER_WAY = Prepared(
    sa.select(
        enrollment.c.sequence_version_id,
        enrollment.c.step,
        enrollment.c.step_kind,
        sa.func.min(enrollment.c.due_at, type_=Instant).label("due_at"),
        _MANY,
    )
    .where(enrollment.c.mailbox_id == sa.bindparam("sender"), enrollment.c.state == fixed(State.ACTIVE))
    .where(enrollment.c.wrote_before, enrollment.c.due_at.is_not(None))
    .group_by(enrollment.c.sequence_version_id, enrollment.c.step, enrollment.c.step_kind, _DAY)
)


def under_way(mailbox_id: int) -> Query[list[UnderWay]]:
    """Everybody the mailbox goes on writing to, by where they stand and the day (UTC) that is due."""
    return Query(_UNDER_WAY, {"sender": mailbox_id}, lambda rows: [UnderWay(*row) for row in rows])


_EARLIER = message.alias("earlier")
_LATELY = Prepared(
    sa.select(enrollment.c.sequence_id, _MANY)
    .select_from(message)
    .join(enrollment, enrollment.c.id == message.c.enrollment_id)
    .where(message.c.mailbox_id == sa.bindparam("of"), message.c.transmitting_at > sa.bindparam("since"))
    .where(
        sa.not_(
            sa.exists()
            .where(_EARLIER.c.enrollment_id == message.c.enrollment_id)
            .where(_EARLIER.c.transmitting_at < message.c.transmitting_at)
        )
    )
    .group_by(enrollment.c.sequence_id)
)


def sent_lately(mailbox_id: int, since: dt.datetime) -> Query[dict[int, int]]:
    """How many first mails of each sequence left the mailbox since then."""
    return Query(_LATELY, {"of": mailbox_id, "since": since}, lambda rows: {row[0]: row[1] for row in rows})
