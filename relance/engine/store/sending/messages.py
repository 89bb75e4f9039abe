"""Messages: one mail each, its bytes frozen before the first attempt, and every id the world may call it by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance import late
from relance.complete import stored
from relance.engine import states
from relance.engine.db import bulk, database
from relance.engine.db.prepared import Prepared, Query, Row, any_of, fixed, is_one_of
from relance.engine.db.tables import message, message_key
from relance.engine.states import MessageEvent, MessageState
from relance.mailbox.parsing import provider_ids

if TYPE_CHECKING:
    from relance.mailbox import address
else:  # for those who send
    (address,) = late.modules("relance.mailbox.address")


@dataclass(frozen=True)
class Message:
    """One mail. `raw` is what goes over the wire, byte for byte, at every attempt."""

    id: int
    enrollment_id: int
    step: str
    variant: str
    contact_id: int
    mailbox_id: int
    state: MessageState
    message_id: str
    thread: str
    recipient: str
    subject: str
    body: str
    raw: bytes
    links: Sequence[Mapping[str, Any]]
    attempts: int
    fence: int
    prepared_at: dt.datetime
    looks: int = 0
    transmitting_at: dt.datetime | None = None
    settled_at: dt.datetime | None = None
    code: int | None = None
    reply: str = ""
    planned_at: dt.datetime | None = None  # when it should leave


_NAMES = tuple(Message.__dataclass_fields__)
_COLUMNS = [message.c[name] for name in _NAMES]
_STATE = _NAMES.index("state")


REPLY = "reply:"
"""What stands for a step where a mail is no step's, but a person's own answer; then its key. No step can be called so."""
OF_STEP = message.c.step.not_like(f"{REPLY}%")


def is_reply(step: str) -> bool:
    """Whether a mail with this in the place of its step is a person's own answer. Pure."""
    return step.startswith(REPLY)


def _value(row: Sequence[Any]) -> Message:
    """The message of a row that begins with `_COLUMNS`."""
    values = list(row[: len(_NAMES)])
    values[_STATE] = stored(MessageState, values[_STATE])
    return Message(*values)


def add(conn: Connection, messages: Sequence[Message]) -> None:
    """New messages and the keys they are known by."""
    if not messages:
        return
    _ADD.post(conn, [{**each.__dict__, "receiver": address.receiver(each.recipient)} for each in messages])
    _ADD_KEYS.post(conn, [{"key": each.message_id, "message_id": each.id} for each in messages])


_ADD = Prepared(sa.insert(message))
_ADD_KEYS = bulk.inserting(message_key, ("key", "message_id"))


def add_keys(conn: Connection, message_id: int, keys: Iterable[str]) -> None:
    """More ids by which the world may call a message. Known ones stay as they are."""
    database.insert_new(conn, message_key, [{"key": key, "message_id": message_id} for key in keys])


def of_steps(conn: Connection, steps: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Message]:
    """The messages already made for these (enrollment, step) pairs."""
    wanted = set(steps)
    return made_for(wanted).run(conn) if wanted else {}


def made_for(steps: Iterable[tuple[int, str]]) -> Query[dict[tuple[int, str], Message]]:
    """`of_steps`, to be run together with others."""
    wanted = set(steps)

    def found(rows: Sequence[Row]) -> dict[tuple[int, str], Message]:
        known = {(each.enrollment_id, each.step): each for each in map(_value, rows)}
        return {step: known[step] for step in wanted & known.keys()}

    return Query(_OF_STEPS, {"wanted": sorted({number for number, _ in wanted})}, found)


_OF_STEPS = Prepared(sa.select(*_COLUMNS).where(any_of(message.c.enrollment_id, "wanted")))
# Like every statement a turn runs: built once, which takes several times longer than to run it.


def accepted_before(conn: Connection, enrollment_ids: Iterable[int]) -> dict[int, list[Message]]:
    """What was accepted for these enrollments so far, oldest first: what a follow-up continues."""
    ids = sorted(set(enrollment_ids))
    query = (
        sa.select(*_COLUMNS)
        .where(message.c.enrollment_id.in_(ids), message.c.state == MessageState.ACCEPTED.value)
        .order_by(message.c.settled_at, message.c.id)
    )
    found: dict[int, list[Message]] = {number: [] for number in ids}
    for row in conn.execute(query) if ids else ():
        found[row.enrollment_id].append(_value(row))
    return found


def by_id(conn: Connection, number: int) -> Message | None:
    """One message, by the id that stands in its links."""
    row = conn.execute(sa.select(*_COLUMNS).where(message.c.id == number)).one_or_none()
    return _value(row) if row else None


def by_ids(conn: Connection, numbers: Sequence[int]) -> dict[int, Message]:
    """Messages by their ids."""
    rows = conn.execute(sa.select(*_COLUMNS).where(message.c.id.in_(numbers)))
    return {row.id: _value(row) for row in rows}


