"""A judgement changed, by better rules or by a person: what it had done is undone where that is certain, what it means
now is done.

What an earlier judgement did is known by the reason that stands beside the state: the very words it wrote there. A state
with another reason has another cause and stays.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from relance.engine import absences, acting, news, resuming, states
from relance.engine.acting import Matter
from relance.engine.house import House
from relance.engine.news import Consequence, Match
from relance.engine.states import Event, State
from relance.engine.store import answers, contacts, enrollments, mailboxes, suppressions
from relance.engine.store.answers import Answer
from relance.engine.store.contacts import Contact
from relance.engine.store.enrollments import Enrollment
from relance.mailbox.inbound import Judgement, Kind


@dataclass(frozen=True)
class Reading:
    """What a kept mail is held to be, and whose."""

    match: Match
    judgement: Judgement
    contact_id: int | None
    also: tuple[int, ...] = ()

    @property
    def consequence(self) -> Consequence:
        """What it leads to."""
        return news.consequence(self.match, self.judgement)


def judged(answer: Answer) -> Judgement:
    """What the rules said."""
    rest = answer.judgement
    until = rest.get("until")
    return Judgement(
        kind=Kind(answer.kind),
        rule=answer.rule,
        evidence=answer.evidence,
        until=dt.date.fromisoformat(until) if until else None,
        recipient=rest.get("recipient"),
        status=rest.get("status"),
        intent=rest.get("intent"),
        language=rest.get("language"),
        substitute=rest.get("substitute"),
        version=answer.rules_version,
        notes=tuple(rest.get("notes") or ()),
    )


def in_force(answer: Answer) -> Reading:
    """What it is held to be now: what a person said of it is certain and outranks the rules."""
    match = Match(answer.match or (Match.SOFT if "colleague" in answer.matched_by else Match.CERTAIN))
    judgement = judged(answer)
    said = answer.correction
    if said is None:
        return Reading(match, judgement, answer.contact_id, tuple(answer.judgement.get("also") or ()))
    until = said.get("until")
    judgement = dataclasses.replace(
        judgement,
        kind=Kind(said["kind"]),
        intent=said.get("intent", judgement.intent),
        until=dt.date.fromisoformat(until) if until else judgement.until,
    )
    return Reading(Match.CERTAIN, judgement, answer.contact_id)


@dataclass(frozen=True)
class Revision:
    """One kept mail, what it was held to be, and what it is held to be from now on."""

    answer: Answer
    before: Reading
    after: Reading


@dataclass(frozen=True)
class _Desk:
    conn: Connection
    house: House
    revision: Revision
    now: dt.datetime
    people: Mapping[int, Contact]

    def matter(self, reading: Reading) -> Matter:
        person = self.people.get(reading.contact_id) if reading.contact_id is not None else None
        return Matter(reading.judgement, person, self.revision.answer.mailbox_id)

    @property
    def said_before(self) -> str:
        return self.matter(self.revision.before).said(self.revision.before.consequence)


def revise(
    conn: Connection, house: House, revision: Revision, now: dt.datetime, *, reopen: bool
) -> tuple[str, ...]:
    """Bring everybody concerned from one reading to the other; returns what changed, in words.

    A stop is always carried out. What an earlier reading stopped, held or put off goes on only with `reopen`; an
    opt-out never does.
    """
    before, after = revision.before, revision.after
    ids = {before.contact_id, after.contact_id, *before.also, *after.also} - {None}
    people = contacts.by_ids(conn, [number for number in ids if number is not None]) if ids else {}
    desk = _Desk(conn, house, revision, now, people)
    rows = _touched(desk)
    enrollments.for_sending(conn, [row.id for row in rows])
    if reopen:
        _undo(desk)
    _do(desk)
    return _differences(conn, rows, kept=not reopen and _would_undo(desk))


def _touched(desk: _Desk) -> list[Enrollment]:
    """Everybody's rows that may change: those of the person, and of the company."""
    found = {row.id: row for row in enrollments.of_contact(desk.conn, desk.people)} if desk.people else {}
    for organisation in {person.organisation for person in desk.people.values()} - {""}:
        found |= {row.id: row for row in enrollments.of_organisation(desk.conn, organisation)}
    return [found[number] for number in sorted(found)]


def _same(desk: _Desk) -> bool:
    before, after = desk.revision.before, desk.revision.after
    return before.consequence.event == after.consequence.event and before.contact_id == after.contact_id


def _would_undo(desk: _Desk) -> bool:
    return not _same(desk) and any(_caused(desk, row) for row in _rows(desk, desk.revision.before))


def _undo(desk: _Desk) -> None:
    if not _same(desk):
        _lift(desk)
        for row in _rows(desk, desk.revision.before):
            if _caused(desk, row) and not _stands_otherwise(desk, row):
                _go_on(desk, row)
    for row in _colleagues(desk):
        if not _company_rule_holds(desk, row):
            _go_on(desk, row)


