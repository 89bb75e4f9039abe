"""From a due step to a mail whose bytes are frozen, or to the reason why there is none."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from relance import errors
from relance.engine import reasons, states
from relance.engine.context import Context
from relance.engine.db import prepared
from relance.engine.definition.compiled import bounds, lacking
from relance.engine.definition.position import Position
from relance.engine.event_log import actors
from relance.engine.event_log.of_people import EnrollmentHeld, StepSkipped
from relance.engine.reasons import Code, Reason, because, prose
from relance.engine.schedule import leaves
from relance.engine.schedule.pace.receivers import ReceiverRoom
from relance.engine.sending import compose, receiver_room
from relance.engine.sending.doubt import forgotten_mails, proofs, restore_guard
from relance.engine.sending.doubt.proofs import Left
from relance.engine.sending.gate import PreparedMail
from relance.engine.sending.refusals import refusing_domains
from relance.engine.sequences import step_context
from relance.engine.sequences.step_context import StepContext
from relance.engine.states import Event, MessageState
from relance.engine.store import events
from relance.engine.store.events import Told
from relance.engine.store.mailboxes import health, leases, mailboxes
from relance.engine.store.mailboxes.leases import Lease
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending import lost_mails, messages, refusals
from relance.engine.store.sending.lost_mails import LostMail
from relance.engine.store.sending.messages import Message
from relance.engine.store.sending.refusals import StoredRefusal
from relance.engine.store.sequences import enrollments, moves
from relance.engine.store.sequences.enrollments import Enrollment

_UNCHECKED = dt.timedelta(
    seconds=30
)  # until a first mail from a mailbox whose check is on its way is tried again
MAX_WORDS = 300
# Characters of a fault's own words that are kept as a reason.


@dataclass(frozen=True)
class Decision:
    """What becomes of a case: a mail to send, a new position, or news for the enrollment. Exactly one is set."""

    mail: Message | None = None
    new: bool = False
    position: Position | None = None
    event: Told | None = None
    why: Reason | None = None
    left: dt.datetime | None = None  # when the mail, of which the database knew nothing, left long ago


def prepare(
    context: Context, lease: Lease, mailbox: Mailbox, claimed: Sequence[Enrollment], now: dt.datetime
) -> list[PreparedMail]:
    """Render and freeze the mail of every claimed step; those without one are moved on, rescheduled, held or stopped."""
    claimed = _not_spent(context, lease, claimed, now)
    with context.database.read() as conn:
        further = leaves.writers(claimed) - {mailbox.id}
        away = {mailbox.id: mailbox.on_leave, **(mailboxes.on_leave(conn, further) if further else {})}
        cases = step_context.cases(conn, context, claimed, away)
        said_no, lost, no = prepared.together(
            conn,
            step_context.noes(cases),
            forgotten_mails.lost(context, cases),
            refusals.in_force(mailbox.id),
        )
        room = receiver_room.seen(conn, context, [case.contact.email for case in cases], now)
        verdicts = []
        for case in step_context.with_noes(cases, said_no):
            verdict = _met(conn, context, case, lost) or _refused(case, no)
            verdicts.append((case, verdict or _alone(context, mailbox, case, room, now)))
    others = [(case, verdict) for case, verdict in verdicts if not _only_to_send(case, verdict)]
    if others:
        with context.database.write() as conn:
            leases.renew(conn, lease)
            for case, verdict in others:
                _write(conn, context, case, verdict, now)
                if verdict.event is Event.HELD and case.row.id in lost:
                    lost_mails.told(conn, lost[case.row.id].fingerprint)
    return [
        PreparedMail(case.row, verdict.mail, case.place(context.workspace), verdict.new)
        for case, verdict in verdicts
        if verdict.mail and verdict.left is None
    ]


def _only_to_send(case: StepContext, verdict: Decision) -> bool:
    """A mail of which nothing is to be written now: a new one gets its row with its mark."""
    return verdict.mail is not None and verdict.left is None and not (verdict.new and case.existing)


def _write(
    conn: Connection, context: Context, case: StepContext, verdict: Decision, now: dt.datetime
) -> None:
    if verdict.new and case.existing is not None:
        messages.forget_prepared(conn, [case.row.id])
    if verdict.left is not None and verdict.mail is not None:
        messages.add(conn, [verdict.mail])
        proofs.written(conn, context, case.row, Left(case.step, verdict.left), now)
    else:
        _carry_out(conn, case, verdict, now)


def _met(
    conn: Connection, context: Context, case: StepContext, lost: Mapping[int, LostMail]
) -> Decision | None:
    """A step whose mail was met in a mailbox, sent by a history that this database has lost, is done."""
    mail = lost.get(case.row.id)
    if mail is None:
        return None
    if mail.answered:
        return Decision(event=Event.HELD, why=because(Code.ASKED_ABOUT_LOST))
    return Decision(mail=forgotten_mails.as_sent(conn, context, case.row, mail), new=True, left=mail.sent_at)


def _refused(case: StepContext, no: Mapping[str, StoredRefusal]) -> Decision | None:
    """Nothing goes to an organisation that refuses this mailbox's mail before a person tries it again."""
    there = no.get(refusing_domains.of(case.contact)) if no else None
    if there is None:
        return None
    return Decision(event=Event.HELD, why=refusing_domains.reason(there.organisation, there.why))


