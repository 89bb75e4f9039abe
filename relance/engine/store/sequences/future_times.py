"""What is stored with a time ahead of now, and what becomes of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.tables import enrollment, event, hit, hold, mailbox, message
from relance.engine.event_log import old_names
from relance.engine.event_log.kinds import EventKind
from relance.engine.store.mailboxes.mailboxes import FORGOTTEN
from relance.engine.store.sequences.positions import FAR

_WAITING = ("active", "paused", "held", "away")
_IN_USE = mailbox.c.state != "removed"
_READ = sa.select(sa.func.max(mailbox.c.synced_at)).where(_IN_USE)
_NOTED = sa.select(sa.func.max(event.c.at))
# Not the line written last: another process, or a command on another host, may have written it with the right time.
_LATEST = sa.select(_READ.scalar_subquery(), _NOTED.scalar_subquery())


def latest(conn: Connection) -> dt.datetime | None:
    """The latest moment at which a mailbox is said to have been read, or anything in the log to have happened."""
    return max((at for at in conn.execute(_LATEST).one() if at is not None), default=None)


def latest_event(conn: Connection) -> dt.datetime | None:
    """The latest moment at which anything in the log is said to have happened."""
    at: dt.datetime | None = conn.execute(_NOTED).scalar_one_or_none()
    return at


def forget_reads(conn: Connection, beyond: dt.datetime, now: dt.datetime) -> None:
    """Mailboxes read later than `beyond` were read at a time nobody knows, and are to be read at once."""
    wrong = sa.and_(_IN_USE, mailbox.c.synced_at > beyond)
    conn.execute(sa.update(mailbox).where(wrong).values(synced_at=FORGOTTEN, next_turn_at=now))


def span(conn: Connection, cut: dt.datetime) -> tuple[dt.datetime, dt.datetime, dt.datetime | None] | None:
    """The first and the last moment after `cut` that stands in the log, and the last one up to it."""
    query = sa.select(sa.func.min(event.c.at), sa.func.max(event.c.at)).where(event.c.at > cut)
    first, last = conn.execute(query).one()
    if first is None:
        return None
    before = conn.execute(sa.select(sa.func.max(event.c.at)).where(event.c.at <= cut)).scalar_one()
    return first, last, before


def moved(conn: Connection, cut: dt.datetime) -> set[int]:
    """Enrollments whose next time was reckoned from one after `cut`: they moved on then, or something was noted then."""
    noted = sa.select(event.c.enrollment_id).where(event.c.at > cut, event.c.enrollment_id.is_not(None))
    theirs = sa.or_(enrollment.c.stepped_at > cut, enrollment.c.id.in_(noted))
    return {row.id for row in conn.execute(_planned(cut).where(theirs))}


def in_mailboxes_with(conn: Connection, kind: EventKind, cut: dt.datetime) -> set[int]:
    """Enrollments in mailboxes of which something of this kind was noted at a time after `cut`, and those that changed mailboxes since."""
    noted = (event.c.at > cut, event.c.kind.in_(old_names.names([kind])))
    there = sa.select(event.c.mailbox_id).where(*noted)
    # In the order in which it was written: by which clock they changed does not matter.
    since = sa.select(sa.func.min(event.c.id)).where(*noted).scalar_subquery()
    changed = event.c.kind.in_(old_names.names([EventKind.ENROLLMENT_MAILBOX_CHANGED]))
    from_there = sa.select(event.c.enrollment_id).where(event.c.id > since, changed)
    theirs = sa.or_(enrollment.c.mailbox_id.in_(there), enrollment.c.id.in_(from_there))
    return {row.id for row in conn.execute(_planned(cut).where(theirs))}


def _planned(cut: dt.datetime) -> sa.Select[tuple[int]]:
    return (
        sa.select(enrollment.c.id)
        .where(enrollment.c.state.in_(_WAITING), enrollment.c.step.is_not(None))
        .where(enrollment.c.due_at > cut, enrollment.c.due_at < FAR)
    )


def absent(conn: Connection, cut: dt.datetime) -> list[int]:
    """Enrollments whose absence ends after `cut`, of people of whom something was noted at a time after it."""
    noted = sa.select(event.c.contact_id).where(event.c.at > cut, event.c.contact_id.is_not(None))
    query = (
        sa.select(enrollment.c.id)
        .where(enrollment.c.state.in_(_WAITING), enrollment.c.resume_at > cut)
        .where(enrollment.c.contact_id.in_(noted))
        .order_by(enrollment.c.id)
    )
    return list(conn.execute(query).scalars())


def returned(conn: Connection, cut: dt.datetime) -> dict[int, dict[str, Any]]:
    """Whose absence ended at a time after `cut`: {enrollment id: what the last event that says so tells}."""
    over = event.c.kind.in_(old_names.names([EventKind.ENROLLMENT_RETURNED]))
    query = sa.select(event.c.enrollment_id, event.c.data).where(event.c.at > cut, over).order_by(event.c.id)
    return {row.enrollment_id: row.data for row in conn.execute(query) if row.enrollment_id is not None}


def clamp(conn: Connection, cut: dt.datetime, now: dt.datetime) -> None:
    """What is said to have happened after `cut` happened by now, whenever that was."""
    for column in (
        message.c.prepared_at,
        message.c.transmitting_at,
        message.c.settled_at,
        enrollment.c.stepped_at,
        enrollment.c.finished_at,
        hold.c.opened_at,
        hold.c.closed_at,
        hit.c.at,
        event.c.at,
    ):
        conn.execute(sa.update(column.table).where(column > cut).values({column.name: now}))
