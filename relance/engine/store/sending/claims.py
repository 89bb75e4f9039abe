"""Claims: which due mails a mailbox takes up next, and which of them wait for another mailbox to be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.prepared import Prepared
from relance.engine.db.tables import enrollment
from relance.engine.store.sequences import due, enrollments
from relance.engine.store.sequences.enrollments import Enrollment


def claim(
    conn: Connection, mailbox_id: int, now: dt.datetime, limit: int, *, seen: dt.datetime | None
) -> list[Enrollment]:
    """Due mail steps of one mailbox, most urgent first, with their attempt counted before the work starts.

    Of follow-ups those that were due at `seen`, when the last complete look into the mailbox began (None: it was never
    read): what fell due since could not pass the gate, and its 354 would be asked for in vain.
    The mailbox's lease is the claim; counting first means that a step which kills its worker ends in quarantine.
    """
    asked = {"sender": mailbox_id, "now": now, "seen": seen}
    ids = _beside_no_suspect(due.claimable(conn, mailbox_id, now, seen, limit))
    if not ids:
        return []
    claimed = {row[0]: enrollments.value(row) for row in _COUNT_ATTEMPT.all(conn, asked | {"wanted": ids})}
    return [claimed[number] for number in ids if number in claimed]


def other_mailboxes_to_sync(conn: Connection, mailbox_id: int, now: dt.datetime) -> list[int]:
    """The other mailboxes that mails due in this one wait for: they wrote to the same people, and can be read first."""
    return due.UNREAD_WRITERS.scalars(conn, {"sender": mailbox_id, "now": now})


_COUNT_ATTEMPT = Prepared(
    sa.update(enrollment)
    # Asked again of each row as it is now: PostgreSQL lets others commit between two statements.
    .where(due.WANTED, due.MAIL_DUE, due.SEEN)
    .values(attempts=enrollment.c.attempts + sa.literal_column("1"))
    .returning(*enrollments.COLUMNS)
)


SUSPECT = 2
# Attempts without an end after which a step is done alone, so that its neighbours are not quarantined with it.


def _beside_no_suspect(found: Sequence[tuple[int, int]]) -> list[int]:
    """Those before the first suspect, or the suspect alone: [(id, attempts)]."""
    first = next((place for place, (_, attempts) in enumerate(found) if attempts >= SUSPECT), len(found))
    return [number for number, _ in found[: max(first, 1)]]


def unclaim(conn: Connection, enrollment_ids: Iterable[int]) -> None:
    """The attempt ended without the step being done, and not by the step's fault."""
    ids = sorted(set(enrollment_ids))
    if ids:
        due.UNCLAIM.run(conn, {"wanted": ids})
