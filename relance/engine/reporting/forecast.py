"""What follows, if nobody answers: the steps to come, each with its time; and from when on a mail that is due can leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance.engine.context import Context
from relance.engine.definition.compiled import CompiledSequence
from relance.engine.definition.position import Position
from relance.engine.definition.steps import BranchStep, Step
from relance.engine.reporting import codes, enrollment_facts
from relance.engine.reporting.enrollment_facts import EnrollmentFacts
from relance.engine.schedule import calendar, throttle
from relance.engine.schedule.calendar import SendingRule
from relance.engine.schedule.pace import queues
from relance.engine.schedule.pace.queues import Opens
from relance.engine.schedule.timezones import ContactZone
from relance.engine.sending import admitting, receiver_queues
from relance.engine.sending.receiver_queues import ReceiverQueues
from relance.engine.sequences import control
from relance.engine.states import State
from relance.engine.store.contacts import contacts
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending import arrivals, ramp_ups
from relance.engine.store.sequences import enrollment_details, enrollment_lists
from relance.engine.store.sequences.enrollment_details import Standing
from relance.engine.store.sequences.enrollment_lists import EnrollmentConditions
from relance.engine.store.sequences.enrollments import Enrollment
from relance.wording import Text, _, moment_in

MAX_STEPS = 100  # of a forecast; no sequence has more


@dataclass(frozen=True)
class Planned:
    """A step to come, if nobody answers and every mail leaves when it is due. `local` is `at` by the contact's clock, whose
    `zone` is an IANA name. `words` says what the step hangs on. `not_before`: others wait for the same receiver, which gets only so many
    mails, and more of them may leave before it than is known."""

    step: str
    kind: str
    at: dt.datetime
    local: dt.datetime
    zone: str
    words: str = ""
    not_before: bool = False


def forecast(look: EnrollmentFacts) -> Iterator[Planned]:
    """The steps to come, the next one when it can be done and each other when it is due, down the side of every branch that nobody's click leads to."""
    script, row = look.case.script, look.case.row
    place = look.case.place(look.context.workspace)
    at = _first_time(look)
    if row.step is None or at is None:
        return
    position, own = Position(row.step, row.step_kind, at), list[dt.datetime]()
    known = look.place is None or look.place.known
    for number in range(MAX_STEPS):
        if position.step is None or position.due_at is None:
            return
        step, due = script.plan.step(position.step), position.due_at
        taken = False if isinstance(step, BranchStep) else None
        if number and position.step_kind == "mail":
            due, known = _later(look, position.step, due, own)
        local = due.astimezone(look.zone)
        not_before = position.step_kind == "mail" and not known
        yield Planned(
            position.step, position.step_kind, due, local, look.zone.key, _hangs_on(step), not_before
        )
        own += [due] if position.step_kind == "mail" and (number or not look.place) else []
        position = script.after(position.step, due, place, str(row.id), taken)


def _later(
    look: EnrollmentFacts, step: str, due: dt.datetime, own: Sequence[dt.datetime]
) -> tuple[dt.datetime, bool]:
    """When a mail behind the next one can leave, where those who wait for the same receiver leave it a place; whether that is known."""
    opens = receiver_queues.opening(look.case.script, step, look.case.place(look.context.workspace))
    place = None if look.queues is None else look.queues.later(look.case.contact.email, due, opens, own)
    return (due, True) if place is None else (place.at, place.known)


def _first_time(look: EnrollmentFacts) -> dt.datetime | None:
    row = look.case.row
    when = enrollment_facts.when_next(look)
    if when is None:
        return None
    back = row.resume_at if look.state is State.AWAY else None
    at = max(when.at, back or look.now)
    return _leaves(look, row.step or "", at) if row.step_kind == "mail" else at


def _leaves(look: EnrollmentFacts, step: str, at: dt.datetime) -> dt.datetime:
    """When a mail that may go from `at` on can leave: in the mailbox's next turn, by its pace and its sending hours."""
    turn = look.mailbox.next_turn_at if enrollment_facts.is_due(look) else None
    allowed = enrollment_facts.allowance(look, at)
    paced = allowed.next_at if allowed.count == 0 else None
    later = max(
        at, turn or at, paced or at, enrollment_facts.closed(look) or at, look.place.at if look.place else at
    )
    if later == at:
        return at
    place = look.case.place(look.context.workspace)
    return calendar.next_opening(look.case.script.rule(step), place, later).at


def _hangs_on(step: Step) -> str:
    if isinstance(step, BranchStep):
        return _("if {condition} is not true; otherwise it takes the other branch", condition=step.when)
    asked = getattr(step, "when", None)
    return _("only if {condition}", condition=asked) if asked else ""


def named(step: str, kind: str) -> str:
    """A step as people are told of it."""
    return _('"{step}" ({kind})', step=step, kind=codes.text("step", kind))


def told(planned: Sequence[Planned]) -> Iterator[str]:
    """What follows the next step, as people read it."""
    later = [each for each in planned[1:] if each.kind in ("mail", "task")]
    if later:
        yield _("After that, if nobody answers: {steps}.", steps="; ".join(map(_words, later)))


def _words(planned: Planned) -> str:
    known = {"step": named(planned.step, planned.kind), "at": moment_in(planned.at, planned.zone)}
    at = _("{step} not before {at}", **known) if planned.not_before else _("{step} on {at}", **known)
    return f"{at}, {planned.words}" if planned.words else at


# Mails that are due already, or wait for their receiver.


