"""What an earlier reading of a mail did, found again by the reasons that rest on it. Asked only: nothing is written here, so that what a
decision would do can be told before it is made.

A state with another reason has another cause and stays. No sentence is compared.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from relance.engine import reasons, states
from relance.engine.context import Context
from relance.engine.definition import company_rules
from relance.engine.definition.company_rules import ColleagueAction
from relance.engine.inbound import classification, company, out_of_office
from relance.engine.inbound.apply import MatchedMail
from relance.engine.inbound.classification import EffectiveClassification
from relance.engine.inbound.company import ColleagueReply
from relance.engine.reasons import Cause, Code, Reason, because
from relance.engine.sending.refusals import refusing_domains
from relance.engine.states import Event, State
from relance.engine.store.contacts import contacts, suppressions
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.inbound import replies
from relance.engine.store.inbound.replies import Reply
from relance.engine.store.sequences import enrollments
from relance.engine.store.sequences.enrollments import Enrollment
from relance.mailbox.parsing.inbound import Kind


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
    taken_back: dt.datetime | None = None  # when the decision was made that is taken back now


class Rows:
    """What everybody concerned stands at, as the database has it at this moment."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn

    def of_contacts(self, ids: Iterable[int]) -> list[Enrollment]:
        """Every enrollment of these people."""
        return enrollments.of_contact(self.conn, ids)

    def at(self, organisation: str) -> list[Enrollment]:
        """Every enrollment at a company, by id."""
        return enrollments.of_organisation(self.conn, organisation)

    def people(self, ids: Iterable[int]) -> Mapping[int, Contact]:
        """These people."""
        return contacts.by_ids(self.conn, ids)

    def answers(self, contact_id: int) -> list[Reply]:
        """Everything that came from somebody, oldest first."""
        return replies.of_contact(self.conn, contact_id)


@dataclass(frozen=True)
class RevisionRun:
    """A mail on its way from one reading to another, in one transaction."""

    conn: Connection
    context: Context
    revision: Revision
    now: dt.datetime
    people: Mapping[int, Contact]
    reads: Rows
    lifted: list[int] = field(default_factory=list)  # enrollments that an organisation refuses no more

    @classmethod
    def of(
        cls,
        conn: Connection,
        context: Context,
        revision: Revision,
        now: dt.datetime,
        reads: Rows | None = None,
    ) -> RevisionRun:
        """With everybody it is, or was, about."""
        before, after = revision.before, revision.after
        ids = {before.contact_id, after.contact_id, *before.also, *after.also} - {None}
        reads = reads or Rows(conn)
        people = reads.people([number for number in ids if number is not None]) if ids else {}
        return cls(conn, context, revision, now, people, reads)

    @property
    def anew(self) -> Reason:
        """Why somebody goes on: the mail is taken for something else now."""
        return because(Code.READ_ANEW, kind=self.revision.after.judgement.kind.value)

    def is_slip(self, row: Enrollment) -> bool:
        """Whether who noted a wish for no more mail says at once that it was a slip."""
        return self.revision.slip is not None and row.contact_id == self.revision.before.contact_id

    def matched(self, reading: EffectiveClassification) -> MatchedMail:
        """The mail as it is acted upon."""
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


def touched(run: RevisionRun) -> list[Enrollment]:
    """Everybody's rows that may change: those of the person, and of the company."""
    found = {row.id: row for row in run.reads.of_contacts(run.people)} if run.people else {}
    for organisation in {person.organisation for person in run.people.values()} - {""}:
        found |= {row.id: row for row in run.reads.at(organisation)}
    return [found[number] for number in sorted(found)]


def is_same(run: RevisionRun) -> bool:
    """Whether it means the same to the same person as before."""
    before, after = run.revision.before, run.revision.after
    return before.consequence.event == after.consequence.event and before.contact_id == after.contact_id


def rows(run: RevisionRun, reading: EffectiveClassification) -> list[Enrollment]:
    """The enrollments of whom a reading is about."""
    ids = [number for number in (reading.contact_id, *reading.also) if number is not None]
    return run.reads.of_contacts(ids) if ids else []


def is_caused(run: RevisionRun, row: Enrollment) -> bool:
    """Whether this mail, read as before, made the row what it is, and no other news did. (What a person said stands
    behind it: `enrollments.apply` goes back to that.)"""
    if row.state is State.ACTIVE or (row.state is State.UNSUBSCRIBED and not run.is_slip(row)):
        return False  # it goes on, or never does again
    return bool(row.news) and all(_is_its(run, row, each) for each in row.news)


