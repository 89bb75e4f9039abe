"""Suppressions: addresses and domains nobody may write to, asked for at enrollment, at claim and before the body."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine import reasons
from relance.engine.db import database
from relance.engine.db.prepared import Prepared, Query, Row, among, any_of, fixed, is_one_of
from relance.engine.db.tables import suppression, suppression_reason
from relance.engine.event_log.actors import Actor, ActorKind
from relance.engine.reasons import Code, Reason
from relance.engine.store import events
from relance.engine.store.contacts import answers_of_others
from relance.wording.letters import plain

KINDS = ("address", "domain")
_TABLES = (suppression, suppression_reason)


class Because(StrEnum):
    """What a reason not to write to somebody rests on."""

    PERSON = "person"  # somebody asked for it: it stays until a person lifts it
    BOUNCE = "bounce"  # the address was taken for dead: it goes when that proves wrong


@dataclass(frozen=True)
class SuppressionReason:
    """One reason; `source` says what it rests on, so that it can be taken back alone."""

    reason: Reason
    cause: Because = Because.PERSON
    source: str = ""

    @property
    def key(self) -> str:
        """What tells it from other reasons: what it rests on. Whoever asks twice for the same cause asked once; a digest
        keeps the index short."""
        if self.source:
            return self.source
        told = self.reason.params.get("text")
        if self.reason.code is not Code.PROSE or not isinstance(told, str):
            row = self.reason.row()
            told = json.dumps([row["code"], row["params"]], sort_keys=True)
        return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16]


UNSAID = ""
# The source of a bounce that an earlier release did not keep.


def bounced(source: str, reason: Reason) -> SuppressionReason:
    """Because a mail came back, or was refused: `source` is that mail."""
    return SuppressionReason(reason, Because.BOUNCE, source)


def wished(reason: Reason) -> SuppressionReason:
    """Because somebody asked for it."""
    return SuppressionReason(reason)


@dataclass(frozen=True)
class Suppression:
    """One address or one whole domain (with every domain below it). `reasons` are those in `reason`, one by one; `added_by` says
    who gave the strongest of them, and is empty where that was not kept; `added_by_kind` is their `ActorKind`, and `codes` are the
    codes of `reasons`."""

    kind: str
    value: str
    reason: str
    created_at: dt.datetime
    reasons: tuple[str, ...] = ()
    added_by: str = ""
    added_by_kind: str = ""
    codes: tuple[str, ...] = ()


def add(conn: Connection, kind: str, value: str, why: SuppressionReason, now: dt.datetime) -> bool:
    """Suppress, or add a reason; False when that very reason was known. In effect from the commit on."""
    said, stored = why.reason.before, why.reason.row()
    one = {"kind": kind, "value": value, "cause": why.cause.value, "source": why.key}
    row = {"kind": kind, "value": value, "reason": said, "why": stored, "created_at": now}
    database.insert_new(conn, suppression, [row])
    actor = events.acting(conn)
    who = {"kind": actor.kind.value, "name": actor.name}
    told = {**one, "words": said, "why": stored, "added_by": who, "created_at": now}
    new = database.insert_new(conn, suppression_reason, [told]) == 1
    if new:
        _say(conn, kind, value)
    return new


def insist(conn: Connection, address: str, reason: Reason, now: dt.datetime) -> bool:
    """Suppress an address by the person's own wish; False when that very wish was known. Taking back a bounce that was
    none does not take back the wish."""
    return add(conn, "address", address, wished(reason), now)


def _say(conn: Connection, kind: str, value: str) -> None:
    """Let the suppression say all its reasons: what a person asked for before what was found out."""
    rows = _reasons(conn, kind, value)
    if rows:
        here = sa.and_(suppression.c.kind == kind, suppression.c.value == value)
        why = reasons.joined([reasons.stored(each.why, each.words) for each in rows])
        conn.execute(sa.update(suppression).where(here).values(reason=why.before, why=why.row()))


def _reasons(conn: Connection, kind: str, value: str) -> Sequence[sa.Row[Any]]:
    """Every reason, the strongest first."""
    query = sa.select(suppression_reason).where(
        suppression_reason.c.kind == kind, suppression_reason.c.value == value
    )
    return conn.execute(query.order_by(*_STRONGEST_FIRST)).all()


_STRONGEST_FIRST = (suppression_reason.c.cause != Because.PERSON.value, suppression_reason.c.id.desc())


def take_back(conn: Connection, address: str, sources: Iterable[str]) -> bool:
    """What these bounces said of an address is not so. True when it may be written to again; what a person asked for, and
    what any other bounce said, stays."""
    rows = _reasons(conn, "address", address)
    return _take_back(conn, address, rows, _of_bounces(rows, sources))


def _of_bounces(rows: Sequence[sa.Row[Any]], sources: Iterable[str]) -> list[int]:
    wanted = set(sources)
    return [row.id for row in rows if row.cause == Because.BOUNCE.value and row.source in wanted]


def stands_without(conn: Connection, address: str, sources: Iterable[str]) -> bool:
    """Whether an address may not be written to, also after `take_back` of these bounces."""
    wanted = list(sources)
    rows = _reasons(conn, "address", address) if wanted else []
    lifted = bool(rows) and len(_of_bounces(rows, wanted)) == len(rows)
    values = refusing(address)[1:] if lifted else refusing(address)
    return bool(_AMONG.all(conn, {"wanted": sorted(values)}))


def take_back_wish(
    conn: Connection, address: str, reason: Reason, by: Mapping[str, str], since: dt.datetime
) -> bool:
    """Whoever noted this wish after `since` says that it was none. True when the address may be written to again; what anybody
    else noted or asked for, and what was known before, stays."""
    rows = _reasons(conn, "address", address)
    key = wished(reason).key
    slip = [
        row.id
        for row in rows
        if (row.cause, row.source, row.added_by) == (Because.PERSON.value, key, dict(by))
        and row.created_at >= since
    ]
    return _take_back(conn, address, rows, slip)


def _take_back(conn: Connection, address: str, rows: Sequence[sa.Row[Any]], wrong: Sequence[int]) -> bool:
    if not wrong:
        return False
    conn.execute(sa.delete(suppression_reason).where(suppression_reason.c.id.in_(wrong)))
    if len(wrong) < len(rows):
        _say(conn, "address", address)
        return False
    here = sa.and_(suppression.c.kind == "address", suppression.c.value == address)
    conn.execute(sa.delete(suppression).where(here))
    return True


def remove(conn: Connection, value: str) -> bool:
    """Lift a suppression with all its reasons; False when there was none."""
    conn.execute(sa.delete(suppression_reason).where(suppression_reason.c.value == value))
    return conn.execute(sa.delete(suppression).where(suppression.c.value == value)).rowcount > 0


def standing(conn: Connection, values: Sequence[str]) -> set[tuple[str, str]]:
    """Those of these values that are on the list, with their kinds."""
    here = sa.and_(is_one_of(suppression.c.kind, KINDS), among(suppression.c.value, values))
    return {(row.kind, row.value) for row in conn.execute(sa.select(suppression).where(here))}


def imported(conn: Connection, source: str) -> list[tuple[str, str]]:
    """The kinds and values to which one import gave a reason."""
    of = (suppression_reason.c.cause == Because.PERSON.value, suppression_reason.c.source == source)
    query = sa.select(suppression_reason.c.kind, suppression_reason.c.value).where(*of)
    return [(kind, value) for kind, value in conn.execute(query.order_by(suppression_reason.c.value))]


def drop(conn: Connection, kind: str, value: str, source: str) -> bool:
    """Take back one reason that a person gave. True when there was no other, so that the value is off the list."""
    here = (suppression_reason.c.kind == kind, suppression_reason.c.value == value)
    conn.execute(sa.delete(suppression_reason).where(*here, suppression_reason.c.source == source))
    if _reasons(conn, kind, value):
        _say(conn, kind, value)
        return False
    conn.execute(sa.delete(suppression).where(suppression.c.kind == kind, suppression.c.value == value))
    return True


def list_all(conn: Connection) -> list[Suppression]:
    """All of them, by value."""
    return _views(conn, sa.select(suppression), sa.select(suppression_reason))


def one(conn: Connection, kind: str, value: str) -> Suppression:
    """One that there is."""
    found, said = (sa.select(each).where(each.c.kind == kind, each.c.value == value) for each in _TABLES)
    return _views(conn, found, said)[0]


def page(conn: Connection, search: str, *, kind: str = "", after: str, limit: int) -> list[Suppression]:
    """Some of them by value, behind one; `search` is found anywhere in the value, and as an address whatever refuses it."""
    fits = [suppression.c.value > after, *_searched(conn, search)]
    each = [_first(one, fits, limit) for one in KINDS if kind in ("", one)]
    merged = sa.union_all(*(sa.select(first.c.value) for first in each)).subquery()
    here = sa.select(merged.c.value).distinct().order_by(merged.c.value).limit(limit)
    values = list(conn.execute(here).scalars())
    found, said = (
        sa.select(table).where(is_one_of(table.c.kind, KINDS), table.c.value.in_(values)) for table in _TABLES
    )
    return _views(conn, found, said) if values else []


def _first(kind: str, fits: Iterable[sa.ColumnElement[bool]], limit: int) -> sa.Subquery:
    """The first values of a kind, which an index gives in order."""
    here = sa.select(suppression.c.value).where(suppression.c.kind == fixed(kind), *fits)
    return here.order_by(suppression.c.value).limit(limit).subquery()


def _searched(conn: Connection, search: str) -> Iterator[sa.ColumnElement[bool]]:
    if search:
        postgresql = conn.dialect.name == "postgresql"
        place = sa.func.strpos if postgresql else sa.func.instr
        found = sa.or_(
            *(place(suppression.c.value, each) > 0 for each in sorted({search, plain(search) or search}))
        )
        yield sa.or_(found, suppression.c.value.in_(refusing(search))) if "@" in search else found


def _views(conn: Connection, query: sa.Select[Any], of_them: sa.Select[Any]) -> list[Suppression]:
    entries = conn.execute(query.order_by(None).order_by(suppression.c.value)).all()
    unseen = answers_of_others.heard_elsewhere(conn, [row.value for row in entries])
    said: dict[tuple[str, str], list[Reason]] = {}
    by: dict[tuple[str, str], Actor | None] = {}
    for row in conn.execute(of_them.order_by(*_STRONGEST_FIRST)):
        why, adder = reasons.stored(row.why, row.words), _adder(row)
        if row.value in unseen:
            why = answers_of_others.without_words(why, adder.kind if adder else None)
        said.setdefault((row.kind, row.value), []).append(why)
        by.setdefault((row.kind, row.value), adder)
    return [
        _view(row, said.get((row.kind, row.value), ()), by.get((row.kind, row.value)), row.value in unseen)
        for row in entries
    ]


def _view(row: sa.Row[Any], said: Sequence[Reason], by: Actor | None, unseen: bool) -> Suppression:
    whole = reasons.stored(row.why, row.reason)
    if unseen:
        whole = reasons.joined(said) if said else answers_of_others.without_words(whole)
    return Suppression(
        row.kind,
        row.value,
        whole.words,
        row.created_at,
        tuple(each.words for each in said),
        _who(by),
        by.kind.value if by else "",
        reasons.codes(said),
    )


def _adder(row: sa.Row[Any]) -> Actor | None:
    """Who gave a reason; None where it was not kept, or written by a release that knows more of them. What rests on a mail of ours is
    the answer of the server that it was offered to, also where an earlier release named the turn that offered it."""
    if row.cause == Because.BOUNCE.value and reasons.is_of_message(row.source):
        return Actor(ActorKind.SERVER)
    return events.actor(row.added_by["kind"], row.added_by["name"]) if row.added_by else None


def _who(found: Actor | None) -> str:
    """An actor as people read it, told apart from somebody's name where it is nobody of the team."""
    if found is None:
        return ""
    by: dict[str, Any] = {reasons.BY: found.named(), reasons.BY_KIND: found.kind.value}
    return str(reasons.because(Code.DO_NOT_CONTACT, **by).doer or "")


