"""Mails that a server shows and does not give: how often each was asked for, and what happened to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.tables import mailbox, withheld
from relance.wording import Text


@dataclass(frozen=True)
class Withheld:
    """One such mail. `state`: trying (the look is not complete), aside (a person is needed), dismissed (by a person)."""

    id: int
    mailbox_id: int
    mailbox: str
    folder: str
    uidvalidity: int
    uid: int
    state: str
    tries: int
    words: Text | str  # what the server said the last time
    sender: str  # as far as it was told
    subject: str
    person_held: bool  # whose it is was told, and they are held
    since: dt.datetime
    tried_at: dt.datetime


_OTHERS = {"mailbox": mailbox.c.address.label("mailbox")}
_NAMES = tuple(Withheld.__dataclass_fields__)
_SELECT = (
    sa.select(*[_OTHERS[name] if name in _OTHERS else withheld.c[name] for name in _NAMES])
    .select_from(withheld.join(mailbox, mailbox.c.id == withheld.c.mailbox_id))
    .order_by(withheld.c.mailbox_id, withheld.c.folder, withheld.c.uid)
)
_OF = _SELECT.where(withheld.c.mailbox_id == sa.bindparam("of"))


def of_mailbox(conn: Connection, mailbox_id: int) -> list[Withheld]:
    """All of one mailbox, the dismissed ones too."""
    return [Withheld(*row) for row in conn.execute(_OF, {"of": mailbox_id})]


def list_all(conn: Connection) -> list[Withheld]:
    """All that were not dismissed, by mailbox."""
    return [Withheld(*row) for row in conn.execute(_SELECT.where(withheld.c.state != "dismissed"))]


def add(conn: Connection, **values: object) -> None:
    """A mail that was not given for the first time."""
    conn.execute(sa.insert(withheld).values(**values))


def change(conn: Connection, number: int, **values: object) -> None:
    """Set columns of one."""
    conn.execute(sa.update(withheld).where(withheld.c.id == number).values(**values))


def forget(conn: Connection, numbers: Collection[int]) -> None:
    """These were read after all, or are gone."""
    if numbers:
        conn.execute(sa.delete(withheld).where(withheld.c.id.in_(sorted(numbers))))
