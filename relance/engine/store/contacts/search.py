"""Finding people by how their address, their names or their company begin, by way of indexes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.sql.operators import custom_op

from relance.engine.db.prepared import among
from relance.engine.db.tables import contact
from relance.engine.store import scopes
from relance.wording.letters import plain

NAMES = ("first_name", "last_name", "company")
"""What people are called, in columns; `<name>_plain` is each without marks."""
_PLACES = (contact.c.email, *(contact.c[name] for name in NAMES))
_PLAIN = [contact.c[f"{name}_plain"] for name in NAMES]
_PLUS: custom_op[str] = custom_op("+")
# Changes nothing, but SQLite looks for what stands behind it in no index (sqlite.org/optoverview.html, "unary +").
_END = "\U0010ffff"
# Sorts behind every other character.
MAX_WORDS = 6
LOOKED_UP = 2000
# People whose enrollments, mails or replies are looked up one by one.
KNOWN = 10_000
# People by whose numbers the rows of a list are picked out.
FEW = 4000
# People who are put in order for a page; a page among a million is full after 10,000 where more of them fit.


def begins(conn: Connection, search: str, *, indexed: bool = True) -> sa.ColumnElement[bool]:
    """Whether every word of `search` begins somebody's address, a name, their company or its domain, or goes on with what those before
    it begin ("Harbour Tools"), in any case, with or without marks. Not `indexed`: asked of each row that is met on another way."""
    words = [word.removeprefix("@") for word in search.split()[:MAX_WORDS]]
    asked = (_last(conn, words[:number], indexed=indexed) for number in range(1, len(words) + 1))
    return sa.and_(*asked) if words else sa.true()


def _last(conn: Connection, words: Sequence[str], *, indexed: bool) -> sa.ColumnElement[bool]:
    """Whether the last of these begins a place, or it and some before it do, one after the other: names alone have several words."""
    runs = (" ".join(words[start:]) for start in range(len(words) - 1))
    beside = (contact.c.organisation, sa.func.lower(contact.c.email))
    found = [_begins(conn, _asked(each, indexed=indexed), words[-1]) for each in beside]
    return sa.or_(*found, *(_called(conn, each, indexed=indexed) for each in (words[-1], *runs)))


def _called(conn: Connection, words: str, *, indexed: bool) -> sa.ColumnElement[bool]:
    marked = (_begins(conn, _asked(sa.func.lower(contact.c[each]), indexed=indexed), words) for each in NAMES)
    unmarked = (_starts(conn, _asked(each, indexed=indexed), [plain(words)]) for each in _PLAIN)
    return sa.or_(*marked, *unmarked)


def _asked(column: sa.ColumnElement[str], *, indexed: bool) -> sa.ColumnElement[str]:
    return column if indexed else sa.UnaryExpression(column, operator=_PLUS, type_=column.type)


def contains(search: str) -> sa.ColumnElement[bool]:
    """Whether it stands anywhere in an address, a name or a company, in any case, with or without marks."""
    found = [place.icontains(search, autoescape=True) for place in _PLACES]
    return sa.or_(*found, *(place.contains(plain(search), autoescape=True) for place in _PLAIN))


def in_order(conn: Connection, search: str) -> sa.ColumnElement[bool]:
    """The same for a page in the order of addresses. PostgreSQL knows how many fit; SQLite guesses, and is told: up to `FEW` are
    found by the indexes, more are so dense that those met in order soon fill a page."""
    found = begins(conn, search)
    if conn.dialect.name == "postgresql":
        return found
    numbers = few(conn, found, FEW)
    return begins(conn, search, indexed=False) if numbers is None else among(contact.c.id, numbers)


def fit_many(conn: Connection, query: sa.Select[tuple[int]]) -> bool:
    """Whether so many rows fit that those met in the order of addresses soon fill a page."""
    return conn.execute(query.limit(1).offset(FEW)).first() is not None


def begins_with(conn: Connection, place: sa.ColumnElement[str], word: str) -> sa.ColumnElement[bool]:
    """Whether what stands there begins with a word, in any case; an index of it in lower case is used."""
    return _begins(conn, sa.func.lower(place), word)


def _begins(conn: Connection, place: sa.ColumnElement[str], word: str) -> sa.ColumnElement[bool]:
    """SQLite folds only the letters of ASCII, so that Ł and ł are two letters to it: either is looked for."""
    if conn.dialect.name == "postgresql":
        return _starts(conn, place, {word.lower(), plain(word)})
    forms = (word, word.lower(), word[:1].upper() + word[1:].lower())
    return _starts(conn, place, {plain(word), *map(_ascii_lower, forms)})


def _starts(conn: Connection, place: sa.ColumnElement[str], forms: Iterable[str]) -> sa.ColumnElement[bool]:
    """Whether what stands there begins with any of these, letter for letter; nothing begins with none (a word of marks alone)."""
    known = sorted(form for form in forms if form)
    if conn.dialect.name == "postgresql":
        return sa.or_(sa.false(), *(place.like(_pattern(form), escape="/") for form in known))
    return sa.or_(sa.false(), *(sa.and_(place >= form, place < form + _END) for form in known))


def _pattern(word: str) -> sa.BindParameter[str]:
    """In the text, quoted by Core: a plan that PostgreSQL keeps for every word finds none by an index, and reads all contacts from the
    eleventh search of a connection on."""
    fixed = word.replace("/", "//").replace("%", "/%").replace("_", "/_") + "%"
    return sa.bindparam(None, fixed, type_=sa.Text, unique=True, literal_execute=True)


def _ascii_lower(word: str) -> str:
    return "".join(char.lower() if char.isascii() else char for char in word)


def few(conn: Connection, condition: sa.ColumnElement[bool], most: int | None = None) -> list[int] | None:
    """The numbers of contacts that fit, in no order, where what is theirs is best looked up by them. None: they are so many that a
    page of anything is soon full, whatever its order, when each row is asked whether it fits."""
    most = LOOKED_UP if most is None else most
    found = conn.execute(sa.select(contact.c.id).where(condition).limit(most + 1)).scalars().all()
    return list(found) if len(found) <= most else None


def by_address(conn: Connection, words: str, after: str | None) -> list[tuple[int, bool]] | None:
    """The numbers of contacts whom these words find, in the order of addresses, from behind one on, and whether each is marked as in
    no sequence. None: those found are very many."""
    columns = (contact.c.id, contact.c.email, contact.c.enrolled_at.is_(None).label("free"))
    some = sa.select(*columns).where(begins(conn, words)).limit(KNOWN + 1).subquery()
    is_behind = some.c.email > (after or "")
    found = conn.execute(sa.select(some.c.id, some.c.free, is_behind).order_by(some.c.email)).all()
    if len(found) > KNOWN:
        return None
    return [(number, free) for number, free, behind in found if behind]


def seen(conn: Connection, people: Sequence[tuple[int, bool]]) -> list[int]:
    """Those of them whom a salesperson may see; who is marked as in no sequence may be in one of others all the same."""
    written_to = scopes.written_to(conn, [number for number, free in people if not free])
    return [number for number, free in people if free or number in written_to]


def of_people(conn: Connection, whose: sa.ColumnElement[int], words: str) -> sa.ColumnElement[bool]:
    """Whether a row is of somebody whom these words find, in a list that few people have a row in: replies, tasks."""
    people = few(conn, begins(conn, words), KNOWN)
    if people is None:
        asked = begins(conn, words, indexed=conn.dialect.name == "postgresql")
        here = sa.select(contact.c.id).where(contact.c.id == whose, asked)
        return here.limit(1).scalar_subquery().is_not(None)
    if conn.dialect.name != "postgresql":
        return among(whose, people)
    # A plan that is kept for all values compares each row with thousands of numbers one by one; those of a query are hashed.
    numbers = sa.bindparam(None, people, type_=sa.ARRAY(sa.BigInteger), unique=True)
    return whose.in_(sa.select(sa.func.unnest(numbers)))
