"""Why somebody stands where they stand, and what comes next: the rules themselves asked again, and told in sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from relance.engine import reasons, states
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.definition.steps import BranchStep
from relance.engine.reasons import Code, Reason, Why
from relance.engine.reporting import codes, enrollment_facts, forecast
from relance.engine.reporting.enrollment_facts import EnrollmentFacts
from relance.engine.reporting.forecast import Planned
from relance.engine.reporting.timeline import EventView
from relance.engine.schedule.calendar import Bound, When
from relance.engine.sending import gate
from relance.engine.sending.doubt import restore_guard
from relance.engine.sequences import control
from relance.engine.sequences.control import EnrollmentView, view
from relance.engine.states import MessageState, State
from relance.engine.store.sending import messages
from relance.engine.store.sequences import enrollment_details
from relance.engine.store.sequences.enrollments import Enrollment
from relance.wording import Text, _, ended, n_


@dataclass(frozen=True)
class Explanation:
    """One enrollment explained. `when` is the next step's time with everything that bound it; `forecast` is the rest."""

    enrollment: EnrollmentView
    sentences: tuple[str, ...]
    when: When | None
    forecast: tuple[Planned, ...] = ()
    cause: EventView | None = None  # the event that led to where it stands, where that is known
    why: tuple[Mapping[str, Any], ...] = ()  # of `enrollment.reason`: each `code`, `params`, `sentence`
    pace_why: Why | None = None  # what of the mailbox's pace keeps a mail that is due, for programs


def explain(
    context: Context, email: str, sequence: str | None = None, *, commands: bool = True
) -> list[Explanation]:
    """Every enrollment of somebody (or the one in `sequence`), the newest last; raises `errors.NotFound`.

    With `commands`, the sentences say which commands act upon it, and what follows; without, for a page that shows `forecast`,
    they do not.
    """
    halted = restore_guard.halted(context.database)
    with context.database.read() as conn:
        person = contact_service.get(conn, context, email)
        found = enrollment_details.matching(conn, email=person.email, sequence_name=sequence)
        looks = [enrollment_facts.read(conn, context, each, halted) for each in found]
        return [_explained(look, commands=commands) for look in looks]


def _explained(look: EnrollmentFacts, *, commands: bool) -> Explanation:
    when = enrollment_facts.when_next(look)
    planned = tuple(forecast.forecast(look)) if look.state in (State.ACTIVE, State.AWAY) else ()
    sentences = [
        *_where(look, commands=commands),
        *_next(look, when),
        *_clock(look),
        *_in_the_way(look),
        *enrollment_facts.behind_others(look),
        *_mailbox(look),
        *(forecast.told(planned) if commands else ()),
    ]
    why = tuple(map(_as_data, look.case.row.why))
    pace = enrollment_facts.pace_why(look)
    return Explanation(view(look.standing), tuple(sentences), when, planned, look.cause, why, pace)


def _as_data(reason: Reason) -> dict[str, Any]:
    row = reason.row()
    return {"code": row["code"], "params": row["params"], "sentence": reason.words}


# Where it stands.


def _where(look: EnrollmentFacts, *, commands: bool) -> Iterator[str]:
    standing, row = look.standing, look.case.row
    yield _(
        '{email} is in "{sequence}" (version {version}); mails come from {mailbox}.',
        email=standing.email,
        sequence=standing.sequence,
        version=standing.version,
        mailbox=standing.mailbox,
    )
    yield from look.successor
    if (how := _stands(look)) is not None:
        why, follows = how if commands or look.state is not State.HELD else (how[0], "")
        reason = _reason(row)
        yield f"{reasons.with_reason(why, reason)} {follows}".rstrip()
        if commands and look.cause is not None and look.cause.answer is not None:
            yield _("The mail that caused it: `relance inbox show {number}`.", number=look.cause.answer)
    mails = [mail for mail in look.case.sent if not messages.is_reply(mail.step)]
    if sent := len(mails):
        last = max(mails, key=lambda mail: mail.transmitting_at or mail.prepared_at)
        at = look.local(last.transmitting_at or last.prepared_at)
        yield n_(
            '{count} mail has been sent so far, the last ("{step}") on {at}.',
            '{count} mails have been sent so far, the last ("{step}") on {at}.',
            sent,
            step=last.step,
            at=at,
        )
    if look.reply_at is not None:
        yield _("Your reply is waiting to be sent, on {at}.", at=look.local(look.reply_at))


def _reason(row: Enrollment) -> str:
    """Why it stands there, in words; what is said of who paused or stopped it anyway is left out."""
    if _is_plain(row.why):
        return ""
    if _deed(row.why) is not None:
        return row.why[0].words
    if row.state == State.AWAY and all(each.code is Code.OUT_OF_OFFICE for each in row.why):
        return "; ".join(said for each in row.why if (said := str(reasons.quote(each))))
    return _(reasons.ALSO).join(str(reasons.signed(each)) for each in row.why) or str(row.reason)


