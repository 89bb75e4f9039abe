"""When mails of a mailbox arrived at its server, at the latest: what a provider counts."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.database import Instant
from relance.engine.db.prepared import Prepared, is_one_of
from relance.engine.db.tables import message

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
