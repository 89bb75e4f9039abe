"""Which answers of a mailbox a turn takes up: those whose time has come, in the transaction that counts them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.engine import Connection

from relance import clock
from relance.engine import reasons
from relance.engine.context import Context
from relance.engine.event_log import actors
from relance.engine.reasons import Code, Reason, because
from relance.engine.sending import gate
from relance.engine.sending.gate import PreparedMail
from relance.engine.sending.replies import ends
from relance.engine.states import State
from relance.engine.store.mailboxes import leases
from relance.engine.store.mailboxes.leases import Lease
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending import messages, own_replies
from relance.engine.store.sending.messages import Message
from relance.engine.store.sending.own_replies import OwnReply
from relance.engine.store.sequences import enrollments
from relance.engine.store.sequences.enrollments import Enrollment

MAX_A_TURN = 20
# Taken up in one turn: each is asked about for itself, and their mailbox's other mails wait.


def due(mailbox: Mailbox, now: dt.datetime) -> bool:
    """Whether one is to leave by now. Pure."""
    return mailbox.state == "active" and mailbox.reply_at is not None and mailbox.reply_at <= now


def next_at(mailbox: Mailbox, now: dt.datetime) -> dt.datetime | None:
    """When the next turn is wanted for one; None: for none, or the mailbox is to be read to its end first. Pure."""
    at = mailbox.reply_at if mailbox.state == "active" else None
    if at is None or at > now:
        return at
    return at if mailbox.read_at is not None and mailbox.read_at >= at else None


@actors.by_rule("preparation")
def take(context: Context, lease: Lease, mailbox: Mailbox) -> list[PreparedMail]:
    """Claim those that were to leave when the mailbox was last read to its end, and give up what may not leave any more."""
    now = context.clock.now()
    if not due(mailbox, now):
        return []
    with context.database.write() as conn:
        synced = clock.believed(leases.renew(conn, lease).synced_at, now)
        claimed = own_replies.claim(conn, mailbox.id, synced, MAX_A_TURN) if synced is not None else []
        return [mail for mail in outgoing(conn, claimed) if not _given_up(conn, context, mail, now)]


def outgoing(conn: Connection, claimed: Sequence[OwnReply]) -> list[PreparedMail]:
    """Answers as what the gate and the end of a mail ask about."""
    mails = messages.by_ids(conn, [each.message_id for each in claimed]) if claimed else {}
    found = [(each, mails[each.message_id]) for each in claimed if each.message_id in mails]
    rows = {row.id: row for row in enrollments.by_ids(conn, [mail.enrollment_id for _, mail in found])}
    return [PreparedMail(rows[mail.enrollment_id], mail, reply=each) for each, mail in found]


def of_mails(conn: Connection, mails: Sequence[Message], rows: Sequence[Enrollment]) -> list[PreparedMail]:
    """Mails that are rows already, whatever they are."""
    beside = own_replies.of_mails(conn, [each.id for each in mails if messages.is_reply(each.step)])
    whose = {row.id: row for row in rows}
    return [PreparedMail(whose[each.enrollment_id], each, reply=beside.get(each.id)) for each in mails]


def _given_up(conn: Connection, context: Context, mail: PreparedMail, now: dt.datetime) -> bool:
    why = _over(mail.enrollment, mail.reply, context.options.attempts) or _refused(conn, context, mail)
    if why is not None:
        ends.give_up(conn, mail, why, now)
    return why is not None


def _over(row: Enrollment, reply: OwnReply | None, most: int) -> Reason | None:
    if reply is not None and reply.tries > most:
        return because(Code.ATTEMPTS_SPENT, count=reply.tries - 1)
    if row.state is State.UNSUBSCRIBED:
        return because(Code.NOT_SENDABLE, state=row.state.value)
    return None


def _refused(conn: Connection, context: Context, mail: PreparedMail) -> Reason | None:
    no = gate.refusals(conn, gate.addresses(mail), context.noes.opted_out)
    why = next(iter(no.values()), None)
    return None if why is None else because(Code.SUPPRESSED, reasons.of_message(mail.message.id), why=why)
