"""What happened to attempts, written for the message, the person and the mailbox; what it means is said in `endings`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy.engine import Connection

from relance import late
from relance.complete import complete
from relance.engine import reasons, states
from relance.engine.context import Context
from relance.engine.event_log import actors
from relance.engine.event_log.actors import Actor, ActorKind
from relance.engine.event_log.of_mails import (
    MessageAbandoned,
    MessageAccepted,
    MessageAttempted,
    MessageDeferred,
    MessageNotSent,
    MessageRefused,
    MessageUnknown,
    MessageWithdrawn,
)
from relance.engine.reasons import Code, because
from relance.engine.schedule import leaves
from relance.engine.sending import endings
from relance.engine.sending.endings import Attempt, Ending
from relance.engine.sending.refusals import refusing_domains
from relance.engine.sending.replies import ends as reply_ends
from relance.engine.states import Event, MessageEvent, MessageState
from relance.engine.store import events
from relance.engine.store.contacts import contacts, suppressions
from relance.engine.store.events import NewEvent
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending import claims, messages, restore_doubts
from relance.engine.store.sending.messages import Settlement
from relance.engine.store.sequences import enrollments, moves
from relance.mailbox.smtp import replies as smtp_replies
from relance.mailbox.smtp.outcome import Outcome

if TYPE_CHECKING:
    from relance.engine.sending.refusals import why_refused
else:
    (why_refused,) = late.modules("relance.engine.sending.refusals.why_refused")


def record(conn: Connection, context: Context, attempts: Sequence[Attempt]) -> None:
    """Write how attempts ended, in the caller's transaction; the caller holds the lease."""
    ends = [
        (each, endings.ending(each.result, each.wanted.message.attempts, context.options))
        for each in attempts
    ]
    messages.settle(conn, [_settlement(attempt, end) for attempt, end in ends])
    finished = _move_on(conn, context, [each for each, end in ends if end.done and each.wanted.reply is None])
    for attempt, end in ends:
        if attempt.wanted.reply is not None:
            _apply_to_reply(conn, attempt, end)
        elif not end.done:
            _apply(conn, attempt, end)
    told = [_event(attempt, end) for attempt, end in ends]
    events.record_events(conn, [*told, *finished])
    moves.ended_by(conn, finished)
    stopped = [attempt for attempt, end in ends if end.event is not None]
    if stopped:
        ids, at = [each.wanted.enrollment.id for each in stopped], max(each.at for each in stopped)
        events.led_by(conn, ids, at)
    for attempt in attempts:
        context.telemetry.count("mails", outcome=attempt.result.outcome.value)


def beyond(conn: Connection, context: Context, attempts: Sequence[Attempt]) -> None:
    """Only what attempts mean beyond their mails, which are nobody's any more."""
    for attempt in attempts:
        end = endings.ending(attempt.result, attempt.wanted.message.attempts, context.options)
        _apply_to_others(conn, attempt, end)


def _settlement(attempt: Attempt, end: Ending) -> Settlement:
    message = attempt.wanted.message
    if end.message is MessageEvent.WITHDRAWN:
        # No server judged it: this one does not count towards giving up.
        message = dataclasses.replace(message, attempts=max(0, message.attempts - 1))
    result = attempt.result
    return Settlement(message, end.message, attempt.at, result.code, result.text, _failure(attempt))


def _failure(attempt: Attempt) -> tuple[str | None, str | None]:
    """Why a server did not take a mail, and how far it had come."""
    result = attempt.result
    refused = why_refused.failure(result) if result.outcome in _REFUSED else None
    return (refused.failure.value, refused.stage.value) if refused is not None else (None, None)


_REFUSED = (Outcome.REFUSED, Outcome.DEFERRED)


def _move_on(conn: Connection, context: Context, done: Sequence[Attempt]) -> list[NewEvent]:
    asked = {each.wanted.enrollment.contact_id for each in done if each.wanted.place is None}
    people = contacts.by_ids(conn, asked) if asked else {}
    away = mailboxes.on_leave(conn, leaves.writers(each.wanted.enrollment for each in done)) if asked else {}
    behind = []
    for each in done:
        row = each.wanted.enrollment
        script = context.library.script(conn, row.sequence_version_id)
        place = each.wanted.place or script.place(
            people[row.contact_id], context.workspace, *leaves.of(away, row)
        )
        done_at = restore_doubts.counted_from(row, each.at)
        position = script.after(each.wanted.message.step, done_at, place, str(row.id))
        behind.append((row, dataclasses.replace(position, wrote=True)))
    last = [row.id for row, _ in behind if row.priority == enrollments.LAST]
    if last:
        enrollments.rank(conn, last, enrollments.AS_DUE)
    return moves.move_many(conn, behind, max((each.at for each in done), default=context.clock.now()))


