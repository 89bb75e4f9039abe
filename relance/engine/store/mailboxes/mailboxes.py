"""Mailboxes, their leases and their watermarks.

A lease is the right to work for one mailbox until an instant of machine time. Its *fence* goes up each time it changes
hands, and every write a holder makes says which fence it holds, so that a worker frozen past its lease writes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance import clock, errors
from relance.engine import reasons
from relance.engine.db.database import SKEW, agreed, machine_now
from relance.engine.db.prepared import Prepared, fixed
from relance.engine.db.tables import mailbox, meta
from relance.engine.event_log import actors
from relance.engine.event_log.of_mailboxes import MailboxPaused
from relance.engine.reasons import Reason
from relance.engine.store import events
from relance.mailbox.account import Account, Security, Server
from relance.mailbox.auth import Password
from relance.wording import Text

FURTHEST = dt.timedelta(days=1)
# No turn is planned further ahead: a mailbox is read every few minutes.
FORGOTTEN = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# What `synced_at` becomes when it turns out to be ahead of now: read some time ago, but nobody knows when. Empty would
# mean that the mailbox was never read, and then nothing that lies there would count as an answer.
LEASE = dt.timedelta(minutes=15)
# Longer than the longest wait of one mail (600 s after the final dot, RFC 5321 4.5.3.2.6), and renewed before each.


@dataclass(frozen=True)
class Lease:
    """The right to work for a mailbox now."""

    mailbox_id: int
    fence: int
    owner: str
    span: dt.timedelta = LEASE  # how long it holds, counted anew at each renewal


@dataclass(frozen=True)
class Mailbox:
    """A mailbox as the engine sees it; the password stays sealed."""

    id: int
    address: str
    name: str
    username: str
    secret: bytes
    smtp: Server
    imap: Server
    ca_file: str | None
    state: str
    why: Reason  # it sends nothing; without words where it sends
    daily_cap: int | None
    gap_seconds: int
    unknown_policy: str
    files_sent: bool | None
    next_turn_at: dt.datetime | None
    synced_at: dt.datetime | None
    sync_error: Text
    locked_out: bool  # paused because it cannot be read
    troubles: int
    logins_refused: int
    turn_error: str
    send_error: Text
    paused_by_itself: bool  # by the engine, not by a person
    created_at: dt.datetime
    plus_addressing: bool = False
    aliases: Sequence[str] = ()  # further addresses its owner writes from
    seen_from: Sequence[str] = ()  # other addresses in From in its Sent folder
    refusal: Mapping[str, Any] | None = None  # the last mail its server refused, with none accepted since

    @property
    def read_at(self) -> dt.datetime | None:
        """When it was last read to its end; None: never, or nobody knows (see `FORGOTTEN`)."""
        return None if self.synced_at == FORGOTTEN else self.synced_at

    @property
    def reason(self) -> str:
        """Why it sends nothing, as people read it; empty where it sends."""
        return self.why.words

    @property
    def hosts(self) -> frozenset[str]:
        """Its servers and its domain: whose words are its provider's own."""
        return frozenset({self.smtp.host, self.imap.host, self.address.rpartition("@")[2]})

    def account(self, password: str) -> Account:
        """What the mail room needs."""
        credentials = Password(self.username, password)
        return Account(self.address, self.name, credentials, self.smtp, self.imap, self.ca_file)


_VALUES = [column for column in mailbox.c if column.name not in ("lease_owner", "lease_until", "fence")]
_SELECT = sa.select(*_VALUES)
# What every turn asks is built once: SQLAlchemy takes several times longer to build a statement than to run it.
_BY_ID = Prepared(_SELECT.where(mailbox.c.id == sa.bindparam("of")))


def _mailbox(row: Any) -> Mailbox:
    at = row._asdict()
    return Mailbox(
        smtp=Server(at["smtp_host"], at["smtp_port"], Security(at["smtp_security"])),
        imap=Server(at["imap_host"], at["imap_port"], Security(at["imap_security"])),
        why=_why(at),
        **{name: at[name] for name in _PLAIN},
    )


_PLAIN = [name for name in Mailbox.__dataclass_fields__ if name not in ("smtp", "imap", "why")]


def _why(at: Mapping[str, Any]) -> Reason:
    """What another release wrote has its words alone."""
    if not at["pause_kind"]:
        return reasons.prose(at["reason"])
    return reasons.of_row({"code": at["pause_kind"], "params": at["pause_params"], "words": at["reason"]})


