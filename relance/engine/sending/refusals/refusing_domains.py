"""One receiving organisation refuses a mailbox's mail: mail to it is held, and a second one pauses the mailbox."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine import reasons, states
from relance.engine.context import Context
from relance.engine.event_log import actors
from relance.engine.event_log.of_mailboxes import OrganisationRetried
from relance.engine.event_log.of_people import EnrollmentHeld, EnrollmentReleased
from relance.engine.reasons import Cause, Code, HoldKind, Reason, because
from relance.engine.sequences.resuming import backlog
from relance.engine.states import Event, State
from relance.engine.store import events
from relance.engine.store.contacts import contacts
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.events import NewEvent
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending import refusals
from relance.engine.store.sending.refusals import StoredRefusal
from relance.engine.store.sequences import enrollments
from relance.engine.store.sequences.enrollments import Enrollment
from relance.engine.store.sequences.holds import HoldEvidence
from relance.wording import Text

WITHIN = dt.timedelta(days=30)
# Two organisations that refuse a mailbox's mail within so long say the like; an older no says nothing of today.


def organisation(email: str, registered: str) -> str:
    """Whose server receives for an address: its company's domain, or a free-mail provider's."""
    return registered or email.rpartition("@")[2]


def of(person: Contact) -> str:
    """The receiving organisation of a contact."""
    return organisation(person.email, person.organisation)


def reason(name: str, said: Reason) -> Reason:
    """Why somebody is held whose organisation refuses the mailbox's mail."""
    return because(Code.ORGANISATION_REFUSES, name, organisation=name, said=said)


@actors.by_rule("refusing organisations")
def note(conn: Connection, mailbox_id: int, name: str, said: Reason, now: dt.datetime) -> None:
    """Hold everybody at an organisation that refused this mailbox's mail; where another one did, pause the mailbox."""
    before = refusals.standing(conn, mailbox_id)
    refusals.add(conn, mailbox_id, name, said, now)
    why = reason(name, said)
    rows = [row for row in enrollments.of_receiver(conn, mailbox_id, name) if _to_hold(row, name)]
    enrollments.apply(conn, [row.id for row in rows], Event.HELD, now, reason=why)
    events.record_events(conn, [NewEvent.of(row, EnrollmentHeld(why), now) for row in rows])
    others = sorted(each.organisation for each in before.values() if _alike(each, name, now))
    if others:
        named = ", ".join([*others, name])
        mailboxes.pause(conn, mailbox_id, because(Code.SEVERAL_REFUSE, organisations=named, said=said), now)


def _to_hold(row: Enrollment, name: str) -> bool:
    known = any(each.source == name for each in reasons.of_cause(row.why, Cause.ORGANISATION))
    return row.state in states.OPEN and not known


def _alike(each: StoredRefusal, name: str, now: dt.datetime) -> bool:
    return each.organisation != name and now - each.at <= WITHIN


@dataclass(frozen=True)
class Retried:
    """What trying an organisation again does: who goes on, and who stays held for another reason."""

    mailbox: str
    organisation: str
    words: str  # what it had said
    going_on: tuple[str, ...]
    still_held: tuple[str, ...]
    dry_run: bool
    codes: tuple[str, ...] = ()  # of `words`, for programs


def retry(context: Context, address: str, organisation: str, *, dry_run: bool = False) -> Retried:
    """Write to an organisation again from a mailbox whose mail it refused. Raises `errors.NotFound`."""
    wanted, now = organisation.strip().lower().lstrip("@"), context.clock.now()
    with context.database.write() as conn:
        mailbox = mailboxes.named(conn, address)
        stood = refusals.standing(conn, mailbox.id).get(wanted)
        if stood is None:
            raise errors.NotFound(
                Text("{wanted} does not refuse mail from {address}.", wanted=wanted, address=mailbox.address),
                command=Text(
                    "`relance mailbox show {address}` names the organisations that do.",
                    address=mailbox.address,
                ),
            )
        rows = held_for(conn, mailbox.id, wanted)
        people = contacts.by_ids(conn, [row.contact_id for row in rows])
        going = [row for row in rows if len(row.why) == 1]
        report = Retried(
            mailbox.address,
            wanted,
            stood.why.words,
            tuple(sorted(people[row.contact_id].email for row in going)),
            tuple(sorted(people[row.contact_id].email for row in rows if len(row.why) > 1)),
            dry_run,
            reasons.codes([stood.why]),
        )
        if not dry_run:
            lift(conn, context, mailbox.id, wanted, now)
            said = OrganisationRetried(because(Code.ORGANISATION_RETRIED, organisation=wanted), len(going))
            told = NewEvent(said, now, mailbox_id=mailbox.id)
            events.record_cause(conn, told, [row.id for row in rows])
    return report


def held_for(conn: Connection, mailbox_id: int, name: str) -> list[Enrollment]:
    """Everyone who is held because an organisation refuses a mailbox's mail."""
    rows = enrollments.of_receiver(conn, mailbox_id, name)
    return [
        row
        for row in rows
        if row.state is State.HELD
        and any(each.source == name for each in reasons.of_cause(row.why, Cause.ORGANISATION))
    ]


def lift(conn: Connection, context: Context, mailbox_id: int, name: str, now: dt.datetime) -> list[int]:
    """It refuses no more: who was held for this alone goes on, which is told; what else holds somebody stays, and for these the caller
    tells what lifted it. Returns the enrollments of both."""
    rows = held_for(conn, mailbox_id, name)
    refusals.lift(conn, mailbox_id, name)
    people = contacts.by_ids(conn, [row.contact_id for row in rows])
    enrollments.lock(conn, [row.id for row in rows])
    for row in rows:
        _go_on(conn, context, row, people[row.contact_id], name, now)
    return [row.id for row in rows]


def _go_on(
    conn: Connection, context: Context, row: Enrollment, person: Contact, name: str, now: dt.datetime
) -> None:
    change = backlog.overdue(conn, context, row, person, spread=True)
    tried = HoldEvidence(HoldKind.ORGANISATION, organisation=name)
    why = because(Code.ORGANISATION_TRIED_AGAIN)
    if not enrollments.clear(conn, row.id, tried, now, why, {"attempts": 0, **change}):
        return
    events.record_event(conn, EnrollmentReleased(why), now, row)
    due = change.get("due_at", row.due_at)
    if due is not None and row.step_kind == "mail":
        mailboxes.schedule_turn(conn, [row.mailbox_id], due)
