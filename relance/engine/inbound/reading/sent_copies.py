"""Our own mails met again in a mailbox: evidence that they left, the ids a provider gave them, and what a person wrote
by hand to somebody we write to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance.engine import reasons, states
from relance.engine.context import Context
from relance.engine.event_log import actors
from relance.engine.event_log.actors import Actor, ActorKind
from relance.engine.event_log.of_mails import MessageByHand
from relance.engine.inbound import match
from relance.engine.journal import evidence
from relance.engine.journal.evidence import Evidence
from relance.engine.reasons import Code, because
from relance.engine.reasons.matches import MatchKey
from relance.engine.sending.doubt import proofs
from relance.engine.sending.doubt.proofs import Left
from relance.engine.states import Event
from relance.engine.store import events
from relance.engine.store.contacts import contacts
from relance.engine.store.events import NewEvent
from relance.engine.store.inbound import correspondence, replies
from relance.engine.store.mailboxes import aliases, hand_mails, mailboxes
from relance.engine.store.sending import messages
from relance.engine.store.sending.messages import Message
from relance.engine.store.sequences import enrollments
from relance.mailbox.parsing.inbound import InboundMail, Kind

SUBJECT_LIMIT = 120
# Characters of a subject that a reason quotes.


@dataclass(frozen=True)
class Copy:
    """One mail of ours as it lies in a folder."""

    mail: InboundMail
    folder: str
    uidvalidity: int
    uid: int
    in_sent: bool
    thread_id: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every id it bears."""
        return tuple(key for key in (self.mail.message_id, *self.mail.aliases) if key)

    @property
    def mark(self) -> str:
        """What it is known by when it is met again, in another folder, too."""
        return self.mail.message_id or f"{self.uidvalidity}:{self.uid}"


def shown(context: Context, copies: Sequence[Copy], now: dt.datetime) -> list[Evidence]:
    """What these copies show of mails of ours, whether a row tells of them or not. What we filed ourselves shows nothing."""
    theirs = (each.mail for each in copies if not each.mail.filed_by_us)
    found = (evidence.of_copy(context.own_ids, context.links, mail, now) for mail in theirs)
    return [each for some in found for each in some]


def matched(conn: Connection, mailbox_id: int, copies: Sequence[Copy]) -> Mapping[int, Message]:
    """Those that are mails of the engine, by their place among `copies`: by an id, or by recipient, subject and date."""
    by_key = messages.by_keys(conn, {key for each in copies for key in each.names})
    found: dict[int, Message] = {}
    for place, each in enumerate(copies):
        ours = next((by_key[key] for key in each.names if key in by_key), None)
        ours = ours or _resembling(conn, mailbox_id, each.mail)
        if ours is not None:
            found[place] = ours
    return found


def _resembling(conn: Connection, mailbox_id: int, mail: InboundMail) -> Message | None:
    """A provider that gave our mail another id and says so nowhere left its date, to the second, as we wrote it."""
    if mail.date is None or not mail.to:
        return None
    alike = correspondence.like(conn, mailbox_id, mail.to, mail.date)
    subject = match.bare_subject(mail.subject)
    same = [each for each in alike if match.bare_subject(each.subject) == subject]
    return messages.by_id(conn, same[0].message_id) if len(same) == 1 else None


def take(
    conn: Connection, context: Context, mailbox_id: int, copies: Sequence[Copy], now: dt.datetime
) -> None:
    """Learn from every copy what it says; pause what a person carries on by hand."""
    ours = matched(conn, mailbox_id, copies)
    for place, each in enumerate(copies):
        mail = ours.get(place)
        if each.mail.filed_by_us:
            continue
        if mail is not None:
            _learn(conn, context, mailbox_id, each, mail, now)
        elif each.in_sent and not _is_ours(context, each):
            _by_hand(conn, mailbox_id, each, now)


def _is_ours(context: Context, copy: Copy) -> bool:
    """Whether the engine wrote it, by what it carries: a row may be gone, and nobody wrote it by hand all the same."""
    own = context.own_ids.find_ours(copy.names)
    return bool(own) or evidence.link(context.links, copy.mail) is not None


def _learn(
    conn: Connection, context: Context, mailbox_id: int, copy: Copy, mail: Message, now: dt.datetime
) -> None:
    keys = list(copy.names)
    if copy.thread_id is not None:
        keys.append(match.thread_key(mailbox_id, copy.thread_id))
    messages.add_keys(conn, mail.id, keys)
    if copy.in_sent and mail.mailbox_id == mailbox_id:
        # The copies that we file ourselves do not come so far: whoever has one of ours is a provider that files them.
        mailboxes.change(conn, mailbox_id, files_sent=True)
    proofs.left(conn, context, mail, Left(mail.step, min(copy.mail.date or now, now)), now)


def _by_hand(conn: Connection, mailbox_id: int, copy: Copy, now: dt.datetime) -> None:
    """Anyone who writes to a person by hand has taken over: the sequence waits until they say that it may go on. Whoever it is
    written to, it counts against what the mailbox may send. A mail from one of those people is theirs, wherever it lies."""
    if _is_theirs(conn, copy.mail.from_address):
        return
    hand_mails.add(conn, mailbox_id, copy.mark, copy.mail.date or now, now)
    people = contacts.by_emails(conn, copy.mail.to)
    began = correspondence.started(conn, [person.id for person in people.values()])
    written = copy.mail.date or now
    for person in people.values():
        if person.id in began and written >= began[person.id] - match.CLOCK_SKEW:
            _pause(conn, mailbox_id, copy, person, now)


def _is_theirs(conn: Connection, author: str | None) -> bool:
    """Whether somebody we write to wrote it; who tries a sequence on their own address is both."""
    if author is None or not contacts.by_emails(conn, [author]):
        return False
    return author not in aliases.own_addresses(conn)


def _pause(conn: Connection, mailbox_id: int, copy: Copy, person: contacts.Contact, now: dt.datetime) -> None:
    row = _row(mailbox_id, copy, person, now)
    if not replies.add(conn, row):
        return  # seen before, in another folder or before the folder was numbered anew
    rows = enrollments.of_contact(conn, [person.id])
    number = replies.number(conn, mailbox_id, str(row["dedupe"]))
    why = because(Code.WRITTEN_BY_HAND, reasons.of_inbound(number), quote=copy.mail.subject[:SUBJECT_LIMIT])
    open_rows = [row.id for row in rows if row.state in states.OPEN]
    enrollments.apply(conn, open_rows, Event.PAUSED, now, reason=why)
    enrollment = rows[-1].id if rows else None
    said = MessageByHand(why, copy.folder)
    with actors.acting(Actor(ActorKind.PERSON, copy.mail.from_address or "")):
        told = NewEvent(said, now, enrollment, person.id, mailbox_id)
        events.record_cause(conn, told, open_rows, inbound_id=number)


def _row(mailbox_id: int, copy: Copy, person: contacts.Contact, now: dt.datetime) -> dict[str, object]:
    return {
        "mailbox_id": mailbox_id,
        "dedupe": f"by hand {person.id} {copy.mark}",
        "folder": copy.folder,
        "uidvalidity": copy.uidvalidity,
        "uid": copy.uid,
        "from_address": copy.mail.from_address or "",
        "subject": copy.mail.subject,
        "received_at": copy.mail.date or now,
        "judged_at": now,
        "read_at": now,
        "kind": Kind.OWN_COPY.value,
        "rule": "is written by hand",
        "judgement": {},
        "match": "certain",
        "matched_by": MatchKey.SENT_TO.value,
        "contact_id": person.id,
    }