@dataclass(frozen=True)
class Leaving:
    """When a mail that is due, or that waits for its receiver, can leave at the earliest (business time; None: nobody can tell), and why
    not before. `not_before`: it may well be later, as more may leave before it than is known."""

    at: dt.datetime | None
    words: str = ""
    code: str = ""  # of `words`: a `BoundKind`, "pace" (of the mailbox), "unreadable" (the mailbox), "admission" (of first
    # mails), "receiver" (their domain or company gets no more)
    not_before: bool = False


@dataclass(frozen=True)
class _Box:
    """A mailbox and its pace: when mails left it in the last day."""

    mailbox: Mailbox
    sent: Sequence[dt.datetime]


def overdue(context: Context, numbers: Iterable[int]) -> Mapping[int, Leaving]:
    """Of these enrollments, by number, those whose next mail is due and waits for nobody's decision, or waits for its receiver."""
    now, wanted = context.clock.now(), tuple(numbers)
    until = now if context.options.receivers is None else now + queues.AHEAD
    with context.database.read() as conn:
        meant = EnrollmentConditions(states=(State.ACTIVE,), numbers=wanted)
        found = enrollment_lists.ids(conn, meant, after=0, limit=max(1, len(wanted)))
        late = [each for each in enrollment_details.of_ids(conn, found) if _is_late(each, until)]
        return _leaving(conn, context, late, now)


def _is_late(standing: Standing, until: dt.datetime) -> bool:
    row = standing.enrollment
    due = row.step is not None and row.due_at is not None and row.due_at <= until
    return due and row.state is State.ACTIVE and row.step_kind == "mail" and not control.waits_for(standing)


def _leaving(
    conn: Connection, context: Context, late: Sequence[Standing], now: dt.datetime
) -> dict[int, Leaving]:
    found = receiver_queues.seen(conn, context, [each.email for each in late], now)
    people = contacts.by_ids(conn, [each.enrollment.contact_id for each in late])
    boxes = {
        number: _Box(
            ramp_ups.up_to_date(conn, mailboxes.by_id(conn, number), now),
            arrivals.sent_since(conn, number, now - throttle.DAY),
        )
        for number in {each.enrollment.mailbox_id for each in late}
    }
    when = {}
    for row in (each.enrollment for each in late):
        box, person = boxes[row.mailbox_id], people[row.contact_id]
        script = context.library.script(conn, row.sequence_version_id)
        place = script.place(person, context.workspace, box.mailbox.on_leave)
        leaves = _of_case(_Case(row, script, place, person.email), box, found, now)
        if leaves is not None:
            when[row.id] = leaves
    return when


@dataclass(frozen=True)
class _Case:
    row: Enrollment
    script: CompiledSequence
    place: ContactZone
    email: str


def _of_case(case: _Case, box: _Box, waiting: ReceiverQueues | None, now: dt.datetime) -> Leaving | None:
    """None: it is not due, and no receiver keeps it."""
    row = case.row
    opens = receiver_queues.opening(case.script, row.step or "", case.place)
    behind = list(_behind(waiting, case, opens, now))
    if (row.due_at or now) > now and not behind:
        return None
    if box.mailbox.sync_error and row.wrote_before:
        return Leaving(None, str(Text("waits until the mailbox can be read")), "unreadable")
    kept = [*_closed(row, box.mailbox, now), *behind]
    return leaving(case.script.rule(row.step or ""), case.place, box, now, kept)


@dataclass(frozen=True)
class _Kept:
    """Until when something beside the sending hours keeps a mail."""

    until: dt.datetime
    words: str
    code: str
    known: bool = True


def _closed(row: Enrollment, box: Mailbox, now: dt.datetime) -> Iterator[_Kept]:
    until = None if row.wrote_before else admitting.closed_until(admitting.of_row(box.first_mails), now)
    if until is not None:
        yield _Kept(until, str(Text("follow-ups need what this mailbox may send")), "admission")


def _behind(waiting: ReceiverQueues | None, case: _Case, opens: Opens, now: dt.datetime) -> Iterator[_Kept]:
    """Those who wait for the same receiver."""
    due = max(case.row.due_at or now, now)
    place = None if waiting is None else waiting.place(case.row.id, case.email, due, opens)
    if place is not None and place.window is not None:
        words = receiver_queues.why(case.row, case.email, place.window).words
        yield _Kept(place.at, words, "receiver", place.known)
    elif due > now and receiver_queues.is_put_off(case.row):
        yield _Kept(due, receiver_queues.why(case.row, case.email, None).words, "receiver")


def leaving(
    rule: SendingRule, place: ContactZone, box: _Box, now: dt.datetime, kept: Sequence[_Kept] = ()
) -> Leaving:
    """By its sending hours, the mailbox's limits and the mailbox's next turn, and by what else keeps it. Pure."""
    allowed = throttle.allowance(box.mailbox.pace, box.sent, now, 1)
    if allowed.count == 0 and allowed.next_at is not None:
        kept = [_Kept(allowed.next_at, str(allowed.bound), "pace"), *kept]
    last = max(kept, key=lambda each: each.until, default=None)
    opening = calendar.next_opening(rule, place, now if last is None else max(now, last.until))
    at = max(opening.at, box.mailbox.next_turn_at or opening.at)
    if last is not None and last.until > now:
        return Leaving(at, last.words, last.code, not last.known)
    # What keeps it now is enough.
    first = opening.bound[0] if opening.at > now and opening.bound else None
    return Leaving(at) if first is None else Leaving(at, str(first.words), first.kind.value)
