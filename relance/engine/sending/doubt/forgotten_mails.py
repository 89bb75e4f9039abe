"""Mails of ours that the database has forgotten are taken back: accepted, at their step, and whoever is proved goes on.

The invariant, which the simulation may hold every world to: whatever backup is put back, noticed or not, and whoever is
released afterwards, a step whose mail lies in a mailbox that was read since, or is named by a mail there, is never sent
again.

What is ours is told by what a mail carries (`own_message_ids`, else its sealed unsubscribe link), and its place is found by that
mark: numbers come again after a restore and mean other people. What has no place here at all is kept as a lost mail, and
asked for before a new one is written.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance.engine.context import Context
from relance.engine.db import ids
from relance.engine.db.prepared import Query
from relance.engine.journal import evidence
from relance.engine.journal.evidence import Evidence
from relance.engine.journal.own_message_ids import OwnMessageId
from relance.engine.reasons import Code, because
from relance.engine.sending import compose
from relance.engine.sending.doubt import proofs, restore_guard
from relance.engine.sending.doubt.proofs import Left
from relance.engine.sequences import step_context
from relance.engine.sequences.step_context import StepContext
from relance.engine.states import MessageState
from relance.engine.store.contacts import contacts
from relance.engine.store.mailboxes import leases, mailboxes
from relance.engine.store.mailboxes.leases import Lease
from relance.engine.store.sending import lost_mails, messages
from relance.engine.store.sending.lost_mails import LostMail
from relance.engine.store.sending.messages import Message
from relance.engine.store.sequences import enrollments
from relance.engine.store.sequences.enrollments import Enrollment

CLOCK_SKEW = dt.timedelta(hours=1)
# How far a Date may be before the time a step fell due.


@dataclass(frozen=True)
class _Place:
    """Whose step it is, and the mail as it should stand there. Without an enrollment it is a lost mail."""

    evidence: Evidence
    row: Enrollment | None = None
    mail: Message | None = None
    new: bool = False


def adopt(context: Context, lease: Lease, found: Sequence[Evidence]) -> int:
    """Take back what some mails show; returns how many were not known. To be called before these mails are acted upon."""
    if not found:
        return 0
    with context.database.read() as conn:
        places = list(_places(conn, context, lease.mailbox_id, evidence.gathered(found)))
    if not places:
        return 0
    context.journal.heard.clear()  # whatever else was forgotten is told before the next turn
    now = context.clock.now()
    with context.database.write() as conn:
        leases.renew(conn, lease)
        for place in places:
            _take(conn, context, lease.mailbox_id, place, now)
    return len(places)


def _places(
    conn: Connection, context: Context, mailbox_id: int, found: Sequence[Evidence]
) -> Iterator[_Place]:
    """Where those belong that no row tells of; rendering included, so that the writing transaction is short."""
    known = messages.by_keys(conn, evidence.ids_of(found))
    made: dict[int, list[Message]] = {}
    for each in found:
        mail = _known(conn, known, each)
        if mail is None:
            yield _unknown(conn, context, mailbox_id, each, made)
        elif mail.state is not MessageState.ACCEPTED:
            yield _Place(each, enrollments.by_ids(conn, [mail.enrollment_id])[0], mail)


def _known(conn: Connection, known: Mapping[str, Message], each: Evidence) -> Message | None:
    keys = evidence.ids_of([each])
    mail = next((known[key] for key in keys if key in known), None)
    return mail or (messages.by_id(conn, each.number) if each.number is not None else None)


def _unknown(
    conn: Connection, context: Context, mailbox_id: int, each: Evidence, made: dict[int, list[Message]]
) -> _Place:
    spot = (
        _marked(conn, context, each.own, each.recipients)
        if each.own
        else _only_linked(conn, context, mailbox_id, each)
    )
    if spot is None:
        return _Place(each)
    row, step = spot
    existing = messages.of_steps(conn, [(row.id, step)]).get((row.id, step))
    if existing is not None:
        return _Place(each, row, existing)
    sender = mailbox_id if each.copy else row.mailbox_id
    mail = _mail(conn, context, sender, _case(conn, context, row, step, made.get(row.id, ())), each)
    made.setdefault(row.id, []).append(mail)
    return _Place(each, row, mail, new=True)


def _marked(
    conn: Connection, context: Context, own: OwnMessageId, recipients: Sequence[str]
) -> tuple[Enrollment, str] | None:
    """The enrollment and step that a mark means: by its number, if that is still theirs, else by whom it went to."""
    people = contacts.by_emails(conn, recipients)
    rows = enrollments.by_ids(conn, [own.enrollment])
    rows += enrollments.of_contact(conn, [person.id for person in people.values()])
    for row in rows:
        person = contacts.by_ids(conn, [row.contact_id])[row.contact_id]
        script = context.library.script(conn, row.sequence_version_id)
        for step in script.plan.mails:
            if own.fingerprint in context.own_ids.fingerprints(script.name, person.email, step.id):
                return row, step.id
    return None


def _only_linked(
    conn: Connection, context: Context, mailbox_id: int, each: Evidence
) -> tuple[Enrollment, str] | None:
    """A mail that bears only our link tells whom it went to, not its step: it is the one to do if its subject is."""
    people = contacts.by_emails(conn, each.recipients)
    fitting = []
    for row in enrollments.of_contact(conn, [person.id for person in people.values()]):
        early = row.due_at is None or row.due_at > each.at + CLOCK_SKEW
        if row.step is None or row.step_kind != "mail" or row.mailbox_id != mailbox_id or early:
            continue
        case = _case(conn, context, row, row.step)
        if _drafted(conn, context, mailbox_id, case, each.at).subject == each.subject != "":
            fitting.append((row, row.step))
    return fitting[0] if len(fitting) == 1 else None


def _case(
    conn: Connection, context: Context, row: Enrollment, step: str, before: Sequence[Message] = ()
) -> StepContext:
    """The step with all that is known about it, as it was when its mail was written. `before`: mails taken back with it."""
    asked = dataclasses.replace(row, step=step, step_kind="mail", wrote_before=True)
    case = step_context.read(conn, context, [asked])[0]
    return dataclasses.replace(case, sent=(*case.sent, *before))


def _mail(conn: Connection, context: Context, mailbox_id: int, case: StepContext, found: Evidence) -> Message:
    """The mail of a step as it was sent, as far as it can be told: its words are those the step has now."""
    mail = _drafted(conn, context, mailbox_id, case, found.at)
    message_id = found.own.message_id if found.own else next(iter(found.names), mail.message_id)
    return dataclasses.replace(
        mail,
        id=mail.id if found.number is None else found.number,
        message_id=message_id,
        thread=found.thread or (mail.thread if mail.thread != mail.message_id else message_id),
        subject=found.subject or mail.subject,
        state=MessageState.ACCEPTED,
        raw=b"",
        attempts=1,
        transmitting_at=found.at,
        settled_at=found.at,
    )


def _drafted(
    conn: Connection, context: Context, mailbox_id: int, case: StepContext, at: dt.datetime
) -> Message:
    sender = mailboxes.by_id(conn, mailbox_id)
    try:
        written = compose.draft(context, sender, case, at)
    except Exception:  # words that cannot be made again must not keep a mail from being known
        written = compose.Unwritten(because(Code.NOT_PREPARED))
    if isinstance(written, Message):
        return written
    message_id = compose.message_id(context, sender, case)
    return Message(
        id=ids.message(at),
        enrollment_id=case.row.id,
        step=case.step,
        variant="",
        contact_id=case.contact.id,
        mailbox_id=mailbox_id,
        state=MessageState.PREPARED,
        message_id=message_id,
        thread=message_id,
        recipient=case.contact.email,
        subject="",
        body="",
        raw=b"",
        links=[],
        attempts=0,
        fence=0,
        prepared_at=at,
    )


def _take(conn: Connection, context: Context, mailbox_id: int, place: _Place, now: dt.datetime) -> None:
    each = place.evidence
    if place.row is None or place.mail is None:
        if each.own is not None:
            _keep(conn, mailbox_id, each.own, each)
        return
    row, _ = enrollments.lock(conn, [place.row.id])[place.row.id]
    there = messages.of_steps(conn, [(row.id, place.mail.step)]).get((row.id, place.mail.step))
    mail, proof = there or place.mail, Left(place.mail.step, each.at, exact=each.copy)
    if there is None:
        messages.add(conn, [mail])
    messages.add_keys(conn, mail.id, evidence.ids_of([each]))
    if there is None:
        proofs.written(conn, context, row, proof, now)
        restore_guard.let_go_on(conn, row.id, now)
    elif not proofs.left(conn, context, there, proof, now):
        return
    if each.copy and mail.mailbox_id == mailbox_id:
        mailboxes.change(conn, mailbox_id, files_sent=True)


def _keep(conn: Connection, mailbox_id: int, own: OwnMessageId, each: Evidence) -> None:
    mail = LostMail(
        own.fingerprint, own.message_id, mailbox_id, each.subject, each.at, answered=each.answered
    )
    lost_mails.add(conn, mail)


def lost(context: Context, asked: Sequence[StepContext]) -> Query[dict[int, LostMail]]:
    """Which of these steps left before, by lost mails that were met: {enrollment id: mail}."""
    prints = {
        each: case.row.id
        for case in asked
        if case.existing is None
        for each in context.own_ids.fingerprints(case.script.name, case.contact.email, case.step)
    }
    met = lost_mails.with_fingerprints(prints)
    return met.then(lambda found: {prints[key]: mail for key, mail in found.items()})


def assumed(conn: Connection, context: Context, row: Enrollment, at: dt.datetime) -> Message:
    """The mail of the step to do, which a person takes as sent at that time."""
    return _mail(
        conn, context, row.mailbox_id, _case(conn, context, row, row.step or ""), Evidence(None, at, ())
    )


def as_sent(conn: Connection, context: Context, row: Enrollment, mail: LostMail) -> Message:
    """The mail of the step to do, from what is known of a lost one."""
    own = context.own_ids.read(mail.message_id)
    found = Evidence(own, mail.sent_at, (), names=(mail.message_id,), subject=mail.subject)
    return _mail(conn, context, mail.mailbox_id, _case(conn, context, row, row.step or ""), found)
