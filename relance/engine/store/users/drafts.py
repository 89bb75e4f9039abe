"""Texts of sequences that somebody writes and has not published: each is one user's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from relance.engine.db.tables import sequence_draft, user_account

_C = sequence_draft.c


@dataclass(frozen=True)
class Draft:
    """A text under way. `name` and `base` (0: none) are the sequence and the version it was begun from, `digest` is that of
    the version's text then (empty: unknown); `saved_at` is the last change, None as long as it says what it was begun from.
    `version` counts its changes; `page` made the last one, by its save number `page_save`."""

    id: int
    name: str
    base: int
    digest: str
    text: str
    begun_at: dt.datetime
    saved_at: dt.datetime | None
    version: int = 0
    page: str = ""
    page_save: int = 0

    @property
    def edition(self) -> str:
        """Names this text of this draft, and no other: what a save says it was made from."""
        return f"{self.begun_at.timestamp():.6f}-{self.version}"

    @property
    def title(self) -> str:
        """The sequence's name, or the one that the text gives it; empty where it gives none that can be read off."""
        given = (line.partition(":")[2] for line in self.text.split("\n") if line.startswith("sequence:"))
        return self.name or _scalar(next(given, ""))[:100]


@dataclass(frozen=True)
class DraftWriter:
    """Somebody else who is at the same sequence."""

    who: str  # their name, or address
    saved_at: dt.datetime


_COLUMNS = [_C[name] for name in Draft.__dataclass_fields__]


def add(conn: Connection, user: int, now: dt.datetime, **values: Any) -> int:
    """A new one; returns its number."""
    row = {"user_account_id": user, "begun_at": now, **values}
    return int(conn.execute(sa.insert(sequence_draft).values(**row).returning(_C.id)).scalar_one())


def get(conn: Connection, user: int, number: int, *, lock: bool = False) -> Draft | None:
    """One of a user's. `lock`: until the transaction ends nobody else changes it."""
    query = sa.select(*_COLUMNS).where(_C.user_account_id == user, _C.id == number)
    row = conn.execute(query.with_for_update() if lock else query).one_or_none()
    return _draft(row) if row else None


def list_all(conn: Connection, user: int) -> list[Draft]:
    """All of a user's, the newest change first."""
    newest = sa.func.coalesce(_C.saved_at, _C.begun_at).desc()
    query = sa.select(*_COLUMNS).where(_C.user_account_id == user).order_by(newest, _C.id.desc())
    return [_draft(row) for row in conn.execute(query)]


def _scalar(written: str) -> str:
    """What a plain or quoted value of YAML says; as it is written where that is not whole. Pure."""
    import yaml  # not for those who write no drafts

    try:
        said = [each.value for each in yaml.scan(written.strip()[:300]) if isinstance(each, yaml.ScalarToken)]
    except yaml.YAMLError:
        said = []
    return " ".join(str(said[0]).split()) if len(said) == 1 else written.strip().strip("\"'")


def change(conn: Connection, number: int, **values: Any) -> None:
    """Write these columns."""
    conn.execute(sa.update(sequence_draft).where(_C.id == number).values(**values))


def drop(conn: Connection, user: int, number: int) -> None:
    """It is gone; nothing where it is not theirs."""
    conn.execute(sa.delete(sequence_draft).where(_C.user_account_id == user, _C.id == number))


def writers(conn: Connection, user: int, name: str) -> list[DraftWriter]:
    """Who else has changed a text of this sequence, the newest change first."""
    query = (
        sa.select(user_account.c.name, user_account.c.email, _C.saved_at)
        .join(user_account, user_account.c.id == _C.user_account_id)
        .where(_C.name == name, _C.user_account_id != user, _C.saved_at.is_not(None))
        .order_by(_C.saved_at.desc())
    )
    return [DraftWriter(row.name or row.email, row.saved_at) for row in conn.execute(query)]


def _draft(row: Row[Any]) -> Draft:
    return Draft(**row._mapping)