def not_accepted(conn: Connection, numbers: Sequence[int]) -> list[Message]:
    """Of these messages those whose rows say anything else."""
    query = sa.select(*_COLUMNS).where(
        message.c.id.in_(numbers), message.c.state != MessageState.ACCEPTED.value
    )
    return [_value(row) for row in conn.execute(query.order_by(message.c.id))]


def links(conn: Connection, number: int) -> Sequence[Mapping[str, Any]]:
    """Where the links of a mail lead; none of a mail that we do not know."""
    found = conn.execute(sa.select(message.c.links).where(message.c.id == number)).scalar_one_or_none()
    return found or []


def by_keys(conn: Connection, keys: Iterable[str]) -> dict[str, Message]:
    """Messages by any id the world calls them: {key: message}."""
    wanted = sorted(set(keys))
    query = (
        sa.select(*_COLUMNS, message_key.c.key)
        .join(message, message.c.id == message_key.c.message_id)
        .where(message_key.c.key.in_(wanted))
    )
    return {row.key: _value(row) for row in conn.execute(query)} if wanted else {}


def to_recipient(conn: Connection, recipient: str) -> Message | None:
    """The last mail that went, or may have gone, to an address."""
    query = (
        sa.select(*_COLUMNS)
        .where(message.c.recipient == recipient, message.c.transmitting_at.is_not(None))
        .order_by(message.c.transmitting_at.desc(), message.c.id.desc())
        .limit(1)
    )
    row = conn.execute(query).one_or_none()
    return _value(row) if row else None


def of_contact(conn: Connection, contact_id: int) -> list[Message]:
    """Every mail made for one person, oldest first."""
    query = sa.select(*_COLUMNS).where(message.c.contact_id == contact_id).order_by(message.c.id)
    return [_value(row) for row in conn.execute(query)]


def refused_since(conn: Connection, mailbox_id: int, since: dt.datetime | None) -> list[Message]:
    """The mails of a mailbox that were refused, from an instant on."""
    query = sa.select(*_COLUMNS).where(
        message.c.mailbox_id == mailbox_id, message.c.state == MessageState.REFUSED.value
    )
    if since is not None:
        query = query.where(message.c.settled_at >= since)
    return [_value(row) for row in conn.execute(query.order_by(message.c.id))]


def writers(conn: Connection, contact_ids: Iterable[int]) -> dict[int, list[int]]:
    """The mailboxes that wrote, or may have written, to each of these people: {contact id: [mailbox id, the last first]}."""
    wanted = sorted(set(contact_ids))
    last = sa.func.max(message.c.id).label("last")
    query = (
        sa.select(message.c.contact_id, message.c.mailbox_id, last)
        .where(message.c.contact_id.in_(wanted), message.c.transmitting_at.is_not(None))
        .group_by(message.c.contact_id, message.c.mailbox_id)
        .order_by(last.desc())
    )
    found: dict[int, list[int]] = {}
    for row in conn.execute(query) if wanted else ():
        found.setdefault(row.contact_id, []).append(row.mailbox_id)
    return found


def forget_prepared(conn: Connection, enrollment_ids: Sequence[int]) -> None:
    """Drop mails that were written but never offered: their words and sender are decided again."""
    never = sa.and_(
        message.c.enrollment_id.in_(enrollment_ids),
        OF_STEP,  # what a person wrote stays
        message.c.state == MessageState.PREPARED.value,
        message.c.transmitting_at.is_(None),
    )
    ids = list(conn.execute(sa.select(message.c.id).where(never)).scalars())
    if not ids:
        return
    conn.execute(sa.delete(message_key).where(message_key.c.message_id.in_(ids)))
    conn.execute(sa.delete(message).where(message.c.id.in_(ids)))


IN_DOUBT = is_one_of(message.c.state, (MessageState.TRANSMITTING, MessageState.UNKNOWN))
"""The condition of the index over the few mails whose end is not known: SQLite takes it only where this stands in the question."""


def left_open(conn: Connection, mailbox_id: int, fence: int) -> list[Message]:
    """Mails an earlier holder of the mailbox marked as transmitting and never settled."""
    return left_by_others(mailbox_id, fence).run(conn)


def left_by_others(mailbox_id: int, fence: int) -> Query[list[Message]]:
    """`left_open`, to be run together with others."""
    asked = {"sender": mailbox_id, "under": fence}
    return Query(_LEFT_OPEN, asked, lambda rows: [_value(row) for row in rows])


_LEFT_OPEN = Prepared(
    sa.select(*_COLUMNS)
    .where(IN_DOUBT, message.c.mailbox_id == sa.bindparam("sender"))
    .where(message.c.state == fixed(MessageState.TRANSMITTING), message.c.fence < sa.bindparam("under"))
    .order_by(message.c.id)
)


def unknown(conn: Connection, mailbox_id: int | None = None) -> list[Message]:
    """Mails nobody knows the fate of, oldest first."""
    doubtful = sa.select(*_COLUMNS).where(IN_DOUBT, message.c.state == fixed(MessageState.UNKNOWN))
    if mailbox_id is not None:
        doubtful = doubtful.where(message.c.mailbox_id == mailbox_id)
    return _in_order(conn, doubtful)