def _is_plain(why: Sequence[Reason]) -> bool:
    """Whether all there is to say is that a person paused or stopped it: no words of theirs, and nothing else."""
    return bool(why) and all(each.code in _DEEDS and "text" not in each.params for each in why)


_DEEDS = (Code.PAUSED, Code.STOPPED)


def _stands(look: EnrollmentFacts) -> tuple[Text, str] | None:
    """How it stands where it does not simply go on, and what a person can do about it."""
    row = look.case.row
    if look.state is State.PAUSED:
        return _deed(row.why) or Text("It is paused"), _("Nothing is sent until a person resumes it.")
    if look.state is State.AWAY:
        until = row.resume_at and look.local(row.resume_at)
        waits = Text("It waits until {until}, as the person is away", until=until)
        return (waits if until else Text("It waits, as the person is away")), ""
    if look.state is State.HELD and row.lost_before is not None:
        shown = _(
            "If its mailbox shows what happened, this is settled without you; otherwise use `relance restored sent` or `relance restored not-sent`, or end it with `relance stop`."
        )
        return Text("It is held"), shown
    if look.state is State.HELD:
        return Text("It is held for a person to decide"), _(
            "`relance resume` continues, `relance stop` ends it."
        )
    if look.state in states.FINAL:
        return _over(look), _("Nothing more is sent.")
    if look.state not in states.STATES:
        return Text("It is in a state of a later release"), _("This release sends nothing more.")
    return None


def _over(look: EnrollmentFacts) -> Text:
    row = look.case.row
    if look.state is State.STOPPED and (deed := _deed(row.why)) is not None:
        return deed
    if row.why:  # these say how it ended
        return Text("It is over")
    return Text("It is over ({state})", state=codes.text("person", row.state))


def _deed(why: Sequence[Reason]) -> Text | None:
    """That a person paused or stopped it, where that is the only reason: who, or that it was somebody where that is not
    known and they said nothing."""
    plain = _is_plain(why)
    if not plain and (len(why) != 1 or why[0].code not in _DEEDS or why[0].doer is None):
        return None
    by, paused = why[0].doer, why[0].code is Code.PAUSED
    if by is None:
        return Text("It was paused by a person") if paused else Text("It was stopped by a person")
    return Text("It was paused by {by}", by=by) if paused else Text("It was stopped by {by}", by=by)


# What comes next, and when.


def _next(look: EnrollmentFacts, when: When | None) -> Iterator[str]:
    row = look.case.row
    if look.state in states.FINAL or row.step is None:
        return
    named = forecast.named(row.step, row.step_kind)
    if look.state not in states.GOES_ON:
        yield _("The next step is {step}.", step=named)
        return
    if waits := control.waits_for(look.standing):
        yield _("The next step is {step}; it {waits}", step=named, waits=ended(control.WAITS[waits]))
        return
    if row.due_at is None or when is None:
        why = _because(row.bound) or _("it has no time of its own")
        yield _("The next step is {step}; {why}", step=named, why=ended(why))
        return
    yield from _planned(look, named)
    if row.due_at <= look.now < when.at:
        words = ended(_words(when.bound))
        yield _("Mail can be sent again from {at}: {reasons}", at=look.local(when.at), reasons=words)
    yield from _conditions(look)


def _planned(look: EnrollmentFacts, named: str) -> Iterator[str]:
    """When it should go, and why; where it is tried later than that, when it is tried next, and why not before."""
    row = look.case.row
    plan, again = row.plan or look.now, row.due_at or look.now
    put_off = plan < again
    why = _because((row.planned_bound or ()) if put_off else row.bound)
    because = f" {_('That time comes from: {reasons}', reasons=ended(why))}" if why else ""
    known = {"step": named, "at": look.local(plan)}
    if plan <= look.now:
        yield _("The next step is {step}; it fell due on {at}.", **known) + because
    elif put_off:
        yield _("The next step is {step}, planned for {at}.", **known) + because
    else:
        yield _("The next step is {step}, due on {at}.", **known) + because
    if put_off and row.bound and not enrollment_facts.waits_for_receiver(look):
        known = {"at": look.local(again), "reasons": ended(_because(row.bound))}
        yield (
            _("It is tried next on {at}: {reasons}", **known)
            if again > look.now
            else _("It can be sent since {at}: {reasons}", **known)
        )


def _because(bound: Sequence[Any]) -> str:
    return "; ".join(reasons.binding(each).words for each in bound)


def _words(bound: Sequence[Bound]) -> str:
    return "; ".join(str(each.words) for each in bound)


def _conditions(look: EnrollmentFacts) -> Iterator[str]:
    step = look.case.script.plan.step(look.case.step)
    asked = getattr(step, "when", None)
    if asked is not None and isinstance(step, BranchStep):
        yield _("It then checks: {condition}.", condition=asked)
    elif asked is not None:
        yield _("It is done only if this is true by then: {condition}.", condition=asked)
    stop = look.case.script.definition.stop.when
    if stop is not None:
        yield _("The sequence ends before it if this is true by then: {condition}.", condition=stop)