@actors.by_rule("preparation")
def _not_spent(
    context: Context, lease: Lease, claimed: Sequence[Enrollment], now: dt.datetime
) -> Sequence[Enrollment]:
    """Without those whose attempts never came to an end: they are held before anything of them is read."""
    spent = [row for row in claimed if row.attempts >= context.options.attempts]
    if not spent:
        return claimed
    with context.database.write() as conn:
        leases.renew(conn, lease)
        for row in spent:
            why = because(Code.ATTEMPTS_SPENT, count=row.attempts)
            enrollments.apply(conn, [row.id], Event.HELD, now, reason=why, values={"attempts": 0})
            events.record_event(conn, EnrollmentHeld(why), now, row)
    return [row for row in claimed if row.attempts < context.options.attempts]


def _alone(
    context: Context, mailbox: Mailbox, case: StepContext, room: ReceiverRoom | None, now: dt.datetime
) -> Decision:
    """An unexpected error spoils one mail, never those of everybody else in this mailbox."""
    try:
        found = _verdict(context, mailbox, case, room, now)
        if room is not None and found.mail is not None:
            room.take(case.contact.email)
        return found
    except (SQLAlchemyError, errors.Trouble):
        raise
    except Exception as fault:
        said = f"{type(fault).__name__}: {fault}"
        return Decision(event=Event.HELD, why=because(Code.NOT_PREPARED, fault=said[:MAX_WORDS]))


def _verdict(
    context: Context, mailbox: Mailbox, case: StepContext, room: ReceiverRoom | None, now: dt.datetime
) -> Decision:
    """The questions in order; the first with an answer decides."""
    return (
        _barred(case)
        or _in_doubt(case)
        or _left_over(case, now, context)
        or _too_early(context, case, now)
        or _from_unhealthy(mailbox, case, now)
        or _unwanted(context, case, now)
        or _no_room(context, case, room, now)
        or _draft(context, mailbox, case, now)
    )


def _barred(case: StepContext) -> Decision | None:
    if case.suppressed is not None:
        return Decision(event=Event.UNSUBSCRIBED, why=because(Code.SUPPRESSED, why=case.suppressed))
    return None


def _in_doubt(case: StepContext) -> Decision | None:
    """Whichever way somebody came to be active again: what a restore put in doubt is not sent by guess."""
    return (
        Decision(event=Event.HELD, why=restore_guard.MAYBE_SENT) if case.row.lost_before is not None else None
    )


def _left_over(case: StepContext, now: dt.datetime, context: Context) -> Decision | None:
    """An earlier attempt left its message in a state that already says what follows."""
    state = case.existing.state if case.existing else None
    mail = reasons.of_message(case.existing.id) if case.existing else ""
    if state is MessageState.ACCEPTED:
        return Decision(position=_onward(context, case, now, wrote=True))
    if state in (MessageState.UNKNOWN, MessageState.TRANSMITTING):
        return Decision(event=Event.HELD, why=because(Code.NOT_KNOWN_YET, mail))
    if state in states.MESSAGE_GIVEN_UP:
        return Decision(event=Event.HELD, why=because(Code.MAIL_OVER, mail, state=state.value))
    return None


