"""A mail is proved to have left: by its copy, by an answer or a bounce that names it, by a journal. One place for all of
them: whatever state its row is in counts as accepted from then on, and its enrollment stands behind its step."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance.engine.context import Context
from relance.engine.event_log import actors
from relance.engine.event_log.of_mails import MessageFound
from relance.engine.reasons import Code, HoldKind, Reason, because
from relance.engine.schedule import leaves
from relance.engine.sending.doubt import in_doubt, restore_guard
from relance.engine.sending.replies import ends as reply_ends
from relance.engine.states import MessageEvent, MessageState, State
from relance.engine.store import events
from relance.engine.store.contacts import contacts
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending import messages, restore_doubts
from relance.engine.store.sending.messages import Message
from relance.engine.store.sequences import enrollments, moves
from relance.engine.store.sequences.enrollments import Enrollment
from relance.engine.store.sequences.holds import HoldEvidence

FOUND = because(Code.FOUND_IN_MAILBOX)
BY_JOURNAL = because(Code.JOURNAL_SAYS_TAKEN)
NOBODY_COULD_TELL = frozenset({MessageState.UNKNOWN, MessageState.NOT_SENT})
# An attempt is known, and its end is not, or was inferred.


@dataclass(frozen=True)
class Left:
    """A step whose mail left, when, and how that is known."""

    step: str
    at: dt.datetime
    why: Reason = FOUND
    exact: bool = True  # else it left at that time or earlier


def left(conn: Connection, context: Context, read: Message, proof: Left, now: dt.datetime) -> bool:
    """That mail left; whether that was news. The caller may have read it unlocked."""
    if read.state is MessageState.ACCEPTED:
        return False
    row, _ = enrollments.lock(conn, [read.enrollment_id])[read.enrollment_id]
    mail = messages.by_id(conn, read.id)
    if mail is None or mail.state is MessageState.ACCEPTED:
        return False
    if mail.state in NOBODY_COULD_TELL:
        in_doubt.settle(conn, context, [mail], MessageEvent.FOUND, proof.why, now)
        restore_guard.let_go_on(conn, row.id, now)
    else:
        _found(conn, context, row, mail, proof, now)
        restore_guard.let_go_on(conn, row.id, now)
    return True


def _found(
    conn: Connection, context: Context, row: Enrollment, mail: Message, proof: Left, now: dt.datetime
) -> None:
    """Not before its last attempt that ended otherwise, for that one is not it."""
    at = max([proof.at, *(each for each in (mail.settled_at, mail.transmitting_at) if each is not None)])
    messages.found(conn, mail, at)
    if messages.is_reply(mail.step):
        _reply_found(conn, row, mail, Left(mail.step, at, proof.why, proof.exact), now)
        return
    written(conn, context, row, Left(mail.step, at, proof.why, proof.exact), now)
    # What a server answered to an earlier attempt at it holds nobody any more; the bounce of an address is a person's.
    enrollments.clear(conn, row.id, HoldEvidence(HoldKind.REFUSED, mail.id), now, proof.why)
    events.led_by(conn, [row.id], now)


@actors.by_rule("evidence")
def _reply_found(conn: Connection, row: Enrollment, mail: Message, proof: Left, now: dt.datetime) -> None:
    """A person's own answer is no step: nobody's sequence moves by it."""
    reply_ends.settled(conn, mail, MessageState.ACCEPTED, now)
    data = MessageFound(proof.why, proof.at.isoformat())
    events.record_event(conn, data, now, row, step=proof.step)


@actors.by_rule("evidence")
def written(conn: Connection, context: Context, row: Enrollment, proof: Left, now: dt.datetime) -> None:
    """A step's mail left: the enrollment, locked by the caller, stands behind it now."""
    script = context.library.script(conn, row.sequence_version_id)
    data = MessageFound(proof.why, proof.at.isoformat())
    events.record_event(conn, data, now, row, step=proof.step)
    if row.step is not None and script.plan.number(proof.step) >= script.plan.number(row.step):
        person = contacts.by_ids(conn, [row.contact_id])[row.contact_id]
        done_at = proof.at if proof.exact else restore_doubts.counted_from(row, proof.at)
        away = leaves.of(mailboxes.on_leave(conn, leaves.writers([row])), row)
        place = script.place(person, context.workspace, *away)
        position = script.after(proof.step, done_at, place, str(row.id))
        after = moves.move(conn, row, dataclasses.replace(position, wrote=True), now)
        if position.step_kind == "mail" and position.due_at is not None and after is State.ACTIVE:
            mailboxes.schedule_turn(conn, [row.mailbox_id], position.due_at)
