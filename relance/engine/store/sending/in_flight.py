"""Where everything stands that a mail under way rests on, in one cheap statement: no lock, no write."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine import reasons
from relance.engine.db.prepared import Prepared, any_of, is_one_of
from relance.engine.db.tables import enrollment, mailbox, sequence, suppression
from relance.engine.reasons import Reason
from relance.engine.schedule import leaves
from relance.engine.store.contacts import suppressions


@dataclass(frozen=True)
class InFlight:
    """One enrollment's version, and the states around it."""

    version: int
    sequence_state: str
    mailbox_state: str
    fence: int  # of the mailbox's last lease
    suppressed: Reason | None
    on_leave: bool  # the mailbox's owner


_UNDERWAY = Prepared(
    sa.select(
        enrollment.c.version,
        sequence.c.state.label("sequence_state"),
        mailbox.c.state.label("mailbox_state"),
        mailbox.c.fence,
        mailbox.c.leaves,
        sa.select(sa.func.coalesce(sa.cast(suppression.c.why, sa.Text), suppression.c.reason))
        .where(is_one_of(suppression.c.kind, ("address", "domain")), any_of(suppression.c.value, "refusing"))
        .limit(sa.literal_column("1"))
        .scalar_subquery()
        .label("suppressed"),
    )
    .join(sequence, sequence.c.id == enrollment.c.sequence_id)
    .join(mailbox, mailbox.c.id == enrollment.c.mailbox_id)
    .where(enrollment.c.id == sa.bindparam("enrollment_id"))
)


def of(conn: Connection, enrollment_id: int, address: str, now: dt.datetime) -> InFlight:
    """As it is at this moment, `now`, for an enrollment that exists; `address` is whom the mail goes to."""
    asked = {"enrollment_id": enrollment_id, "refusing": suppressions.refusing(address)}
    [found] = _UNDERWAY.all(conn, asked)
    no = None if found.suppressed is None else _why(found.suppressed)
    version, sequence_state, mailbox_state, fence, entered, _ = found
    on_leave = leaves.back_at(leaves.read(entered), now) is not None
    return InFlight(version, sequence_state, mailbox_state, fence, no, on_leave)


def _why(stored: str) -> Reason:
    """By its code; what another release wrote has words alone."""
    try:
        row = json.loads(stored)
    except ValueError:
        return reasons.prose(stored)
    return reasons.stored(row if isinstance(row, dict) and "code" in row else None, stored)
