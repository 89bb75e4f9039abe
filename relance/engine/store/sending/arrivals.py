"""When mails arrived where they are counted: at a mailbox's server, and at receiving domains and companies, whichever mailbox sent them;
and who is to get one there."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance import late
from relance.engine.db.database import Instant
from relance.engine.db.prepared import Prepared, Query, any_of, fixed, is_one_of
from relance.engine.db.tables import contact, enrollment, hand_mail, mailbox, message, sequence
from relance.engine.states import State
from relance.engine.store.sequences import due

if TYPE_CHECKING:
    from relance.mailbox import address
else:  # for those who send
    (address,) = late.modules("relance.mailbox.address")

LONGEST = dt.timedelta(hours=1)
# What one mail takes from its mark to its end, and more than that.


def sent_since(conn: Connection, mailbox_id: int, since: dt.datetime) -> list[dt.datetime]:
    """When mails left, or may have left, since an instant (business time), oldest first, with those that the mailbox's owner sent by
    hand. What pace counts."""
    return times_since(mailbox_id, since).run(conn)


def times_since(mailbox_id: int, since: dt.datetime) -> Query[list[dt.datetime]]:
    """`sent_since`, to be run together with others."""
    return Query(_SENT_SINCE, {"of": mailbox_id, "since": since}, lambda rows: [row[0] for row in rows])


_LEFT_MAILBOX = (
    sa.select(message.c.transmitting_at.label("at"))
    .where(message.c.mailbox_id == sa.bindparam("of"), message.c.transmitting_at > sa.bindparam("since"))
    .where(is_one_of(message.c.state, ("transmitting", "accepted", "unknown")))
)
_BY_HAND = sa.select(hand_mail.c.sent_at.label("at")).where(
    hand_mail.c.mailbox_id == sa.bindparam("of"), hand_mail.c.sent_at > sa.bindparam("since")
)
_SENT_SINCE = Prepared(sa.union_all(_LEFT_MAILBOX, _BY_HAND).order_by("at"))


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


@dataclass(frozen=True)
class ToArrive:
    """Somebody whose next step is a mail. `plan`: when it should go, by which they are served; `due_at`: when it is tried. The rest of it
    says where they are."""

    id: int
    mailbox_id: int
    version_id: int
    step: str
    follows: bool
    plan: dt.datetime
    due_at: dt.datetime
    email: str
    zone: str
    country: str
    fields: Mapping[str, str]


def to_arrive(conn: Connection, receivers: Sequence[str], until: dt.datetime, most: int) -> list[ToArrive]:
    """Whose next mail goes to one of these receivers and is tried until then, in the order of service; of paused sequences and mailboxes
    nobody's. At most so many."""
    companies = [each for each in receivers if address.organisation(each) is not None]
    providers = [each for each in receivers if each not in companies]
    asked = [_of_companies(companies, until)] if companies else []
    asked += [_at_providers(providers, until)] if providers else []
    if not asked:
        return []
    found = sa.union_all(*asked).subquery()
    query = sa.select(found).order_by(found.c.follows.desc(), found.c.plan, found.c.id).limit(most)
    return [ToArrive(*row) for row in conn.execute(query)]


_PLAN = sa.func.coalesce(enrollment.c.planned_at, enrollment.c.due_at, type_=Instant)
_PLACES = [sa.literal_column(str(place), sa.Integer) for place in (due.AS_DUE, due.LAST)]
_COLUMNS: tuple[sa.ColumnElement[Any], ...] = (
    enrollment.c.id,
    enrollment.c.mailbox_id,
    enrollment.c.sequence_version_id,
    enrollment.c.step,
    enrollment.c.wrote_before.label("follows"),
    _PLAN.label("plan"),
    enrollment.c.due_at,
    contact.c.email,
    contact.c.zone,
    contact.c.country,
    contact.c.fields,
)


def _to_arrive(person: sa.ColumnElement[int], until: dt.datetime) -> sa.Select[Any]:
    query = sa.select(*_COLUMNS).select_from(
        sa.join(mailbox, enrollment, enrollment.c.mailbox_id == mailbox.c.id)
        .join(contact, contact.c.id == person)
        .join(sequence, sequence.c.id == enrollment.c.sequence_id)
    )
    query = query.where(enrollment.c.step_kind == fixed("mail"), enrollment.c.due_at <= until)
    return query.where(mailbox.c.state == "active", sequence.c.state == "active")


# Sums and joined texts below keep SQLite from an index by which it would read more: it does not count.


def _of_companies(names: Sequence[str], until: dt.datetime) -> sa.Select[Any]:
    going = enrollment.c.state.concat("") == State.ACTIVE.value
    return _to_arrive(enrollment.c.contact_id, until).where(contact.c.organisation.in_(names), going)


def _at_providers(names: Sequence[str], until: dt.datetime) -> sa.Select[Any]:
    """Where anybody can have a mailbox nobody is found by a company: those who wait in each mailbox are looked through."""
    there = sa.or_(*(contact.c.email.endswith(f"@{each}", autoescape=True) for each in names))
    query = _to_arrive(enrollment.c.contact_id + 0, until).where(
        contact.c.organisation.concat("") == "", there
    )
    # Said although it is always so: each mailbox's mails of those days are one range of the index then.
    going = (
        enrollment.c.state == fixed(State.ACTIVE),
        enrollment.c.wrote_before.in_([sa.true(), sa.false()]),
    )
    return query.where(*going, enrollment.c.priority.in_(_PLACES), until >= _PLAN)
