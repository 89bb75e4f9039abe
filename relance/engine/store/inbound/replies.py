"""Mail that came in and concerns us, with its judgement. Other people's private mail is read past, never kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db import database
from relance.engine.db.tables import contact, enrollment, inbound, mailbox, own_reply, sequence
from relance.engine.states import State
from relance.engine.store import scopes
from relance.engine.store.contacts import search
from relance.mailbox.parsing.inbound import Kind
from relance.wording import Text

KIND: sa.ColumnElement[str] = sa.func.coalesce(inbound.c.correction["kind"].as_string(), inbound.c.kind)
"""What a mail is taken for: what a person said of it, else what the rules said."""
INTENT: sa.ColumnElement[str | None] = sa.case(
    (
        KIND.in_([Kind.HUMAN.value]),
        sa.func.coalesce(
            inbound.c.correction["intent"].as_string(), inbound.c.judgement["intent"].as_string()
        ),
    ),
    else_=None,
)
"""What its writer wants, by the same order; null for what is not a person's answer: it counts once, as its kind."""


@dataclass(frozen=True)
class Reply:
    """One kept mail as it stands in the table; `kind`, `rule`, `evidence` and `judgement` are the rules' own."""

    id: int
    mailbox_id: int
    mailbox: str
    contact_id: int | None
    email: str | None  # the contact it was matched with
    name: str  # theirs; empty where it is not known
    company: str
    enrollment_id: int | None
    message_id: int | None
    from_address: str
    subject: str
    received_at: dt.datetime
    folder: str
    kind: str
    rule: str
    rules_version: int
    evidence: Text | str
    judgement: Mapping[str, Any]
    failure: str | None  # of a mail that came back: why, and how far ours had come
    failure_stage: str | None
    correction: Mapping[str, Any] | None
    match: str
    matched_by: str
    body: str
    size: int
    read_at: dt.datetime | None
    read_by: Mapping[str, str] | None
    substitute_state: str


def stored_keys(conn: Connection, mailbox_id: int, dedupe: Iterable[str]) -> set[str]:
    """Which of these mails were kept before (moved between folders, or read again after a UIDVALIDITY change)."""
    wanted = sorted(set(dedupe))
    query = sa.select(inbound.c.dedupe).where(
        inbound.c.mailbox_id == mailbox_id, inbound.c.dedupe.in_(wanted)
    )
    return set(conn.execute(query).scalars()) if wanted else set()


def add(conn: Connection, row: Mapping[str, Any]) -> bool:
    """Keep one mail; False when it was kept before."""
    return database.insert_new(conn, inbound, [row]) == 1


def number(conn: Connection, mailbox_id: int, dedupe: str) -> int:
    """The number of a mail that is kept."""
    here = sa.and_(inbound.c.mailbox_id == mailbox_id, inbound.c.dedupe == dedupe)
    return int(conn.execute(sa.select(inbound.c.id).where(here)).scalar_one())


def message_id(conn: Connection, number: int) -> str | None:
    """The Message-ID a kept mail bore, with its angle brackets, where it had one: it is told apart from others by it."""
    query = sa.select(inbound.c.dedupe).where(inbound.c.id == number)
    named = str(conn.execute(query).scalar_one_or_none() or "").partition(" ")[0]
    return named if named.startswith("<") and named.endswith(">") else None


def lock(conn: Connection, number: int) -> None:
    """Nobody else changes this mail until the transaction ends: two people who decide about it at once do so in turn."""
    conn.execute(sa.select(inbound.c.id).where(inbound.c.id == number).with_for_update())


def change(conn: Connection, number: int, **values: Any) -> None:
    """Set columns of one kept mail."""
    conn.execute(sa.update(inbound).where(inbound.c.id == number).values(**values))


_JOINED = inbound.join(mailbox, mailbox.c.id == inbound.c.mailbox_id).outerjoin(
    contact, contact.c.id == inbound.c.contact_id
)
_NAME = sa.func.trim(contact.c.first_name + " " + contact.c.last_name)
_OTHERS = {
    "mailbox": mailbox.c.address.label("mailbox"),
    "email": contact.c.email.label("email"),
    "name": sa.func.coalesce(_NAME, "").label("name"),
    "company": sa.func.coalesce(contact.c.company, "").label("company"),
}
_NAMES = tuple(Reply.__dataclass_fields__)
_COLUMNS = [_OTHERS[name] if name in _OTHERS else inbound.c[name] for name in _NAMES]
_SELECT = sa.select(*_COLUMNS).select_from(_JOINED)


def _values(conn: Connection, query: sa.Select[Any]) -> list[Reply]:
    return [Reply(**{name: row._mapping[name] for name in _NAMES}) for row in conn.execute(query)]


