"""When mails arrived where they are counted: at a mailbox's server, and at receiving domains and companies, whichever mailbox sent them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance import late
from relance.engine.db.database import Instant
from relance.engine.db.prepared import Prepared, any_of, is_one_of
from relance.engine.db.tables import message

if TYPE_CHECKING:
    from relance.mailbox import address
else:  # for those who send
    (address,) = late.modules("relance.mailbox.address")

LONGEST = dt.timedelta(hours=1)
# What one mail takes from its mark to its end, and more than that.


def ended_since(conn: Connection, mailbox_id: int, since: dt.datetime, now: dt.datetime) -> list[dt.datetime]:
    """When mails that left, or may have, came to their end since an instant (business time), oldest first; `now`: under way still."""
    asked = {"of": mailbox_id, "since": since, "begun": since - LONGEST, "now": now}
    return _ENDED_SINCE.scalars(conn, asked)


_ENDED = sa.func.coalesce(message.c.settled_at, sa.bindparam("now", type_=Instant), type_=Instant)
_ENDED_SINCE = Prepared(
    sa.select(_ENDED)
    .where(message.c.mailbox_id == sa.bindparam("of"), message.c.transmitting_at > sa.bindparam("begun"))
    .where(is_one_of(message.c.state, ("transmitting", "accepted", "unknown")))
    .where(sa.bindparam("since") < _ENDED)
    .order_by(_ENDED)
)


def lock(conn: Connection, receivers: Sequence[str]) -> None:
    """Until the end of this transaction nobody else's mails to these receivers are counted. To be called before any row is locked. SQLite
    has one writer at a time, who is alone anyway."""
    if conn.dialect.name == "postgresql":
        for number in sorted(map(_number, receivers)):  # all in one order: nobody waits in a circle
            _LOCK.post(conn, [{"key": number}])


def _number(receiver: str) -> int:
    digest = hashlib.sha256(f"receiver {receiver}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


_LOCK = Prepared(sa.select(sa.func.pg_advisory_xact_lock(sa.bindparam("key", type_=sa.BigInteger))))


def left_since(
    conn: Connection, receivers: Sequence[str], since: dt.datetime
) -> dict[str, list[dt.datetime]]:
    """When mails left, or may have left, to each of these receivers since an instant (business time)."""
    found: dict[str, list[dt.datetime]] = {name: [] for name in receivers}
    for row in _LEFT_SINCE.all(conn, {"wanted": list(receivers), "since": since}):
        name = row.receiver or address.receiver(row.recipient)
        if name in found:
            found[name].append(row.transmitting_at)
    return found


_LEFT = (
    sa.select(message.c.receiver, message.c.recipient, message.c.transmitting_at)
    .where(message.c.transmitting_at > sa.bindparam("since"))
    .where(is_one_of(message.c.state, ("transmitting", "accepted", "unknown")))
)
_LEFT_SINCE = Prepared(
    sa.union_all(
        _LEFT.where(any_of(message.c.receiver, "wanted")),
        _LEFT.where(message.c.receiver.is_(None)),  # of a release that did not name them
    )
)