def _is_its(run: RevisionRun, row: Enrollment, why: Reason) -> bool:
    """Whether a reason rests on this mail, or on another that was behind: whatever its words, and nobody else's."""
    if why.cause is Cause.ORGANISATION:
        person = run.people.get(row.contact_id)
        return (
            run.revision.before.consequence.refused_there
            and person is not None
            and why.source == refusing_domains.of(person)
        )
    return why.cause is Cause.ANSWER and why.inbound_id in _mails(run, row)


def _mails(run: RevisionRun, row: Enrollment) -> set[int]:
    own = run.revision.answer.id
    others = run.reads.answers(row.contact_id)
    behind = {each.id for each in others if each.id != own and classification.is_behind(each)}
    return behind | ({own} if run.revision.before.consequence.event is not None else set())


def going_on(run: RevisionRun, row: Enrollment) -> Event:
    """The news by which somebody goes on who stands where they stand for the earlier reading alone."""
    found = {State.HELD: Event.RELEASED, State.AWAY: Event.BACK}
    found |= {State.UNSUBSCRIBED: Event.WISH_UNDONE} if run.is_slip(row) else {}
    return found.get(row.state, Event.REOPENED if row.state in states.FINAL else Event.RESUMED)


def is_back_already(run: RevisionRun) -> bool:
    """Whether the absence that it tells of now is over."""
    judgement = run.revision.after.judgement
    return (
        judgement.kind is Kind.OUT_OF_OFFICE
        and judgement.until is not None
        and judgement.until <= run.now.date()
    )


def is_told_the_day(run: RevisionRun, row: Enrollment) -> bool:
    """Whether a person was to say when somebody held is back, and the mail is taken to name a day now."""
    before, after = run.revision.before.judgement, run.revision.after.judgement
    names_another = after.kind is Kind.OUT_OF_OFFICE and after.until not in (None, before.until)
    return is_same(run) and names_another and out_of_office.asks_for_the_day(row) and is_caused(run, row)


def dead_address_mails(run: RevisionRun) -> list[str]:
    """What noted that the address does not work, where it does after all: the sources whose word is taken back."""
    before, after = run.revision.before, run.revision.after
    if before.judgement.kind is not Kind.HARD_BOUNCE or after.consequence.suppress:
        return []
    return [reasons.of_inbound(run.revision.answer.id), suppressions.UNSAID]


def stands_otherwise(run: RevisionRun, row: Enrollment) -> bool:
    """Whether another mail of the same person ends it all the same."""
    others = run.reads.answers(row.contact_id)
    return any(
        run.revision.others(run.conn, each).consequence.event in states.STOP_NEWS
        for each in others
        if each.id != run.revision.answer.id
    )


@dataclass(frozen=True)
class Colleague:
    """A colleague's enrollment: what the answer did to it as it was read before, and what it asks for now."""

    row: Enrollment
    before: ColleagueAction
    after: ColleagueAction
    caused: bool  # whether it stands where it stands for this answer and nothing else

    @property
    def is_to_be_undone(self) -> bool:
        """Whether what it did is not asked for any more."""
        return self.caused and self.before != self.after

    def is_asked_anew(self, number: int) -> bool:
        """Whether the mail of this number asks for something of them now that it did not do yet."""
        return (
            self.before != self.after
            and self.row.state in states.OPEN
            and not company.caused(self.row, number, self.after)
        )


def colleagues(run: RevisionRun) -> list[Colleague]:
    """Everybody else at the company of whom the mail was, or is, held to be."""
    before, after = run.heard(run.revision.before), run.heard(run.revision.after)
    found: dict[int, Enrollment] = {}
    for heard in (before, after):
        found |= {row.id: row for row in company.rows(heard.contact if heard else None, run.reads.at)}
    made = []
    for number in sorted(found):
        row = found[number]
        was, is_now = _action(run, row, before), _action(run, row, after)
        caused = company.caused(row, run.revision.answer.id, was)
        made.append(Colleague(row, was, is_now, caused))
    return made


def _action(run: RevisionRun, row: Enrollment, heard: ColleagueReply | None) -> ColleagueAction:
    if heard is None or heard.contact.id == row.contact_id:
        return company_rules.GO_ON
    return company.action(run.conn, run.context, row, heard.judgement)


def asked_otherwise(run: RevisionRun, each: Colleague) -> bool:
    """Whether a later answer of the same person asks for the same all the same."""
    number = run.revision.before.contact_id
    later = run.reads.answers(number) if number is not None else []
    readings = [
        run.revision.others(run.conn, answer) for answer in later if answer.id > run.revision.answer.id
    ]
    return any(
        reading.consequence.tells_company
        and company.action(run.conn, run.context, each.row, reading.judgement) == each.before
        for reading in readings
    )
