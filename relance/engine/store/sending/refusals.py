"""Which receiving organisations refuse a mailbox's mail, until a person says that it may be tried again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine import reasons
from relance.engine.db import database
from relance.engine.db.prepared import Prepared, Query, Row
from relance.engine.db.tables import refusal
from relance.engine.reasons import Reason


@dataclass(frozen=True)
class StoredRefusal:
    """One organisation's no, in its words."""

    organisation: str
    why: Reason
    at: dt.datetime


def add(conn: Connection, mailbox_id: int, organisation: str, why: Reason, at: dt.datetime) -> None:
    """An organisation refuses this mailbox's mail; said again, the newer words stand."""
    said = {"words": why.before, "why": why.row(), "at": at}
    if (
        database.insert_new(conn, refusal, [{"mailbox_id": mailbox_id, "organisation": organisation, **said}])
        == 0
    ):
        conn.execute(sa.update(refusal).where(_here(mailbox_id, organisation)).values(said))


def standing(conn: Connection, mailbox_id: int) -> Mapping[str, StoredRefusal]:
    """Those in force, by organisation."""
    return in_force(mailbox_id).run(conn)


def in_force(mailbox_id: int) -> Query[Mapping[str, StoredRefusal]]:
    """`standing`, to be run together with others."""

    def found(rows: Sequence[Row]) -> Mapping[str, StoredRefusal]:
        said = (StoredRefusal(row.organisation, reasons.stored(row.why, row.words), row.at) for row in rows)
        return {each.organisation: each for each in said}

    return Query(_STANDING, {"of": mailbox_id}, found)


_STANDING = Prepared(
    sa.select(refusal.c.organisation, refusal.c.words, refusal.c.why, refusal.c.at).where(
        refusal.c.mailbox_id == sa.bindparam("of")
    )
)
# Built once: every turn that sends asks.


def by_mailbox(conn: Connection) -> Mapping[int, tuple[str, ...]]:
    """The organisations that refuse each mailbox's mail."""
    found: dict[int, tuple[str, ...]] = {}
    query = sa.select(refusal.c.mailbox_id, refusal.c.organisation).order_by(refusal.c.organisation)
    for row in conn.execute(query):
        found[row.mailbox_id] = (*found.get(row.mailbox_id, ()), row.organisation)
    return found


def lift(conn: Connection, mailbox_id: int, organisation: str) -> bool:
    """It may be tried again; False when nothing stood."""
    return conn.execute(sa.delete(refusal).where(_here(mailbox_id, organisation))).rowcount > 0


def _here(mailbox_id: int, organisation: str) -> sa.ColumnElement[bool]:
    return sa.and_(refusal.c.mailbox_id == mailbox_id, refusal.c.organisation == organisation)
