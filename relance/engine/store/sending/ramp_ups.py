"""How far a mailbox is in its ramp-up: the days on which mail of ours left it, counted once a day and kept in its row."""

from __future__ import annotations

import dataclasses
import datetime as dt

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.prepared import Prepared, is_one_of
from relance.engine.db.tables import message
from relance.engine.schedule.pace.ramp_up import RampUp
from relance.engine.schedule.throttle import Pace
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox


def up_to_date(conn: Connection, found: Mailbox, now: dt.datetime) -> Mailbox:
    """The mailbox with its ramp-up as it stands today; nothing is written."""
    ramp = found.ramp
    if ramp is None or ramp.counted == ramp.date(now):
        return found
    return dataclasses.replace(found, ramp_up=_today(conn, found.id, ramp, now).row())


def counted(conn: Connection, mailbox_id: int, pace: Pace, now: dt.datetime) -> Pace:
    """A pace with its ramp-up as it stands today; written down once a day. In a transaction that has the mailbox's lease."""
    if pace.ramp is None or pace.ramp.counted == pace.ramp.date(now):
        return pace
    found = mailboxes.by_id(conn, mailbox_id)  # a person may have changed its plan since the turn began
    after = up_to_date(conn, found, now)
    if after.ramp_up != found.ramp_up:
        mailboxes.change(conn, mailbox_id, ramp_up=after.ramp_up)
    return dataclasses.replace(pace, cap=after.daily_cap, ramp=after.ramp)


def _today(conn: Connection, mailbox_id: int, ramp: RampUp, now: dt.datetime) -> RampUp:
    asked = {"of": mailbox_id, "since": ramp.begins(ramp.counted)}
    return ramp.counting(_LEFT_SINCE.scalars(conn, asked), now)


_LEFT_SINCE = Prepared(
    sa.select(message.c.transmitting_at)
    .where(message.c.mailbox_id == sa.bindparam("of"), message.c.transmitting_at >= sa.bindparam("since"))
    .where(is_one_of(message.c.state, ("transmitting", "accepted", "unknown")))
)
