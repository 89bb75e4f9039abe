"""A judgement changed, by better rules or by a person: what it had done is undone where that is certain, what it means
now is done.

What an earlier judgement did is known by the reason that stands beside the state: it names the mail it rests on, by
number. A state with another reason has another cause and stays. No sentence is compared.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.engine import Connection

from relance.complete import complete
from relance.engine import states
from relance.engine.context import Context
from relance.engine.definition.company_rules import ActionKind
from relance.engine.event_log.effects import Effect, EffectCode
from relance.engine.inbound import apply, company, out_of_office
from relance.engine.inbound.apply import MatchedMail
from relance.engine.inbound.corrections import slips, traces
from relance.engine.inbound.corrections.traces import Colleague, Revision, RevisionRun
from relance.engine.inbound.policy import Certainty
from relance.engine.reasons import Code, Reason, because
from relance.engine.sending.refusals import refusing_domains
from relance.engine.sequences import away
from relance.engine.sequences.resuming import backlog
from relance.engine.states import Event, State
from relance.engine.store.contacts import contacts, suppressions
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import changing, enrollments, holds, tasks
from relance.engine.store.sequences.enrollments import Enrollment
from relance.wording import date_of


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
    run = RevisionRun.of(conn, context, revision, now)
    rows = traces.touched(run)
    enrollments.lock(conn, [row.id for row in rows])
    if reopen:
        _undo(run)
    _do(run)
    _drop_tasks(run, rows)
    if revision.taken_back is not None:
        holds.hold_again(conn, [row.id for row in rows], revision.taken_back, now)
    why = StandsBecause.ANOTHER_ANSWER if reopen else StandsBecause.UNTIL_REOPENED
    kept = why if _would_undo(run, rows) else None
    listed = slips.kept_on_list(conn, before, after, run.people)
    touched = {*(row.id for row in rows), *run.lifted}
    return Revised(_differences(conn, rows), kept, tuple(sorted(touched)), listed)


def _would_undo(run: RevisionRun, rows: Iterable[Enrollment]) -> bool:
    """Whether something of the earlier reading is left in these rows (as they were before): what the reading of now has
    changed is its own."""
    were = {row.id: (row.state, row.why) for row in rows}
    left = [row for row in traces.rows(run, run.revision.before) if (row.state, row.why) == were.get(row.id)]
    own = not traces.is_same(run) and any(traces.is_caused(run, row) for row in left)
    asked = any(traces.is_told_the_day(run, row) for row in left)
    return own or asked or any(each.is_to_be_undone for each in traces.colleagues(run))


def _undo(run: RevisionRun) -> None:
    if not traces.is_same(run):
        _lift(run)
        for row in traces.rows(run, run.revision.before):
            if traces.is_caused(run, row) and not traces.stands_otherwise(run, row):
                _go_on(run, row)
    for row in traces.rows(run, run.revision.after):
        if traces.is_told_the_day(run, row):
            _go_on(run, row) if traces.is_back_already(run) else _let_away(run, row)
    for each in traces.colleagues(run):
        if each.is_to_be_undone and not traces.asked_otherwise(run, each):
            _let_go(run, each)


def _lift(run: RevisionRun) -> None:
    """An address that was taken for dead is alive, an organisation that was held to refuse us does not. What a person
    asked for stays."""
    before, after = run.revision.before, run.revision.after
    person = run.people.get(before.contact_id) if before.contact_id is not None else None
    if person is not None and before.consequence.refused_there and not after.consequence.refused_there:
        there = (run.revision.answer.mailbox_id, refusing_domains.of(person), run.now)
        run.lifted.extend(refusing_domains.lift(run.conn, run.context, *there))
    if person is not None and run.revision.slip is not None:
        slips.lift(run.conn, person.email, run.matched(before).why(before.consequence), run.revision.slip)
    causes = traces.dead_address_mails(run)
    if causes and person is not None:
        suppressions.take_back(run.conn, person.email, causes)


def _let_go(run: RevisionRun, each: Colleague) -> None:
    if each.before.kind is not ActionKind.SLOW:
        tasks.close_step(run.conn, [each.row.id], tasks.HAND_OVER, "dropped", run.now)
        _go_on(run, each.row)
        return
    at = company.speed_up(run.conn, each.row, run.anew, run.now)
    if each.row.state is State.ACTIVE and each.row.step_kind == "mail":
        mailboxes.schedule_turn(run.conn, [each.row.mailbox_id], at)


def _let_away(run: RevisionRun, row: Enrollment) -> None:
    """Held until somebody said when they are back: that is known now."""
    after = run.revision.after
    result = out_of_office.corrected(run.conn, run.context, row, after.judgement, run.now)
    if result.event is Event.OUT_OF_OFFICE:
        matched, values = (
            run.matched(after),
            away.values(run.conn, run.context, row, after.judgement.until, run.now),
        )
        why = matched.why(result, source=matched.source)
        enrollments.apply(run.conn, [row.id], Event.RELEASED, run.now, reason=why, values=values)


def _drop_tasks(run: RevisionRun, rows: Iterable[Enrollment]) -> None:
    """What was asked of a person only because of a decision that is taken back now, and that ends the sequence again."""
    since, open_before = run.revision.taken_back, [row.id for row in rows if row.state in states.OPEN]
    if since is not None and open_before:
        now_at = enrollments.by_ids(run.conn, open_before)
        over = [row.id for row in now_at if row.state in states.FINAL]
        tasks.drop_made_since(run.conn, over, since, run.now)


def _tell_colleagues(run: RevisionRun) -> None:
    """What the answer asks for now and did not ask before; what stays the same is told in the words of now."""
    after = run.heard(run.revision.after)
    if after is None:
        return
    found = traces.colleagues(run)
    for each in found:
        if each.caused and each.before == each.after:
            company.say_anew(run.conn, each.row, each.after, after.reason(each.after), run.now)
    number = run.revision.answer.id
    asked = [(each.row, each.after) for each in found if each.is_asked_anew(number)]
    company.apply(run.conn, run.context, after, asked, run.now)


def _go_on(run: RevisionRun, row: Enrollment) -> None:
    event = traces.going_on(run, row)
    person = contacts.by_ids(run.conn, [row.contact_id])[row.contact_id]
    refused = suppressions.suppressed(run.conn, [person.email]).get(person.email)
    if refused is not None:  # something else says no: a person's wish, another bounce
        _not_on(run, row, person.email, because(Code.SUPPRESSED, why=refused))
        return
    due = backlog.overdue(run.conn, run.context, row, person)
    values: dict[str, Any] = {"resume_at": None, "finished_at": None, "attempts": 0, **due}
    if row.state is State.HELD:
        del values["resume_at"]  # who was held in an absence is still absent
    applied = enrollments.apply(run.conn, [row.id], event, run.now, reason=run.anew, values=values)
    if row.state in states.FINAL and row.step is not None and applied[0][1] in states.OPEN:
        tasks.reopen(run.conn, row.id, row.step)  # what it waited for was dropped when it ended
    at = due.get("due_at", row.due_at)
    if applied and applied[0][1] is State.ACTIVE and row.step_kind == "mail" and at is not None:
        mailboxes.schedule_turn(run.conn, [row.mailbox_id], at)


def _not_on(run: RevisionRun, row: Enrollment, email: str, why: Reason) -> None:
    """Who asked for no more mail meanwhile is unsubscribed; whom another bounce stops stays bounced."""
    if suppressions.is_wished(run.conn, email):
        enrollments.apply(run.conn, [row.id], Event.UNSUBSCRIBED, run.now, reason=why)


def _do(run: RevisionRun) -> None:
    after = run.revision.after
    result = after.consequence
    if traces.is_same(run):
        _say_anew(run)
        result = dataclasses.replace(result, event=None)
    if traces.is_back_already(run):
        return
    rows = traces.rows(run, after)
    if after.match is Certainty.SOFT:
        rows = [row for row in rows if row.state in states.OPEN]
    apply.apply_reply(run.conn, run.context, run.matched(after), rows, result, run.now)
    _tell_colleagues(run)


def _say_anew(run: RevisionRun) -> None:
    """The same news as it is told by now; an absence perhaps with another day of return."""
    event, matched = run.revision.after.consequence.event, run.matched(run.revision.after)
    for row in traces.rows(run, run.revision.before):
        if event is None or not traces.is_caused(run, row):
            continue
        if event is Event.OUT_OF_OFFICE:
            _absent_anew(run, row, matched)
            continue
        why = matched.why(run.revision.after.consequence, source=matched.source)
        enrollments.apply(run.conn, [row.id], event, run.now, values=_told_anew(row, why))


def _absent_anew(run: RevisionRun, row: Enrollment, matched: MatchedMail) -> None:
    """Away until another day perhaps, or held for a person to say until when. Who is held already stays so."""
    if row.state is not State.AWAY:
        return
    judgement = matched.judgement
    moved = judgement.until != run.revision.before.judgement.until
    result = out_of_office.corrected(run.conn, run.context, row, judgement, run.now)
    why = matched.why(result, source=matched.source)
    if result.event is Event.OUT_OF_OFFICE:
        values = _told_anew(row, why)
        if moved:
            values |= away.values(run.conn, run.context, row, judgement.until, run.now)
        enrollments.apply(run.conn, [row.id], Event.OUT_OF_OFFICE, run.now, values=values)
    elif moved:
        enrollments.apply(run.conn, [row.id], Event.HELD, run.now, reason=why)


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
