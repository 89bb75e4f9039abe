"""Whose mail is this? Keys are tried in order, the surest first."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from relance.engine import states
from relance.engine.inbound import names
from relance.engine.inbound.policy import Certainty
from relance.engine.mailboxes.look import REMEMBERED
from relance.engine.reasons.matches import MatchKey
from relance.engine.store.contacts import contacts
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.inbound import correspondence
from relance.engine.store.inbound.correspondence import Recipient, Recipients, Trace
from relance.engine.store.sending import messages, restore_doubts
from relance.engine.store.sending.messages import Message
from relance.engine.store.sequences import enrollments
from relance.mailbox import address
from relance.mailbox.classification.languages import normalize
from relance.mailbox.parsing import authorship, provider_ids
from relance.mailbox.parsing.inbound import InboundMail

CLOCK_SKEW = dt.timedelta(hours=1)
# How far a mail server's clock may be behind ours.
_LINE_AT_LEAST = 25  # letters of a line of ours that nobody writes by chance
_CANDIDATES = 3  # people one unplaced answer may hold; beyond that a person must say whose it is
_MAX_SEARCHED = 60_000  # characters of a mail that are searched for addresses and our words
_MAX_NAMED = 50  # addresses in one text that are looked up
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[a-z0-9][a-z0-9.-]{1,250}[a-z0-9]", re.IGNORECASE)


@dataclass(frozen=True)
class FoundWhere:
    """What a mail does not say of itself: where and when it was found."""

    mailbox_id: int
    received_at: dt.datetime
    recipients: Recipients  # whom the mailbox writes to
    own: frozenset[str] = frozenset()  # the addresses of our mailboxes
    thread_id: str | None = None  # Gmail's
    threads: Mapping[str, Message] = field(default_factory=dict)  # mails of ours read just now, by thread
    linked: tuple[str, ...] = ()  # whom the unsubscribe links of ours that stand in it were made for
    ours: bool = False  # it names a Message-ID that bears our mark, whether a row tells of that mail or not


@dataclass(frozen=True)
class Match:
    """Whom a mail concerns, by which key, and how sure that is."""

    match: Certainty
    by: MatchKey | None = None
    contact: Contact | None = None  # none: a person must say who it is from
    message: Message | None = None  # the mail of ours it speaks of, where it names one
    also: tuple[int, ...] = ()  # further contacts a soft match may be about
    bare: bool = False  # nothing of ours stands in it: only what a person wrote is kept

    @property
    def proven(self) -> bool:
        """Whether the mail could not have been written had ours not arrived: it names it. (Whoever writes of their own
        accord, or answers an earlier mail of ours, proves nothing of the last one.)"""
        return self.message is not None and self.by in (MatchKey.PLUS_ADDRESS, MatchKey.NAMED_MAIL)

    @property
    def contact_id(self) -> int | None:
        """The contact's id, where there is one."""
        return self.contact.id if self.contact else None


NOBODY = Match(Certainty.NONE)


def find(conn: Connection, mail: InboundMail, seen: FoundWhere) -> Match:
    """Whom a mail concerns: by the mail of ours it names, by its sender, by what it reports, quotes or is about."""
    found = (
        _by_plus(conn, mail, seen)
        or _by_key(conn, mail)
        or _by_thread(conn, seen)
        or _by_sender(conn, mail, seen)
        or _by_report(conn, mail, seen)
        or _by_witness(conn, mail, seen)
        or _by_link(conn, mail, seen)
        or _by_company(conn, mail, seen)
        or _by_named(conn, mail, seen)
        or _by_words(conn, mail, seen)
    )
    if found is not None and found.contact is not None:
        return found
    return (
        _by_colleague(conn, mail, seen) or _by_mention(conn, mail, seen) or found or _by_mark(seen) or NOBODY
    )


def thread_key(mailbox_id: int, thread_id: str) -> str:
    """A Gmail thread as a key of a mail of ours: its numbers mean something in one mailbox only."""
    return f"thread:{mailbox_id}:{thread_id}"


# Certain: it answers a mail of ours, or comes from the person.


