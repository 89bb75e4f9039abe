"""What a dead or superseded worker left behind: mails marked as transmitting that nobody settled.

The journal decides where it can. What it does not know may have been delivered, and is never sent again by guess.
"""

from __future__ import annotations

from relance.engine import settling
from relance.engine.gate import Wanted
from relance.engine.house import House
from relance.engine.journal import Findings
from relance.engine.settling import Attempt
from relance.engine.store import enrollments, mailboxes, messages
from relance.engine.store.mailboxes import Lease
from relance.engine.store.messages import Message
from relance.mailbox.outcome import Outcome, SendResult


def settle_left_open(house: House, lease: Lease) -> int:
    """Settle what earlier holders of this mailbox left open; returns how many there were."""
    with house.database.read() as conn:
        left = messages.left_open(conn, lease.mailbox_id, lease.fence)
    if not left:
        return 0
    findings = house.journal.look_up(each.id for each in left)
    now = house.clock.now()
    with house.database.write() as conn:
        mailboxes.hold(conn, lease)
        rows = {row.id: row for row in enrollments.by_ids(conn, [each.enrollment_id for each in left])}
        attempts = [
            Attempt(Wanted(rows[each.enrollment_id], each), verdict(each, findings), now) for each in left
        ]
        settling.record(conn, house, attempts)
    return len(attempts)


def verdict(message: Message, findings: Findings) -> SendResult:
    """How an attempt ended whose worker did not live to say so."""
    known = findings.of(message.id)
    if known.accepted is not None:
        return SendResult(Outcome.ACCEPTED, "final", text=known.accepted)
    if not known.began and (message.mailbox_id, message.fence) in findings.whole:
        return SendResult(Outcome.NOT_SENT, "data", text="the worker stopped before the mail's body")
    return SendResult(Outcome.UNKNOWN, "body", text="the worker stopped while the mail was under way")
