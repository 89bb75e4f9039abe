"""How many new people a mailbox could write to today: what its daily limit leaves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy.engine import Connection

from relance.engine.schedule import throttle
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending import arrivals, ramp_ups
from relance.engine.store.sequences import new_enrollments


def free(conn: Connection, mailboxes: Iterable[Mailbox], now: dt.datetime) -> dict[int, int]:
    """By mailbox: what its limit for 24 hours (while it begins slowly, today's) leaves beside the mails of the last 24 hours and the people
    who wait for their first mail from it. Those without a limit are left out."""
    found = ((each.id, _free(conn, each, now)) for each in mailboxes)
    return {number: room for number, room in found if room is not None}


def _free(conn: Connection, mailbox: Mailbox, now: dt.datetime) -> int | None:
    most = ramp_ups.up_to_date(conn, mailbox, now).pace.daily(now)
    if most is None:
        return None
    left = max(0, most - len(arrivals.sent_since(conn, mailbox.id, now - throttle.DAY)))
    return left - new_enrollments.waiting(conn, mailbox.id, left)
