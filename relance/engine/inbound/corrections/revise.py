"""A judgement changed, by better rules or by a person: what it had done is undone where that is certain, what it means
now is done.

What an earlier judgement did is known by the reason that stands beside the state: it names the mail it rests on, by
number. A state with another reason has another cause and stays. No sentence is compared.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy.engine import Connection

from relance.complete import complete
from relance.engine import reasons, states
from relance.engine.context import Context
from relance.engine.definition import company_rules
from relance.engine.definition.company_rules import ActionKind, ColleagueAction
from relance.engine.event_log.effects import Effect, EffectCode
from relance.engine.inbound import apply, classification, company
from relance.engine.inbound.apply import MatchedMail
from relance.engine.inbound.classification import EffectiveClassification
from relance.engine.inbound.company import ColleagueReply
from relance.engine.inbound.corrections import slips
from relance.engine.inbound.policy import Certainty
from relance.engine.reasons import Cause, Code, Reason, because
from relance.engine.sending.refusals import refusing_domains
from relance.engine.sequences import away, backlog
from relance.engine.states import Event, State
from relance.engine.store.contacts import contacts, suppressions
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.inbound import replies
from relance.engine.store.inbound.replies import Reply
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import changing, enrollments, tasks
from relance.engine.store.sequences.enrollments import Enrollment
from relance.mailbox.parsing.inbound import Kind
from relance.wording import date_of


@dataclass(frozen=True)
class Revision:
    """One kept mail, what it was taken for, and what it is taken for from now on."""

    answer: Reply
    before: EffectiveClassification
    after: EffectiveClassification
    others: Callable[[Connection, Reply], EffectiveClassification] = lambda _conn, each: (
        classification.in_force(each)
    )
    # What further mails of the same people are taken for: by better rules they may be about to change as well.
    slip: dt.datetime | None = (
        None  # the wish that the earlier reading noted was a slip, of the one who acts, after this
    )


@dataclass(frozen=True)
class _RevisionRun:
    conn: Connection
    context: Context
    revision: Revision
    now: dt.datetime
    people: Mapping[int, Contact]
    lifted: list[int] = field(default_factory=list)  # enrollments that an organisation refuses no more

    def is_slip(self, row: Enrollment) -> bool:
        return self.revision.slip is not None and row.contact_id == self.revision.before.contact_id

    def matched(self, reading: EffectiveClassification) -> MatchedMail:
        person = self.people.get(reading.contact_id) if reading.contact_id is not None else None
        answer = self.revision.answer
        return MatchedMail(reading.judgement, person, answer.mailbox_id, reasons.of_inbound(answer.id))

    def heard(self, reading: EffectiveClassification) -> ColleagueReply | None:
        """The answer as the person's colleagues are told of it; None where it is none of their business."""
        matched = self.matched(reading)
        if matched.contact is None or not reading.consequence.tells_company:
            return None
        why = matched.why(reading.consequence, source=matched.source)
        return ColleagueReply(matched.contact, reading.judgement, why, self.revision.answer.mailbox)


class StandsBecause(StrEnum):
    """Why something that the earlier reading did still stands."""

    ANOTHER_ANSWER = "another answer"
    UNTIL_REOPENED = "until reopened"


_KEPT_EFFECTS = complete(
    StandsBecause,
    {
        StandsBecause.ANOTHER_ANSWER: Effect(EffectCode.KEPT_ANOTHER_ANSWER),
        StandsBecause.UNTIL_REOPENED: Effect(EffectCode.KEPT_UNTIL_REOPENED),
    },
)


@dataclass(frozen=True)
class Revised:
    """What changed for whom; `kept`: why something that the earlier reading did still stands, if it does."""

    effects: tuple[Effect, ...]
    kept: StandsBecause | None = None
    touched: tuple[int, ...] = ()  # the enrollments that were asked
    suppressed: str = ""  # whose earlier wish still keeps this address on the do-not-contact list

    @property
    def words(self) -> tuple[Effect, ...]:
        """The effects; where there are none because something was kept, that; and who may not be written to all the same."""
        found = self.effects or (() if self.kept is None else (_KEPT_EFFECTS[self.kept],))
        listed = Effect(EffectCode.KEPT_SUPPRESSED, {"email": self.suppressed})
        return (*found, listed) if self.suppressed else found


