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
from relance.engine.inbound import unread_mail
from relance.engine.reporting import silent_turns
from relance.engine.schedule import calendar, throttle
from relance.engine.schedule.calendar import Bound, BoundKind, When
from relance.engine.sending import gate, restore_guard
from relance.engine.sequences import step_context
from relance.engine.sequences.control import EnrollmentView, view
from relance.engine.sequences.step_context import StepContext
from relance.engine.states import MessageState, State
from relance.engine.store import claims, enrollment_details, mailboxes
from relance.engine.store.enrollment_details import Standing
from relance.engine.store.mailboxes import Mailbox
from relance.sentences import ended

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


@dataclass(frozen=True)
class _Look:
    """Everything an explanation rests on, read in one go."""

    context: Context
    standing: Standing
    case: StepContext
    mailbox: Mailbox
    sent: Sequence[dt.datetime]  # when mails left the mailbox in the last day
    halted: str | None
    now: dt.datetime
    odd: Sequence[str]  # what is odd in the mailbox's folders
    silent: str  # the sentence about a turn of the mailbox that has written nothing for a while
    unheard: bool  # another mailbox wrote to them, and was not read since the step fell due

    @property
    def state(self) -> State:
        return self.case.row.state

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.case.script.place(self.case.contact, self.context.workspace).zone)

    def local(self, at: dt.datetime) -> str:
        """An instant as it reads on the contact's clock."""
        return calendar.moment_words(at, self.zone.key)


def explain(context: Context, email: str, sequence: str | None = None) -> list[Explanation]:
    """Every enrollment of somebody (or the one in `sequence`), the newest last; raises `errors.NotFound`."""
    halted = restore_guard.halted(context.database)
    with context.database.read() as conn:
        person = contact_service.known(conn, context, email)
        found = enrollment_details.matching(conn, email=person.email, sequence_name=sequence)
        looks = [_look(conn, context, each, halted) for each in found]
        return [_explained(look) for look in looks]


def _look(conn: Connection, context: Context, standing: Standing, halted: str | None) -> _Look:
    now = context.clock.now()
    mailbox = mailboxes.by_id(conn, standing.enrollment.mailbox_id)
    case = step_context.read(conn, context, [standing.enrollment])[0]
    sent = mailboxes.sent_since(conn, mailbox.id, now - throttle.DAY)
    unheard = bool(claims.unheard(conn, [standing.enrollment.id], now))
    odd = unread_mail.oddities(conn, now).get(mailbox.id, ())
    silent = silent_turns.told(conn, context, now).get(mailbox.id, "")
    return _Look(context, standing, case, mailbox, sent, halted, now, odd, silent, unheard)


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
    return Explanation(view(look.standing), tuple(sentences), when, planned)


# Where it stands.


def _where(look: _Look) -> Iterator[str]:
    standing, row = look.standing, look.case.row
    yield f'{standing.email} is in "{standing.sequence}" (version {standing.version}), written to from {standing.mailbox}.'
    why = f": {row.reason}" if row.reason else ""
    if look.state is State.PAUSED:
        yield f"{ended(f'It is paused{why}')} Nothing leaves until a person resumes it."
    elif look.state is State.AWAY:
        until = f" until {look.local(row.resume_at)}" if row.resume_at else ""
        yield f"{ended(f'It waits{until}, for the person is away{why}')}"
    elif look.state is State.HELD and row.lost_before is not None:
        yield (
            f"{ended(f'It is held{why}')} What its mailbox shows decides by itself; else say `relance restored sent` or "
            "`relance restored not-sent`, or end it by `relance stop`."
        )
    elif look.state is State.HELD:
        yield f"{ended(f'It is held for a person to decide{why}')} `relance resume` goes on, `relance stop` ends it."
    elif look.state in states.FINAL:
        yield f"{ended(f'It is over, {row.state}{why}')} Nothing more leaves."
    sent = len(look.case.sent)
    if sent:
        last = max(look.case.sent, key=lambda mail: mail.transmitting_at or mail.prepared_at)
        at = look.local(last.transmitting_at or last.prepared_at)
        yield f'{sent} {"mail has" if sent == 1 else "mails have"} been sent so far, the last ("{last.step}") on {at}.'


# What comes next, and when.


def _when(look: _Look) -> When | None:
    """The time of the next step: as it was decided while it is ahead, asked anew once it has passed."""
    row = look.case.row
    if look.state in states.FINAL or row.step is None or row.due_at is None or row.due_at.year >= 9999:
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
                BoundKind(each["kind"]), reasons.binding(each).words, dt.datetime.fromisoformat(each["until"])
            )


