"""What is stored with a time ahead of now, and what becomes of it."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.store.mailboxes import FORGOTTEN
from relance.engine.tables import enrollment, event, hit, mailbox, message

_NEVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
# Who waits for a task to be ticked off waits for no time.
_SAYS_READ = sa.and_(mailbox.c.state != "removed", mailbox.c.synced_at > sa.bindparam("now"))
_MAILBOXES = sa.select(mailbox.c.id).where(_SAYS_READ).limit(1)
_NEWEST = sa.select(event.c.at).order_by(event.c.id.desc()).limit(1)


def mailboxes(conn: Connection, now: dt.datetime) -> bool:
    """Whether any mailbox counts as read later than now."""
    return conn.execute(_MAILBOXES, {"now": now}).first() is not None


def newest_event(conn: Connection, now: dt.datetime) -> dt.datetime | None:
    """When what was noted last is said to have happened, if that is later than now."""
    at: dt.datetime | None = conn.execute(_NEWEST).scalar_one_or_none()
    return at if at is not None and at > now else None


def forget_reads(conn: Connection, beyond: dt.datetime, now: dt.datetime) -> None:
    """Mailboxes read later than `beyond` were read at a time nobody knows, and are to be read at once."""
    query = (
        sa.update(mailbox).where(_SAYS_READ).values(synced_at=FORGOTTEN, next_turn_at=sa.bindparam("then"))
    )
    conn.execute(query, {"now": beyond, "then": now})


def span(conn: Connection, now: dt.datetime) -> tuple[dt.datetime, dt.datetime] | None:
    """The first and the last moment ahead of now that stands in the log."""
    query = sa.select(sa.func.min(event.c.at), sa.func.max(event.c.at)).where(event.c.at > now)
    first, last = conn.execute(query).one()
    return None if first is None else (first, last)


def moved(conn: Connection, now: dt.datetime) -> set[int]:
    """Enrollments whose next time was reckoned from one ahead of now: they moved on then, or something was noted then."""
    noted = sa.select(event.c.enrollment_id).where(event.c.at > now, event.c.enrollment_id.is_not(None))
    theirs = sa.or_(enrollment.c.stepped_at > now, enrollment.c.id.in_(noted))
    return {row.id for row in conn.execute(_planned(now).where(theirs))}


def in_mailboxes_with(conn: Connection, kind: str, now: dt.datetime) -> set[int]:
    """Enrollments in mailboxes of which something of this kind was noted at a time ahead of now."""
    noted = sa.select(event.c.mailbox_id).where(event.c.at > now, event.c.kind == kind)
    return {row.id for row in conn.execute(_planned(now).where(enrollment.c.mailbox_id.in_(noted)))}


def _planned(now: dt.datetime) -> sa.Select[tuple[int]]:
    return (
        sa.select(enrollment.c.id)
        .where(enrollment.c.state.in_(("active", "paused", "held")), enrollment.c.step.is_not(None))
        .where(enrollment.c.due_at > now, enrollment.c.due_at < _NEVER)
    )


def clamp(conn: Connection, now: dt.datetime) -> None:
    """What is said to have happened later than now happened by now, whenever that was."""
    for column in (
        message.c.prepared_at,
        message.c.transmitting_at,
        message.c.settled_at,
        enrollment.c.stepped_at,
        enrollment.c.finished_at,
        hit.c.at,
        event.c.at,
    ):
        conn.execute(sa.update(column.table).where(column > now).values({column.name: now}))
