"""Everything that the vault has sealed and a table keeps: what mailboxes sign in and sign their mails with, and the second factors of users."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.tables import mailbox, oauth_grant, user_account


@dataclass(frozen=True)
class Sealed:
    """One secret at rest: where it is kept, what it is bound to, and whose it is."""

    kept_in: str
    number: int
    place: str
    owner: str
    sealed: bytes


@dataclass(frozen=True)
class _Column:
    name: str
    query: sa.Select[Any]  # number, owner, sealed
    key: sa.Column[Any]
    column: sa.Column[Any]
    place: Callable[[int, str], str]


_COLUMNS = {
    each.name: each
    for each in (
        _Column(
            "mailbox",
            sa.select(mailbox.c.id, mailbox.c.address, mailbox.c.secret),
            mailbox.c.id,
            mailbox.c.secret,
            lambda _, address: f"mailbox/{address}",
        ),
        _Column(
            "dkim",
            sa.select(mailbox.c.id, mailbox.c.address, mailbox.c.dkim_key),
            mailbox.c.id,
            mailbox.c.dkim_key,
            lambda _, address: f"dkim/{address}",
        ),
        _Column(
            "grant",
            sa.select(oauth_grant.c.mailbox_id, mailbox.c.address, oauth_grant.c.sealed).join(
                mailbox, mailbox.c.id == oauth_grant.c.mailbox_id
            ),
            oauth_grant.c.mailbox_id,
            oauth_grant.c.sealed,
            lambda _, address: f"grant/{address}",
        ),
        _Column(
            "second factor",
            sa.select(user_account.c.id, user_account.c.email, user_account.c.totp),
            user_account.c.id,
            user_account.c.totp,
            lambda number, _: f"totp/{number}",
        ),
    )
}


def everything(conn: Connection) -> list[Sealed]:
    """All there is; what is empty is no secret."""
    return [
        Sealed(each.name, number, each.place(number, owner), owner, sealed)
        for each in _COLUMNS.values()
        for number, owner, sealed in conn.execute(each.query.order_by(each.key))
        if sealed
    ]


def replace(conn: Connection, before: Sealed, sealed: bytes) -> bool:
    """Keep it so instead; False where it has become another secret since."""
    each = _COLUMNS[before.kept_in]
    same = sa.and_(each.key == before.number, each.column == before.sealed)
    changed = sa.update(each.column.table).where(same).values({each.column.name: sealed})
    return conn.execute(changed).rowcount > 0
