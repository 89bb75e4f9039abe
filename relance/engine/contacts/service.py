"""Contacts one by one, and whom nobody may write to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance import errors
from relance.clock import machine_now
from relance.engine import states
from relance.engine.contacts import columns, rows, stoppable
from relance.engine.contacts import fields as contact_fields
from relance.engine.context import Context
from relance.engine.event_log import actors
from relance.engine.event_log.actors import ActorKind
from relance.engine.event_log.base import EventData
from relance.engine.event_log.of_people import EnrollmentUnsubscribed, SuppressionAdded, SuppressionLifted
from relance.engine.reasons import Code, Reason, because
from relance.engine.states import Event
from relance.engine.store import done_by, events, scopes
from relance.engine.store.contacts import answers_of_others, contacts, suppressions
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.contacts.filters import ContactFilter
from relance.engine.store.contacts.suppressions import Suppression, SuppressionReason
from relance.engine.store.events import NewEvent
from relance.engine.store.sequences import enrollments, tasks
from relance.engine.store.users import audit
from relance.mailbox import address
from relance.wording import Text

MAX_PAGE = 10_000
NAMED = 10
# Of those whom an entry would stop.


def add(context: Context, email: str, fields: Mapping[str, str]) -> Contact:
    """A new contact, or new values for a known one. What is not a known field becomes the contact's own.

    Raises `errors.Invalid` with a sentence. Empty values leave what is known.
    """
    try:
        who = contact_fields.email(email, allow_test_domains=context.options.allow_test_domains)
        given = contact_fields.checked(fields)
    except contact_fields.UnfitField as refused:
        raise errors.Invalid(str(refused)) from None
    _fit_names(given)
    known = {name: value for name, value in given.items() if name in contacts.FIELDS}
    own = {name: value for name, value in given.items() if name not in contacts.FIELDS}
    now = context.clock.now()
    with context.database.write() as conn:
        if scopes.of_others(conn, [who["email"]]):
            raise errors.Forbidden(rows.of_a_colleague(who["email"]))
        found = contacts.by_emails(conn, [who["email"]]).get(who["email"])
        if found is None:
            blank = dict.fromkeys(contacts.FIELDS, "")
            contacts.add(conn, [{**blank, **known, **who, "fields": own}], now)
            _noted(conn, "contacts.add", who["email"], {name: each for name, each in given.items() if each})
        elif change := contact_fields.changed(found, known, own):
            contacts.change(conn, found.id, change, now)
            told = contact_fields.told(found, change)
            _told(conn, told, found, now)
            _noted(conn, "contacts.change", found.email, told.after, told.before)
        return contacts.by_emails(conn, [who["email"]])[who["email"]]


def _noted(
    conn: Connection,
    action: str,
    email: str,
    after: Mapping[str, str],
    before: Mapping[str, str] | None = None,
) -> None:
    """In the audit log, where somebody who signed in does it: the values as they were and are."""
    actor = actors.acting_now()
    if actor is not None and actor.kind is ActorKind.USER:
        audit.write(conn, action, email, machine_now(), before=before, after=after or None)


def _fit_names(given: dict[str, str]) -> None:
    for name in given:
        fit = columns.variable(name)
        if name not in contacts.FIELDS and name != fit:
            raise errors.Invalid(
                Text('"{name}" cannot be the name of a field. Write "{fit}".', name=name, fit=fit)
                if fit
                else Text('"{name}" cannot be the name of a field. Write a name of letters.', name=name)
            )


def page(
    context: Context,
    search: str | None = None,
    limit: int = 100,
    after: str | None = None,
    *,
    words: bool = False,
    wanted: ContactFilter | None = None,
) -> list[Contact]:
    """A page of contacts by address, of those who fit; `after` is the last address of the page before. `search` is found anywhere in address,
    names or company; with `words`, each of its words begins one of these, which is quick among very many."""
    with context.database.read() as conn:
        size = max(1, min(limit, MAX_PAGE))
        return contacts.page(conn, search=search, after=after, limit=size, words=words, wanted=wanted)


def show(context: Context, email: str) -> Contact:
    """One contact; raises `errors.NotFound`."""
    with context.database.read() as conn:
        return get(conn, context, email)


def get(conn: Connection, context: Context, email: str) -> Contact:
    """The contact of an address as a person writes it; raises `errors.NotFound` (also for somebody of others, where a salesperson
    asks), `errors.Invalid` for no address."""
    found = address.normalise(email, allow_test_domains=context.options.allow_test_domains).normalised
    contact = contacts.by_emails(conn, [found]).get(found)
    if contact is None or scopes.of_others(conn, [found]):
        raise errors.NotFound(
            Text("{email} is not a contact.", email=found),
            command=Text("`relance contacts import` imports a file of contacts."),
        )
    return contact


def suppress(context: Context, value: str, reason: str = "") -> Suppression:
    """Nobody writes to this address any more, or to this whole domain (`acme.example` or `@acme.example`).

    In effect when this returns: open enrollments end in the same transaction.
    """
    kind, fit = meant(context, value)
    said = contact_fields.tidy("reason", reason)
    now = context.clock.now()
    with context.database.write() as conn:
        stoppable.StopRules(conn).require(kind, fit)
        why = done_by.done(conn, Code.DO_NOT_CONTACT, text=said)
        put(conn, context, kind, fit, suppressions.wished(why), now)
        return suppressions.one(conn, kind, fit)


@dataclass(frozen=True)
class WouldStop:
    """An address or a domain as it would stand on the list, how many people's sequences would end by it, and who they are: the first
    of them, by address."""

    kind: str
    value: str
    people: int
    emails: tuple[str, ...] = ()


def would_stop(context: Context, value: str) -> WouldStop:
    """What `suppress` would do; raises as it does."""
    kind, fit = meant(context, value)
    with context.database.read() as conn:
        stoppable.StopRules(conn).require(kind, fit)
        found = stoppable.stopped(conn, [(kind, fit)])
        return WouldStop(kind, fit, len(found), tuple(found[:NAMED]))


def put(
    conn: Connection, context: Context, kind: str, fit: str, why: SuppressionReason, now: dt.datetime
) -> None:
    """Put one on the list, and end what is under way with whom it means."""
    suppressions.add(conn, kind, fit, why, now)
    people = contacts.meant(conn, [(kind, fit)])
    _told(conn, SuppressionAdded(why.reason, fit), people.get(fit), now)
    ends = because(Code.SUPPRESSED, why=why.reason)
    _end(conn, context, [person.id for person in people.values()], ends)


def _end(conn: Connection, context: Context, contact_ids: list[int], why: Reason) -> None:
    now = context.clock.now()
    rows = [row for row in enrollments.of_contact(conn, contact_ids) if row.state in states.OPEN]
    applied = enrollments.apply(conn, [row.id for row in rows], Event.UNSUBSCRIBED, now, reason=why)
    ended = [before for before, after in applied if after != before.state]
    tasks.drop_open(conn, [row.id for row in ended], now)
    said = EnrollmentUnsubscribed(why)
    events.record_events(conn, [NewEvent.of(row, said, now, step="") for row in ended])


def unsuppress(context: Context, value: str, reason: str = "") -> bool:
    """Lift a suppression; False when there was none. What it ended stays ended."""
    _, fit = meant(context, value)
    said = Text.prose(contact_fields.tidy("reason", reason))
    with context.database.write() as conn:
        lifted = suppressions.remove(conn, fit)
        if lifted:
            known = contacts.by_emails(conn, [fit]).get(fit)
            _told(conn, SuppressionLifted(fit, said), known, context.clock.now())
        return lifted


def told_lifted(conn: Connection, values: Iterable[str], now: dt.datetime) -> None:
    """An event for each that was taken off the list."""
    known = contacts.by_emails(conn, values := list(values))
    for value in values:
        _told(conn, SuppressionLifted(value, Text.prose("")), known.get(value), now)


def _told(conn: Connection, said: EventData, person: Contact | None, now: dt.datetime) -> None:
    events.record_events(conn, [NewEvent(said, now, contact_id=person.id if person else None)])


def suppressed(context: Context) -> tuple[Suppression, ...]:
    """Every suppression, by value."""
    with context.database.read() as conn:
        return tuple(suppressions.list_all(conn))


def suppressed_page(
    context: Context, search: str = "", *, kind: str = "", after: str = "", limit: int = 100
) -> list[Suppression]:
    """A page of suppressions by value; `after` is the last value of the page before. `search` is found anywhere in the value;
    an address finds the domains, too, by which it may not be written to. `kind`: "address", "domain"; empty: both."""
    errors.require_one_of(kind, ["", *suppressions.KINDS])
    size = max(1, min(limit, MAX_PAGE))
    with context.database.read() as conn:
        return suppressions.page(conn, search.strip().lower(), kind=kind, after=after, limit=size)


def refusing(context: Context, email: str) -> str:
    """Why an address may not be written to; empty where it may."""
    with context.database.read() as conn:
        person = get(conn, context, email)
        found = answers_of_others.discreet(conn, suppressions.suppressed(conn, [person.email]))
        return str(found.get(person.email, ""))


def meant(context: Context, value: str) -> tuple[str, str]:
    """What a person means by an address or a domain: "address" or "domain", and the form we compare."""
    written = address.written_as(value).strip()
    if "@" in written.lstrip("@"):
        found = address.normalise(written, allow_test_domains=context.options.allow_test_domains)
        return "address", found.normalised
    try:
        found = address.normalise(
            f"anybody@{written.lstrip('@')}", allow_test_domains=context.options.allow_test_domains
        )
    except errors.Invalid:
        raise errors.Invalid(
            Text(
                '"{written}" is neither an address nor a domain. Write ada@acme.example or acme.example.',
                written=written,
            )
        ) from None
    return "domain", found.domain
