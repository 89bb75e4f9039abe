"""What may still go to receiving domains and companies: asked for before a mail is written, and counted where it is marked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from sqlalchemy.engine import Connection

from relance import late
from relance.engine import reasons
from relance.engine.context import Context
from relance.engine.reasons import Code, Reason
from relance.engine.schedule import throttle
from relance.engine.schedule.pace.receivers import ReceiverCaps, ReceiverRoom, offered
from relance.engine.sending.gate import PreparedMail
from relance.engine.store.sending import arrivals
from relance.engine.store.sequences import enrollments

if TYPE_CHECKING:
    from relance.mailbox import address
else:  # for those who send
    (address,) = late.modules("relance.mailbox.address")

CODES = (Code.RECEIVER_DAILY_CAP, Code.RECEIVER_HOURLY_CAP)
BOUND = "receiver"
# The kind of what is kept beside the due time of a mail that found no place.


def seen(
    conn: Connection, context: Context, addresses: Collection[str], now: dt.datetime
) -> ReceiverRoom | None:
    """As it looks: others may be about to take it. None: nothing bounds mail to any of these addresses, and nothing was asked."""
    caps = context.options.receivers
    return None if caps is None else _room(conn, caps, caps.bounded(addresses), now)


def held(
    conn: Connection, context: Context, addresses: Collection[str], now: dt.datetime
) -> ReceiverRoom | None:
    """As it is: until this transaction ends nobody else takes any. Asked before any row is locked."""
    caps = context.options.receivers
    if caps is None:
        return None
    bounded = caps.bounded(addresses)
    arrivals.lock(conn, bounded)
    return _room(conn, caps, bounded, now)


def _room(
    conn: Connection, caps: ReceiverCaps, bounded: Sequence[str], now: dt.datetime
) -> ReceiverRoom | None:
    if not bounded:
        return None
    return ReceiverRoom(caps, arrivals.left_since(conn, bounded, now - throttle.DAY), now)


def only_full(objections: Sequence[Reason]) -> bool:
    """Whether nothing else stands in a mail's way."""
    return bool(objections) and all(each.code in CODES for each in objections)


def next_try(context: Context, room: ReceiverRoom, email: str, now: dt.datetime) -> dt.datetime:
    """When a mail that found no place is tried again."""
    frees = room.frees(email) or [now + throttle.DAY]
    return offered(context.places_offered, address.receiver(email), frees)


def put_off(
    conn: Connection,
    context: Context,
    room: ReceiverRoom,
    turned_away: Sequence[tuple[PreparedMail, Reason]],
    now: dt.datetime,
) -> None:
    """Those who found no place at the last moment are tried again when one comes free; their plan stays."""
    for each, why in turned_away:
        at = next_try(context, room, each.message.recipient, now)
        bound = reasons.bound(BOUND, why, at.isoformat())
        enrollments.postpone(conn, each.enrollment, at, [bound])
