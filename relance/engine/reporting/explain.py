"""Why somebody stands where they stand, and what comes next: the rules themselves asked again, and told in sentences."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance.engine import reasons, states
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.definition.position import Position
from relance.engine.definition.steps import BranchStep, Step
from relance.engine.inbound.reading import unread_mail
from relance.engine.reporting import codes, silent_turns, timeline
from relance.engine.reporting.timeline import EventView
from relance.engine.schedule import calendar, throttle
from relance.engine.schedule.calendar import Bound, BoundKind, When
from relance.engine.sending import gate
from relance.engine.sending.doubt import restore_guard
from relance.engine.sequences import step_context
from relance.engine.sequences.control import EnrollmentView, view
from relance.engine.sequences.step_context import StepContext
from relance.engine.states import MessageState, State
from relance.engine.store import events
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending import claims, messages
from relance.engine.store.sequences import enrollment_details
from relance.engine.store.sequences.enrollment_details import Standing
from relance.wording import Text, _, day, ended, n_

MOST_STEPS = 100  # of a forecast; no sequence has more


@dataclass(frozen=True)
class Planned:
    """A step to come, if nobody answers and every mail leaves when it is due. `words` says what it hangs on."""

    step: str
    kind: str
    at: dt.datetime | None
    local: str
    words: str = ""


@dataclass(frozen=True)
class Explanation:
    """One enrollment explained. `when` is the next step's time with everything that bound it; `forecast` is the rest."""

    enrollment: EnrollmentView
    sentences: tuple[str, ...]
    when: When | None
    forecast: tuple[Planned, ...] = ()
    cause: EventView | None = None  # the event that led to where it stands, where that is known


@dataclass(frozen=True)
class _Look:
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
    unheard: bool  # another mailbox wrote to them, and was not read since the step fell due

    @property
    def state(self) -> State:
        return self.case.row.state

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.case.script.place(self.case.contact, self.context.workspace).zone)

    def local(self, at: dt.datetime) -> str:
        """An instant as it reads on the contact's clock."""
        here = at.astimezone(self.zone)
        return f"{day(here.date())} {here:%H:%M} {self.zone.key}"


def explain(context: Context, email: str, sequence: str | None = None) -> list[Explanation]:
    """Every enrollment of somebody (or the one in `sequence`), the newest last; raises `errors.NotFound`."""
    halted = restore_guard.halted(context.database)
    with context.database.read() as conn:
        person = contact_service.known(conn, context, email)
        found = enrollment_details.matching(conn, email=person.email, sequence_name=sequence)
        looks = [_look(conn, context, each, halted) for each in found]
        return [_explained(look) for look in looks]


def _look(conn: Connection, context: Context, standing: Standing, halted: Text | None) -> _Look:
    now = context.clock.now()
    mailbox = mailboxes.by_id(conn, standing.enrollment.mailbox_id)
    case = step_context.read(conn, context, [standing.enrollment])[0]
    sent = messages.sent_since(conn, mailbox.id, now - throttle.DAY)
    unheard = bool(claims.unheard(conn, [standing.enrollment.id], now))
    odd = [str(each) for each in unread_mail.oddities(conn, now).get(mailbox.id, ())]
    silent = silent_turns.told(conn, context, now).get(mailbox.id, "")
    led = events.led_to(conn, standing.enrollment.id)
    cause = timeline.view(led) if led is not None else None
    return _Look(context, standing, case, mailbox, sent, halted, now, odd, silent, cause, unheard)


def _explained(look: _Look) -> Explanation:
    when = _when(look)
    planned = tuple(_forecast(look)) if look.state in (State.ACTIVE, State.AWAY) else ()
    sentences = [
        *_where(look),
        *_next(look, when),
        *_clock(look),
        *_in_the_way(look),
        *_mailbox(look),
        *_rest(planned),
    ]
    return Explanation(view(look.standing), tuple(sentences), when, planned, look.cause)


# Where it stands.


