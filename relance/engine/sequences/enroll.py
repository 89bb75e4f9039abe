"""Putting people into a sequence: each with a mailbox, a first due time, or the reason why not."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine import reasons, states
from relance.engine.context import Context
from relance.engine.definition.compiled import CompiledSequence
from relance.engine.definition.position import Position
from relance.engine.event_log.of_people import EnrollmentCreated
from relance.engine.reasons import Reason, Why, code_words
from relance.engine.schedule.outlook import LastMails, Unforeseen
from relance.engine.sequences import outlook, publish
from relance.engine.sequences.senders import choice, room
from relance.engine.sequences.senders.assignment import MailboxShares
from relance.engine.sequences.senders.choice import Senders
from relance.engine.store import events, scopes
from relance.engine.store.contacts import answers_of_others, contacts, suppressions
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.events import NewEvent
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending import messages
from relance.engine.store.sequences import enrollments, new_enrollments, sequences
from relance.engine.store.sequences.enrollments import Enrollment
from relance.engine.store.sequences.sequences import Version
from relance.mailbox import address
from relance.wording import Text, _

BATCH = 500
# People a transaction: some 100 ms of one writer's time on SQLite.


class SkipCode(StrEnum):
    """Why somebody was not enrolled."""

    NOT_AN_ADDRESS = "not_an_address"
    NOT_A_CONTACT = "not_a_contact"
    OF_A_COLLEAGUE = "of_a_colleague"
    SUPPRESSED = "suppressed"
    IN_SEQUENCE = "in_sequence"  # in this one already, in whatever state
    IN_ANOTHER_SEQUENCE = "in_another_sequence"  # being written to there
    VALUE_MISSING = "value_missing"  # a field that a mail needs


@dataclass(frozen=True)
class Skipped:
    """Somebody who was not enrolled, and why: for people, and by its code."""

    email: str
    reason: str
    code: SkipCode


@dataclass(frozen=True)
class EnrollReport:
    """What enrolling did, or in a dry run would do."""

    enrolled: int
    skipped: tuple[Skipped, ...]
    by_mailbox: dict[str, int]
    first_due: dt.datetime | None
    sequence: str = ""
    version: int = 0
    dry_run: bool = False
    first_kind: str = ""  # what kind of step falls due at `first_due`: the first mail may follow later
    last_first_mail: dt.date | None = None  # about, if nobody answers
    last_mail: dt.date | None = None  # likewise
    last_mail_code: str = ""  # why nobody can say when the last mails leave: an `Unforeseen`
    last_mail_reason: Text | None = (
        None  # what puts the last mail so late, where its mailbox does not: a receiver's limit
    )
    last_mail_why: Why | None = None  # the same for programs


@dataclass(frozen=True)
class EnrollRequest:
    """Who is to be enrolled where. `emails` None: everybody; `mailboxes`: in equal shares, or {address: share}; None: as the
    sequence says, and where it says nothing all that are active."""

    sequence: str
    emails: Iterable[str] | None = None
    mailboxes: Senders | None = None
    also_elsewhere: bool = False  # also people who are active in another sequence


Noted = Callable[[Connection, Mapping[str, int], Sequence[Skipped]], None]
# Is told in the transaction of each batch how many joined in each mailbox, and who did not; what it raises takes the batch back.


def enroll(
    context: Context,
    wish: EnrollRequest,
    *,
    dry_run: bool = False,
    progress: Callable[[int], None] | None = None,
    note: Noted | None = None,
) -> EnrollReport:
    """Enroll people in a sequence's latest version.

    Who cannot be written to is skipped with the reason; nothing is half-done for anybody. Raises `errors.NotFound` and
    `errors.Invalid` for a sequence or mailbox that is not there or not ready. `progress` is told how many were looked at.
    """
    emails, asked = address.several(wish.emails), choice.wanted(wish.mailboxes)
    with context.database.read() as conn:
        version = publish.versions_of(conn, wish.sequence)[0]
        script = context.library.script(conn, version.id)
        shares = choice.chosen(conn, asked, script.definition.mailboxes, context.clock.now())
        names = {each.sequence_id: each.name for each in sequences.latest(conn)}
    run = _Run(context, version, script, shares, wish.also_elsewhere, dry_run, names, note)
    seen = 0
    for batch in everybody(context) if emails is None else _named(run, emails):
        run.take(batch)
        seen += len(batch)
        if progress is not None:
            progress(seen)
    return run.report()


def everybody(context: Context) -> Iterator[list[Contact]]:
    """All contacts that the viewer may see, by address, a batch at a time."""
    after: str | None = None
    while True:
        with context.database.read() as conn:
            page = contacts.page(conn, search=None, after=after, limit=BATCH)
        if not page:
            return
        yield page
        after = page[-1].email


def _named(run: _Run, emails: Iterable[str]) -> Iterator[list[Contact]]:
    """The contacts of these addresses, each once; those that are none are skipped with the reason."""
    wanted = dict.fromkeys(found for text in emails if (found := run.normalised(text)) is not None)
    addresses = iter(wanted)
    if not wanted:
        yield []  # so that those who were skipped are noted
    while batch := list(itertools.islice(addresses, BATCH)):
        with run.context.database.read() as conn:
            known = contacts.by_emails(conn, batch)
            others = scopes.of_others(conn, batch)
        for email in batch:
            if email in others:
                del known[email]
                run.skipped.append(Skipped(email, _("belongs to a colleague"), SkipCode.OF_A_COLLEAGUE))
            elif email not in known:
                run.skipped.append(
                    Skipped(email, _("is not a contact yet: import it first"), SkipCode.NOT_A_CONTACT)
                )
        yield [known[email] for email in sorted(known)]


@dataclass(frozen=True)
class _Known:
    """What is known of one batch of people, read in one go."""

    enrolled: dict[int, list[Enrollment]]
    suppressed: dict[str, Reason]
    wrote: dict[int, list[int]]


@dataclass
class _Run:
    """One enrolling, batch by batch."""

    context: Context
    version: Version
    script: CompiledSequence
    senders: Sequence[tuple[Mailbox, int]]
    also_elsewhere: bool
    dry_run: bool
    names: dict[int, str]
    note: Noted | None = None
    noted: int = 0  # so many of those who were skipped were noted
    skipped: list[Skipped] = field(default_factory=list)
    enrolled: int = 0
    first_due: dt.datetime | None = None
    first_kind: str = ""
    to_join: list[str] = field(default_factory=list)  # addresses of those who would join

    def __post_init__(self) -> None:
        self.shares = MailboxShares({each.id: share for each, share in self.senders})
        self.by_id = {each.id: each for each, _share in self.senders}
        self.begun = False
        self.needs = needs(self.script)
        self.counts = dict.fromkeys((each.address for each in self.by_id.values()), 0)
        self.calls: dict[int, dt.datetime] = {}  # when each mailbox has something to do first

    def normalised(self, text: str) -> str | None:
        """The address as it is stored; None (and skipped) when it is none."""
        try:
            found = address.normalise(text, allow_test_domains=self.context.options.allow_test_domains)
        except errors.Invalid as refused:
            self.skipped.append(Skipped(text.strip(), str(refused), SkipCode.NOT_AN_ADDRESS))
            return None
        return found.normalised

    def take(self, people: Sequence[Contact]) -> None:
        """One batch, in one transaction."""
        if not people and self.note is None:
            return
        if self.dry_run:
            with self.context.database.read() as conn:
                chosen = self._chosen(people, self._read(conn, people))
            for person, mailbox in chosen:
                self._count(mailbox, self._first(person, mailbox, f"dry:{person.id}"))
                self.to_join.append(person.email)
            return
        with self.context.database.write() as conn:
            before = Counter(self.counts)
            self._refuse_removed(mailboxes.lock(conn, self.by_id))
            known = self._read(conn, people)
            self._add(conn, self._chosen(people, known), known)
            if self.note is not None:
                self.note(conn, Counter(self.counts) - before, self.skipped[self.noted :])
                self.noted = len(self.skipped)

    def _refuse_removed(self, states_now: dict[int, str]) -> None:
        """Anyone who joins a mailbox that is gone is written to by nobody."""
        for number, state in states_now.items():
            if state == "removed":
                raise errors.Invalid(
                    Text.plural(
                        "the mailbox {address} has been removed in the meantime. {count} contact is enrolled; enroll the others again.",
                        "the mailbox {address} has been removed in the meantime. {count} contacts are enrolled; enroll the others again.",
                        self.enrolled,
                        address=self.by_id[number].address,
                    )
                )

    def _read(self, conn: Connection, people: Sequence[Contact]) -> _Known:
        ids = [person.id for person in people]
        enrolled: dict[int, list[Enrollment]] = {}
        for row in enrollments.of_contact(conn, ids):
            enrolled.setdefault(row.contact_id, []).append(row)
        refused = answers_of_others.discreet(
            conn, suppressions.suppressed(conn, [person.email for person in people])
        )
        if not self.begun:
            self.begun = True
            sequence, latest = self.version.sequence_id, self.shares.lookback
            self.shares.gave(new_enrollments.latest_mailboxes(conn, sequence, latest))
            self.shares.room = room.free(conn, self.by_id.values(), self.context.clock.now())
        self.shares.knows(
            new_enrollments.mailboxes_of_organisations(
                conn, {person.organisation for person in people}, self.shares.taking
            )
        )
        return _Known(enrolled, refused, messages.writers(conn, ids))

    def _chosen(self, people: Sequence[Contact], known: _Known) -> list[tuple[Contact, Mailbox]]:
        """Those of them who may be enrolled, each with a mailbox; the others are skipped."""
        chosen = []
        for person in people:
            objection = self._objection(person, known)
            if objection is None:
                number = self.shares.pick(person.organisation, known.wrote.get(person.id, ()))
                chosen.append((person, self.by_id[number]))
            else:
                self.skipped.append(Skipped(person.email, str(objection[1]), objection[0]))
        return chosen

    def _objection(self, person: Contact, known: _Known) -> tuple[SkipCode, Text] | None:
        """Why somebody may not be enrolled, or None."""
        if person.email in known.suppressed:
            reason = reasons.signed(known.suppressed[person.email])
            return SkipCode.SUPPRESSED, Text("is on the do-not-contact list: {reason}", reason=reason)
        for row in known.enrolled.get(person.id, ()):
            state = code_words.word("person", row.state)
            if row.sequence_id == self.version.sequence_id:
                return SkipCode.IN_SEQUENCE, Text("is already in this sequence ({state})", state=state)
            if row.state not in states.FINAL and not self.also_elsewhere:
                name = self.names.get(row.sequence_id) or Text("another sequence")
                there = Text('is {state} in "{sequence}"', state=state, sequence=name)
                return SkipCode.IN_ANOTHER_SEQUENCE, there
        missing = lacking(self.needs, self.script, person, self.senders[0][0])
        return (SkipCode.VALUE_MISSING, missing) if missing else None

    def _add(self, conn: Connection, chosen: Sequence[tuple[Contact, Mailbox]], known: _Known) -> None:
        now = self.context.clock.now()
        rows = [self._row(person, mailbox, person.id in known.wrote, now) for person, mailbox in chosen]
        ids = new_enrollments.add_new(conn, rows)
        placed, news = [], []
        for person, mailbox in chosen:
            number = ids.get(person.id)
            if number is None:  # another process enrolled them since they were read
                already = Skipped(person.email, _("is already in this sequence"), SkipCode.IN_SEQUENCE)
                self.skipped.append(already)
                continue
            position = self._first(person, mailbox, str(number))
            placed.append((number, position))
            news.append(self._event(person, mailbox, number, now))
            self._count(mailbox, position)
            if position.step_kind == "mail" and position.due_at is not None:
                self.calls[mailbox.id] = min(position.due_at, self.calls.get(mailbox.id, position.due_at))
        new_enrollments.place(conn, placed)
        events.record_events(conn, news)
        for mailbox_id, at in sorted(self.calls.items()):
            mailboxes.schedule_turn(conn, [mailbox_id], at)

    def _row(self, person: Contact, mailbox: Mailbox, wrote: bool, now: dt.datetime) -> dict[str, object]:
        return {
            "sequence_id": self.version.sequence_id,
            "sequence_version_id": self.version.id,
            "contact_id": person.id,
            "mailbox_id": mailbox.id,
            "state": states.State.ACTIVE.value,
            "bound": [],
            "stepped_at": now,
            "created_at": now,
            "wrote_before": wrote,
        }

    def _first(self, person: Contact, mailbox: Mailbox, key: str) -> Position:
        place = self.script.place(person, self.context.workspace, mailbox.on_leave)
        return self.script.first(self.context.clock.now(), place, key)

    def _count(self, mailbox: Mailbox, position: Position) -> None:
        self.enrolled += 1
        self.counts[mailbox.address] += 1
        if position.due_at is not None and (self.first_due is None or position.due_at < self.first_due):
            self.first_due, self.first_kind = position.due_at, position.step_kind or ""

    def _event(self, person: Contact, mailbox: Mailbox, number: int, now: dt.datetime) -> NewEvent:
        said = EnrollmentCreated(self.version.name, self.version.number, mailbox.address)
        return NewEvent(said, now, number, person.id, mailbox.id)

    def report(self) -> EnrollReport:
        """What was done."""
        told = self._outlook() if self.note is None else None  # of a job it is told once, at its end
        return EnrollReport(
            self.enrolled,
            tuple(self.skipped),
            {each: count for each, count in self.counts.items() if count},
            self.first_due,
            self.version.name,
            self.version.number,
            self.dry_run,
            self.first_kind,
            **outlook.told(told),
        )

    def _outlook(self) -> LastMails | Unforeseen | None:
        joining = [(each, self.counts[each.address]) for each in self.by_id.values()]
        of = self.version.sequence_id
        return outlook.of_joining(
            self.context, self.script, of, joining, joined=not self.dry_run, addresses=self.to_join
        )


def last_mails(context: Context, sequence: str, joined: Mapping[str, int]) -> LastMails | Unforeseen | None:
    """When about the last mails leave of so many who joined a sequence, by the address of their mailbox."""
    with context.database.read() as conn:
        version = publish.versions_of(conn, sequence)[0]
        script = context.library.script(conn, version.id)
        boxes = [(mailboxes.by_address(conn, each), many) for each, many in joined.items()]
    joining = [(box, many) for box, many in boxes if box is not None]
    return outlook.of_joining(context, script, version.sequence_id, joining, joined=True)


# What the words need.

Needs = Sequence[tuple[str, frozenset[str]]]


def needs(script: CompiledSequence) -> Needs:
    """The fields each mail cannot do without, over all its variants: [(step, fields)]."""
    found: list[tuple[str, frozenset[str]]] = []
    for mail in script.plan.mails:
        required = [script.words(mail.id, choice.variant).required for choice in mail.choices]
        found.append((mail.id, frozenset().union(*required)))
    return found


def lacking(wanted: Needs, script: CompiledSequence, person: Contact, sender: Mailbox) -> Text | None:
    """Which needed fields a person has not, and where they are needed; None when all are there."""
    there = {name for name, value in {**script.definition.values, **person.values()}.items() if value != ""}
    there |= {"sender_address"} | ({"sender_name", "sender_first_name"} if sender.name else set())
    missing: dict[str, str] = {}
    for step, fields in wanted:
        for name in sorted(fields):
            if name not in there and name.partition(".")[0] not in there:
                missing.setdefault(name, step)
    if not missing:
        return None
    found = (
        Text("{names} is missing, which {place} needs", names=reasons.field_name(name), place=step)
        for name, step in missing.items()
    )
    return Text.together(*found, by="; ")
