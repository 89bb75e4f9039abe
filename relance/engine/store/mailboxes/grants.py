"""What providers granted for mailboxes that sign in by OAuth 2.0: sealed, with the times at which it runs out.

One process at a time renews a grant, under a lease of its own; whatever it stores has to follow upon the version it took.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.machine_time import beside, machine_now
from relance.engine.db.tables import mailbox, oauth_grant
from relance.wording import Text

LEASE = dt.timedelta(minutes=2)
# Longer than an endpoint is waited for and its answer is stored.


@dataclass(frozen=True)
class StoredGrant:
    """A mailbox's grant. Times are machine time."""

    mailbox_id: int
    version: int  # goes up with everything that is stored
    sealed: bytes
    token_until: dt.datetime  # when the access token runs out
    grant_until: dt.datetime | None  # when the owner has to sign in again; None: not known
    renew_at: dt.datetime | None  # None: no more, for the provider refused it
    renewer: str  # who renews it now, or died of it
    doubted: int  # the version whose access token a server refused
    tries: int  # to renew it, in a row, without a verdict
    problem: Text  # why the last of them failed


@dataclass(frozen=True)
class Lifetimes:
    """When what is stored runs out, and when it is to be renewed."""

    token_until: dt.datetime
    renew_at: dt.datetime
    grant_until: dt.datetime | None


_COLUMNS = [oauth_grant.c[name] for name in StoredGrant.__dataclass_fields__]
_RENEWED = {"renewer": "", "renewing_until": None, "tries": 0, "problem": ""}


def of(conn: Connection, mailbox_id: int) -> StoredGrant | None:
    """A mailbox's grant; None where it has none."""
    row = conn.execute(sa.select(*_COLUMNS).where(oauth_grant.c.mailbox_id == mailbox_id)).one_or_none()
    return None if row is None else StoredGrant(*row)


def by_mailbox(conn: Connection) -> dict[int, StoredGrant]:
    """All of them, by mailbox."""
    return {row.mailbox_id: StoredGrant(*row) for row in conn.execute(sa.select(*_COLUMNS))}


def put(conn: Connection, mailbox_id: int, sealed: bytes, lives: Lifetimes) -> None:
    """A new sign-in, in place of whatever was there; who renews the one before stores nothing any more."""
    values = {"sealed": sealed, **vars(lives), **_RENEWED}
    before = of(conn, mailbox_id)
    if before is None:
        conn.execute(sa.insert(oauth_grant).values(mailbox_id=mailbox_id, version=1, **values))
        return
    here = sa.update(oauth_grant).where(oauth_grant.c.mailbox_id == mailbox_id)
    conn.execute(here.values(version=before.version + 1, **values))


def drop(conn: Connection, mailbox_id: int) -> None:
    """Forget it: the mailbox is removed, or signs in otherwise."""
    conn.execute(sa.delete(oauth_grant).where(oauth_grant.c.mailbox_id == mailbox_id))


def due(conn: Connection) -> list[int]:
    """Mailboxes whose grant is to be renewed now, and that nobody renews; the most urgent first."""
    now = machine_now(conn)
    query = (
        sa.select(oauth_grant.c.mailbox_id)
        .join(mailbox, mailbox.c.id == oauth_grant.c.mailbox_id)
        .where(mailbox.c.state != "removed", oauth_grant.c.renew_at <= now, _free(now))
        .order_by(oauth_grant.c.renew_at)
    )
    return list(conn.execute(query).scalars())


def _free(now: dt.datetime) -> sa.ColumnElement[bool]:
    """Nobody renews it; a lease that ends beyond any was written by a clock that was ahead."""
    until = oauth_grant.c.renewing_until
    return sa.or_(until.is_(None), until < now, until > now + 2 * LEASE)


def take(conn: Connection, mailbox_id: int, renewer: str) -> tuple[StoredGrant, bool] | None:
    """The right to renew a grant that is due, and whether somebody took it before and never said how that ended; None where
    another one has it, or it is not due any more."""
    now = machine_now(conn)
    found = conn.execute(
        sa.select(*_COLUMNS)
        .where(oauth_grant.c.mailbox_id == mailbox_id, oauth_grant.c.renew_at <= now, _free(now))
        .with_for_update()
    ).one_or_none()
    if found is None:
        return None
    grant = StoredGrant(*found)
    _change(conn, grant, renewer=renewer, renewing_until=now + LEASE)
    return grant, bool(grant.renewer)


def renewed(conn: Connection, grant: StoredGrant, sealed: bytes, lives: Lifetimes) -> bool:
    """Store what came of it; False where somebody else has stored something since. A doubt that arose after the grant was taken is
    forgotten: what was withdrawn then may include this token."""
    doubted = grant.doubted if grant.doubted == grant.version else 0
    new = {"version": grant.version + 1, "sealed": sealed, "doubted": doubted}
    return _change(conn, grant, **new, **vars(lives), **_RENEWED)


def waited_for(conn: Connection, grant: StoredGrant) -> bool:
    """Whether mail waits for another access token than this grant's: it has run out, or a server refuses it. Nobody can begin to
    wait until the commit."""
    same = sa.and_(oauth_grant.c.mailbox_id == grant.mailbox_id, oauth_grant.c.version == grant.version)
    query = sa.select(oauth_grant.c.token_until, oauth_grant.c.doubted).where(same).with_for_update()
    found = conn.execute(query).one_or_none()
    if found is None:
        return False
    until, doubted = found
    return bool(until <= beside(conn) or doubted == grant.version)


def renewed_since(conn: Connection, mailbox_id: int, version: int) -> bool:
    """Whether a mailbox has a good access token by now of a later version than that."""
    grant = of(conn, mailbox_id)
    return grant is not None and grant.version > version and grant.token_until > beside(conn)


def postponed(
    conn: Connection, grant: StoredGrant, span: dt.timedelta, problem: Text, *, tried: bool
) -> None:
    """Try again after that time."""
    again = {"renewer": "", "renewing_until": None, "tries": grant.tries + int(tried), "problem": problem}
    _change(conn, grant, renew_at=machine_now(conn) + span, **again)


def refused(conn: Connection, grant: StoredGrant, problem: Text) -> bool:
    """It is not renewed any more; False where somebody else has stored something since."""
    return _change(conn, grant, renew_at=None, renewer="", renewing_until=None, problem=problem)


def doubt(conn: Connection, grant: StoredGrant) -> None:
    """A server refused its access token: it is to be renewed at once."""
    _change(conn, grant, doubted=grant.version, renew_at=machine_now(conn))


def _change(conn: Connection, grant: StoredGrant, **values: Any) -> bool:
    same = sa.and_(oauth_grant.c.mailbox_id == grant.mailbox_id, oauth_grant.c.version == grant.version)
    return conn.execute(sa.update(oauth_grant).where(same).values(**values)).rowcount > 0