@dataclass(frozen=True)
class ReplyFilter:
    """Which kept mails are asked for; every condition that is set must hold."""

    kind: str | None = None
    email: str | None = None
    mailbox: str | None = None
    intent: str | None = None
    unread: bool = False
    unsent: bool = False  # a reply of ours to it has not left yet
    undecided: bool = False  # a person has to say what it is, or whose
    substitutes: bool = False  # names somebody else to write to, and nobody said yet whether to
    by_hand: bool = False  # our own mails, written by hand, as well
    since: dt.datetime | None = None  # received then or later
    sequence: str | None = None  # of somebody in it
    domain: str = ""  # of the sender's address, in small letters
    search: str = ""  # words that begin the contact's address, a name or a company, or the sender's address


Wanted = ReplyFilter  # its name until this release


@dataclass(frozen=True)
class ReplyPlace:
    """Where a mail stands among all: by when its server received it, and by its number among those of one instant."""

    received_at: dt.datetime
    id: int


_PLACE = (inbound.c.received_at, inbound.c.id)


def place(conn: Connection, number: int) -> ReplyPlace | None:
    """The place of a kept mail; None where there is none of that number that is seen."""
    found = conn.execute(sa.select(*_PLACE).where(inbound.c.id == number, *_within(conn))).first()
    return ReplyPlace(found[0], found[1]) if found is not None else None


def page(
    conn: Connection, wanted: ReplyFilter, *, before: ReplyPlace | None = None, limit: int = 100
) -> list[Reply]:
    """The newest kept mails over all mailboxes; `before` is the place of the last one of the page before."""
    query = _SELECT.order_by(*(each.desc() for each in _PLACE)).limit(limit)
    for condition in (*_within(conn), *_conditions(wanted), *_found_by(conn, wanted.search)):
        query = query.where(condition)
    if before is not None:
        query = query.where(sa.tuple_(*_PLACE) < sa.tuple_(before.received_at, before.id))
    return _values(conn, query)


def counts(conn: Connection, wanted: ReplyFilter) -> list[tuple[str, str | None, int]]:
    """How many there are, by kind and intent."""
    query = sa.select(KIND.label("kind"), INTENT.label("intent"), sa.func.count()).select_from(_JOINED)
    for condition in (*_within(conn), *_conditions(wanted), *_found_by(conn, wanted.search)):
        query = query.where(condition)
    return [(row[0], row[1], row[2]) for row in conn.execute(query.group_by(sa.text("1"), sa.text("2")))]


def _within(conn: Connection) -> list[sa.ColumnElement[bool]]:
    return scopes.within(conn, inbound.c.mailbox_id)


def _found_by(conn: Connection, words: str) -> list[sa.ColumnElement[bool]]:
    """Of a contact who is found by these words, or from an address that begins so."""
    if not words.strip():
        return []
    theirs = search.of_people(conn, inbound.c.contact_id, words)
    return [sa.or_(theirs, search.begins_with(conn, inbound.c.from_address, words.strip()))]


def mark(
    conn: Connection, numbers: Collection[int], at: dt.datetime | None, by: Mapping[str, str] | None
) -> list[int]:
    """Read at an instant by somebody, or (None) not read; returns those that were otherwise before."""
    other = inbound.c.read_at.is_not(None) if at is None else inbound.c.read_at.is_(None)
    change = sa.update(inbound).where(inbound.c.id.in_(sorted(set(numbers))), other)
    return sorted(conn.execute(change.values(read_at=at, read_by=by).returning(inbound.c.id)).scalars())


def _conditions(wanted: ReplyFilter) -> list[sa.ColumnElement[bool]]:
    asked = (
        (wanted.kind is not None, KIND.in_([wanted.kind])),
        (wanted.intent is not None, INTENT.in_([wanted.intent])),
        (wanted.email is not None, contact.c.email == wanted.email),
        (wanted.mailbox is not None, mailbox.c.address == wanted.mailbox),
        (wanted.unread, inbound.c.read_at.is_(None)),
        (wanted.unsent, _has_unsent_reply()),
        (wanted.undecided, _undecided()),
        (wanted.substitutes, _names_substitute()),
        (
            wanted.since is not None,
            sa.true() if wanted.since is None else inbound.c.received_at >= wanted.since,
        ),
        (wanted.sequence is not None, inbound.c.enrollment_id.in_(_of_sequence(wanted.sequence))),
        (wanted.domain != "", _from_domain(wanted.domain)),
        (not wanted.by_hand, inbound.c.kind != "own copy"),
    )
    return [condition for holds, condition in asked if holds]


def _of_sequence(name: str | None) -> sa.Select[tuple[int]]:
    of = sa.select(sequence.c.id).where(sequence.c.name == name)
    return sa.select(enrollment.c.id).where(enrollment.c.sequence_id.in_(of))


def _from_domain(domain: str) -> sa.ColumnElement[bool]:
    return sa.func.lower(inbound.c.from_address).endswith(f"@{domain}", autoescape=True)


def _has_unsent_reply() -> sa.ColumnElement[bool]:
    return inbound.c.id.in_(sa.select(own_reply.c.inbound_id).where(own_reply.c.open))


def _undecided() -> sa.ColumnElement[bool]:
    waits = (
        sa.exists()
        .where(enrollment.c.contact_id == inbound.c.contact_id, enrollment.c.state == State.HELD.value)
        .correlate(inbound)
    )
    doubtful = sa.or_(inbound.c.match == "soft", inbound.c.kind.in_(("unreadable", "challenge")))
    return sa.and_(inbound.c.correction.is_(None), doubtful, sa.or_(inbound.c.contact_id.is_(None), waits))