def _where(look: _Look) -> Iterator[str]:
    standing, row = look.standing, look.case.row
    yield _(
        '{email} is in "{sequence}" (version {version}), written to from {mailbox}.',
        email=standing.email,
        sequence=standing.sequence,
        version=standing.version,
        mailbox=standing.mailbox,
    )
    if (how := _stands(look)) is not None:
        why, follows = how
        reason = str(row.reason)
        yield f"{_with_reason(why, reason)} {follows}".rstrip()
        if look.cause is not None and look.cause.answer is not None:
            yield _("The mail behind it: `relance inbox show {number}`.", number=look.cause.answer)
    sent = len(look.case.sent)
    if sent:
        last = max(look.case.sent, key=lambda mail: mail.transmitting_at or mail.prepared_at)
        at = look.local(last.transmitting_at or last.prepared_at)
        yield n_(
            '{count} mail has been sent so far, the last ("{step}") on {at}.',
            '{count} mails have been sent so far, the last ("{step}") on {at}.',
            sent,
            step=last.step,
            at=at,
        )


def _with_reason(words: Text, reason: str) -> str:
    return _("{words}: {reason}", words=words, reason=ended(reason)) if reason else str(ended(words))


def _stands(look: _Look) -> tuple[Text, str] | None:
    """How it stands where it does not simply go on, and what a person can do about it."""
    row = look.case.row
    if look.state is State.PAUSED:
        return Text("It is paused"), _("Nothing is sent until a person resumes it.")
    if look.state is State.AWAY:
        until = row.resume_at and look.local(row.resume_at)
        waits = Text("It waits until {until}, as the person is away", until=until)
        return (waits if until else Text("It waits, as the person is away")), ""
    if look.state is State.HELD and row.lost_before is not None:
        shown = _(
            "What its mailbox shows settles it without you; otherwise say `relance restored sent` or "
            "`relance restored not-sent`, or end it with `relance stop`."
        )
        return Text("It is held"), shown
    if look.state is State.HELD:
        return Text("It is held for a person to decide"), _(
            "`relance resume` continues, `relance stop` ends it."
        )
    if look.state in states.FINAL:
        return Text("It is over, {state}", state=codes.text("person", row.state)), _("Nothing more is sent.")
    return None


# What comes next, and when.


def _when(look: _Look) -> When | None:
    """The time of the next step: as it was decided while it is ahead, asked anew once it has passed."""
    row = look.case.row
    if look.state in states.FINAL or row.step is None or row.due_at is None:
        return None
    place = look.case.script.place(look.case.contact, look.context.workspace)
    if row.due_at <= look.now and row.step_kind == "mail":
        return calendar.next_opening(look.case.script.rule(row.step), place, look.now)
    return When(row.due_at, row.due_at.astimezone(look.zone), place.zone, tuple(_bounds(look)))


def _bounds(look: _Look) -> Iterator[Bound]:
    """What was kept beside the due time; reasons that are not the calendar's are told in words only (`_because`)."""
    for each in look.case.row.bound:
        if each["kind"] in set(BoundKind) and each.get("until"):
            yield Bound(
                BoundKind(each["kind"]), reasons.binding(each).text, dt.datetime.fromisoformat(each["until"])
            )


def _next(look: _Look, when: When | None) -> Iterator[str]:
    row = look.case.row
    if look.state in states.FINAL or row.step is None:
        return
    named = _named(row.step, row.step_kind)
    if row.due_at is None or when is None:
        why = _because(look) or _("it has no time of its own")
        yield _("The next step is {step}; {why}", step=named, why=ended(why))
        return
    because = f" {_('That time comes from: {reasons}', reasons=ended(_because(look)))}" if row.bound else ""
    at = look.local(row.due_at)
    if row.due_at > look.now:
        yield _("The next step is {step}, due on {at}.", step=named, at=at) + because
    else:
        yield _("The next step is {step}; it fell due on {at}.", step=named, at=at) + because
        if when.at > look.now:
            words = ended(_words(when.bound))
            yield _("Mail can be sent again from {at}: {reasons}", at=look.local(when.at), reasons=words)
    yield from _conditions(look)