def _too_early(context: Context, case: StepContext, now: dt.datetime) -> Decision | None:
    """The window is asked again right before sending: zones, holidays and clocks may have changed since."""
    when = case.script.opening(case.step, case.place(context.workspace), now)
    if when.at <= now:
        return None
    return Decision(position=Position(case.row.step, "mail", when.at, bounds(when)))


def _from_unhealthy(mailbox: Mailbox, case: StepContext, now: dt.datetime) -> Decision | None:
    """Nobody new is written to from a domain whose mail is certain to be refused, or whose answers are certain to be lost."""
    if case.row.wrote_before or not mailbox.barred:
        return None
    at, until = now + health.TRIED_AGAIN, health.awaited_until(mailbox.barred)
    if until is not None:
        at = min(until, now + _UNCHECKED)
        if at <= now:
            return None  # the check did not come: no mail waits for it for ever
    why = because(Code.MAILBOX_UNHEALTHY, mailbox=mailbox.address, fault=mailbox.barred)
    return Decision(
        position=Position(case.row.step, "mail", at, [reasons.bound("unhealthy", why, at.isoformat())])
    )


def _unwanted(context: Context, case: StepContext, now: dt.datetime) -> Decision | None:
    stop, step = case.script.definition.stop.when, case.script.mail(case.step)
    if stop is not None:
        reached = case.script.condition(stop).evaluate(case.values(), case.facts)
        if reached is True:
            return Decision(event=Event.STOPPED, why=because(Code.STOP_RULE, rule=stop))
        if reached is not False:
            return Decision(event=Event.HELD, why=lacking(reached, "stop"))
    if step.when is None:
        return None
    wanted = case.script.condition(step.when).evaluate(case.values(), case.facts)
    if wanted is True:
        return None
    if wanted is False:
        return Decision(
            position=_onward(context, case, now, wrote=False), why=because(Code.SKIPPED, rule=step.when)
        )
    return Decision(event=Event.HELD, why=lacking(wanted, step.id))


def _no_room(
    context: Context, case: StepContext, room: ReceiverRoom | None, now: dt.datetime
) -> Decision | None:
    """Their domain, or their company, got as many mails as it may for now: not even a server is asked."""
    why = None if room is None else room.full(case.contact.email)
    if room is None or why is None:
        return None
    at = receiver_room.next_try(context, room, case.contact.email, now)
    bound = reasons.bound(receiver_room.BOUND, why, at.isoformat())
    return Decision(position=Position(case.row.step, "mail", at, [bound]))


def _onward(context: Context, case: StepContext, now: dt.datetime, *, wrote: bool) -> Position:
    return dataclasses.replace(case.after(context.workspace, now), wrote=wrote)


def _draft(context: Context, mailbox: Mailbox, case: StepContext, now: dt.datetime) -> Decision:
    if case.existing is not None and not _of_another(case.existing, mailbox):
        return Decision(mail=case.existing)
    written = compose.draft(context, mailbox, case, now)
    if isinstance(written, compose.Unwritten):
        return Decision(event=Event.HELD, why=written.why)
    return Decision(mail=written, new=True)


def _of_another(mail: Message, mailbox: Mailbox) -> bool:
    """Whether another mailbox wrote it and never offered it: its bytes bear the wrong sender."""
    never = mail.state is MessageState.PREPARED and mail.transmitting_at is None
    return never and mail.mailbox_id != mailbox.id


NO_REASON = prose("")


@actors.by_rule("preparation")
def _carry_out(conn: Connection, case: StepContext, verdict: Decision, now: dt.datetime) -> None:
    row, position = case.row, verdict.position
    if verdict.mail is not None:
        return
    if position is not None and position.step == row.step:
        # Everyday and told by `bound`: whoever waits for a window to open needs no line in the log each evening.
        enrollments.postpone(conn, row, position.due_at or now, position.bound)
        return
    if verdict.event is not None and position is None:
        enrollments.apply(conn, [row.id], verdict.event, now, reason=verdict.why, values={"attempts": 0})
    why = verdict.why or NO_REASON
    said = events.news(verdict.event, why) if verdict.event else StepSkipped(why)
    events.record_event(conn, said, now, row)
    if position is not None:
        moves.move(conn, row, position, now)