def revise(
    conn: Connection, context: Context, revision: Revision, now: dt.datetime, *, reopen: bool
) -> Revised:
    """Bring everybody concerned from one reading to the other. A stop is always carried out; what another reading stopped, held
    or deferred goes on only with `reopen`, an opt-out never."""
    before, after = revision.before, revision.after
    ids = {before.contact_id, after.contact_id, *before.also, *after.also} - {None}
    people = contacts.by_ids(conn, [number for number in ids if number is not None]) if ids else {}
    run = _RevisionRun(conn, context, revision, now, people)
    rows = _touched(run)
    enrollments.lock(conn, [row.id for row in rows])
    if reopen:
        _undo(run)
    _do(run)
    why = StandsBecause.ANOTHER_ANSWER if reopen else StandsBecause.UNTIL_REOPENED
    kept = why if _would_undo(run, rows) else None
    listed = slips.kept_on_list(conn, before, after, people)
    touched = {*(row.id for row in rows), *run.lifted}
    return Revised(_differences(conn, rows), kept, tuple(sorted(touched)), listed)


def _touched(run: _RevisionRun) -> list[Enrollment]:
    """Everybody's rows that may change: those of the person, and of the company."""
    found = {row.id: row for row in enrollments.of_contact(run.conn, run.people)} if run.people else {}
    for organisation in {person.organisation for person in run.people.values()} - {""}:
        found |= {row.id: row for row in enrollments.of_organisation(run.conn, organisation)}
    return [found[number] for number in sorted(found)]


def _same(run: _RevisionRun) -> bool:
    before, after = run.revision.before, run.revision.after
    return before.consequence.event == after.consequence.event and before.contact_id == after.contact_id


def _would_undo(run: _RevisionRun, rows: Iterable[Enrollment]) -> bool:
    """Whether something of the earlier reading is left in these rows (as they were before): what the reading of now has
    changed is its own."""
    were = {row.id: (row.state, row.why) for row in rows}
    left = [row for row in _rows(run, run.revision.before) if (row.state, row.why) == were.get(row.id)]
    own = not _same(run) and any(_caused(run, row) for row in left)
    return own or any(each.is_to_be_undone for each in _colleagues(run))


def _undo(run: _RevisionRun) -> None:
    if not _same(run):
        _lift(run)
        for row in _rows(run, run.revision.before):
            if _caused(run, row) and not _stands_otherwise(run, row):
                _go_on(run, row)
    for each in _colleagues(run):
        if each.is_to_be_undone and not _asked_otherwise(run, each):
            _let_go(run, each)


def _lift(run: _RevisionRun) -> None:
    """An address that was taken for dead is alive, an organisation that was held to refuse us does not. What a person
    asked for stays."""
    before, after = run.revision.before, run.revision.after
    person = run.people.get(before.contact_id) if before.contact_id is not None else None
    if person is not None and before.consequence.refused_there and not after.consequence.refused_there:
        there = (run.revision.answer.mailbox_id, refusing_domains.of(person), run.now)
        run.lifted.extend(refusing_domains.lift(run.conn, run.context, *there))
    if person is not None and run.revision.slip is not None:
        slips.lift(run.conn, person.email, run.matched(before).why(before.consequence), run.revision.slip)
    if before.judgement.kind is not Kind.HARD_BOUNCE or after.consequence.suppress or person is None:
        return
    causes = [reasons.of_inbound(run.revision.answer.id), suppressions.UNSAID]
    suppressions.take_back(run.conn, person.email, causes)


def _rows(run: _RevisionRun, reading: EffectiveClassification) -> list[Enrollment]:
    ids = [number for number in (reading.contact_id, *reading.also) if number is not None]
    return enrollments.of_contact(run.conn, ids) if ids else []


def _caused(run: _RevisionRun, row: Enrollment) -> bool:
    """Whether this mail, read as before, made the row what it is, and no other news did. (What a person said stands
    behind it: `enrollments.apply` goes back to that.)"""
    if row.state is State.ACTIVE or (row.state is State.UNSUBSCRIBED and not run.is_slip(row)):
        return False  # it goes on, or never does again
    return bool(row.news) and all(_is_its(run, row, each) for each in row.news)


