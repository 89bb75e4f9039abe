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


def counts(conn: Connection, span: FailureSpan) -> dict[str, int]:
    """How many there were of each reason, the most first: at once, as those mails stand now, and in mails that came in."""
    found: Counter[str] = Counter()
    for query in (_at_once(conn, span), _came_back(conn, span)):
        for row in conn.execute(query):
            found[row.failure] += row.many
    return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))


def _at_once(conn: Connection, span: FailureSpan) -> sa.Select[tuple[str, int]]:
    """Mails that a server refused or put off; one that it took later has no reason any more."""
    return _counted(conn, span, message, message.c.settled_at)


def _came_back(conn: Connection, span: FailureSpan) -> sa.Select[tuple[str, int]]:
    # What a person says that it is has no such reason.
    return _counted(conn, span, inbound, inbound.c.received_at).where(inbound.c.correction.is_(None))


def _counted(
    conn: Connection, span: FailureSpan, table: sa.FromClause, at: sa.ColumnElement[dt.datetime]
) -> sa.Select[tuple[str, int]]:
    """The rows of a table that have a reason, by it; `at`: when each of them counts."""
    column = table.c
    query = sa.select(column.failure, sa.func.count().label("many")).where(
        column.failure.is_not(None),
        at >= span.since,
        at < span.until,
        *scopes.within(conn, column.mailbox_id),
    )
    if span.mailbox_id is not None:
        query = query.where(column.mailbox_id == span.mailbox_id)
    if span.sequence_id is not None:
        of_sequence = sa.select(enrollment.c.id).where(enrollment.c.sequence_id == span.sequence_id)
        query = query.where(column.enrollment_id.in_(of_sequence))
    return query.group_by(column.failure)