def _by_plus(conn: Connection, mail: InboundMail, seen: FoundWhere) -> Match | None:
    """The token is the local part of the Message-ID, so that no second one needs to be kept."""
    named = []
    for came_to in mail.to:
        local, _, domain = came_to.rpartition("@")
        base, plus, token = local.partition("+")
        if plus and f"{base}@{domain}" in seen.own:
            named.append(f"<{token}@{domain}>")
    return _first_known(conn, named, MatchKey.PLUS_ADDRESS) if named else None


def _by_key(conn: Connection, mail: InboundMail) -> Match | None:
    envelopes = [report.envelope_id for report in mail.reports if report.envelope_id]
    named = (*mail.in_reply_to, *reversed(mail.references), *mail.returned_ids, *mail.aliases)
    named = provider_ids.spellings((*named, *envelopes, *(f"<{each}>" for each in envelopes)))
    return _first_known(conn, named, MatchKey.NAMED_MAIL)


def _first_known(conn: Connection, named: Sequence[str], by: MatchKey) -> Match | None:
    known = messages.by_keys(conn, named)
    message = next((known[key] for key in named if key in known), None)
    return None if message is None else _certain(conn, message, by)


def _certain(conn: Connection, message: Message, by: MatchKey) -> Match:
    return Match(
        Certainty.CERTAIN, by, contacts.by_ids(conn, [message.contact_id])[message.contact_id], message
    )


def _by_thread(conn: Connection, seen: FoundWhere) -> Match | None:
    """Anyone who writes in a conversation of ours answers it, whatever the mail itself says."""
    if seen.thread_id is None:
        return None
    key = thread_key(seen.mailbox_id, seen.thread_id)
    message = seen.threads.get(seen.thread_id) or messages.by_keys(conn, [key]).get(key)
    return None if message is None else _certain(conn, message, MatchKey.CONVERSATION)


def _by_sender(conn: Connection, mail: InboundMail, seen: FoundWhere) -> Match | None:
    """The person who wrote it: as From says, or whose address a list wrote over there."""
    writers = authorship.sure(mail, seen.own)
    contact = _first_begun(conn, writers, seen)
    if contact is None:
        return None
    by = MatchKey.SENDER if contact.email == mail.from_address else MatchKey.LIST_SENDER
    return Match(Certainty.CERTAIN, by, contact, messages.to_recipient(conn, contact.email))


def _by_witness(conn: Connection, mail: InboundMail, seen: FoundWhere) -> Match | None:
    """Somebody else is to be answered, or stood on the envelope: it may be theirs."""
    contact = _first_begun(conn, authorship.possible(mail, seen.own), seen)
    if contact is None:
        return None
    last = messages.to_recipient(conn, contact.email)
    return Match(Certainty.SOFT, MatchKey.REPLY_TO, contact, last)


def _first_begun(conn: Connection, addresses: Sequence[str], seen: FoundWhere) -> Contact | None:
    people = contacts.by_emails(conn, addresses) if addresses else {}
    begun = _begun(conn, [person.id for person in people.values()], seen) if people else set()
    found = (people[each] for each in addresses if each in people)
    return next((person for person in found if person.id in begun), None)


def _begun(conn: Connection, contact_ids: Iterable[int], seen: FoundWhere) -> set[int]:
    """Who was enrolled before this mail came. An older one, moved to another folder only now, answers nothing."""
    began = correspondence.started(conn, contact_ids)
    return {number for number, at in began.items() if seen.received_at >= at - CLOCK_SKEW}


def _by_link(conn: Connection, mail: InboundMail, seen: FoundWhere) -> Match | None:
    """A mail of ours stands in it, quoted or forwarded, whatever address and subject it has."""
    contact = None if _from_among_us(mail, seen) else _first_begun(conn, seen.linked, seen)
    if contact is None:
        return None
    last = messages.to_recipient(conn, contact.email)
    return Match(Certainty.SOFT, MatchKey.UNSUBSCRIBE_LINK, contact, last)


def _from_among_us(mail: InboundMail, seen: FoundWhere) -> bool:
    sender = mail.from_address or ""
    if authorship.is_ours(sender, seen.own):
        return True
    return bool(_organisations([sender]).keys() & _organisations(seen.own).keys())


