"""Further addresses that a mailbox's owner writes from, and those its Sent folder shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.tables import mailbox
from relance.engine.store.mailboxes import mailboxes

MAX_ALIASES = 20
# Addresses seen in From that are kept of one mailbox.


def own_addresses(conn: Connection) -> frozenset[str]:
    """Every address our own people write from: their mailboxes' and the aliases of those."""
    return frozenset(each for found in mailboxes.list_all(conn) for each in (found.address, *found.aliases))


def put(conn: Connection, mailbox_id: int, aliases: Sequence[str]) -> None:
    """Which aliases a mailbox has."""
    conn.execute(sa.update(mailbox).where(mailbox.c.id == mailbox_id).values(aliases=sorted(set(aliases))))


def saw(conn: Connection, mailbox_id: int, senders: Iterable[str]) -> None:
    """Which other addresses stand in From in its Sent folder; kept beside those seen before, and not without end."""
    known = list(conn.execute(sa.select(mailbox.c.seen_from).where(mailbox.c.id == mailbox_id)).scalar_one())
    new = [each for each in dict.fromkeys(senders) if each not in known]
    if new:
        kept = (known + new)[:MAX_ALIASES]
        conn.execute(sa.update(mailbox).where(mailbox.c.id == mailbox_id).values(seen_from=kept))