def _named(step: str, kind: str) -> str:
    return _('"{step}" ({kind})', step=step, kind=codes.text("step", kind))


def _because(look: _Look) -> str:
    return "; ".join(reasons.binding(each).words for each in look.case.row.bound)


def _words(bound: Sequence[Bound]) -> str:
    return "; ".join(str(each.words) for each in bound)


def _conditions(look: _Look) -> Iterator[str]:
    step = look.case.script.plan.step(look.case.step)
    asked = getattr(step, "when", None)
    if asked is not None and isinstance(step, BranchStep):
        yield _("It then asks: {condition}.", condition=asked)
    elif asked is not None:
        yield _("It is done only if this is true by then: {condition}.", condition=asked)
    stop = look.case.script.definition.stop.when
    if stop is not None:
        yield _("The sequence ends before it if this is true by then: {condition}.", condition=stop)


def _clock(look: _Look) -> Iterator[str]:
    if look.state in states.FINAL:
        return
    place = look.case.script.place(look.case.contact, look.context.workspace)
    known = {"zone": place.zone, "whose": place.zone_from, "from": place.region_from}
    if place.region:
        yield _(
            "The clock is {zone} ({whose}); public holidays of {region} ({from}) count.",
            region=place.region,
            **known,
        )
    else:
        yield _("The clock is {zone} ({whose}); no public holidays ({from}) count.", **known)


# What stands in the way now.


def _in_the_way(look: _Look) -> Iterator[str]:
    """The gate's own rules, asked of how things stand now."""
    if look.halted is not None:
        yield _("Nothing at all is sent now: {reason}", reason=look.halted)
    if look.state is State.ACTIVE and look.case.row.step_kind == "mail":
        found = gate.objections(_facts(look))
        if found:
            yield _("It may not be sent now: {reasons}", reasons=ended("; ".join(map(str, found))))
        elif look.case.row.wrote_before and not _due(look):
            yield _("Before it is sent, the mailbox is checked for an answer.")
    elif look.case.suppressed is not None and look.state in states.OPEN:
        yield _("The address is suppressed: {reason}", reason=ended(str(look.case.suppressed)))


def _due(look: _Look) -> bool:
    due = look.case.row.due_at
    return due is not None and due <= look.now


def _facts(look: _Look) -> gate.Facts:
    row, mail = look.case.row, look.case.existing
    return gate.Facts(
        state=row.state,
        version_claimed=row.version,
        version_now=row.version,
        step_wanted=row.step or "",
        step_now=row.step,
        sequence_state=look.standing.sequence_state,
        mailbox_state=look.standing.mailbox_state,
        message_state=mail.state if mail else MessageState.PREPARED,
        suppressed=look.case.suppressed,
        wrote_before=row.wrote_before
        and _due(look),  # of a step that is ahead nobody expects to have looked yet
        due_at=row.due_at,
        synced_at=look.mailbox.synced_at,
        now=look.now,
        unread_elsewhere=look.unheard and _due(look),
    )


def _mailbox(look: _Look) -> Iterator[str]:
    """How the mailbox stands, as far as it matters for somebody who is still written to."""
    if look.state in states.FINAL:
        return
    box = look.mailbox
    if box.state != "active":
        state = Text(
            "The mailbox {address} is {state}", address=box.address, state=codes.text("mailbox", box.state)
        )
        yield _with_reason(state, str(box.reason))
    yield from _troubles(look)
    yield from map(str, look.odd)
    if box.read_at is None:
        yield _("The mailbox was never checked for answers.")
    else:
        yield _("The mailbox was last checked for answers on {at}.", at=look.local(box.read_at))
    allowed = _allowed(look, look.now)
    if _due(look) and allowed.count == 0 and allowed.next_at is not None:
        at = look.local(allowed.next_at)
        yield _(
            "The mailbox's pace allows the next mail on {at}: {reason}",
            at=at,
            reason=ended(allowed.bound),
        )
    if look.state is State.ACTIVE and box.state == "active" and box.next_turn_at is not None and _due(look):
        yield _turn(look, box.next_turn_at)


