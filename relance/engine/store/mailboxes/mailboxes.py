"""The salespeople's mailboxes: their settings, their state, and when each gets its next turn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance import errors
from relance.complete import stored
from relance.engine import reasons
from relance.engine.db.prepared import Prepared, Query, Row
from relance.engine.db.tables import mailbox
from relance.engine.event_log import actors
from relance.engine.event_log.of_mailboxes import MailboxPaused
from relance.engine.reasons import Reason
from relance.engine.schedule import leaves
from relance.engine.schedule.leaves import Leave
from relance.engine.schedule.pace.ramp_up import RampUp
from relance.engine.schedule.throttle import LONGEST_GAP, Pace
from relance.engine.store import events
from relance.engine.store.mailboxes import leases
from relance.engine.store.mailboxes.leases import Lease
from relance.mailbox.account import Account, Security, Server
from relance.mailbox.auth import Credentials, SignInKind
from relance.wording import Text

FORGOTTEN = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# What `synced_at` becomes when it turns out to be ahead of now: read some time ago, but nobody knows when. Empty would
# mean that the mailbox was never read, and then nothing that lies there would count as an answer.


NOTHING = Text.prose("")


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
    first_mails: Mapping[str, Any] | None = None  # whose leave next: see `sending/admitting.py`
    reply_at: dt.datetime | None = None  # when the next answer that a person wrote leaves; None: none is to
    sign_in: SignInKind = SignInKind.PASSWORD
    hourly_cap: int | None = None
    jitter_seconds: int = 0
    leaves: Sequence[Mapping[str, Any]] | None = None  # as they are stored: see `on_leave`
    barred: Text = NOTHING  # why no first mail leaves; without words where they do
    zone: str = ""  # in which the Date of its mails is told; empty: the workspace's
    ehlo_name: str = ""  # by which it greets its SMTP server; empty: this computer's, or its address
    tracking_host: str = ""  # what the links in its mails begin with; empty: the installation's
    signature: str = ""  # below its mails: as text, and in HTML; empty: made of the other
    signature_html: str = ""
    ramp_up: Mapping[str, Any] | None = None  # as it is stored: see `ramp`
    dkim_key: bytes | None = None  # what signs its mails, sealed; None: they leave unsigned
    dkim_selector: str = ""
    dkim_domain: str = ""

    @property
    def pace(self) -> Pace:
        """How fast it may send. Earlier releases took any number of seconds, and no clock reaches the end of some."""
        most = int(LONGEST_GAP.total_seconds())
        gap, jitter = (
            dt.timedelta(seconds=min(each, most)) for each in (self.gap_seconds, self.jitter_seconds)
        )
        return Pace(self.daily_cap, gap, self.hourly_cap, jitter, self.id, self.on_leave, self.ramp)

    @property
    def ramp(self) -> RampUp | None:
        """Where it stands in its ramp-up; None: its own limits are all that counts."""
        found = RampUp.of_row(self.ramp_up)
        return None if found is None or found.over(self.daily_cap) else found

    @property
    def on_leave(self) -> tuple[Leave, ...]:
        """The leaves of its owner, those that are over too, the earliest first."""
        return leaves.read(self.leaves)

    @property
    def read_at(self) -> dt.datetime | None:
        """When it was last read to its end; None: never, or nobody knows (see `FORGOTTEN`)."""
        return None if self.synced_at == FORGOTTEN else self.synced_at

    @property
    def reason(self) -> str:
        """Why it sends nothing, as people read it; empty where it sends."""
        return self.why.words

    @property
    def reads_from(self) -> tuple[str, str]:
        """Whose mail it is given to read: its IMAP server, and as whom it signs in there."""
        return self.imap.host.lower(), self.username

    @property
    def hosts(self) -> frozenset[str]:
        """Its servers and its domain: whose words are its provider's own."""
        return frozenset({self.smtp.host, self.imap.host, self.address.rpartition("@")[2]})

    def account(self, credentials: Credentials) -> Account:
        """What the mail room needs."""
        servers = self.smtp, self.imap
        return Account(self.address, self.name, credentials, *servers, self.ca_file, self.ehlo_name)


LIMITS = ("daily_cap", "hourly_cap", "gap_seconds", "jitter_seconds")
"""The fields that say how fast it may send."""
SENDER = ("zone", "ehlo_name", "tracking_host", "signature", "signature_html")
"""The fields that say how it shows itself; empty: as is usual."""

SIGN_IN = ("username", "sign_in", "secret", "smtp", "imap", "ca_file")
"""The fields that say where it signs in, and with what."""


_SELECT = sa.select(*leases.VALUES)
# What every turn asks is built once: SQLAlchemy takes several times longer to build a statement than to run it.
_BY_ID = Prepared(_SELECT.where(mailbox.c.id == sa.bindparam("of")))


def _mailbox(row: Any) -> Mailbox:
    at = row._asdict()
    return Mailbox(
        smtp=Server(at["smtp_host"], at["smtp_port"], stored(Security, at["smtp_security"])),
        imap=Server(at["imap_host"], at["imap_port"], stored(Security, at["imap_security"])),
        why=_why(at),
        sign_in=stored(SignInKind, at["sign_in"]),
        **{name: at[name] for name in _PLAIN},
    )


_PLAIN = [name for name in Mailbox.__dataclass_fields__ if name not in ("smtp", "imap", "why", "sign_in")]


