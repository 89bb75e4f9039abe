"""Everything that is told of one enrollment rests on this, read in one go: where it stands, when it is due, what its mailbox allows."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance.engine import reasons, states
from relance.engine.context import Context
from relance.engine.inbound.reading import unread_mail
from relance.engine.reasons import Reason, Why
from relance.engine.reporting import silent_turns, timeline
from relance.engine.reporting.timeline import EventView
from relance.engine.schedule import calendar, throttle
from relance.engine.schedule.calendar import Bound, BoundKind, When
from relance.engine.schedule.pace.queues import QueuePlace
from relance.engine.sending import admitting, receiver_queues
from relance.engine.sending.receiver_queues import ReceiverQueues
from relance.engine.sequences import control, publish, step_context
from relance.engine.sequences.resuming import around_leave
from relance.engine.sequences.step_context import StepContext
from relance.engine.states import State
from relance.engine.store import events
from relance.engine.store.mailboxes import leases, mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending import arrivals, own_replies, ramp_ups
from relance.engine.store.sequences import due
from relance.engine.store.sequences.enrollment_details import Standing
from relance.engine.store.sequences.sequences import Version
from relance.wording import Text, _, ended, moment_in, n_
from relance.wording import day as written_day


@dataclass(frozen=True)
class EnrollmentFacts:
    """Everything an explanation rests on, read in one go."""

    context: Context
    standing: Standing
    case: StepContext
    mailbox: Mailbox
    sent: Sequence[dt.datetime]  # when mails left the mailbox in the last day
    halted: Text | None
    now: dt.datetime
    odd: Sequence[str]  # what is odd in the mailbox's folders
    silent: str  # the sentence about a turn of the mailbox that has written nothing for a while
    cause: EventView | None
    under_way: bool  # whether a turn of the mailbox is at work now
    reply_at: dt.datetime | None  # when a person's own answer to them leaves, where one is waiting
    paused: Version | None  # the sequence, where it is paused: by whom, and why
    waits_for_other_mailbox: bool  # another mailbox wrote to them, and was not read since the step fell due
    successor: tuple[
        str, ...
    ]  # that another mailbox goes on with them: once a mail of theirs begins a thread, or a leave begins
    full: Reason | None  # why their domain, or their company, gets no more now: a mail of theirs is due
    place: QueuePlace | None  # the place of their next mail among those that wait for the same receiver
    queues: ReceiverQueues | None  # those who wait there

    @property
    def state(self) -> State:
        """The enrollment's state."""
        return self.case.row.state

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The zone of the contact's clock."""
        return zoneinfo.ZoneInfo(self.case.script.place(self.case.contact, self.context.workspace).zone)

    def local(self, at: dt.datetime) -> str:
        """An instant as it reads on the contact's clock."""
        return moment_in(at, self.zone.key)

    def of_mailbox(self, at: dt.datetime) -> str:
        """An instant of the mailbox's, by the workspace's clock."""
        return moment_in(at, self.context.workspace.zone)


def read(conn: Connection, context: Context, standing: Standing, halted: Text | None) -> EnrollmentFacts:
    """The facts of one enrollment, as they are now."""
    now = context.clock.now()
    mailbox = ramp_ups.up_to_date(conn, mailboxes.by_id(conn, standing.enrollment.mailbox_id), now)
    case = step_context.read(conn, context, [standing.enrollment])[0]
    sent = arrivals.sent_since(conn, mailbox.id, now - throttle.DAY)
    waiting = bool(due.waits_for_other_mailbox(conn, [standing.enrollment.id], now))
    odd = [str(each) for each in unread_mail.oddities(conn, now).get(mailbox.id, ())]
    if mailbox.turn_error:
        odd.insert(0, str(unread_mail.fault(mailbox)))
    silent = silent_turns.told(conn, context, now).get(mailbox.id, "")
    led = events.led_to(conn, standing.enrollment.id)
    cause = timeline.view(led) if led is not None else None
    reply_at = own_replies.next_of(conn, standing.enrollment.id)
    holder = leases.holder(conn, mailbox.id)
    at_work = bool(holder) and not context.journal.died(holder)
    is_paused = standing.sequence_state == "paused"
    paused = publish.versions_of(conn, standing.sequence)[0] if is_paused else None
    return EnrollmentFacts(
        context,
        standing,
        case,
        mailbox,
        sent,
        halted,
        now,
        odd,
        silent,
        cause,
        at_work,
        reply_at,
        paused,
        waiting,
        (*_successor(conn, standing), *_cover(standing, mailbox, now)),
        *_receiver(conn, context, case, now),
    )