def add(conn: Connection, **values: object) -> int:
    """A new row; returns its id."""
    return int(conn.execute(sa.insert(mailbox).values(**values).returning(mailbox.c.id)).scalar_one())


def change(conn: Connection, mailbox_id: int, **values: object) -> None:
    """Set columns of one mailbox."""
    conn.execute(sa.update(mailbox).where(mailbox.c.id == mailbox_id).values(**values))


@actors.by_rule("mailbox trouble")
def pause(
    conn: Connection, mailbox_id: int, why: Reason, at: dt.datetime, *, locked_out: bool = False
) -> None:
    """Nothing leaves it until a person resumes it; said in the log, too. `locked_out`: nor is it read; who was locked
    out before stays so."""
    out = {"locked_out": True} if locked_out else {}
    change(conn, mailbox_id, state="paused", paused_by_itself=True, **because(why), **out)
    events.record_event(conn, MailboxPaused(why), at, mailbox_id=mailbox_id)


def because(why: Reason | None) -> dict[str, Any]:
    """The columns that say why it sends nothing; None: it sends. The sentence is for the release before this one."""
    if why is None:
        return {"reason": "", "pause_kind": "", "pause_params": None}
    return {"reason": why.before, "pause_kind": why.code.value, "pause_params": why.row()["params"]}


def by_id(conn: Connection, mailbox_id: int) -> Mailbox:
    """One mailbox, by the id a hint carried."""
    row = _BY_ID.one(conn, {"of": mailbox_id})
    if row is None:
        raise errors.NotFound(Text("there is no mailbox number {number}", number=mailbox_id))
    return _mailbox(row)


def by_address(conn: Connection, address: str) -> Mailbox | None:
    """One mailbox, by its address."""
    row = conn.execute(_SELECT.where(mailbox.c.address == address)).one_or_none()
    return _mailbox(row) if row else None


def named(conn: Connection, address: str) -> Mailbox:
    """The mailbox a person means. Raises `errors.NotFound` where there is none (any more)."""
    found = by_address(conn, address.strip().lower())
    if found is None or found.state == "removed":
        raise errors.NotFound(
            Text(
                "there is no mailbox {address}. `relance mailbox list` shows all mailboxes.", address=address
            )
        )
    return found


def lock(conn: Connection, mailbox_ids: Iterable[int]) -> dict[int, str]:
    """Lock the rows in order of id, before anybody's enrollment: nothing happens to these mailboxes until the commit.

    Returns their states as they are now.
    """
    query = (
        sa.select(mailbox.c.id, mailbox.c.state)
        .where(mailbox.c.id.in_(sorted(set(mailbox_ids))))
        .order_by(mailbox.c.id)
        .with_for_update(key_share=True)  # whoever only refers to the row need not wait
    )
    return {row.id: row.state for row in conn.execute(query)}


def list_all(conn: Connection) -> list[Mailbox]:
    """All that were not removed, by address."""
    query = _SELECT.where(mailbox.c.state != "removed").order_by(mailbox.c.address)
    return [_mailbox(row) for row in conn.execute(query)]


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
    asked = {"business": now, "far": now + FURTHEST, "count": limit, "mine": owner}
    asked |= _machine(conn, span) | {"at_work": sorted(at_work)}
    return list(conn.execute(_TURN_DUE, asked).scalars())


def _machine(conn: Connection, span: dt.timedelta) -> dict[str, Any]:
    """Now as leases count it, and how far ahead a lease can end at most."""
    now = machine_now(conn)
    return {"machine": now, "until": now + span, "beyond": now + max(span, LEASE) + SKEW}


_FREE = sa.or_(
    mailbox.c.lease_until.is_(None),
    mailbox.c.lease_until < sa.bindparam("machine"),
    mailbox.c.lease_until > sa.bindparam("beyond"),  # written by a clock that was ahead
)
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


def acquire_lease(
    conn: Connection, mailbox_id: int, owner: str, span: dt.timedelta = LEASE, *, alone: bool = False
) -> Lease | None:
    """The lease, or None when somebody else holds it, or when the whole installation stands still.

    `alone`: the owner works nowhere for this mailbox, so that a lease in its name is one it could not give back.
    """
    asked = {"of": mailbox_id, "owner": owner, "mine": owner if alone else ""} | _machine(conn, span)
    taken = _TAKE.one(conn, asked)
    return None if taken is None else Lease(mailbox_id, taken[0], owner, span)


