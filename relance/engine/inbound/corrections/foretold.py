"""What a decision about a mail would do to everybody concerned, told before it is made: the rules of `revise`, asked about rows that are
read once and written nowhere."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.engine import Connection

from relance.engine import states
from relance.engine.context import Context
from relance.engine.definition.company_rules import ActionKind
from relance.engine.inbound import classification, out_of_office, policy
from relance.engine.inbound.corrections import inbox, traces
from relance.engine.inbound.corrections.inbox import Correction
from relance.engine.inbound.corrections.traces import Colleague, Revision, RevisionRun, Rows
from relance.engine.inbound.policy import Absences, Consequence
from relance.engine.reasons import Cause, Code, Reason, because
from relance.engine.sending.refusals import refusing_domains
from relance.engine.sequences import away
from relance.engine.states import Event, State
from relance.engine.store.contacts import suppressions
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.inbound.replies import Reply
from relance.engine.store.sequences import changing
from relance.engine.store.sequences.enrollments import Enrollment
from relance.mailbox.parsing.inbound import Kind


class ForetoldEffect(StrEnum):
    """What happens to somebody in a sequence."""

    ENDS = "ends"
    ENDED = "ended"  # it is over already, and stays so
    ENDED_OTHERWISE = "ended otherwise"  # it is over already, and from then on for another reason
    AWAY = "away"  # waits until they are back
    HELD = "held"  # waits for a person's decision
    PAUSED = "paused"  # as a person had paused it before
    GOES_ON = "goes on"  # what had ended, held or deferred it is taken back
    LATER = "later"  # the next step, by some business days
    EARLIER = "earlier"  # as it would have gone before
    STAYS = "stays"  # under way, and nothing changes


@dataclass(frozen=True)
class Foretold:
    """One enrollment that a decision is about: of the person themselves, or of a colleague; where it stands and where it would stand."""

    enrollment: int
    person: int  # the contact's number
    is_colleague: bool
    before: str
    after: str
    effect: ForetoldEffect


def foretell(context: Context, number: int, meant: Sequence[Correction]) -> tuple[tuple[Foretold, ...], ...]:
    """What each of these corrections of one mail would do now, in their order; colleagues to whom nothing would happen are left out.
    Nothing is written. Raises `errors.NotFound`, `errors.Invalid` for a kind or intent there is not."""
    now = context.clock.now()
    with context.database.read() as conn:
        answer, found = inbox.get(conn, number), _ForeseenRows(conn)
        return tuple(_foretold(context, answer, each, found, now) for each in meant)


def _foretold(
    context: Context, answer: Reply, correction: Correction, found: _ForeseenRows, now: dt.datetime
) -> tuple[Foretold, ...]:
    before = classification.in_force(answer)
    said = inbox.said_of(answer, before, correction, now)
    after = classification.in_force(dataclasses.replace(answer, correction=said))
    revision = Revision(answer, classification.acted_on(answer), after)
    run = _ForeseenRun(found.afresh(), RevisionRun.of(found.conn, context, revision, now, found))
    rows = traces.touched(run.run)
    run.undo()
    run.do()
    own = {answer.contact_id, *revision.before.also}
    told = [run.told(row, is_colleague=row.contact_id not in own) for row in rows]
    return tuple(each for each in told if not each.is_colleague or each.effect not in _NOTHING)


_NOTHING = (ForetoldEffect.ENDED, ForetoldEffect.ENDED_OTHERWISE, ForetoldEffect.STAYS)


class _ForeseenRows(Rows):
    """Read once, however many decisions are thought through; and what one of them would make of them."""

    def __init__(self, conn: Connection) -> None:
        super().__init__(conn)
        self._people: dict[tuple[int, ...], list[Enrollment]] = {}
        self._companies: dict[str, list[Enrollment]] = {}
        self._answers: dict[int, list[Reply]] = {}
        self._known: dict[int, Contact] = {}
        self._refused: dict[int, bool] = {}
        self.changed: dict[int, Enrollment] = {}

    def afresh(self) -> _ForeseenRows:
        """Nothing has happened to anybody."""
        self.changed = {}
        return self

    def of_contacts(self, ids: Iterable[int]) -> list[Enrollment]:
        key = tuple(sorted(set(ids)))
        if key not in self._people:
            self._people[key] = super().of_contacts(key)
        return self.now(self._people[key])

    def at(self, organisation: str) -> list[Enrollment]:
        if organisation not in self._companies:
            self._companies[organisation] = super().at(organisation)
        return self.now(self._companies[organisation])

    def people(self, ids: Iterable[int]) -> Mapping[int, Contact]:
        wanted = sorted(set(ids))
        missing = [number for number in wanted if number not in self._known]
        if missing:
            self._known |= super().people(missing)
        return {number: self._known[number] for number in wanted}

    def is_refused(self, contact_id: int) -> bool:
        """Whether somebody may not be written to; asked of everybody concerned at once."""
        if contact_id not in self._refused:
            read = (*self._people.values(), *self._companies.values())
            found = self.people({contact_id, *(row.contact_id for rows in read for row in rows)})
            refused = suppressions.suppressed(self.conn, [each.email for each in found.values()])
            self._refused = {number: each.email in refused for number, each in found.items()}
        return self._refused[contact_id]

    def answers(self, contact_id: int) -> list[Reply]:
        if contact_id not in self._answers:
            self._answers[contact_id] = super().answers(contact_id)
        return self._answers[contact_id]

    def now(self, rows: Iterable[Enrollment]) -> list[Enrollment]:
        """As they stand by now."""
        return [self.changed.get(row.id, row) for row in rows]

    def apply(
        self, row: Enrollment, event: Event, now: dt.datetime, why: Reason, values: Mapping[str, Any]
    ) -> None:
        """As `enrollments.apply`, in thought."""
        row = self.changed.get(row.id, row)
        after, change = changing.by_news(row, event, now, why, values)
        known = {name: value for name, value in change.items() if name in Enrollment.__dataclass_fields__}
        self.changed[row.id] = dataclasses.replace(row, **{**known, "state": after})


class _ForeseenRun:
    """`revise`, step by step, in thought. What its steps decide by stands in `traces`; the rest is what they write."""

    def __init__(self, found: _ForeseenRows, run: RevisionRun) -> None:
        self.found, self.run = found, run
        self.moved: dict[
            int, ForetoldEffect
        ] = {}  # whose next step, or return, is put off or brought forward

    def undo(self) -> None:
        """What the earlier reading did and this one does not ask for."""
        run = self.run
        if not traces.is_same(run):
            self._lift()
            for row in traces.rows(run, run.revision.before):
                if traces.is_caused(run, row) and not traces.stands_otherwise(run, row):
                    self._go_on(row)
        for row in traces.rows(run, run.revision.after):
            if traces.is_told_the_day(run, row):
                self._go_on(row) if traces.is_back_already(run) else self._let_away(row)
        for each in traces.colleagues(run):
            if each.is_to_be_undone and not traces.asked_otherwise(run, each):
                self._let_go(each)

    def _lift(self) -> None:
        run = self.run
        before, after = run.revision.before, run.revision.after
        person = run.people.get(before.contact_id) if before.contact_id is not None else None
        if person is None or not before.consequence.refused_there or after.consequence.refused_there:
            return
        name = refusing_domains.of(person)
        for row in refusing_domains.held_for(run.conn, run.revision.answer.mailbox_id, name):
            rest = [each for each in row.why if each.cause is not Cause.ORGANISATION or each.source != name]
            if rest:  # held all the same
                self.found.apply(row, Event.HELD, run.now, rest[0], changing.written(rest))
            else:
                self.found.apply(row, Event.RELEASED, run.now, because(Code.ORGANISATION_TRIED_AGAIN), {})

    def _go_on(self, row: Enrollment) -> None:
        run = self.run
        if self._is_refused(row):
            if suppressions.is_wished(run.conn, self.found.people([row.contact_id])[row.contact_id].email):
                self.found.apply(row, Event.UNSUBSCRIBED, run.now, run.anew, {})
            return
        values = {} if row.state is State.HELD else {"resume_at": None}
        self.found.apply(row, traces.going_on(run, row), run.now, run.anew, values)

    def _let_away(self, row: Enrollment) -> None:
        run, after = self.run, self.run.revision.after
        result = out_of_office.corrected(run.conn, run.context, row, after.judgement, run.now)
        if result.event is Event.OUT_OF_OFFICE:
            values = away.values(run.conn, run.context, row, after.judgement.until, run.now)
            why = run.matched(after).why(result, source=run.matched(after).source)
            self.found.apply(row, Event.RELEASED, run.now, why, values)

    def _is_refused(self, row: Enrollment) -> bool:
        """Whether they may not be written to, once it is taken back that their address is dead."""
        if not self.found.is_refused(row.contact_id):
            return False
        taken_back = traces.dead_address_mails(self.run)
        if not taken_back or row.contact_id != self.run.revision.before.contact_id:
            return True
        email = self.found.people([row.contact_id])[row.contact_id].email
        return suppressions.stands_without(self.run.conn, email, taken_back)

    def _let_go(self, each: Colleague) -> None:
        if each.before.kind is not ActionKind.SLOW:
            self._go_on(each.row)
            return
        self.moved[each.row.id] = ForetoldEffect.EARLIER
        self.found.changed[each.row.id] = dataclasses.replace(each.row, bound=())

    def do(self) -> None:
        """What this reading asks for and the earlier one did not."""
        run, after = self.run, self.run.revision.after
        if traces.is_back_already(run):
            return
        for row in traces.rows(run, after):
            self._apply(row, after.consequence)
        heard = run.heard(after)
        if heard is None:
            return
        for each in traces.colleagues(run):
            if each.is_asked_anew(run.revision.answer.id):
                self._tell(each, heard.reason(each.after))

    def _apply(self, row: Enrollment, result: Consequence) -> None:
        run, judgement = self.run, self.run.revision.after.judgement
        if result.event is None:
            return
        if traces.is_same(run):
            moved = judgement.until != run.revision.before.judgement.until
            is_about = result.event is Event.OUT_OF_OFFICE and row.state is State.AWAY
            if not (moved and is_about and traces.is_caused(run, row)):
                return
            result = out_of_office.corrected(run.conn, run.context, row, judgement, run.now)
        else:
            result = policy.absence(result, judgement, self._absences(row), run.now.date())
        if result.event is Event.OUT_OF_OFFICE and row.state is State.AWAY:
            self.moved[row.id] = ForetoldEffect.AWAY
        matched = run.matched(run.revision.after)
        if result.event is not None:
            self.found.apply(row, result.event, run.now, matched.why(result, source=matched.source), {})

    def _absences(self, row: Enrollment) -> Absences:
        """As `out_of_office.answered` asks, once the mail is among those that say so."""
        until, number = self.run.revision.after.judgement.until, self.run.revision.answer.id
        others = [
            classification.in_force(each).judgement
            for each in self.found.answers(row.contact_id)
            if until is not None and each.id != number
        ]
        again = any(each.kind is Kind.OUT_OF_OFFICE and each.until == until for each in others)
        return out_of_office.absences(self.run.conn, self.run.context, row, self.run.now, said_again=again)

    def _tell(self, each: Colleague, why: Reason) -> None:
        row = each.row
        if each.after.kind is ActionKind.SLOW:
            if each.after.wait is not None and row.step is not None and row.due_at is not None:
                self.moved[row.id] = ForetoldEffect.LATER
        elif each.after.kind is not ActionKind.GO_ON:
            event = Event.STOPPED if each.after.kind is ActionKind.STOP else Event.HELD
            self.found.apply(row, event, self.run.now, why, {})

    def told(self, row: Enrollment, *, is_colleague: bool) -> Foretold:
        """What became of a row as it is."""
        [after] = self.found.now([row])
        effect = _effect(row.state, after.state)
        if effect is ForetoldEffect.STAYS:
            effect = self.moved.get(row.id, effect)
        return Foretold(row.id, row.contact_id, is_colleague, row.state.value, after.state.value, effect)


def _effect(before: State, after: State) -> ForetoldEffect:
    if after is before:
        return ForetoldEffect.ENDED if after in states.FINAL else ForetoldEffect.STAYS
    if after in states.FINAL:
        return ForetoldEffect.ENDED_OTHERWISE if before in states.FINAL else ForetoldEffect.ENDS
    return _REACHED.get(after, ForetoldEffect.STAYS)


_REACHED: Mapping[State, ForetoldEffect] = {
    State.ACTIVE: ForetoldEffect.GOES_ON,
    State.AWAY: ForetoldEffect.AWAY,
    State.HELD: ForetoldEffect.HELD,
    State.PAUSED: ForetoldEffect.PAUSED,
}