def _by_report(conn: Connection, mail: InboundMail, seen: FoundWhere) -> Match | None:
    """A bounce that returns nothing of ours still names whom it could not reach; a restored database may have lost what
    was sent to them."""
    by, named = MatchKey.REPORT, []
    for report in mail.reports:
        found = (report.original_recipient, report.final_recipient)
        named += [each.lower() for each in found if each]
    for recipient in named:
        message = messages.to_recipient(conn, recipient)
        if message is not None:
            return _certain(conn, message, by)
    contact = _first_begun(conn, named, seen)
    return None if contact is None else Match(Certainty.CERTAIN, by, contact)


# Soft: it may be about the person; somebody has to look.


def _by_company(conn: Connection, mail: InboundMail, seen: FoundWhere) -> Match | None:
    """Another address of the same company, about the same subject or with our words in it."""
    organisations = _organisations(authorship.sure(mail, seen.own))
    alike = _alike(
        mail, [each for name in organisations for each in correspondence.to_organisation(conn, name)]
    )
    found = _soft(conn, alike, MatchKey.COLLEAGUE, seen)
    return found or _in_doubt(conn, organisations, seen)


def _in_doubt(conn: Connection, organisations: Iterable[str], seen: FoundWhere) -> Match | None:
    """A restored database does not know the subject and words of what it has lost: whatever comes from there is looked at."""
    ids = [number for name in organisations for number in restore_doubts.people_at(conn, name)]
    begun = sorted(_begun(conn, ids, seen)) if ids else []
    if not begun:
        return None
    contact = contacts.by_ids(conn, begun[:1])[begun[0]]
    return Match(
        Certainty.SOFT,
        MatchKey.COLLEAGUE_IN_DOUBT,
        contact,
        None,
        tuple(begun[1:]),
    )


def _by_named(conn: Connection, mail: InboundMail, seen: FoundWhere) -> Match | None:
    """A mail from anywhere that names one of our people and quotes us, or carries on their mail: a forwarded answer."""
    found = (each.lower() for each in _ADDRESS.findall(mail.text[:_MAX_SEARCHED]))
    named = [each for each in dict.fromkeys(found) if each not in seen.own][:_MAX_NAMED]
    people = contacts.by_emails(conn, named) if named else {}
    alike = _alike(mail, correspondence.to_people(conn, [person.id for person in people.values()]))
    return _soft(conn, alike, MatchKey.NAMES_AND_QUOTES, seen)


def _by_words(conn: Connection, mail: InboundMail, seen: FoundWhere) -> Match | None:
    """An answer from an address nobody knows: our subject, and our own words quoted."""
    bare = strip_marks(mail.subject)
    if not bare or not mail.text:
        return None
    since = seen.received_at - REMEMBERED
    known = correspondence.with_subject(
        conn, seen.mailbox_id, {mail.subject.strip(), bare, f"Re: {bare}"}, since
    )
    letters = normalize.letters(mail.text[:_MAX_SEARCHED]) if known else ""
    quoted = [each for each in known if quotes(letters, each.body)]
    by = MatchKey.WORDS
    people = contacts.by_ids(conn, [each.contact_id for each in quoted]) if quoted else {}
    if len(people) > _CANDIDATES:
        namesakes = {number for number, person in people.items() if _is_namesake(person, mail)}
        quoted = [each for each in quoted if each.contact_id in namesakes]
        if not 0 < len(namesakes) <= _CANDIDATES:
            return Match(Certainty.SOFT, MatchKey.WORDS_OF_SEVERAL)
    return _soft(conn, quoted, by, seen)


def _by_colleague(conn: Connection, mail: InboundMail, seen: FoundWhere) -> Match | None:
    """A mail that a company we write to begins of its own: an answer, if a person wrote it, need not say to what."""
    if mail.in_reply_to or mail.references:
        return None
    there = _organisations(authorship.sure(mail, seen.own)).keys() - _organisations(seen.own).keys()
    people = [each for name in sorted(there) for each in seen.recipients.at(conn, name)]
    return _bare(conn, people, MatchKey.COMPANY, seen)