def suppressed(conn: Connection, addresses: Iterable[str]) -> dict[str, Reason]:
    """Those of these addresses that may not be written to, with the reason."""
    asked = set(addresses)
    return suppressed_among(asked).run(conn) if asked else {}


def suppressed_among(addresses: Iterable[str]) -> Query[dict[str, Reason]]:
    """`suppressed`, to be run together with others."""
    refused_by = {address: refusing(address) for address in set(addresses)}
    wanted = {value for values in refused_by.values() for value in values}

    def found(rows: Sequence[Row]) -> dict[str, Reason]:
        standing = {row.value: reasons.stored(row.why, row.reason) for row in rows}
        said = {
            address: next((standing[value] for value in values if value in standing), None)
            for address, values in refused_by.items()
        }
        return {address: reason for address, reason in said.items() if reason is not None}

    return Query(_AMONG, {"wanted": sorted(wanted)}, found)


def is_wished(conn: Connection, address: str) -> bool:
    """Whether anybody asked not to write to an address, or to its domain."""
    query = sa.select(suppression_reason.c.id).where(
        suppression_reason.c.value.in_(refusing(address)),
        suppression_reason.c.cause == Because.PERSON.value,
    )
    return conn.execute(query.limit(1)).first() is not None


_AMONG = Prepared(
    sa.select(suppression.c.value, suppression.c.reason, suppression.c.why).where(
        is_one_of(suppression.c.kind, KINDS), any_of(suppression.c.value, "wanted")
    )
)
# Built once: every mail asks several times.


def refusing(address: str) -> list[str]:
    """Every value that would suppress an address: itself, its domain and every domain above it, the closest first.

    a@b.c.example → a@b.c.example, b.c.example, c.example, example.
    """
    labels = address.rpartition("@")[2].split(".")
    return [address, *(".".join(labels[start:]) for start in range(len(labels)))]
