"""Steps found far too late, because nothing ran for days: planned anew over the next hours, never fired in a burst."""

from __future__ import annotations

import datetime as dt
import hashlib

from relance.engine import reasons
from relance.engine.context import Context
from relance.engine.definition.compiled import bounds
from relance.engine.event_log.of_mailboxes import MailboxReplanned
from relance.engine.reasons import Code, because
from relance.engine.schedule import calendar
from relance.engine.sequences import clock_jumps, step_context
from relance.engine.store import events
from relance.engine.store.mailboxes import leases
from relance.engine.store.mailboxes.leases import Lease
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sequences import enrollments

SPREAD = dt.timedelta(hours=3)
# Over how long what piled up is spread, before the calendar and the mailbox's own pace have their say.


def slept(mailbox: Mailbox, now: dt.datetime, late: dt.timedelta) -> bool:
    """Whether this mailbox was left alone for longer than `late`: the system stood still, and steps piled up."""
    return mailbox.read_at is not None and now - mailbox.read_at > late


def replan(context: Context, lease: Lease, mailbox: Mailbox, now: dt.datetime) -> int:
    """Give everything due a new time; returns how many steps that were."""
    with context.database.write() as conn:
        leases.renew(conn, lease)
        rows = enrollments.mails_due(conn, mailbox.id, now)
        for case in step_context.read(conn, context, rows) if rows else ():
            place = case.place(context.workspace)
            when = calendar.next_opening(case.script.rule(case.step), place, now + scatter(str(case.row.id)))
            bound = reasons.bound(clock_jumps.LATE, because(Code.NOTHING_RAN, since=mailbox.synced_at))
            enrollments.postpone(conn, case.row, when.at, [bound, *bounds(when)])
        if rows:
            said = MailboxReplanned(len(rows), mailbox.synced_at.isoformat() if mailbox.synced_at else "")
            events.record_event(conn, said, now, mailbox_id=mailbox.id)
    return len(rows)


def scatter(key: str) -> dt.timedelta:
    """A share of the spread, always the same for a key."""
    point = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8])
    return dt.timedelta(seconds=point % int(SPREAD.total_seconds()))