def _by_mention(conn: Connection, mail: InboundMail, seen: FoundWhere) -> Match | None:
    """A mail from anywhere, but from among ourselves, that names somebody we write to, by address or by full name."""
    if _from_among_us(mail, seen):
        return None
    everybody = seen.recipients.everybody(conn)
    if not everybody:
        return None
    said = f"{mail.from_name}\n{mail.subject}\n{mail.text[:_MAX_SEARCHED]}"
    addresses = {*mail.calendar_people, *(each.lower() for each in _ADDRESS.findall(said))}
    words = names.NameWords.of(said)
    people = [
        each for each in everybody if each.email in addresses or words.name(each.first_name, each.last_name)
    ]
    return _bare(conn, people, MatchKey.NAMES_THEM, seen)


def _organisations(addresses: Iterable[str]) -> dict[str, None]:
    """The companies these addresses belong to, each once, in their order."""
    domains = (each.rpartition("@")[2] for each in addresses)
    return dict.fromkeys(each for domain in domains if (each := address.organisation(domain)))


def _bare(conn: Connection, people: Sequence[Recipient], by: MatchKey, seen: FoundWhere) -> Match | None:
    ids = sorted(each.contact_id for each in people if each.since <= seen.received_at + CLOCK_SKEW)
    if not ids:
        return None
    contact = contacts.by_ids(conn, ids[:1])[ids[0]]
    return Match(Certainty.SOFT, by, contact, None, tuple(ids[1:]), bare=True)


def _by_mark(seen: FoundWhere) -> Match | None:
    """It names a mail of ours that no row tells of: somebody answers whom a restored database has forgotten."""
    return Match(Certainty.SOFT, MatchKey.LOST_MAIL) if seen.ours else None


def _is_namesake(person: Contact, mail: InboundMail) -> bool:
    said = normalize.letters(f"{mail.from_name} {(mail.from_address or '').partition('@')[0]}")
    last = normalize.letters(person.last_name) or normalize.letters(person.email.partition("@")[0])
    return len(last) > 1 and last in said


def _alike(mail: InboundMail, known: Sequence[Trace]) -> list[Trace]:
    """Those mails of ours that this one has the subject or the words of."""
    if not known:
        return []
    subject, letters = bare_subject(mail.subject), normalize.letters(mail.text[:_MAX_SEARCHED])
    return [
        each
        for each in known
        if (subject and bare_subject(each.subject) == subject) or quotes(letters, each.body)
    ]


def _soft(conn: Connection, alike: Sequence[Trace], by: MatchKey, seen: FoundWhere) -> Match | None:
    begun = _begun(conn, {each.contact_id for each in alike}, seen)
    last = {each.contact_id: each for each in reversed(alike) if each.contact_id in begun}
    if not last:
        return None
    newest = max(last.values(), key=lambda each: each.message_id)
    contact = contacts.by_ids(conn, [newest.contact_id])[newest.contact_id]
    also = tuple(sorted(set(last) - {contact.id}))
    return Match(Certainty.SOFT, by, contact, messages.by_id(conn, newest.message_id), also)


def quotes(letters: str, body: str) -> bool:
    """Whether a mail (its letters alone) holds a line of ours; the footer with its link is in every mail of ours."""
    lines = (normalize.letters(line) for line in body.splitlines() if "://" not in line)
    return any(len(line) >= _LINE_AT_LEAST and line in letters for line in lines)


_PREFIXES = ("re", "aw", "odp", "fw", "fwd", "wg", "pd", "tr", "sv", "vs", "rif", "antw", "res", "enc", "rv")


def strip_marks(subject: str) -> str:
    """A subject without answer and forward marks in the usual languages."""
    rest = subject.strip()
    while True:
        mark, colon, after = rest.partition(":")
        if not colon or mark.strip().casefold().rstrip("[]0123456789 ") not in _PREFIXES:
            return rest
        rest = after.strip()


def bare_subject(subject: str) -> str:
    """A subject for comparing: no marks, one kind of case and blank."""
    return " ".join(strip_marks(subject).casefold().split())


def concerned(conn: Connection, found: Match) -> Sequence[enrollments.Enrollment]:
    """The enrollments a mail speaks to: every one of the person's, for somebody who answered is not to be chased."""
    if found.contact is None:
        return ()
    if found.match is Certainty.SOFT:
        rows = enrollments.of_contact(conn, [found.contact.id, *found.also])
        return [row for row in rows if row.state in states.OPEN]
    return enrollments.of_contact(conn, [found.contact.id])
