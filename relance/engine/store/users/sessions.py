"""Sessions: rows that a cookie points to, so that they can be listed and ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.tables import invitation, mailbox, user_session


@dataclass(frozen=True)
class Session:
    """One sign-in that goes on. Times are machine time."""

    id: int
    user_account_id: int
    created_at: dt.datetime
    seen_at: dt.datetime
    network: str
    browser: str


BROWSER_KEPT = 200
# Characters of a User-Agent.
_COLUMNS = [column for column in user_session.c if column.name in Session.__dataclass_fields__]


def begin(conn: Connection, user: int, token: str, now: dt.datetime, *, network: str, browser: str) -> None:
    """A new one; `token` is the hash of what the cookie holds."""
    row = {"user_account_id": user, "token": token, "created_at": now, "seen_at": now}
    conn.execute(sa.insert(user_session).values(**row, network=network, browser=browser[:BROWSER_KEPT]))


def by_token(conn: Connection, token: str) -> Session | None:
    """The one a cookie points to."""
    found = conn.execute(sa.select(*_COLUMNS).where(user_session.c.token == token)).one_or_none()
    return Session(**found._mapping) if found else None


def of_user(conn: Connection, user: int) -> Sequence[Session]:
    """A user's, last seen first."""
    asked = sa.select(*_COLUMNS).where(user_session.c.user_account_id == user)
    return [Session(**row._mapping) for row in conn.execute(asked.order_by(user_session.c.seen_at.desc()))]


def known_network(conn: Connection, user: int, network: str) -> bool:
    """Whether a user is signed in from a network."""
    table = user_session.c
    asked = sa.select(table.id).where(table.user_account_id == user, table.network == network).limit(1)
    return conn.execute(asked).first() is not None


@dataclass(frozen=True)
class OwnersBrowser:
    """A session of a mailbox's owner: in which browser, from which network, and from when to when it was used (machine time)."""

    mailbox_id: int
    network: str
    browser: str
    created_at: dt.datetime
    seen_at: dt.datetime


def of_owners(conn: Connection, mailbox_ids: Iterable[int]) -> list[OwnersBrowser]:
    """The sessions of those whose mailboxes these are, as far as a network and a browser are known."""
    table = user_session.c
    query = (
        sa.select(mailbox.c.id.label("mailbox_id"), *(table[each] for each in _OF_OWNERS))
        .join(mailbox, mailbox.c.user_id == table.user_account_id)
        .where(mailbox.c.id.in_(sorted(set(mailbox_ids))), table.network != "", table.browser != "")
    )
    return [OwnersBrowser(**row) for row in conn.execute(query).mappings()]


_OF_OWNERS = ("network", "browser", "created_at", "seen_at")


def seen(conn: Connection, number: int, now: dt.datetime) -> None:
    """It was used now."""
    conn.execute(sa.update(user_session).where(user_session.c.id == number).values(seen_at=now))


def end(conn: Connection, user: int, number: int | None = None, *, but: int | None = None) -> int:
    """End one session of a user, or all of them (but one); returns how many."""
    table = user_session.c
    which = [table.user_account_id == user]
    if number is not None:
        which.append(table.id == number)
    if but is not None:
        which.append(table.id != but)
    return conn.execute(sa.delete(user_session).where(*which)).rowcount


def forget(conn: Connection, *, created_before: dt.datetime, seen_before: dt.datetime) -> None:
    """Delete those that are over."""
    table = user_session.c
    over = sa.or_(table.created_at < created_before, table.seen_at < seen_before)
    conn.execute(sa.delete(user_session).where(over))


def invite(conn: Connection, user: int, token: str, now: dt.datetime, until: dt.datetime) -> None:
    """A new link; older ones of the same user lead nowhere any more."""
    table = invitation.c
    conn.execute(
        sa.update(invitation).where(table.user_account_id == user, table.used_at.is_(None)).values(until=now)
    )
    row = {"user_account_id": user, "token": token, "created_at": now, "until": until}
    conn.execute(sa.insert(invitation).values(**row))


def invited(conn: Connection, token: str, now: dt.datetime) -> int | None:
    """The user whom a link that is still good belongs to."""
    table = invitation.c
    good = (table.token == token, table.until > now, table.used_at.is_(None))
    found = conn.execute(sa.select(table.user_account_id).where(*good)).scalar_one_or_none()
    return None if found is None else int(found)


def use_invitation(conn: Connection, token: str, now: dt.datetime) -> int | None:
    """Use a link up; returns its user, or None where it is not good, or somebody else was quicker."""
    table = invitation.c
    good = (table.token == token, table.until > now, table.used_at.is_(None))
    used = sa.update(invitation).where(*good).values(used_at=now).returning(table.user_account_id)
    found = conn.execute(used).scalar_one_or_none()
    return None if found is None else int(found)


def open_invitations(conn: Connection, now: dt.datetime) -> dict[int, dt.datetime]:
    """Until when the link of each invited user is good, by user."""
    table = invitation.c
    asked = sa.select(table.user_account_id, table.until).where(table.until > now, table.used_at.is_(None))
    return {row.user_account_id: row.until for row in conn.execute(asked)}
