"""Claims: which due mails a mailbox takes up next, and which of them wait for another mailbox to be read.

What a turn takes up it writes into its mailbox's row, with the version of each, before the work starts; a turn that ends
empties that. What the next one finds there, unchanged since, killed its worker or was beside what did: that attempt is
counted then. So a turn writes one row for its claims, and none of the many whose mails are done a moment later.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.prepared import Prepared, Row
from relance.engine.db.tables import enrollment, mailbox
from relance.engine.store.sequences import due, enrollments
from relance.engine.store.sequences.due import FirstMails
from relance.engine.store.sequences.enrollments import Enrollment


def claim(
    conn: Connection,
    mailbox_id: int,
    now: dt.datetime,
    limit: int,
    *,
    seen: dt.datetime | None,
    first: FirstMails | None = None,
) -> list[Enrollment]:
    """Due mail steps of one mailbox, most urgent first, noted before the work starts. Their `attempts` never came to an end.

    Of follow-ups those that were due at `seen`, when the last complete look into the mailbox began (None: it was never
    read): what fell due since could not pass the gate, and its 354 would be asked for in vain.
    The mailbox's lease is the claim; noting first means that a step which kills its worker ends in quarantine. No row of
    theirs is locked: whatever is said of one from now on, the gate asks again.
    """
    found = due.claimable(conn, mailbox_id, now, seen, limit, first)
    if found and found[0].left:
        _count(conn, found[0].left)
        again = None if first is None else dataclasses.replace(first, page=None)
        found = due.claimable(conn, mailbox_id, now, seen, limit, again)
    claimed = [enrollments.value(row) for row in _beside_no_suspect(found)]
    if claimed:
        noted = " ".join(f"{each.id}:{each.version}" for each in claimed)
        _NOTE.post(conn, [{"sender": mailbox_id, "noted": noted}])
    return claimed


def other_mailboxes_to_sync(conn: Connection, mailbox_id: int, now: dt.datetime) -> list[int]:
    """The other mailboxes that mails due in this one wait for: they wrote to the same people, and can be read first."""
    return due.UNREAD_WRITERS.scalars(conn, {"sender": mailbox_id, "now": now})


_NOTE = Prepared(
    sa.update(mailbox).where(mailbox.c.id == sa.bindparam("sender")).values(taken_up=sa.bindparam("noted"))
)


def admit(conn: Connection, mailbox_id: int, first_mails: Mapping[str, Any] | None) -> None:
    """Whose first mails leave next from this mailbox; None: it is to be reckoned anew."""
    _ADMIT.post(conn, [{"sender": mailbox_id, "order": first_mails}])


_ADMIT = Prepared(
    sa.update(mailbox)
    .where(mailbox.c.id == sa.bindparam("sender"))
    .values(first_mails=sa.bindparam("order", type_=mailbox.c.first_mails.type))
)


def _count(conn: Connection, left: str) -> None:
    """The attempts of a turn that never ended, at steps that are as it found them."""
    taken = [tuple(map(int, each.split(":"))) for each in left.split()]
    _COUNT_ATTEMPT.each(conn, [{"of": number, "stood": version} for number, version in taken])


_COUNT_ATTEMPT = Prepared(
    sa.update(enrollment)
    .where(enrollment.c.id == sa.bindparam("of"), enrollment.c.version == sa.bindparam("stood"))
    .values(attempts=enrollment.c.attempts + sa.literal_column("1"))
)


SUSPECT = 2
# Attempts without an end after which a step is done alone, so that its neighbours are not quarantined with it.


def _beside_no_suspect(found: Sequence[Row]) -> Sequence[Row]:
    """Those before the first suspect, or the suspect alone."""
    first = next((place for place, row in enumerate(found) if row.attempts >= SUSPECT), len(found))
    return found[: max(first, 1)]


def unclaim(conn: Connection, enrollment_ids: Iterable[int]) -> None:
    """The attempt ended without the step being done, and not by the step's fault: it does not follow those that did not."""
    ids = sorted(set(enrollment_ids))
    if ids:
        _UNCLAIM.run(conn, {"wanted": ids})


_UNCLAIM = Prepared(
    sa.update(enrollment)
    .where(due.WANTED, enrollment.c.attempts != sa.literal_column("0"))
    .values(attempts=sa.literal_column("0"))
)