def _is_its(run: _RevisionRun, row: Enrollment, why: Reason) -> bool:
    """Whether a reason rests on this mail, or on another that was behind: whatever its words, and nobody else's."""
    if why.cause is Cause.ORGANISATION:
        person = run.people.get(row.contact_id)
        return (
            run.revision.before.consequence.refused_there
            and person is not None
            and why.source == refusing_domains.of(person)
        )
    return why.cause is Cause.ANSWER and why.inbound_id in _mails(run, row)


def _mails(run: _RevisionRun, row: Enrollment) -> set[int]:
    own = run.revision.answer.id
    others = replies.of_contact(run.conn, row.contact_id)
    behind = {each.id for each in others if each.id != own and classification.is_behind(each)}
    return behind | ({own} if run.revision.before.consequence.event is not None else set())


def _stands_otherwise(run: _RevisionRun, row: Enrollment) -> bool:
    """Whether another mail of the same person ends it all the same."""
    others = replies.of_contact(run.conn, row.contact_id)
    return any(
        run.revision.others(run.conn, each).consequence.event in states.STOP_NEWS
        for each in others
        if each.id != run.revision.answer.id
    )


@dataclass(frozen=True)
class _Colleague:
    """A colleague's enrollment: what the answer did to it as it was read before, and what it asks for now."""

    row: Enrollment
    before: ColleagueAction
    after: ColleagueAction
    caused: bool  # whether it stands where it stands for this answer and nothing else

    @property
    def is_to_be_undone(self) -> bool:
        return self.caused and self.before != self.after


def _colleagues(run: _RevisionRun) -> list[_Colleague]:
    """Everybody else at the company of whom the mail was, or is, held to be."""
    before, after = run.heard(run.revision.before), run.heard(run.revision.after)
    found: dict[int, Enrollment] = {}
    for heard in (before, after):
        found |= {row.id: row for row in company.rows(run.conn, heard.contact if heard else None)}
    made = []
    for number in sorted(found):
        row = found[number]
        was, is_now = _action(run, row, before), _action(run, row, after)
        caused = company.caused(row, run.revision.answer.id, was)
        made.append(_Colleague(row, was, is_now, caused))
    return made


def _action(run: _RevisionRun, row: Enrollment, heard: ColleagueReply | None) -> ColleagueAction:
    if heard is None or heard.contact.id == row.contact_id:
        return company_rules.GO_ON
    return company.action(run.conn, run.context, row, heard.judgement)


def _asked_otherwise(run: _RevisionRun, each: _Colleague) -> bool:
    """Whether a later answer of the same person asks for the same all the same."""
    number = run.revision.before.contact_id
    later = replies.of_contact(run.conn, number) if number is not None else []
    readings = [
        run.revision.others(run.conn, answer) for answer in later if answer.id > run.revision.answer.id
    ]
    return any(
        reading.consequence.tells_company
        and company.action(run.conn, run.context, each.row, reading.judgement) == each.before
        for reading in readings
    )


def _let_go(run: _RevisionRun, each: _Colleague) -> None:
    if each.before.kind is not ActionKind.SLOW:
        tasks.close_step(run.conn, [each.row.id], tasks.HAND_OVER, "dropped", run.now)
        _go_on(run, each.row)
        return
    at = company.speed_up(run.conn, each.row, _anew(run), run.now)
    if each.row.state is State.ACTIVE and each.row.step_kind == "mail":
        mailboxes.schedule_turn(run.conn, [each.row.mailbox_id], at)


def _tell_colleagues(run: _RevisionRun) -> None:
    """What the answer asks for now and did not ask before; what stays the same is told in the words of now."""
    after = run.heard(run.revision.after)
    if after is None:
        return
    found = _colleagues(run)
    for each in found:
        if each.caused and each.before == each.after:
            company.say_anew(run.conn, each.row, each.after, after.reason(each.after), run.now)
    number = run.revision.answer.id
    asked = [
        (each.row, each.after)
        for each in found
        if each.before != each.after
        and each.row.state in states.OPEN
        and not company.caused(each.row, number, each.after)
    ]
    company.apply(run.conn, run.context, after, asked, run.now)


def _anew(run: _RevisionRun) -> Reason:
    return because(Code.READ_ANEW, kind=run.revision.after.judgement.kind.value)