def _clock(look: EnrollmentFacts) -> Iterator[str]:
    if look.state in states.FINAL:
        return
    place = look.case.place(look.context.workspace)
    known = {"zone": place.zone, "whose": place.zone_from, "from": place.region_from, "region": place.region}
    if place.region:
        yield _("Times are in {zone} ({whose}); public holidays of {region} ({from}) count.", **known)
    else:
        yield _("Times are in {zone} ({whose}); public holidays do not count ({from}).", **known)


# What stands in the way now.


def _in_the_way(look: EnrollmentFacts) -> Iterator[str]:
    """The gate's own rules, asked of how things stand now."""
    if look.halted is not None:
        yield _("Nothing at all is sent now: {reason}", reason=look.halted)
    if look.paused is not None and look.state not in states.FINAL:
        yield str(reasons.sequence_paused(look.paused.name, look.paused.paused_by, look.paused.reason))
    if look.state is State.ACTIVE and look.case.row.step_kind == "mail":
        found = gate.objections(_facts(look))
        others = [each for each in found if each.code not in _OF_THEIR_OWN]
        if others:
            yield _(
                "It may not be sent now: {reasons}",
                reasons=ended("; ".join(str(reasons.signed(each)) for each in others)),
            )
        elif not found and look.case.row.wrote_before and not enrollment_facts.is_due(look):
            yield _("Before it is sent, the mailbox is checked for an answer.")
    elif look.case.suppressed is not None and not _is_told(look.case.suppressed, look.case.row.why):
        yield _(
            "The address is on the do-not-contact list: {reason}",
            reason=ended(reasons.signed(look.case.suppressed)),
        )


_OF_THEIR_OWN = (Code.SEQUENCE_PAUSED, Code.MAILBOX_NOT_ACTIVE)
# What stands in the way and has a sentence of its own, with who did it and why.


def _is_told(suppressed: Reason, why: Sequence[Reason]) -> bool:
    """Whether where it stands says of its own that the address is suppressed."""
    return any(each.code is Code.SUPPRESSED or each.source == suppressed.source != "" for each in why)


def _facts(look: EnrollmentFacts) -> gate.Facts:
    row, mail, due = look.case.row, look.case.existing, enrollment_facts.is_due(look)
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
        wrote_before=row.wrote_before and due,  # of a step that is ahead nobody expects to have looked yet
        due_at=row.due_at,
        synced_at=look.mailbox.synced_at,
        now=look.now,
        unread_elsewhere=look.waits_for_other_mailbox and due,
        reply=False,
        full=look.full,
        on_leave=False,  # the pace says until when
    )


def _mailbox(look: EnrollmentFacts) -> Iterator[str]:
    """How the mailbox stands, as far as it matters for somebody who is still written to."""
    if look.state in states.FINAL:
        return
    box = look.mailbox
    if box.state == "paused":
        yield str(reasons.mailbox_paused(box.address, box.why))
    elif box.state != "active":
        state = Text(
            "The mailbox {address} is {state}", address=box.address, state=codes.text("mailbox", box.state)
        )
        yield str(reasons.with_reason(state, str(box.reason)))
    yield from _troubles(look)
    yield from map(str, look.odd)
    if box.read_at is None:
        yield _("The mailbox has never been checked for answers.")
    else:
        yield _("The mailbox was last checked for answers on {at}.", at=look.of_mailbox(box.read_at))
    allowed = enrollment_facts.allowance(look, look.now)
    if enrollment_facts.is_due(look) and allowed.count == 0 and allowed.next_at is not None:
        yield _(
            "The mailbox's pace allows the next mail on {at}: {reason}",
            **{"at": look.of_mailbox(allowed.next_at), "reason": ended(allowed.bound)},
        )
    if (closed := enrollment_facts.closed(look)) is not None:
        yield _(
            "First mails wait until at least {at}: what the mailbox may send is needed for follow-ups, theirs included.",
            at=look.of_mailbox(closed),
        )
    if (
        look.state is State.ACTIVE
        and box.state == "active"
        and box.next_turn_at is not None
        and enrollment_facts.is_due(look)
    ):
        yield _turn(look, box.next_turn_at)


def _troubles(look: EnrollmentFacts) -> Iterator[str]:
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
            now = (
                _("It is being tried again now.") if look.under_way else _("It is due to be tried again now.")
            )
            yield f"{failed} {now}"
        else:
            yield f"{failed} {_('The next attempt is on {at}.', at=look.of_mailbox(again))}"


def _turn(look: EnrollmentFacts, at: dt.datetime) -> str:
    if look.silent:
        return _("The mailbox is not making progress: {reason}", reason=look.silent)
    if look.under_way:
        return _("The mailbox is being checked for answers now, and may then send.")
    if at <= look.now:
        return _("The mailbox is due to be checked for answers, and may then send.")
    return _("The mailbox is checked for answers again on {at}, and may then send.", at=look.of_mailbox(at))
