"""When mailboxes are called next, and who is called because a server answers again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.tables import mailbox
from relance.mailbox.account import Server


def those_in_trouble(conn: Connection, places: Iterable[Server], now: dt.datetime) -> None:
    """These servers answer again: whoever was deferred because they did not need not wait to its end."""
    for place in places:
        imap = sa.and_(mailbox.c.imap_host == place.host, mailbox.c.imap_port == place.port)
        smtp = sa.and_(mailbox.c.smtp_host == place.host, mailbox.c.smtp_port == place.port)
        late = sa.and_(mailbox.c.troubles > 0, mailbox.c.logins_refused == 0, mailbox.c.next_turn_at > now)
        conn.execute(sa.update(mailbox).where(sa.or_(imap, smtp), late).values(next_turn_at=now))


def next_turn(conn: Connection, after: dt.datetime | None = None) -> dt.datetime | None:
    """When the next mailbox has something to do, of those that have it after an instant."""
    query = sa.select(sa.func.min(mailbox.c.next_turn_at)).where(mailbox.c.state != "removed")
    if after is not None:
        query = query.where(mailbox.c.next_turn_at > after)
    at: dt.datetime | None = conn.execute(query).scalar_one()
    return at