def _next(look: _Look, when: When | None) -> Iterator[str]:
    row = look.case.row
    if look.state in states.FINAL or row.step is None:
        return
    named = f'"{row.step}" ({row.step_kind})'
    if row.due_at is None or when is None:
        yield ended(f"The next step is {named}; {_because(look) or 'it has no time of its own'}")
        return
    because = f" That time comes from: {ended(_because(look))}" if row.bound else ""
    if row.due_at > look.now:
        yield f"The next step is {named}, due on {look.local(row.due_at)}.{because}"
    else:
        yield f"The next step is {named}; it fell due on {look.local(row.due_at)}.{because}"
        if when.at > look.now:
            yield f"Mail may leave again on {look.local(when.at)}: {ended(_words(when.bound))}"
    yield from _conditions(look)


def _because(look: _Look) -> str:
    return "; ".join(reasons.binding(each).words for each in look.case.row.bound)


def _words(bound: Sequence[Bound]) -> str:
    return "; ".join(each.words for each in bound)


def _conditions(look: _Look) -> Iterator[str]:
    step = look.case.script.plan.step(look.case.step)
    asked = getattr(step, "when", None)
    if asked is not None and isinstance(step, BranchStep):
        yield f"There it is asked: {asked}."
    elif asked is not None:
        yield f"It is done only if this holds then: {asked}."
    stop = look.case.script.definition.stop.when
    if stop is not None:
        yield f"The sequence ends before it if this holds then: {stop}."


def _clock(look: _Look) -> Iterator[str]:
    if look.state in states.FINAL:
        return
    place = look.case.script.place(look.case.contact, look.context.workspace)
    days = (
        f"public holidays of {place.region} ({place.region_from})"
        if place.region
        else f"no public holidays ({place.region_from})"
    )
    yield f"The clock is {place.zone} ({place.zone_from}); {days} count."


# What stands in the way now.


def _in_the_way(look: _Look) -> Iterator[str]:
    """The gate's own rules, asked of how things stand now."""
    if look.halted is not None:
        yield f"Nothing at all is sent now: {look.halted}"
    if look.state is State.ACTIVE and look.case.row.step_kind == "mail":
        found = gate.objections(_facts(look))
        if found:
            yield f"It may not leave now: {ended('; '.join(map(str, found)))}"
        elif look.case.row.wrote_before and not _due(look):
            yield "Before it leaves, the mailbox is read for an answer."
    elif look.case.suppressed is not None and look.state in states.OPEN:
        yield f"The address is suppressed: {ended(str(look.case.suppressed))}"


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
        yield ended(f"The mailbox {box.address} is {box.state}{f': {box.reason}' if box.reason else ''}")
    if box.sync_error and not (box.state == "paused" and box.locked_out):
        yield f"The mailbox cannot be read: {ended(box.sync_error)}"
    if box.send_error and box.state == "active":
        again = f" It is tried again {_soon(look, box.next_turn_at)}." if box.next_turn_at else ""
        yield f"Its last attempt to send failed: {ended(box.send_error)}{again}"
    yield from look.odd
    yield f"It was last read for answers {_ago(look, box.read_at)}."
    allowed = _allowed(look, look.now)
    if _due(look) and allowed.count == 0 and allowed.next_at is not None:
        yield f"Its pace lets the next mail leave on {look.local(allowed.next_at)}: {allowed.bound}."
    if look.state is State.ACTIVE and box.state == "active" and box.next_turn_at is not None and _due(look):
        turn = f"Its next turn is {_soon(look, box.next_turn_at)}."
        yield f"The mailbox stands still: {look.silent}" if look.silent else turn


def _allowed(look: _Look, at: dt.datetime) -> throttle.Allowance:
    """What the mailbox's pace will let leave at a moment, by what has left until now."""
    limits = throttle.Pace(look.mailbox.daily_cap, dt.timedelta(seconds=look.mailbox.gap_seconds))
    return throttle.allowance(limits, look.sent, at, look.context.options.batch)


def _ago(look: _Look, at: dt.datetime | None) -> str:
    return "never" if at is None else f"on {look.local(at)}"


def _soon(look: _Look, at: dt.datetime) -> str:
    return "now" if at <= look.now else f"on {look.local(at)}"


# What follows.


def _forecast(look: _Look) -> Iterator[Planned]:
    """The steps to come, the next one when it can be done and each other when it is due, down the side of every branch that nobody's click leads to."""
    script, row = look.case.script, look.case.row
    place = script.place(look.case.contact, look.context.workspace)
    at = _first_time(look)
    if row.step is None or at is None:
        return
    position = Position(row.step, row.step_kind, at)
    for _ in range(MOST_STEPS):
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
        return f"if {step.when} does not hold; else it goes the other way"
    asked = getattr(step, "when", None)
    return f"only if {asked}" if asked else ""


def _rest(planned: Sequence[Planned]) -> Iterator[str]:
    later = [each for each in planned[1:] if each.kind in ("mail", "task")]
    if later:
        told = "; ".join(
            f'"{each.step}" ({each.kind}) on {each.local}{f", {each.words}" if each.words else ""}'
            for each in later
        )
        yield f"After that, if nobody answers: {told}."
