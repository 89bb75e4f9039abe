"""Finding people by how their address, their names or their company begin, by way of indexes."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.tables import contact

_PLACES = (contact.c.email, contact.c.first_name, contact.c.last_name, contact.c.company)
_END = "\U0010ffff"
# Sorts behind every other character.
MAX_WORDS = 6


def begins(conn: Connection, search: str) -> sa.ColumnElement[bool]:
    """Whether every word of `search` begins somebody's address, a name, their company, or is their company's domain."""
    words = search.split()[:MAX_WORDS]
    return sa.and_(*(_word(conn, word.removeprefix("@")) for word in words)) if words else sa.true()


def _word(conn: Connection, word: str) -> sa.ColumnElement[bool]:
    whole = [contact.c.organisation == word.lower()] if "." in word else []
    return sa.or_(*whole, *(begins_with(conn, place, word) for place in _PLACES))


def begins_with(conn: Connection, place: sa.ColumnElement[str], word: str) -> sa.ColumnElement[bool]:
    """Whether what stands there begins with a word, in any case; an index of it in lower case is used."""
    return _begins(conn, sa.func.lower(place), word)


def _begins(conn: Connection, place: sa.ColumnElement[str], word: str) -> sa.ColumnElement[bool]:
    """SQLite folds only the letters of ASCII, so that Ł and ł are two letters to it: either is looked for."""
    if conn.dialect.name == "postgresql":
        return place.startswith(word.lower(), autoescape=True)
    forms = {_ascii_lower(each) for each in (word, word.lower(), word[:1].upper() + word[1:].lower())}
    return sa.or_(*(sa.and_(place >= form, place < form + _END) for form in sorted(forms)))


def _ascii_lower(word: str) -> str:
    return "".join(char.lower() if char.isascii() else char for char in word)


def ids(conn: Connection, condition: sa.ColumnElement[bool], limit: int) -> list[int]:
    """The numbers of contacts that fit, so many at most, in no order."""
    return list(conn.execute(sa.select(contact.c.id).where(condition).limit(limit)).scalars())