def _apply(conn: Connection, attempt: Attempt, end: Ending) -> None:
    row, message, at = attempt.wanted.enrollment, attempt.wanted.message, attempt.at
    if end.event is not None:
        why = dataclasses.replace(end.why, source=reasons.of_message(message.id))
        enrollments.apply(conn, [row.id], end.event, at, reason=why, values={"attempts": 0})
    elif end.retry_after is not None:
        bound = reasons.bound("deferred", because(Code.DEFERRED_BY_SERVER, said=end.why))
        enrollments.postpone(conn, row, at + end.retry_after, [bound])
    else:
        claims.unclaim(conn, [row.id])
    _apply_to_others(conn, attempt, end)


def _apply_to_reply(conn: Connection, attempt: Attempt, end: Ending) -> None:
    """A person's own answer: no step waits for it, and nobody is held for it. That an address is dead counts all the same."""
    row = attempt.wanted.enrollment
    if end.event is Event.BOUNCED:
        why = dataclasses.replace(end.why, source=reasons.of_message(attempt.wanted.message.id))
        enrollments.apply(conn, [row.id], end.event, attempt.at, reason=why)
    reply_ends.apply(conn, attempt, end)
    _apply_to_others(conn, attempt, end)


def _apply_to_others(conn: Connection, attempt: Attempt, end: Ending) -> None:
    """What it means beyond this mail: for the address, the organisation behind it, the mailbox."""
    row, message, at = attempt.wanted.enrollment, attempt.wanted.message, attempt.at
    if end.suppress:
        bounced = suppressions.bounced(reasons.of_message(message.id), because(Code.BOUNCED, said=end.why))
        with actors.acting(Actor(ActorKind.SERVER)):
            suppressions.add(conn, "address", message.recipient, bounced, at)
    if end.refused_there:
        person = contacts.by_ids(conn, [row.contact_id])[row.contact_id]
        refusing_domains.note(conn, message.mailbox_id, refusing_domains.of(person), end.why, at)
    if end.pause_mailbox:
        _pause(conn, attempt, end)


def _pause(conn: Connection, attempt: Attempt, end: Ending) -> None:
    """Whose mail it was is said, for it may be theirs alone; and after a resume theirs goes last, so that others' show it."""
    row, message = attempt.wanted.enrollment, attempt.wanted.message
    why = end.why
    if attempt.result.stage in smtp_replies.OF_ONE_MAIL:
        why = dataclasses.replace(why, params={**why.params, "to": message.recipient})
        if attempt.wanted.reply is None:
            enrollments.rank(conn, [row.id], enrollments.LAST)
    mailboxes.pause(conn, message.mailbox_id, why, attempt.at)


_TOLD: Mapping[MessageState, type[MessageAttempted]] = complete(
    MessageState,
    {
        MessageState.PREPARED: MessageWithdrawn,
        MessageState.TRANSMITTING: MessageUnknown,
        MessageState.ACCEPTED: MessageAccepted,
        MessageState.REFUSED: MessageRefused,
        MessageState.DEFERRED: MessageDeferred,
        MessageState.UNKNOWN: MessageUnknown,
        MessageState.NOT_SENT: MessageNotSent,
        MessageState.ABANDONED: MessageAbandoned,
    },
)


def _event(attempt: Attempt, end: Ending) -> NewEvent:
    message = attempt.wanted.message
    after = MessageState.ACCEPTED if end.done else states.advance_message(message.state, end.message)
    failure, at = _failure(attempt)
    data = _TOLD[after](
        message.message_id,
        message.subject,
        message.variant,
        reason=None if end.done else attempt.why or end.why,
        stage=None if end.done else attempt.result.stage,
        failure=failure,
        failure_stage=at,
    )
    return NewEvent.of(attempt.wanted.enrollment, data, attempt.at, message_id=message.id, step=message.step)