def _why(at: Mapping[str, Any]) -> Reason:
    code, words = at["pause_kind"], at["reason"]
    return reasons.stored(
        {"code": code, "params": at["pause_params"], "words": words} if code else None, words
    )


def add(conn: Connection, **values: object) -> int:
    """A new row; returns its id."""
    return int(conn.execute(sa.insert(mailbox).values(**values).returning(mailbox.c.id)).scalar_one())


def change(conn: Connection, mailbox_id: int, **values: object) -> None:
    """Set columns of one mailbox. With other limits it is reckoned anew whose first mails leave."""
    if not values.keys().isdisjoint((*LIMITS, "ramp_up")):
        values = {"first_mails": None, **values}
    conn.execute(sa.update(mailbox).where(mailbox.c.id == mailbox_id).values(**values))


@actors.by_rule("mailbox trouble")
def pause(
    conn: Connection, mailbox_id: int, why: Reason, at: dt.datetime, *, locked_out: bool = False
) -> None:
    """Nothing leaves it until a person resumes it; said in the log, too. `locked_out`: nor is it read; who was locked
    out before stays so. What a person paused stays paused by them, for their reason."""
    out: dict[str, object] = {"locked_out": True} if locked_out else {}
    before = by_id(conn, mailbox_id)
    if before.state != "paused" or before.paused_by_itself:
        out |= {"state": "paused", "paused_by_itself": True, **because(why)}
    if out:
        change(conn, mailbox_id, **out)
    events.record_event(conn, MailboxPaused(why), at, mailbox_id=mailbox_id)


def because(why: Reason | None) -> dict[str, Any]:
    """The columns that say why it sends nothing; None: it sends. The sentence is for the release before this one."""
    if why is None:
        return {"reason": "", "pause_kind": "", "pause_params": None}
    return {"reason": why.before, "pause_kind": why.code.value, "pause_params": why.row()["params"]}


def by_id(conn: Connection, mailbox_id: int) -> Mailbox:
    """One mailbox, by the id a hint carried."""
    return with_id(mailbox_id).run(conn)


def of_lease(conn: Connection, lease: Lease) -> Mailbox:
    """`by_id` of a lease taken in this transaction, which has brought the row along."""
    return by_id(conn, lease.mailbox_id) if lease.taken is None else _mailbox(lease.taken)


def with_id(mailbox_id: int) -> Query[Mailbox]:
    """`by_id`, to be run together with others; its answer raises what that does."""

    def found(rows: Sequence[Row]) -> Mailbox:
        if not rows:
            raise errors.NotFound(
                Text("there is no mailbox number {number}.", number=mailbox_id),
                command=Text("`relance mailbox list` shows all mailboxes."),
                page=Text("The Mailboxes page shows all mailboxes."),
            )
        return _mailbox(rows[0])

    return Query(_BY_ID, {"of": mailbox_id}, found)


def by_address(conn: Connection, address: str) -> Mailbox | None:
    """One mailbox, by its address."""
    row = conn.execute(_SELECT.where(mailbox.c.address == address)).one_or_none()
    return _mailbox(row) if row else None


def named(conn: Connection, address: str) -> Mailbox:
    """The mailbox a person means. Raises `errors.NotFound` where there is none (any more)."""
    found = by_address(conn, address.strip().lower())
    if found is None or found.state == "removed":
        raise no_such(address)
    return found


def no_such(address: str) -> errors.NotFound:
    """What is said of a mailbox that is not there."""
    return errors.NotFound(
        Text("there is no mailbox {address}.", address=address),
        command=Text("`relance mailbox list` shows all mailboxes."),
        page=Text("The Mailboxes page shows all mailboxes."),
    )


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


def on_leave(conn: Connection, mailbox_ids: Iterable[int] | None = None) -> dict[int, tuple[Leave, ...]]:
    """The leaves of these mailboxes' owners, or of all; nothing of those who have none."""
    query = sa.select(mailbox.c.id, mailbox.c.leaves).where(mailbox.c.leaves.is_not(None))
    if mailbox_ids is not None:
        query = query.where(mailbox.c.id.in_(sorted(set(mailbox_ids))))
    return {row.id: leaves.read(row.leaves) for row in conn.execute(query) if row.leaves}


def list_all(conn: Connection, *, removed: bool = False) -> list[Mailbox]:
    """All that were not removed, by address; or all that were."""
    stands = mailbox.c.state == "removed" if removed else mailbox.c.state != "removed"
    query = _SELECT.where(stands).order_by(mailbox.c.address)
    return [_mailbox(row) for row in conn.execute(query)]


def schedule_turn(conn: Connection, mailbox_ids: Iterable[int], at: dt.datetime) -> None:
    """Ask for a turn at `at`, or earlier if one is planned earlier."""
    sooner = sa.or_(mailbox.c.next_turn_at.is_(None), mailbox.c.next_turn_at > at)
    ids = sorted(set(mailbox_ids))
    if ids:
        conn.execute(sa.update(mailbox).where(mailbox.c.id.in_(ids), sooner).values(next_turn_at=at))


def schedule_turns(conn: Connection, wanted: Iterable[tuple[int, dt.datetime]]) -> None:
    """Ask for a turn of each of these mailboxes, at the earliest of the times given for it."""
    first: dict[int, dt.datetime] = {}
    for mailbox_id, at in wanted:
        first[mailbox_id] = min(at, first.get(mailbox_id, at))
    for mailbox_id, at in sorted(first.items()):
        schedule_turn(conn, [mailbox_id], at)