def in_doubt(conn: Connection) -> list[Message]:
    """Every mail under way or unknown, whoever marked it."""
    return _in_order(conn, sa.select(*_COLUMNS).where(IN_DOUBT))


def _in_order(conn: Connection, query: sa.Select[Any]) -> list[Message]:
    """Asked to sort, SQLite would read all mails by number instead of the few by their index."""
    return sorted((_value(row) for row in conn.execute(query)), key=lambda each: each.id)


def looked(conn: Connection, mailbox_id: int, began: dt.datetime) -> None:
    """A complete look that began then showed no trace of the mails still unknown."""
    # Not compared as it stands: by the index of a mailbox's pace, years of mail would be looked through.
    offered = sa.func.coalesce(message.c.transmitting_at, began)
    conn.execute(
        sa.update(message)
        .where(IN_DOUBT, message.c.mailbox_id == mailbox_id)
        .where(message.c.state == fixed(MessageState.UNKNOWN), offered < began)
        .values(looks=message.c.looks + 1)
    )


def marked(mail: Message, fence: int, now: dt.datetime) -> Message:
    """A mail as `begin` leaves it. (`dataclasses.replace` takes six times as long, and every mail is marked twice.)"""
    made = object.__new__(Message)
    made.__dict__.update(
        mail.__dict__,
        state=MessageState.TRANSMITTING,
        transmitting_at=now,
        fence=fence,
        attempts=mail.attempts + 1,
    )
    return made


def begin(conn: Connection, numbers: Sequence[int], fence: int, now: dt.datetime) -> set[int]:
    """Mark as transmitting those that may be; returns them. The caller has locked and checked everything else."""
    asked = {"wanted": numbers, "now": now, "under": fence}
    return set(_BEGIN.scalars(conn, asked)) if numbers else set()


_BEGIN = Prepared(
    sa.update(message)
    .where(any_of(message.c.id, "wanted"), is_one_of(message.c.state, states.MESSAGE_SENDABLE))
    .values(
        state=fixed(MessageState.TRANSMITTING),
        transmitting_at=sa.bindparam("now"),
        fence=sa.bindparam("under"),
        attempts=message.c.attempts + sa.literal_column("1"),
        settled_at=sa.null(),
    )
    .returning(message.c.id)
)


def found(conn: Connection, mail: Message, at: dt.datetime) -> None:
    """A mail that this database did not see leaving, or saw turned away, did leave, then. Its row is as `mail` says."""
    offered = sa.func.coalesce(message.c.transmitting_at, at)
    after = states.advance_message(mail.state, MessageEvent.FOUND).value
    values = {"state": after, "transmitting_at": offered, "settled_at": at, "reply": "", "code": None}
    here = sa.update(message).where(message.c.id == mail.id, message.c.state == mail.state.value)
    conn.execute(here.values(values))


@dataclass(frozen=True)
class Settlement:
    """How an attempt ended, for the row."""

    message: Message
    event: MessageEvent
    at: dt.datetime
    code: int | None = None
    reply: str = ""
    failure: tuple[str | None, str | None] = (None, None)  # why a server refused it or put it off, and where


def _settled(row: bulk.Columns) -> sa.Update:
    here = sa.update(message).where(message.c.id == row["id"], message.c.state == row["before"])
    return here.values({name: row[name] for name in _OF_END})


_OF_END = ("state", "attempts", "settled_at", "code", "reply", "failure", "failure_stage")
_SETTLE = bulk.Statement(
    {name: message.c[name].type for name in ("id", *_OF_END)} | {"before": message.c.state.type}, _settled
)
REPLY_LIMIT = 1000  # characters of a server's words that are kept


def any_accepted_since(conn: Connection, mailbox_id: int, since: dt.datetime) -> bool:
    """Whether a server has taken a mail of this mailbox since an instant."""
    query = sa.select(message.c.id).where(
        message.c.mailbox_id == mailbox_id,
        message.c.transmitting_at > since,
        message.c.state == MessageState.ACCEPTED.value,
    )
    return conn.execute(query.limit(1)).first() is not None


def settle(conn: Connection, settlements: Sequence[Settlement]) -> None:
    """Write how attempts ended. The state each message was in is part of the condition: late news changes nothing twice."""
    rows = [
        {
            "id": each.message.id,
            "before": each.message.state.value,
            "state": states.advance_message(each.message.state, each.event).value,
            "attempts": each.message.attempts,
            "settled_at": each.at,
            "code": each.code,
            "reply": each.reply[:REPLY_LIMIT],
            **dict(zip(_OF_END[-2:], each.failure, strict=True)),
        }
        for each in settlements
    ]
    _SETTLE.post(conn, rows)
    given = [
        {"key": key, "message_id": row["id"]}
        for row in rows
        if row["state"] == MessageState.ACCEPTED.value
        for key in provider_ids.in_reply(str(row["reply"]))
    ]
    if given:  # answers may name the mail as the server that took it called it
        database.insert_new(conn, message_key, given)