_TAKE = Prepared(
    sa.update(mailbox)
    .where(mailbox.c.id == sa.bindparam("of"), mailbox.c.state != fixed("removed"), sa.or_(_FREE, _LEFT))
    .where(sa.not_(_HALTED))
    .values(lease_owner=sa.bindparam("owner"), lease_until=sa.bindparam("until"), fence=mailbox.c.fence + 1)
    .returning(mailbox.c.fence)
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


def free(conn: Connection, owners: Collection[str]) -> list[int]:
    """End the leases of processes that are gone; returns whose mailboxes they were. The next to take one raises the fence."""
    ended = (
        sa.update(mailbox)
        .where(mailbox.c.lease_owner.in_(sorted(owners)))
        .values(lease_until=None, lease_owner="")
        .returning(mailbox.c.id)
    )
    return sorted(conn.execute(ended).scalars())


def leases_of(conn: Connection, owner: str) -> list[Lease]:
    """The leases in this name, lapsed or not."""
    rows = conn.execute(_LEASES_OF, {"mine": owner})
    return [Lease(row.id, row.fence, owner) for row in rows]


_LEASES_OF = sa.select(mailbox.c.id, mailbox.c.fence).where(_LEFT)


def end_lease(conn: Connection, lease: Lease) -> bool:
    """End this very lease, and leave the time of the next turn as it is; whether it was there still."""
    asked = {"of": lease.mailbox_id, "under": lease.fence, "mine": lease.owner}
    return conn.execute(_END_LEASE, asked).rowcount > 0


@dataclass(frozen=True)
class Held:
    """What the locked row says at the moment the lease was renewed."""

    state: str
    synced_at: dt.datetime | None


def renew_lease(conn: Connection, lease: Lease) -> Held:
    """Lock the mailbox's row, check the fence and renew the lease; the first word of every write under a lease.

    Raises `errors.Superseded` when the lease lapsed or another worker took it.
    """
    asked: dict[str, Any] = {"of": lease.mailbox_id, "under": lease.fence}
    if conn.dialect.name == "postgresql":
        before = clock.machine_now()
        row = _RENEW_THERE.one(conn, asked | {"span": lease.span})
        if row is not None:
            agreed(before, row.machine)
    else:
        now = machine_now(conn)
        row = _RENEW_HERE.one(conn, asked | {"machine": now, "until": now + lease.span})
    if row is None:
        raise errors.Superseded(
            Text(
                "the lease on mailbox {number} lapsed or was taken over; this turn is void",
                number=lease.mailbox_id,
            )
        )
    return Held(row.state, row.synced_at)


_UNDER_LEASE = sa.and_(mailbox.c.id == sa.bindparam("of"), mailbox.c.fence == sa.bindparam("under"))
_END_LEASE = sa.update(mailbox).where(_UNDER_LEASE, _LEFT).values(lease_until=None, lease_owner="")
_RENEW_HERE = Prepared(
    sa.update(mailbox)
    .where(_UNDER_LEASE, mailbox.c.lease_until > sa.bindparam("machine"))
    .values(lease_until=sa.bindparam("until"))
    .returning(mailbox.c.state, mailbox.c.synced_at)
)
_THERE = sa.func.clock_timestamp(type_=mailbox.c.lease_until.type)
_RENEW_THERE = Prepared(  # by the server's clock, which is asked in the same breath
    sa.update(mailbox)
    .where(_UNDER_LEASE, mailbox.c.lease_until > _THERE)
    .values(lease_until=_THERE + sa.bindparam("span", type_=sa.Interval))
    .returning(mailbox.c.state, mailbox.c.synced_at, _THERE.label("machine"))
)


def release(conn: Connection, lease: Lease, next_turn_at: dt.datetime | None) -> None:
    """Give the lease back and say when to come again. Without effect when it was lost already."""
    _RELEASE.run(conn, {"of": lease.mailbox_id, "under": lease.fence, "next": next_turn_at})


_RELEASE = Prepared(
    sa.update(mailbox)
    .where(_UNDER_LEASE)
    .values(lease_until=sa.null(), lease_owner=sa.literal_column("''"), next_turn_at=sa.bindparam("next"))
)


def schedule_turn(conn: Connection, mailbox_ids: Iterable[int], at: dt.datetime) -> None:
    """Ask for a turn at `at`, or earlier if one is planned earlier."""
    sooner = sa.or_(mailbox.c.next_turn_at.is_(None), mailbox.c.next_turn_at > at)
    ids = sorted(set(mailbox_ids))
    if ids:
        conn.execute(sa.update(mailbox).where(mailbox.c.id.in_(ids), sooner).values(next_turn_at=at))
