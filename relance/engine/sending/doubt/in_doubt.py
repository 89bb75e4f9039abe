"""Mails that may have been delivered: resolved by evidence, by a policy the mailbox's owner chose, or by a person.

Evidence comes first, always. A mailbox known to file a copy of whatever it sends, and which shows none again and again,
says that the mail never left; then the same bytes go, Message-ID and Date included. Time alone resolves nothing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine import states
from relance.engine.context import Context
from relance.engine.event_log import actors
from relance.engine.event_log.of_mails import MessageResolved
from relance.engine.event_log.of_people import StepSkipped
from relance.engine.journal.evidence import GRACE_PERIOD
from relance.engine.journal.findings import Findings
from relance.engine.reasons import Code, HoldKind, Reason, because
from relance.engine.schedule import leaves
from relance.engine.sending import settle as sending_settle
from relance.engine.sending.endings import Attempt
from relance.engine.sending.replies import ends as reply_ends
from relance.engine.sending.replies import queue
from relance.engine.sequences import step_context
from relance.engine.states import MessageEvent
from relance.engine.store import done_by, events, scopes
from relance.engine.store.contacts import contacts
from relance.engine.store.events import NewEvent
from relance.engine.store.mailboxes import leases, mailboxes
from relance.engine.store.mailboxes.leases import Lease
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending import messages, restore_doubts
from relance.engine.store.sending.messages import Message, Settlement
from relance.engine.store.sequences import enrollments, moves
from relance.engine.store.sequences.enrollments import Enrollment
from relance.engine.store.sequences.holds import HoldEvidence
from relance.mailbox.smtp import replies as smtp_replies
from relance.mailbox.smtp.outcome import Outcome, SendResult
from relance.wording import Text

MIN_SYNCS = 3
# Complete looks without a trace, before a missing Sent copy means anything.


def verdict(
    age: dt.timedelta, looks: int, files_sent: bool | None, policy: str
) -> tuple[MessageEvent, Reason] | None:
    """What is to become of an unknown mail, with the reason; None: it stays held for evidence or a person. Pure."""
    if age < GRACE_PERIOD or looks < MIN_SYNCS:
        return None
    if files_sent:
        return MessageEvent.MISSING, because(Code.NO_COPY_IN_SENT, count=looks)
    if policy == "assume sent":
        return MessageEvent.ASSUMED, because(Code.POLICY_ASSUMES_SENT)
    if policy == "send again":
        return MessageEvent.MISSING, because(Code.POLICY_SENDS_AGAIN)
    return None


def told(mail: Message, findings: Findings) -> SendResult | None:
    """What the journal says of an unknown mail by now: a worker taken for dead may have lived and known. Pure."""
    return findings.end(mail.id, mail.mailbox_id, mail.fence)


def resolve(context: Context, lease: Lease, mailbox: Mailbox) -> int:
    """Resolve what can be resolved for one mailbox, after a look into it; returns how many mails that was."""
    now = context.clock.now()
    with context.database.read() as conn:
        open_mails = messages.unknown(conn, mailbox.id)
    findings = context.journal.look_up(mail.id for mail in open_mails) if open_mails else None
    count = 0
    for mail in open_mails:
        known = findings and told(mail, findings)
        age = now - (mail.transmitting_at or now)
        found = verdict(age, mail.looks, mailbox.files_sent, mailbox.unknown_policy)
        if not known and found is None:
            continue
        with context.database.write() as conn:
            leases.renew(conn, lease)
            if known:
                hear(conn, context, mail, known, now)
            elif found is not None:
                settle(conn, context, [mail], *found, now)
        count += 1
    return count


def hear(conn: Connection, context: Context, mail: Message, result: SendResult, now: dt.datetime) -> None:
    """What a journal knows of an unknown mail: as if its worker had lived to say so."""
    if result.outcome is Outcome.ACCEPTED:
        why = because(Code.SERVER_HAD_TAKEN, said=result.text)
        settle(conn, context, [mail], MessageEvent.FOUND, why, now)
    elif result.outcome is Outcome.NOT_SENT:
        settle(
            conn,
            context,
            [mail],
            MessageEvent.MISSING,
            because(Code.NEVER_LEFT, said=smtp_replies.own_or_quoted(result.text)),
            now,
        )
    else:
        _answered(conn, context, mail, result, now)


def _answered(
    conn: Connection, context: Context, read: Message, result: SendResult, now: dt.datetime
) -> None:
    """A full 4xx or 5xx that comes to light late means what it would have meant at once."""
    row, mail = _as_now(conn, read)
    if mail.state is not read.state:
        return
    why = because(Code.SERVER_SAID, said=smtp_replies.said(result))
    enrollments.clear(conn, row.id, _about(mail), now, why)
    row, mail = _as_now(conn, read)
    [wanted] = queue.of_mails(conn, [mail], [row])
    sending_settle.record(conn, context, [Attempt(wanted, result, now)])
    mailboxes.schedule_turn(conn, [row.mailbox_id], now)


def _as_now(conn: Connection, read: Message) -> tuple[Enrollment, Message]:
    """Locked: another mailbox's news or a person's word may have come since they were read."""
    row, _ = enrollments.lock(conn, [read.enrollment_id])[read.enrollment_id]
    return row, messages.by_id(conn, read.id) or read


@actors.by_rule("mails in doubt")
def settle(
    conn: Connection,
    context: Context,
    mails: Sequence[Message],
    event: MessageEvent,
    why: Reason,
    now: dt.datetime,
) -> None:
    """Write what happened to unknown mails: delivered ones move their enrollment on, missing ones make it due again."""
    for read in mails:
        row, mail = _as_now(conn, read)
        if mail.state is not read.state:
            continue
        after = states.advance_message(mail.state, event)
        messages.settle(conn, [Settlement(mail, event, now, mail.code, _last_reply(mail, why))])
        if messages.is_reply(mail.step):
            reply_ends.settled(conn, mail, after, now)
        elif row.step == mail.step and after is states.MessageState.ACCEPTED:
            _move_on(conn, context, row, mail.transmitting_at or now, now)
        elif row.step == mail.step and after is states.MessageState.ABANDONED:
            events.record_event(conn, StepSkipped(because(Code.MAIL_OVER, state=after.value)), now, row)
            _move_on(conn, context, row, now, now)
        enrollments.clear(conn, row.id, _about(mail), now, why)
        mailboxes.schedule_turn(conn, [row.mailbox_id], now)
        data = MessageResolved(after.value, why, mail.message_id)
        told = NewEvent.of(row, data, now, message_id=mail.id, step=mail.step)
        events.record_events(conn, [told])


def _last_reply(mail: Message, why: Reason) -> str:
    """A server's own last words; why we take a mail as sent, or not, stands in the event."""
    return str(why.params.get("said", "")) if why.code is Code.SERVER_HAD_TAKEN else mail.reply


