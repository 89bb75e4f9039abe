"""Contacts: the people, by normalised address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.prepared import Prepared, Query, among, any_of
from relance.engine.db.tables import contact
from relance.engine.store import scopes
from relance.engine.store.contacts.filters import ContactFilter, conditions
from relance.engine.store.contacts.search import NAMES, by_address, contains, in_order, seen
from relance.wording.letters import unmarked

FIELDS = ("first_name", "last_name", "company", "title", "phone", "country", "language", "zone")
"""What every contact may have; anything else a file brings goes to the contact's own fields."""


@dataclass(frozen=True)
class Contact:
    """One person. `email` is what goes on the envelope; `fields` are the author's own columns."""

    id: int
    email: str
    original: str
    organisation: str
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    title: str = ""
    phone: str = ""
    country: str = ""
    language: str = ""
    zone: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """First and last name; empty where neither is known."""
        return f"{self.first_name} {self.last_name}".strip()

    def values(self) -> dict[str, object]:
        """What templates and conditions may speak of. Empty values are left out: a template must say what it wants then."""
        own = {name: getattr(self, name) for name in ("email", *FIELDS)}
        return {name: value for name, value in {**self.fields, **own}.items() if value}


_NAMES = tuple(Contact.__dataclass_fields__)
_COLUMNS = [contact.c[name] for name in _NAMES]


def _value(row: Sequence[Any]) -> Contact:
    return Contact(*row)


def add(conn: Connection, rows: Sequence[Mapping[str, Any]], now: dt.datetime) -> None:
    """New contacts."""
    if rows:
        written = {"created_at": now, "updated_at": now}
        conn.execute(sa.insert(contact), [{**_NOT_MARKED, **row, **_plain(row), **written} for row in rows])


def change(conn: Connection, contact_id: int, values: Mapping[str, Any], now: dt.datetime) -> None:
    """New values for one contact."""
    conn.execute(
        sa.update(contact)
        .where(contact.c.id == contact_id)
        .values(**values, **_plain(values), updated_at=now)
    )


def _plain(row: Mapping[str, Any]) -> dict[str, str | None]:
    """The names of a row as they are also looked for. Pure."""
    return {f"{name}_plain": unmarked(row[name]) for name in NAMES if name in row}


_NOT_MARKED = {f"{name}_plain": None for name in NAMES}


def by_emails(conn: Connection, emails: Iterable[str]) -> dict[str, Contact]:
    """Contacts by normalised address."""
    wanted = sorted(set(emails))
    found = {}
    for start in range(0, len(wanted), 500):
        query = sa.select(*_COLUMNS).where(contact.c.email.in_(wanted[start : start + 500]))
        found.update({row.email: _value(row) for row in conn.execute(query)})
    return found


def by_ids(conn: Connection, ids: Iterable[int]) -> dict[int, Contact]:
    """Contacts by id."""
    return with_ids(ids).run(conn)


def with_ids(ids: Iterable[int]) -> Query[dict[int, Contact]]:
    """`by_ids`, to be run together with others."""
    asked = {"wanted": sorted(set(ids))}
    return Query(_BY_IDS, asked, lambda rows: {row.id: _value(row) for row in rows})


_BY_IDS = Prepared(sa.select(*_COLUMNS).where(any_of(contact.c.id, "wanted")))
# Built once: every chunk of mails asks.


def page(
    conn: Connection,
    *,
    search: str | None,
    after: str | None,
    limit: int,
    words: bool = False,
    wanted: ContactFilter | None = None,
) -> list[Contact]:
    """A page of contacts by address; `search` is found anywhere in address, names or company. With `words`, each of its words
    begins one of these (`search.begins`), which an index finds."""
    query = sa.select(*_COLUMNS)
    if wanted is not None:
        query = query.where(*conditions(conn, wanted))
    if after is not None:
        query = query.where(contact.c.email > after)
    if search and words:
        if scopes.mailboxes(conn) is not None and (people := by_address(conn, search, after)) is not None:
            return _first(conn, query.where(*scopes.people(conn)), people, limit)
        query = query.where(in_order(conn, search))
    elif search:
        query = query.where(contains(search))
    scoped = wanted is not None and wanted.scoped
    ways = [sa.true()] if scoped else scopes.people_apart(conn)
    return [_value(row) for row in conn.execute(_by_address(query, ways, limit))]


def _first(
    conn: Connection, query: sa.Select[Any], people: Sequence[tuple[int, bool]], limit: int
) -> list[Contact]:
    """The first who fit, of these, who are given in the order of addresses: some at a time, until there are enough. Behind the first
    some, only of those who can be seen: most may be others' people."""
    found: list[Contact] = []
    numbers = [number for number, _ in people[:_AT_ONCE]]
    for start in range(0, len(people), _AT_ONCE):
        if start == _AT_ONCE:
            numbers += seen(conn, people[_AT_ONCE:])
        if not (here := numbers[start : start + _AT_ONCE]):
            break
        some = query.where(among(contact.c.id, here)).order_by(contact.c.email)
        found += [_value(row) for row in conn.execute(some.limit(limit - len(found)))]
        if len(found) == limit:
            break
    return found


_AT_ONCE = 200


def _by_address(query: sa.Select[Any], ways: Sequence[sa.ColumnElement[bool]], limit: int) -> sa.Select[Any]:
    """The first by address, of those who are found on any of these ways."""
    first = [query.where(way).order_by(contact.c.email).limit(limit) for way in ways]
    if len(first) == 1:
        return first[0]
    merged = sa.union_all(*(sa.select(each.subquery()) for each in first)).subquery()
    return sa.select(merged).order_by(merged.c.email).limit(limit)


def in_domain(conn: Connection, domain: str) -> dict[str, Contact]:
    """People with an address in a domain or below it, by address."""
    here = contact.c.email.endswith(f"@{domain}", autoescape=True)
    below = contact.c.email.endswith(f".{domain}", autoescape=True)
    query = sa.select(*_COLUMNS).where(sa.or_(here, below)).order_by(contact.c.id)
    return {row.email: _value(row) for row in conn.execute(query)}


def meant(conn: Connection, entries: Sequence[tuple[str, str]]) -> dict[str, Contact]:
    """The people whom entries of the do-not-contact list (kind and value) mean, by address."""
    found = by_emails(conn, [value for kind, value in entries if kind == "address"])
    for kind, value in entries:
        if kind == "domain":
            found |= in_domain(conn, value)
    return found


def own_fields(conn: Connection) -> set[str]:
    """The names of the authors' own columns, over all contacts."""
    if conn.dialect.name == "postgresql":
        query = sa.select(sa.func.jsonb_object_keys(contact.c.fields)).distinct()
    else:
        pairs = sa.func.json_each(contact.c.fields).table_valued("key")
        query = sa.select(pairs.c.key).select_from(contact.join(pairs, sa.true())).distinct()
    return set(conn.execute(query).scalars())


def count(conn: Connection) -> int:
    """How many there are."""
    return int(conn.execute(sa.select(sa.func.count()).select_from(contact)).scalar_one())
