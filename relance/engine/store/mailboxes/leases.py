"""Leases: the right to work for one mailbox until an instant of machine time.

A lease's *fence* goes up each time it changes hands, and every write a holder makes says which fence it holds, so that a
worker frozen past its lease writes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance import clock, errors
from relance.engine.db.database import Instant
from relance.engine.db.machine_time import SKEW, agreed, machine_now
from relance.engine.db.prepared import Prepared, Query, Row, fixed
from relance.engine.db.tables import mailbox, meta
from relance.wording import Text

MAX_AHEAD = dt.timedelta(days=1)
# No turn is planned further ahead: a mailbox is read every few minutes.
LEASE = dt.timedelta(minutes=15)
# Longer than the longest wait of one mail (600 s after the final dot, RFC 5321 4.5.3.2.6), and renewed before each.


@dataclass(frozen=True)
class Lease:
    """The right to work for a mailbox now."""

    mailbox_id: int
    fence: int
    owner: str
    span: dt.timedelta = LEASE  # how long it holds, counted anew at each renewal
    taken: Row | None = field(default=None, compare=False, repr=False)
    # The mailbox's row as it was when the lease was taken (see `mailboxes.of_lease`): it need not be asked for once more.


def with_turn_due(
    conn: Connection,
    now: dt.datetime,
    limit: int,
    *,
    owner: str = "",
    at_work: Collection[int] = (),
    span: dt.timedelta = LEASE,
) -> list[int]:
    """Mailboxes with something to do at `now` (business time) that nobody holds, most overdue first.

    None while the whole installation stands still. A turn further ahead than `FURTHEST` was planned by a clock that was
    wrong, and is due. `owner`'s own leases do not count, but for mailboxes `at_work` in it.
    """
    asked = {"business": now, "far": now + MAX_AHEAD, "count": limit, "mine": owner}
    asked |= _machine(conn, span) | {"at_work": sorted(at_work)}
    return list(conn.execute(_TURN_DUE, asked).scalars())


def _machine(conn: Connection, span: dt.timedelta) -> dict[str, Any]:
    """Now as leases count it, and how far ahead a lease can end at most."""
    now = machine_now(conn)
    return {"machine": now, "until": now + span, "beyond": now + max(span, LEASE) + SKEW}


def _free(now: Any, beyond: Any) -> sa.ColumnElement[bool]:
    """Nobody holds it; what ends beyond that was written by a clock that was ahead."""
    until = mailbox.c.lease_until
    return sa.or_(until.is_(None), until < now, until > beyond)


_FREE = _free(sa.bindparam("machine"), sa.bindparam("beyond"))
_LEFT = sa.and_(mailbox.c.lease_owner == sa.bindparam("mine"), mailbox.c.lease_owner != "")
# A lease in a process's own name that it could not give back.
_IDLE = mailbox.c.id.not_in(sa.bindparam("at_work", expanding=True))
_HALTED = sa.exists().where(meta.c.key == "halted")
_TURN_DUE = (
    sa.select(mailbox.c.id)
    .where(mailbox.c.state != "removed")
    .where(
        sa.or_(
            mailbox.c.next_turn_at <= sa.bindparam("business"), mailbox.c.next_turn_at > sa.bindparam("far")
        )
    )
    .where(sa.or_(_FREE, sa.and_(_LEFT, _IDLE)), sa.not_(_HALTED))
    .order_by(mailbox.c.next_turn_at)
    .limit(sa.bindparam("count", type_=sa.Integer))
)


def acquire(
    conn: Connection, mailbox_id: int, owner: str, span: dt.timedelta = LEASE, *, alone: bool = False
) -> Lease | None:
    """The lease, or None when somebody else holds it, or when the whole installation stands still.

    `alone`: the owner works nowhere for this mailbox, so that a lease in its name is one it could not give back.
    """
    asked: dict[str, Any] = {"of": mailbox_id, "owner": owner, "mine": owner if alone else ""}
    if conn.dialect.name == "postgresql":
        before = clock.machine_now()
        row = _TAKE_THERE.one(conn, asked | {"span": span, "longest": max(span, LEASE) + SKEW})
        if row is not None:
            agreed(before, row.machine)
    else:
        row = _TAKE_HERE.one(conn, asked | _machine(conn, span))
    return None if row is None else Lease(mailbox_id, row.fence, owner, span, row)


def _take(free: sa.ColumnElement[bool], until: Any) -> sa.Update:
    return (
        sa.update(mailbox)
        .where(mailbox.c.id == sa.bindparam("of"), mailbox.c.state != fixed("removed"), sa.or_(free, _LEFT))
        .where(sa.not_(_HALTED))
        .values(lease_owner=sa.bindparam("owner"), lease_until=until, fence=mailbox.c.fence + 1)
    )


_THERE = sa.func.clock_timestamp(type_=mailbox.c.lease_until.type)
_FREE_THERE = _free(_THERE, _THERE + sa.bindparam("longest", type_=sa.Interval))
_OF_A_TURN = ("lease_owner", "lease_until", "fence", "taken_up")
VALUES = [column for column in mailbox.c if column.name not in _OF_A_TURN]
"""What a mailbox is without its lease, as `mailboxes` reads it."""
_TAKE_HERE = Prepared(_take(_FREE, sa.bindparam("until")).returning(mailbox.c.fence, *VALUES))
_TAKE_THERE = Prepared(  # by the server's clock, which is asked in the same breath
    _take(_FREE_THERE, _THERE + sa.bindparam("span", type_=sa.Interval)).returning(
        mailbox.c.fence, _THERE.label("machine"), *VALUES
    )
)


def behind(conn: Connection, least: Mapping[int, int]) -> dict[int, int]:
    """Of these fences those that their mailboxes have not reached: {mailbox id: fence}."""
    now = {each.id: each.fence for each in conn.execute(_FENCES)}
    return {number: fence for number, fence in least.items() if now.get(number, fence) < fence}


_FENCES = sa.select(mailbox.c.id, mailbox.c.fence)


def raise_fences(conn: Connection, least: Mapping[int, int], *, by: int = 0) -> None:
    """No fence is below that any more, and each is further by some. Who works under a lower one is superseded."""
    if by:
        conn.execute(sa.update(mailbox).values(fence=mailbox.c.fence + by))
    for number, fence in sorted(least.items()):
        here = sa.update(mailbox).where(mailbox.c.id == number, mailbox.c.fence < fence + by)
        conn.execute(here.values(fence=fence + by))


def holders(conn: Connection) -> list[str]:
    """In whose names there are leases that have not lapsed."""
    return list(conn.execute(_HOLDERS, {"machine": machine_now(conn)}).scalars())


_HOLDERS = (
    sa.select(mailbox.c.lease_owner)
    .where(mailbox.c.lease_until > sa.bindparam("machine"), mailbox.c.lease_owner != "")
    .distinct()
)


@dataclass(frozen=True)
class HeldLease:
    """A lease that has not lapsed: of which mailbox, in whose name, until when."""

    mailbox_id: int
    owner: str
    until: dt.datetime


def standing(conn: Connection, now: dt.datetime) -> list[HeldLease]:
    """All that have not lapsed at `now` (machine time)."""
    return [
        HeldLease(row.id, row.lease_owner, row.lease_until)
        for row in conn.execute(_STANDING, {"machine": now})
    ]


_STANDING = sa.select(mailbox.c.id, mailbox.c.lease_owner, mailbox.c.lease_until).where(
    mailbox.c.lease_until > sa.bindparam("machine"), mailbox.c.lease_owner != ""
)


def holder(conn: Connection, mailbox_id: int) -> str:
    """In whose name a mailbox is worked for now; empty where nobody holds it."""
    asked = {"of": mailbox_id, "machine": machine_now(conn)}
    return str(conn.execute(_HOLDER, asked).scalar_one_or_none() or "")


_HOLDER = sa.select(mailbox.c.lease_owner).where(
    mailbox.c.id == sa.bindparam("of"), mailbox.c.lease_until > sa.bindparam("machine")
)


def free(conn: Connection, owners: Collection[str]) -> list[int]:
    """End the leases of processes that are gone; returns whose mailboxes they were. The next to take one raises the fence."""
    ended = (
        sa.update(mailbox)
        .where(mailbox.c.lease_owner.in_(sorted(owners)))
        .values(lease_until=None, lease_owner="")
        .returning(mailbox.c.id)
    )
    return sorted(conn.execute(ended).scalars())


def of_owner(conn: Connection, owner: str) -> list[Lease]:
    """The leases in this name, lapsed or not."""
    rows = conn.execute(_LEASES_OF, {"mine": owner})
    return [Lease(row.id, row.fence, owner) for row in rows]


_LEASES_OF = sa.select(mailbox.c.id, mailbox.c.fence).where(_LEFT)


def end(conn: Connection, lease: Lease) -> bool:
    """End this very lease, and leave the time of the next turn as it is; whether it was there still."""
    asked = {"of": lease.mailbox_id, "under": lease.fence, "mine": lease.owner}
    return conn.execute(_END_LEASE, asked).rowcount > 0


@dataclass(frozen=True)
class Held:
    """What the locked row says at the moment the lease was renewed."""

    state: str
    synced_at: dt.datetime | None
    leaves: Sequence[Mapping[str, Any]] | None  # of its owner, as they are stored


def renew(conn: Connection, lease: Lease) -> Held:
    """Lock the mailbox's row, check the fence and renew the lease; the first word of every write under a lease.

    Raises `errors.Superseded` when the lease lapsed or another worker took it.
    """
    return renewal(conn, lease).run(conn)


def renewal(conn: Connection, lease: Lease) -> Query[Held]:
    """`renew`, to be run at once together with what comes right behind it; its answer raises what `renew` does."""
    asked: dict[str, Any] = {"of": lease.mailbox_id, "under": lease.fence}
    before = machine_now(conn) if conn.dialect.name != "postgresql" else clock.machine_now()

    def held(rows: Sequence[Row]) -> Held:
        if not rows:
            raise errors.Superseded(
                Text(
                    "another worker has taken over mailbox {number}; this one stops working on it.",
                    number=lease.mailbox_id,
                )
            )
        [row] = rows
        if conn.dialect.name == "postgresql":
            agreed(before, row.machine)
        return Held(row.state, row.synced_at, row.leaves)

    if conn.dialect.name == "postgresql":
        return Query(_RENEW_THERE, asked | {"span": lease.span}, held)
    return Query(_RENEW_HERE, asked | {"machine": before, "until": before + lease.span}, held)


_UNDER_LEASE = sa.and_(mailbox.c.id == sa.bindparam("of"), mailbox.c.fence == sa.bindparam("under"))
_END_LEASE = sa.update(mailbox).where(_UNDER_LEASE, _LEFT).values(lease_until=None, lease_owner="")
_RENEW_HERE = Prepared(
    sa.update(mailbox)
    .where(_UNDER_LEASE, mailbox.c.lease_until > sa.bindparam("machine"))
    .values(lease_until=sa.bindparam("until"))
    .returning(mailbox.c.state, mailbox.c.synced_at, mailbox.c.leaves)
)
_RENEW_THERE = Prepared(  # by the server's clock, which is asked in the same breath
    sa.update(mailbox)
    .where(_UNDER_LEASE, mailbox.c.lease_until > _THERE)
    .values(lease_until=_THERE + sa.bindparam("span", type_=sa.Interval))
    .returning(mailbox.c.state, mailbox.c.synced_at, mailbox.c.leaves, _THERE.label("machine"))
)


def release(
    conn: Connection,
    lease: Lease,
    next_turn_at: dt.datetime | None,
    reply_at: dt.datetime | None = None,
    *,
    ended: bool = False,
) -> None:
    """Give the lease back and say when to come again. Without effect when it was lost already.

    `ended`: nothing that this turn took up was left without an end (see `claims`).
    `reply_at`: the mailbox's own, as the time of its next turn was found by it. A reply that was written since is not passed over.
    """
    asked = {"of": lease.mailbox_id, "under": lease.fence, "next": next_turn_at, "known": reply_at}
    asked |= {"ended": ended}
    _RELEASE.post(conn, [asked])


_NEXT = sa.bindparam("next", type_=Instant)
_WRITTEN_SINCE = sa.and_(
    mailbox.c.reply_at < _NEXT, mailbox.c.reply_at.is_distinct_from(sa.bindparam("known", type_=Instant))
)
_RELEASE = Prepared(
    sa.update(mailbox)
    .where(_UNDER_LEASE)
    .values(
        lease_until=sa.null(),
        lease_owner=sa.literal_column("''"),
        next_turn_at=sa.case((_WRITTEN_SINCE, mailbox.c.reply_at), else_=_NEXT),
        taken_up=sa.case(
            (sa.bindparam("ended", type_=sa.Boolean), sa.literal_column("''")), else_=mailbox.c.taken_up
        ),
    )
)