def _move_on(
    conn: Connection, context: Context, row: Enrollment, done_at: dt.datetime, now: dt.datetime
) -> None:
    """Behind a step whose mail they have, or may have: the mailbox is read for an answer before anything else is sent."""
    script = context.library.script(conn, row.sequence_version_id)
    away = leaves.of(mailboxes.on_leave(conn, leaves.writers([row])), row)
    place = script.place(contacts.by_ids(conn, [row.contact_id])[row.contact_id], context.workspace, *away)
    position = script.after(row.step or "", restore_doubts.counted_from(row, done_at), place, str(row.id))
    moves.move(conn, row, dataclasses.replace(position, wrote=True), now)


def _about(mail: Message) -> HoldEvidence:
    """It says nothing of other holds: another mail, an answer nobody could place, a person's pause."""
    return HoldEvidence(HoldKind.UNKNOWN_MAIL, mail.id)


@dataclass(frozen=True)
class UnknownMail:
    """A mail nobody knows the fate of, for a person to decide."""

    message_id: str
    email: str
    subject: str
    step: str
    since: dt.datetime | None
    words: str
    looks: int
    mailbox: str = ""
    enrollment: int | None = None


def list_all(context: Context) -> list[UnknownMail]:
    """All of them that whoever looks may see, oldest first."""
    with context.database.read() as conn:
        own = scopes.mailboxes(conn)
        found = [each for each in messages.unknown(conn) if own is None or each.mailbox_id in own]
        senders = {each.id: each.address for each in mailboxes.list_all(conn)} if found else {}
    return [_view(each, senders.get(each.mailbox_id, "")) for each in found]


def _view(mail: Message, sender: str) -> UnknownMail:
    said = mail.message_id, mail.recipient, mail.subject, mail.step
    return UnknownMail(*said, mail.transmitting_at, _heard(mail), mail.looks, sender, mail.enrollment_id)


def _heard(mail: Message) -> str:
    return str(smtp_replies.own_or_quoted(mail.reply))


DECISIONS = {
    "sent": MessageEvent.ASSUMED,
    "not sent": MessageEvent.MISSING,
    "give up": MessageEvent.ABANDONED,
}
"""What a person may say of an unknown mail."""


@dataclass(frozen=True)
class Resolved:
    """What a person's word on a mail leads to. `held_at`: the next mail, where that replies to the one given up and the
    person had no other: it cannot be written, and holds them when it falls due."""

    message_id: str
    step: str
    held_at: str | None = None


def decide(context: Context, message_id: str, decision: str) -> Resolved:
    """A person's word on one unknown mail, by its id with or without `<>`. `errors.NotFound` when there is no such one
    (any more). Given up, its step is left out."""
    errors.require_one_of(decision, DECISIONS)
    now, named = context.clock.now(), f"<{message_id.strip().strip('<>')}>"
    with context.database.write() as conn:
        mail = messages.by_keys(conn, [named]).get(named)
        if mail is None or mail.state is not states.MessageState.UNKNOWN:
            raise errors.NotFound(
                Text("no mail with the ID {message_id} is in doubt.", message_id=message_id),
                command=Text("`relance unknown list` shows those that are."),
            )
        # Lock the person's row first: the answer that would settle this may be arriving at this very moment.
        enrollments.lock(conn, [mail.enrollment_id])
        settle(conn, context, [mail], DECISIONS[decision], done_by.done(conn, Code.DECIDED), now)
        row = enrollments.by_ids(conn, [mail.enrollment_id])[0]
        held_at = step_context.without_thread(conn, context, row) if decision == "give up" else None
        return Resolved(mail.message_id, mail.step, held_at)
