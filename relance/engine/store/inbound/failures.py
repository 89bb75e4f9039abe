"""Why mails were refused, put off or came back, counted."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.tables import enrollment, inbound, message
from relance.engine.store import scopes


@dataclass(frozen=True)
class FailureSpan:
    """Of which mails: from an instant until another, of one sequence or mailbox or of all that are seen."""

    since: dt.datetime
    until: dt.datetime
    sequence_id: int | None = None
    mailbox_id: int | None = None


def counts(conn: Connection, span: FailureSpan) -> Counter[str]:
    """How many there were of each reason: at once, as those mails stand now, and in mails that came in."""
    found: Counter[str] = Counter()
    for query in (_at_once(conn, span), _came_back(conn, span)):
        for row in conn.execute(query):
            found[row.failure] += row.many
    return found


def _at_once(conn: Connection, span: FailureSpan) -> sa.Select[tuple[str, int]]:
    """Mails that a server refused or put off; one that it took later has no reason any more."""
    query = sa.select(message.c.failure, sa.func.count().label("many")).where(
        message.c.failure.is_not(None),
        message.c.settled_at >= span.since,
        message.c.settled_at < span.until,
        *scopes.within(conn, message.c.mailbox_id),
    )
    if span.mailbox_id is not None:
        query = query.where(message.c.mailbox_id == span.mailbox_id)
    if span.sequence_id is not None:
        query = query.where(message.c.enrollment_id.in_(_of_sequence(span.sequence_id)))
    return query.group_by(message.c.failure)


def _came_back(conn: Connection, span: FailureSpan) -> sa.Select[tuple[str, int]]:
    query = sa.select(inbound.c.failure, sa.func.count().label("many")).where(
        inbound.c.failure.is_not(None),
        inbound.c.correction.is_(None),  # what a person says that it is has no such reason
        inbound.c.received_at >= span.since,
        inbound.c.received_at < span.until,
        *scopes.within(conn, inbound.c.mailbox_id),
    )
    if span.mailbox_id is not None:
        query = query.where(inbound.c.mailbox_id == span.mailbox_id)
    if span.sequence_id is not None:
        query = query.where(inbound.c.enrollment_id.in_(_of_sequence(span.sequence_id)))
    return query.group_by(inbound.c.failure)


def _of_sequence(number: int) -> sa.Select[tuple[int]]:
    return sa.select(enrollment.c.id).where(enrollment.c.sequence_id == number)