def _receiver(
    conn: Connection, context: Context, case: StepContext, now: dt.datetime
) -> tuple[Reason | None, QueuePlace | None, ReceiverQueues | None]:
    """Whether their receiver keeps their mail, which place it has, and the queue there."""
    row, email = case.row, case.contact.email
    if row.state not in states.GOES_ON or row.step is None or row.due_at is None:
        return None, None, None
    found = receiver_queues.seen(conn, context, [email], now)
    if found is None or row.step_kind != "mail":
        return None, None, found
    opens = receiver_queues.opening(case.script, row.step, case.place(context.workspace))
    place = found.place(row.id, email, max(filter(None, (now, row.due_at, row.resume_at))), opens)
    due = row.state is State.ACTIVE and row.due_at <= now
    return (found.full(email) if due else None), place, found


def _successor(conn: Connection, standing: Standing) -> tuple[str, ...]:
    number = standing.enrollment.next_mailbox_id
    if number is None or standing.enrollment.state in states.FINAL:
        return ()
    said = _(
        "Once a mail to them begins a new thread, {mailbox} takes over; until then, {current} continues the conversation.",
        mailbox=mailboxes.by_id(conn, number).address,
        current=standing.mailbox,
    )
    return (said,)


def _cover(standing: Standing, mailbox: Mailbox, now: dt.datetime) -> tuple[str, ...]:
    """Who goes on with somebody who has had no mail when a leave begins."""
    at = None if standing.enrollment.wrote_before else around_leave.would_go(standing.enrollment)
    leave = next(
        (each for each in mailbox.on_leave if at and each.begins <= at < each.ends and each.begins > now),
        None,
    )
    if leave is None or not leave.cover or leave.covered:
        return ()
    said = _(
        "When the leave of {mailbox} begins on {day}, {cover} takes over, if they have had no mail by then.",
        mailbox=mailbox.address,
        day=written_day(leave.first),
        cover=leave.cover,
    )
    return (said,)


def when_next(look: EnrollmentFacts) -> When | None:
    """The time of the next step: as it was decided while it is ahead, asked anew once it has passed. None where a person
    must act first."""
    row = look.case.row
    if look.state not in states.GOES_ON or row.step is None or row.due_at is None:
        return None
    if control.waits_for(look.standing):
        return None
    place = look.case.place(look.context.workspace)
    if row.due_at <= look.now and row.step_kind == "mail":
        return calendar.next_opening(look.case.script.rule(row.step), place, look.now)
    return When(row.due_at, row.due_at.astimezone(look.zone), place.zone, tuple(_bounds(look)))


def _bounds(look: EnrollmentFacts) -> Iterator[Bound]:
    """What was kept beside the due time; reasons that are not the calendar's are told in words only (by `explain`)."""
    for each in look.case.row.bound:
        if each["kind"] in set(BoundKind) and each.get("until"):
            yield Bound(
                BoundKind(each["kind"]), reasons.binding(each).text, dt.datetime.fromisoformat(each["until"])
            )


def is_due(look: EnrollmentFacts) -> bool:
    """Whether its step has fallen due, and waits for no person."""
    due = look.case.row.due_at
    return look.state in states.GOES_ON and due is not None and due <= look.now


def allowance(look: EnrollmentFacts, at: dt.datetime) -> throttle.Allowance:
    """What the mailbox's pace will let leave at a moment, by what has left until now."""
    return throttle.allowance(look.mailbox.pace, look.sent, at, look.context.options.batch)


def closed(look: EnrollmentFacts) -> dt.datetime | None:
    """Until when at least their first mail, which is due, waits for follow-ups; None: it does not."""
    if look.case.row.wrote_before or not is_due(look):
        return None
    return admitting.closed_until(admitting.of_row(look.mailbox.first_mails), look.now)


def pace_why(look: EnrollmentFacts) -> Why | None:
    """What of the mailbox's pace keeps their mail, which is due; None: nothing does."""
    allowed = allowance(look, look.now)
    bound = allowed.bound if is_due(look) and allowed.count == 0 else None
    return reasons.why_of(bound) if isinstance(bound, Text) else None


def waits_for_receiver(look: EnrollmentFacts) -> bool:
    """Whether what their receiver gets puts off their mail: when it is tried next is no promise then."""
    place = look.place
    return place is not None and (place.window is not None or receiver_queues.is_put_off(look.case.row))


def behind_others(look: EnrollmentFacts) -> Iterator[str]:
    """From when on a mail that its receiver puts off can leave, and who goes before it."""
    place, email = look.place, look.case.contact.email
    if place is None or look.state is not State.ACTIVE or not waits_for_receiver(look):
        return
    why = receiver_queues.why(look.case.row, email, place.window)
    known = {"at": look.local(max(place.at, look.now)), "reason": ended(why.words)}
    yield (
        _("It can leave from {at}: {reason}", **known)
        if place.known
        else _("It cannot leave before {at}, and others may go before it: {reason}", **known)
    )
    if place.ahead:
        yield n_(
            "{count} mail to the same receiver goes before it.",
            "{count} mails to the same receiver go before it.",
            place.ahead,
        )