def _go_on(run: _RevisionRun, row: Enrollment) -> None:
    events = {State.HELD: Event.RELEASED, State.AWAY: Event.BACK}
    events |= {State.UNSUBSCRIBED: Event.WISH_UNDONE} if run.is_slip(row) else {}
    event = events.get(row.state, Event.REOPENED if row.state in states.FINAL else Event.RESUMED)
    person = contacts.by_ids(run.conn, [row.contact_id])[row.contact_id]
    refused = suppressions.suppressed(run.conn, [person.email]).get(person.email)
    if refused is not None:  # something else says no: a person's wish, another bounce
        _not_on(run, row, person.email, because(Code.SUPPRESSED, why=refused))
        return
    due = backlog.overdue(run.conn, run.context, row, person)
    values: dict[str, Any] = {"resume_at": None, "finished_at": None, "attempts": 0, **due}
    if row.state is State.HELD:
        del values["resume_at"]  # who was held in an absence is still absent
    applied = enrollments.apply(run.conn, [row.id], event, run.now, reason=_anew(run), values=values)
    if row.state in states.FINAL and row.step is not None and applied[0][1] in states.OPEN:
        tasks.reopen(run.conn, row.id, row.step)  # what it waited for was dropped when it ended
    at = due.get("due_at", row.due_at)
    if applied and applied[0][1] is State.ACTIVE and row.step_kind == "mail" and at is not None:
        mailboxes.schedule_turn(run.conn, [row.mailbox_id], at)


def _not_on(run: _RevisionRun, row: Enrollment, email: str, why: Reason) -> None:
    """Who asked for no more mail meanwhile is unsubscribed; whom another bounce stops stays bounced."""
    if suppressions.is_wished(run.conn, email):
        enrollments.apply(run.conn, [row.id], Event.UNSUBSCRIBED, run.now, reason=why)


def _do(run: _RevisionRun) -> None:
    after = run.revision.after
    result = after.consequence
    if _same(run):
        _say_anew(run)
        result = dataclasses.replace(result, event=None)
    until = after.judgement.until
    if after.judgement.kind is Kind.OUT_OF_OFFICE and until is not None and until <= run.now.date():
        return  # they are back already
    rows = _rows(run, after)
    if after.match is Certainty.SOFT:
        rows = [row for row in rows if row.state in states.OPEN]
    apply.apply_reply(run.conn, run.context, run.matched(after), rows, result, run.now)
    _tell_colleagues(run)


def _say_anew(run: _RevisionRun) -> None:
    """The same news as it is told by now; an absence perhaps with another day of return."""
    before, after = run.revision.before, run.revision.after
    matched = run.matched(after)
    why = matched.why(after.consequence, source=matched.source)
    for row in _rows(run, before):
        if after.consequence.event is not None and _caused(run, row):
            values = _told_anew(row, why)
            if row.state is State.AWAY and after.judgement.until != before.judgement.until:
                values |= away.values(run.conn, run.context, row, after.judgement.until, run.now)
            enrollments.apply(run.conn, [row.id], after.consequence.event, run.now, values=values)


def _told_anew(row: Enrollment, why: Reason) -> dict[str, Any]:
    """It rests on what it rested on, told by what is known now."""
    found = row.news
    same = dataclasses.replace(why, source=found[0].source, given=found[0].cause) if found else why
    return changing.told_anew(row, same)


def _differences(conn: Connection, rows: Iterable[Enrollment]) -> tuple[Effect, ...]:
    were = {row.id: row for row in rows}
    now = enrollments.by_ids(conn, were) if were else []
    emails = {each.id: each.email for each in contacts.by_ids(conn, [row.contact_id for row in now]).values()}
    told = [_difference(emails[row.contact_id], were[row.id], row) for row in now]
    return tuple(each for each in told if each is not None)


def _difference(email: str, was: Enrollment, row: Enrollment) -> Effect | None:
    known: dict[str, Any] = {"email": email, "state": row.state.value}
    away = row.resume_at if row.state is State.AWAY else None
    back = {**known, "day": date_of(away)} if away else known
    if row.state != was.state:
        code = EffectCode.AWAY_UNTIL if away else EffectCode.STATE_CHANGED
        return Effect(code, {**back, "before": was.state.value})
    if row.state in states.FINAL:
        return None  # neither a return nor a step is ahead
    if away and away != was.resume_at:
        return Effect(EffectCode.BACK_ON, back)
    if row.due_at and row.due_at != was.due_at:
        return Effect(EffectCode.NEXT_STEP_ON, {**known, "day": date_of(row.due_at)})
    return None