def _company_rule_holds(desk: _Desk, row: Enrollment) -> bool:
    after = desk.revision.after
    return after.consequence.stops_company and acting.rule_holds(desk.house, desk.conn, row, after.judgement)


def _lift(desk: _Desk) -> None:
    """An address that was held to be dead is alive. What a person asked for stays."""
    before, after = desk.revision.before, desk.revision.after
    person = desk.people.get(before.contact_id) if before.contact_id is not None else None
    if before.judgement.kind is not Kind.HARD_BOUNCE or after.consequence.suppress or person is None:
        return
    if suppressions.among(desk.conn, [person.email]).get(person.email) == desk.said_before:
        suppressions.remove(desk.conn, person.email)


def _rows(desk: _Desk, reading: Reading) -> list[Enrollment]:
    ids = [number for number in (reading.contact_id, *reading.also) if number is not None]
    return enrollments.of_contact(desk.conn, ids) if ids else []


def _caused(desk: _Desk, row: Enrollment) -> bool:
    """Whether this mail, read as before, made the row what it is, and nothing else did."""
    return (
        desk.revision.before.consequence.event is not None
        and row.state is not State.ACTIVE
        and row.reason == desk.said_before
    )


def _stands_otherwise(desk: _Desk, row: Enrollment) -> bool:
    """Whether another mail of the same person ends it all the same."""
    others = answers.of_contact(desk.conn, row.contact_id)
    return any(
        in_force(each).consequence.event in states.STOP_NEWS
        for each in others
        if each.id != desk.revision.answer.id
    )


def _colleagues(desk: _Desk) -> list[Enrollment]:
    """Those stopped because of this answer by somebody at their company."""
    before = desk.revision.before
    person = desk.people.get(before.contact_id) if before.contact_id is not None else None
    if person is None or not person.organisation:
        return []
    words = f"{person.email} {acting.COLLEAGUE} {desk.said_before}"
    rows = enrollments.of_organisation(desk.conn, person.organisation)
    return [row for row in rows if row.state is State.STOPPED and row.reason == words]


def _go_on(desk: _Desk, row: Enrollment) -> None:
    events = {State.HELD: Event.RELEASED, State.AWAY: Event.BACK}
    event = events.get(row.state, Event.REOPENED if row.state in states.FINAL else Event.RESUMED)
    person = contacts.by_ids(desk.conn, [row.contact_id])[row.contact_id]
    due = resuming.overdue(desk.conn, desk.house, row, person)
    values: dict[str, Any] = {"resume_at": None, "finished_at": None, "attempts": 0, **due}
    words = f"an answer was read anew: {desk.revision.after.judgement.kind.value}"
    applied = enrollments.apply(desk.conn, [row.id], event, desk.now, reason=words, values=values)
    at = due.get("due_at", row.due_at)
    if applied and applied[0][1] is State.ACTIVE and row.step_kind == "mail" and at is not None:
        mailboxes.call(desk.conn, [row.mailbox_id], at)


def _do(desk: _Desk) -> None:
    after = desk.revision.after
    result = after.consequence
    if _same(desk):
        _say_anew(desk)
        result = dataclasses.replace(result, event=None)
    if after.judgement.kind is Kind.OUT_OF_OFFICE and _is_past(after.judgement.until, desk.now):
        return  # they are back already
    rows = _rows(desk, after)
    if after.match is Match.SOFT:
        rows = [row for row in rows if row.state in states.OPEN]
    acting.carry_out(desk.conn, desk.house, desk.matter(after), rows, result, desk.now)


def _is_past(until: dt.date | None, now: dt.datetime) -> bool:
    return until is not None and until <= now.date()


def _say_anew(desk: _Desk) -> None:
    """The same news in other words; an absence perhaps with another day of return."""
    before, after = desk.revision.before, desk.revision.after
    said = desk.matter(after).said(after.consequence)
    for row in _rows(desk, before):
        if after.consequence.event is not None and _caused(desk, row):
            values: dict[str, Any] = {"reason": said}
            if row.state is State.AWAY and after.judgement.until != before.judgement.until:
                values |= absences.values(desk.conn, desk.house, row, after.judgement.until, desk.now)
            enrollments.apply(desk.conn, [row.id], after.consequence.event, desk.now, values=values)


def _differences(conn: Connection, rows: Iterable[Enrollment], *, kept: bool) -> tuple[str, ...]:
    were = {row.id: row for row in rows}
    now = enrollments.by_ids(conn, were) if were else []
    emails = {each.id: each.email for each in contacts.by_ids(conn, [row.contact_id for row in now]).values()}
    changed = [
        f"{emails[row.contact_id]}: {were[row.id].state} → {row.state}"
        if row.state != were[row.id].state
        else f"{emails[row.contact_id]}: {row.state}, back {row.resume_at:%Y-%m-%d}"
        for row in now
        if row.state != were[row.id].state or (row.resume_at and row.resume_at != were[row.id].resume_at)
    ]
    if kept and not changed:
        changed.append("what it stopped stays stopped until it is reopened")
    return tuple(changed)
