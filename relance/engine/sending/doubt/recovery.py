"""What a dead or superseded worker left behind: mails marked as transmitting that nobody settled.

The journal decides where it can. What it does not know may have been delivered, and is never sent again by guess.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from relance import clock, late
from relance.engine.context import Context
from relance.engine.journal.findings import Findings
from relance.engine.sending.doubt import restore_guard
from relance.engine.states import MessageState
from relance.engine.store.mailboxes import leases, mailboxes
from relance.engine.store.mailboxes.leases import Lease
from relance.engine.store.sending import messages
from relance.engine.store.sending.messages import Message
from relance.mailbox.smtp.outcome import Outcome, SendResult

if TYPE_CHECKING:
    from relance.engine.sending import endings, settle
    from relance.engine.sending.doubt import in_doubt
    from relance.engine.sending.refusals import repeated_answers
    from relance.engine.sending.replies import queue
    from relance.engine.store.sequences import enrollments
else:  # every command asks whether there is something to settle; hardly ever there is
    endings, settle, in_doubt, repeated_answers, queue, enrollments = late.modules(
        "relance.engine.sending.endings",
        "relance.engine.sending.settle",
        "relance.engine.sending.doubt.in_doubt",
        "relance.engine.sending.refusals.repeated_answers",
        "relance.engine.sending.replies.queue",
        "relance.engine.store.sequences.enrollments",
    )

RETENTION = dt.timedelta(days=1)
# Journals of ended processes are kept so long, whatever they say: a home may be opened with another database by mistake.

NOBODY_KNOWS = SendResult(Outcome.UNKNOWN, "body", text="the worker stopped while the mail was under way")


def settle_left_open(context: Context, lease: Lease) -> int:
    """Settle what earlier holders of this mailbox left open; returns how many there were."""
    with context.database.read() as conn:
        left = messages.left_open(conn, lease.mailbox_id, lease.fence)
    if not left:
        return 0
    findings = context.journal.look_up(each.id for each in left)
    now = context.clock.now()
    with context.database.write() as conn:
        leases.renew(conn, lease)
        rows = enrollments.by_ids(conn, [each.enrollment_id for each in left])
        attempts = [
            endings.Attempt(each, verdict(each.message, findings), now)
            for each in queue.of_mails(conn, left, rows)
        ]
        settle.record(conn, context, attempts)
        for each in attempts:  # what a restore put in doubt, where it is known now
            if each.result.outcome is Outcome.ACCEPTED:
                restore_guard.let_go_on(conn, each.wanted.enrollment.id, now)
        mailbox = mailboxes.by_id(conn, lease.mailbox_id)
        before = after = repeated_answers.of(mailbox.refusal)
        for each in attempts:  # the journal has how each was read beside the one before it
            mail = each.wanted.message
            whose = repeated_answers.Whose(mail.contact_id, mailbox.address, mail.recipient)
            last = mail.attempts >= context.options.deferrals
            after = repeated_answers.heard(after, each.result, whose, last=last)
        if after != before:
            mailboxes.change(conn, lease.mailbox_id, refusal=after and after.row())
    return len(attempts)


def replay(context: Context) -> int:
    """At start: settle the unknown mails of which journals kept here know more than the database; returns how many.

    Another host may have taken a mailbox over and found nothing, or the database was away when a worker was killed.
    """
    with context.database.read() as conn:
        doubtful = messages.unknown(conn)
    findings = context.journal.look_up(each.id for each in doubtful) if doubtful else None
    settled = sum(findings is not None and _tell(context, each, findings) for each in doubtful)
    with context.database.read() as conn:
        still = messages.in_doubt(conn)
    before = (clock.machine_now() - RETENTION).timestamp()
    turns = {(each.mailbox_id, each.fence) for each in still}
    context.journal.sweep({each.id for each in still}, turns, before)
    return settled


def give_back(context: Context) -> list[int]:
    """End the leases that nobody works under for certain; returns the mailboxes that are free by that.

    They are those of processes of this home that are dead, and this process's own that it could not give back.

    The proof is a lock that the kernel gave up when its process ended. One that is only frozen keeps its lock and its
    leases, and so does one that keeps its journal elsewhere: those lapse by themselves.
    """
    with context.database.read() as conn:
        named = leases.holders(conn)
    own = give_back_own(context) if context.owner in named else []
    dead = [owner for owner in named if owner != context.owner and context.journal.died(owner)]
    if not dead:
        return own
    with context.database.write() as conn:
        return sorted([*own, *leases.free(conn, dead)])


def give_back_own(context: Context) -> list[int]:
    """End the leases in this process's name for turns that it does not work on; returns their mailboxes.

    One is left where a turn ended while the database was away. The leases are read first and the turns asked afterwards:
    a turn is entered before it takes its lease, so that one under way by then is seen. A turn that begins later raises the
    fence, and its lease is another one.
    """
    with context.database.read() as conn:
        named = leases.of_owner(conn, context.owner)
    under_way = set(context.at_work.mailboxes())
    left = [lease for lease in named if lease.mailbox_id not in under_way]
    if not left:
        return []
    with context.database.write() as conn:
        return [lease.mailbox_id for lease in left if leases.end(conn, lease)]


def _tell(context: Context, doubtful: Message, findings: Findings) -> bool:
    """Needs no lease: the person's row is locked, and the mail looked at again."""
    news = in_doubt.told(doubtful, findings)
    if news is None:
        return False
    with context.database.write() as conn:
        enrollments.lock(conn, [doubtful.enrollment_id])
        mail = messages.by_id(conn, doubtful.id)
        if mail is None or (mail.state, mail.fence) != (MessageState.UNKNOWN, doubtful.fence):
            return False
        in_doubt.hear(conn, context, mail, news, context.clock.now())
    return True


def verdict(message: Message, findings: Findings) -> SendResult:
    """How an attempt ended whose worker did not live to say so."""
    return findings.end(message.id, message.mailbox_id, message.fence) or NOBODY_KNOWS