def _names_substitute() -> sa.ColumnElement[bool]:
    named = inbound.c.judgement["substitute"].as_string().is_not(None)
    left = sa.or_(KIND.in_(["left the company"]), INTENT.in_(["referral"]))
    return sa.and_(named, inbound.c.substitute_state == "", left)


def by_id(conn: Connection, number: int) -> Reply | None:
    """One kept mail."""
    return next(iter(_values(conn, _SELECT.where(inbound.c.id == number))), None)


def of_contact(conn: Connection, contact_id: int) -> list[Reply]:
    """Everything that came from, or about, one person, oldest first."""
    return _values(conn, _SELECT.where(inbound.c.contact_id == contact_id).order_by(inbound.c.id))


def first_bounce(conn: Connection, contact_id: int | None) -> dt.datetime | None:
    """When the first mail to somebody that came back for good was read, where it is still taken for that."""
    query = sa.select(sa.func.min(inbound.c.judged_at))
    query = query.where(inbound.c.contact_id == contact_id, KIND.in_(["hard bounce"]))
    return conn.execute(query).scalar_one_or_none() if contact_id is not None else None


def bounces_since(conn: Connection, mailbox_id: int, since: dt.datetime | None) -> list[Reply]:
    """The mails that came back for good to a mailbox, and are taken for that, from an instant on."""
    query = _SELECT.where(inbound.c.mailbox_id == mailbox_id, KIND.in_(["hard bounce"]))
    if since is not None:
        query = query.where(inbound.c.received_at >= since)
    return _values(conn, query.order_by(inbound.c.id))


def returns(conn: Connection, contact_id: int) -> list[dt.date | None]:
    """The days of return that somebody's out-of-office replies name, one a reply, the last one last; None: it names none."""
    until = sa.func.coalesce(
        inbound.c.correction["until"].as_string(), inbound.c.judgement["until"].as_string()
    )
    certain = sa.or_(inbound.c.match == "certain", inbound.c.correction.is_not(None))
    query = sa.select(until).where(inbound.c.contact_id == contact_id, KIND.in_(["out of office"]), certain)
    return [
        dt.date.fromisoformat(day) if day else None
        for day in conn.execute(query.order_by(inbound.c.id)).scalars()
    ]


@dataclass(frozen=True)
class ReplySource:
    """A kept mail with its bytes, or the beginning of them."""

    answer: Reply
    raw: bytes


def with_raw(conn: Connection, *, after: int, since: dt.datetime | None, limit: int) -> list[ReplySource]:
    """Kept mails whose bytes are still there, by number from `after` on."""
    query = (
        sa.select(*_COLUMNS, inbound.c.raw)
        .select_from(_JOINED)
        .where(inbound.c.id > after, inbound.c.raw.is_not(None))
        .order_by(inbound.c.id)
        .limit(limit)
    )
    if since is not None:
        query = query.where(inbound.c.received_at >= since)
    return [
        ReplySource(Reply(**{name: row._mapping[name] for name in _NAMES}), row.raw)
        for row in conn.execute(query)
    ]


def kept(conn: Connection, number: int) -> ReplySource | None:
    """One kept mail with its bytes; None when they are gone."""
    query = sa.select(inbound.c.raw).where(inbound.c.id == number, inbound.c.raw.is_not(None))
    raw = conn.execute(query).scalar_one_or_none()
    answer = by_id(conn, number) if raw is not None else None
    return ReplySource(answer, raw) if answer is not None and raw is not None else None


def without_raw(conn: Connection, since: dt.datetime | None) -> int:
    """How many kept mails have no bytes any more (or never had: what a person wrote by hand)."""
    query = sa.select(sa.func.count()).where(inbound.c.raw.is_(None), inbound.c.kind != "own copy")
    if since is not None:
        query = query.where(inbound.c.received_at >= since)
    return int(conn.execute(query).scalar_one())


def old_raw(conn: Connection, before: dt.datetime, limit: int) -> list[int]:
    """Mails judged before an instant whose bytes are still there, the oldest first."""
    old = (
        sa.select(inbound.c.id)
        .where(inbound.c.raw.is_not(None), inbound.c.judged_at < before)
        .order_by(inbound.c.judged_at)
        .limit(limit)
    )
    return list(conn.execute(old).scalars())


def forget_raw(conn: Connection, numbers: Collection[int]) -> int:
    """Empty the bytes of these mails; everything else of them stays. Returns how many."""
    if numbers:
        conn.execute(sa.update(inbound).where(inbound.c.id.in_(numbers)).values(raw=None))
    return len(numbers)


def count_of_kind(conn: Connection, enrollment_id: int, kind: str) -> int:
    """How many mails of one kind an enrollment has had."""
    query = sa.select(sa.func.count()).where(inbound.c.enrollment_id == enrollment_id, KIND.in_([kind]))
    return int(conn.execute(query).scalar_one())