def _troubles(look: _Look) -> Iterator[str]:
    """What the mailbox met when it was read, and when it last sent."""
    box = look.mailbox
    if box.sync_error and not (box.state == "paused" and box.locked_out):
        yield _("The mailbox cannot be read: {reason}", reason=ended(str(box.sync_error)))
    if box.send_error and box.state == "active":
        failed = _("The mailbox's last attempt to send failed: {reason}", reason=ended(str(box.send_error)))
        again = box.next_turn_at
        if again is None:
            yield failed
        elif again <= look.now:
            yield f"{failed} {_('It is being tried again now.')}"
        else:
            yield f"{failed} {_('The next attempt is on {at}.', at=look.local(again))}"


def _turn(look: _Look, at: dt.datetime) -> str:
    if look.silent:
        return _("The mailbox is not making progress: {reason}", reason=look.silent)
    if at <= look.now:
        return _("The mailbox is being checked for answers now, and may then send.")
    return _("The mailbox is checked for answers again on {at}, and may then send.", at=look.local(at))


def _allowed(look: _Look, at: dt.datetime) -> throttle.Allowance:
    """What the mailbox's pace will let leave at a moment, by what has left until now."""
    limits = throttle.Pace(look.mailbox.daily_cap, dt.timedelta(seconds=look.mailbox.gap_seconds))
    return throttle.allowance(limits, look.sent, at, look.context.options.batch)


# What follows.


def _forecast(look: _Look) -> Iterator[Planned]:
    """The steps to come, the next one when it can be done and each other when it is due, down the side of every branch that nobody's click leads to."""
    script, row = look.case.script, look.case.row
    place = script.place(look.case.contact, look.context.workspace)
    at = _first_time(look)
    if row.step is None or at is None:
        return
    position = Position(row.step, row.step_kind, at)
    for _step in range(MOST_STEPS):
        if position.step is None or position.due_at is None:
            return
        step = script.plan.step(position.step)
        taken = False if isinstance(step, BranchStep) else None
        yield Planned(
            position.step, position.step_kind, position.due_at, look.local(position.due_at), _hangs_on(step)
        )
        position = script.after(position.step, position.due_at, place, str(row.id), taken)


def _first_time(look: _Look) -> dt.datetime | None:
    row = look.case.row
    when = _when(look)
    if when is None:
        return None
    back = row.resume_at if look.state is State.AWAY else None
    at = max(when.at, back or look.now)
    return _leaves(look, row.step or "", at) if row.step_kind == "mail" else at


def _leaves(look: _Look, step: str, at: dt.datetime) -> dt.datetime:
    """When a mail that may go from `at` on can leave: in the mailbox's next turn, by its pace and its sending hours."""
    turn = look.mailbox.next_turn_at if _due(look) else None
    allowed = _allowed(look, at)
    paced = allowed.next_at if allowed.count == 0 else None
    later = max(at, turn or at, paced or at)
    if later == at:
        return at
    place = look.case.script.place(look.case.contact, look.context.workspace)
    return calendar.next_opening(look.case.script.rule(step), place, later).at


def _hangs_on(step: Step) -> str:
    if isinstance(step, BranchStep):
        return _("if {condition} is not true; otherwise it goes the other way", condition=step.when)
    asked = getattr(step, "when", None)
    return _("only if {condition}", condition=asked) if asked else ""


def _rest(planned: Sequence[Planned]) -> Iterator[str]:
    later = [each for each in planned[1:] if each.kind in ("mail", "task")]
    if later:
        told = "; ".join(map(_later, later))
        yield _("After that, if nobody answers: {steps}.", steps=told)


def _later(planned: Planned) -> str:
    at = _("{step} on {at}", step=_named(planned.step, planned.kind), at=planned.local)
    return f"{at}, {planned.words}" if planned.words else at
