"""Which mails of a mailbox are due, as statements that every turn runs.

Each takes a few rows from the head of one index, however many wait: first mails and follow-ups, those that go as they are due
and those that go last, are asked for apart, for among each of them the time alone decides. What is due next is told by the next
try (`ix_enrollment_mail_next`); who is served first by the plan (`ix_enrollment_mail_planned`): a try that was put off puts nobody
behind those who were to go after them. Follow-ups go before first mails.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.database import Instant
from relance.engine.db.prepared import Prepared, Query, Row, Values, any_of, fixed
from relance.engine.db.tables import enrollment, mailbox, message, sequence
from relance.engine.states import State
from relance.engine.store.sequences.positions import COLUMNS

AS_DUE, LAST = 0, -1
"""Whose mail goes first among those that are due: by their time, or after all others."""

WANTED = any_of(enrollment.c.id, "wanted")
MAIL_OF = sa.and_(
    enrollment.c.mailbox_id == sa.bindparam("sender"),
    enrollment.c.state == fixed(State.ACTIVE),
    enrollment.c.step_kind == fixed("mail"),
)
DUE = enrollment.c.due_at <= sa.bindparam("now")
MAIL_DUE = sa.and_(MAIL_OF, DUE)
_OTHER, _SIBLING = mailbox.alias("other"), enrollment.alias("sibling")


def _unread(due_at: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Another mailbox was not read since then, and can be."""
    return sa.and_(
        _OTHER.c.state != fixed("removed"),  # nobody can read it
        sa.or_(
            _OTHER.c.synced_at.is_(None),
            _OTHER.c.synced_at < due_at,
            _OTHER.c.synced_at > sa.bindparam("now"),  # a time ahead of now is not believed
        ),
    )


def _is_unread(number: sa.ColumnElement[int], wrote: sa.FromClause) -> sa.ColumnElement[bool]:
    """Asked of one mailbox after the other, by its number: a join would rather read them all."""
    here = sa.exists().where(_OTHER.c.id == number, _OTHER.c.id != enrollment.c.mailbox_id)
    return here.where(_unread(enrollment.c.due_at)).correlate(enrollment, wrote)


_WROTE = sa.exists().where(
    message.c.contact_id == enrollment.c.contact_id,
    message.c.transmitting_at.is_not(None),
    _is_unread(message.c.mailbox_id, message),
)
_MAY_HAVE_WRITTEN = sa.exists().where(  # and a restored database would not know
    _SIBLING.c.contact_id == enrollment.c.contact_id,
    _SIBLING.c.lost_before.is_not(None),
    _is_unread(_SIBLING.c.mailbox_id, _SIBLING),
)
_IN_DOUBT = enrollment.c.contact_id.in_(
    sa.select(_SIBLING.c.contact_id).where(_SIBLING.c.lost_before.is_not(None))
)
# Nobody, nearly always: asked first and once a statement, so that a due follow-up costs no join more.
_UNHEARD = sa.and_(
    enrollment.c.wrote_before,
    sa.or_(_WROTE.correlate(enrollment), sa.and_(_IN_DOUBT, _MAY_HAVE_WRITTEN.correlate(enrollment))),
)
_UNHEARD_AMONG = Prepared(sa.select(enrollment.c.id).where(WANTED, _UNHEARD))
# Another mailbox wrote to them, too, and was not read for answers since the step fell due.
_TRY = enrollment.c.due_at
_PLAN = sa.func.coalesce(enrollment.c.planned_at, enrollment.c.due_at)
_BY_TIME = (_TRY, enrollment.c.id)
_FIRST, _FOLLOWS = sa.not_(enrollment.c.wrote_before), enrollment.c.wrote_before
_COUNT = sa.bindparam("count", type_=sa.Integer)


def _head(
    columns: Sequence[sa.ColumnElement[Any]],
    kind: sa.ColumnElement[bool],
    place: sa.ColumnElement[int],
    by: sa.ColumnElement[Any],
    until: str = "until",
) -> sa.Select[Any]:
    """The mails of a mailbox that come first by a time, `count` of them due, behind a mail that was seen (`after_at`, `after_id`).

    Nothing is asked that the index does not know: where it were, PostgreSQL would guess that few rows pass, and rather read
    and sort them all. `going`: the sequence is not paused. `by_at`: the time it is found by.
    """
    behind = sa.tuple_(by, enrollment.c.id) > sa.tuple_(
        sa.bindparam("after_at", type_=Instant), sa.bindparam("after_id", type_=sa.BigInteger)
    )
    going = sa.select(sequence.c.state).where(sequence.c.id == enrollment.c.sequence_id).scalar_subquery()
    return (
        sa.select(*columns, going.label("going"), by.label("by_at"))
        .where(MAIL_OF, kind, enrollment.c.priority == place)
        .where(enrollment.c.due_at <= sa.bindparam(until), behind)
        .order_by(by, enrollment.c.id)
        .limit(_COUNT)
    )


def _claimable(kind: sa.ColumnElement[bool]) -> Prepared:
    left = sa.select(mailbox.c.taken_up).where(mailbox.c.id == sa.bindparam("sender")).scalar_subquery()
    place = sa.bindparam("place", type_=sa.Integer)
    return Prepared(_head((*COLUMNS, left.label("left")), kind, place, _PLAN))


_FOLLOWS_DUE, _FIRST_DUE = _claimable(_FOLLOWS), _claimable(_FIRST)
_FIRST_OF = _claimable(sa.and_(_FIRST, enrollment.c.sequence_id == sa.bindparam("of")))


def _next() -> Prepared:
    heads = [
        _head(
            (*_BY_TIME, enrollment.c.wrote_before),
            kind,
            sa.literal_column(str(place), sa.Integer),
            _TRY,
            until,
        )
        for kind, until in ((_FIRST, "first_until"), (_FOLLOWS, "until"))
        for place in (AS_DUE, LAST)
    ]
    found = sa.union_all(*(sa.select(*head.subquery().c) for head in heads)).subquery("heads")
    return Prepared(sa.select(*found.c).order_by(found.c.due_at, found.c.id).limit(_COUNT))


_NEXT = _next()
BEGINNING = dt.datetime(1, 1, 2, tzinfo=dt.UTC)
_BEGINNING: Values = {"after_at": BEGINNING, "after_id": 0}
FAR = dt.datetime(9998, 1, 1, tzinfo=dt.UTC)
MAX_DUE = 2_000
# Mails in one page.


@dataclass(frozen=True)
class FirstMails:
    """What is known of a mailbox's first mails before they are claimed."""

    page: list[Row] | None = None  # the answer to `first_claimable`, where that was asked in this transaction
    # Asked where follow-ups leave room: the sequences whose first mails leave next, one for each mail, those that go last behind
    # them; it answers None where nobody else waits. None: all may.
    admitted: Callable[[], Sequence[int] | None] | None = None
    alone: bool = False  # no follow-up is due


def claimable(
    conn: Connection,
    sender: int,
    now: dt.datetime,
    seen: dt.datetime | None,
    limit: int,
    first: FirstMails | None = None,
) -> list[Row]:
    """Due mails that may go, as far as can be told without a lock, most urgent first: what `positions.value` reads, and as
    `left` what the turn before took up and did not end.

    Of follow-ups those that were due at `seen`.
    """
    new, found = first or FirstMails(), list[Row]()
    order: Sequence[int] | None = None
    asked_for = new.admitted is None
    for place in (AS_DUE, LAST):
        if seen is not None and not new.alone:
            asked = {"sender": sender, "until": min(now, seen), "place": place}
            found += _some(conn, _FOLLOWS_DUE, asked, now, limit - len(found))
        room = limit - len(found)
        if room > 0 and new.admitted is not None and not asked_for:
            order, asked_for = new.admitted(), True
        page = new.page if place == AS_DUE else None
        if order is None or (order and place == LAST):
            asked = {"sender": sender, "until": now, "place": place}
            found += _some(conn, _FIRST_DUE, asked, now, room, page)
        elif place == AS_DUE:
            for of, count in Counter(order[:room]).items():
                asked = {"sender": sender, "until": now, "place": place, "of": of}
                found += _some(conn, _FIRST_OF, asked, now, count, page)
                page = None
    return found


def _some(
    conn: Connection,
    heads: Prepared,
    asked: Values,
    now: dt.datetime,
    wanted: int,
    first: list[Row] | None = None,
) -> list[Row]:
    """At most so many of them."""
    return (
        list(itertools.islice(_going(conn, heads, asked, now, wanted, first), wanted)) if wanted > 0 else []
    )


def first_claimable(
    sender: int, now: dt.datetime, most: int, order: Sequence[int] | None = None
) -> Query[list[Row]]:
    """The first mails that `claimable` looks at first where it is asked for so many or fewer (of `order`, where that is given), to
    be run together with others."""
    asked = {"sender": sender, "until": now, "place": AS_DUE, **_BEGINNING, "count": most}
    return Query(_FIRST_OF if order else _FIRST_DUE, asked | ({"of": order[0]} if order else {}), list)


def first_mail_due(
    conn: Connection,
    sender: int,
    now: dt.datetime,
    first: list[Row] | None = None,
    *,
    closed: dt.datetime | None = None,
) -> dt.datetime | None:
    """When the first mail falls, or fell, due that may go as far as can be told; those that wait for others are left out.
    `first` is the answer to `first_page`, where that was asked in this transaction. `closed`: no first mail leaves until then."""
    going = _going(conn, _NEXT, _all_of(sender, closed), now, 1, first)
    due = next((row.due_at for row in going), None)
    return due if closed is None else min(due or closed, closed)


def first_page(sender: int, closed: dt.datetime | None = None) -> Query[list[Row]]:
    """What `first_mail_due` looks at first, to be run together with others."""
    return Query(_NEXT, {**_all_of(sender, closed), **_BEGINNING, "count": 1}, lambda rows: rows)


def _all_of(sender: int, closed: dt.datetime | None) -> Values:
    return {"sender": sender, "until": FAR, "first_until": FAR if closed is None else BEGINNING}


def _going(
    conn: Connection,
    heads: Prepared,
    asked: Values,
    now: dt.datetime,
    most: int,
    first: list[Row] | None = None,
) -> Iterator[Row]:
    """Mails of sequences that are not paused, to people whom all other mailboxes were read for, page by page."""
    after, count, page = _BEGINNING, most, first
    while count > 0:
        if page is None:
            page = heads.all(conn, {**asked, **after, "count": count})
        going = [row for row in page if row.going == "active"]
        unread = waits_for_other_mailbox(
            conn, [row.id for row in going if row.wrote_before and row.due_at <= now], now
        )
        yield from (row for row in going if row.id not in unread)
        if len(page) < count:
            return
        after, count = {"after_at": page[-1].by_at, "after_id": page[-1].id}, min(4 * count, MAX_DUE)
        page = None


def waits_for_other_mailbox(conn: Connection, enrollment_ids: Iterable[int], now: dt.datetime) -> set[int]:
    """Those of them whom another mailbox wrote to that was not read for answers since the step fell due."""
    wanted = sorted(set(enrollment_ids))
    return set(_UNHEARD_AMONG.scalars(conn, {"wanted": wanted, "now": now})) if wanted else set()


_AT_ANY_PLACE = enrollment.c.priority.in_([sa.literal_column(str(place)) for place in (AS_DUE, LAST)])
# Said although it is always so: what is due is one range of the index then, behind each place.
FOLLOW_UP = Prepared(
    sa.select(enrollment.c.id).where(MAIL_DUE, _FOLLOWS, _AT_ANY_PLACE).limit(sa.literal_column("1"))
)
_LOCKED_OUT = sa.and_(_OTHER.c.state == fixed("paused"), _OTHER.c.locked_out)
# Only a person can mend that: nothing is gained by asking for it every two minutes.
MAX_ASKED = 250
# Of the follow-ups that wait for other mailboxes, those that fell due first: whoever is behind them is asked for next time.
_WAITING = (
    sa.select(enrollment.c.mailbox_id, enrollment.c.contact_id, enrollment.c.sequence_id, enrollment.c.due_at)
    .where(MAIL_DUE, _FOLLOWS, _AT_ANY_PLACE)
    .order_by(enrollment.c.priority, *_BY_TIME)
    .limit(sa.literal_column(str(MAX_ASKED)))
    .cte("waiting")
)


def _writers(wrote: sa.FromClause, *conditions: sa.ColumnElement[bool]) -> sa.Select[tuple[int]]:
    """The unread mailboxes behind some rows."""
    return sa.select(_OTHER.c.id).where(
        sequence.c.id == _WAITING.c.sequence_id,
        sequence.c.state == fixed("active"),
        wrote.c.contact_id == _WAITING.c.contact_id,
        _OTHER.c.id == wrote.c.mailbox_id,
        _OTHER.c.id != _WAITING.c.mailbox_id,
        _unread(_WAITING.c.due_at),
        sa.not_(_LOCKED_OUT),
        *conditions,
    )


UNREAD_WRITERS = Prepared(
    sa.union(
        _writers(message, message.c.transmitting_at.is_not(None)),
        _writers(_SIBLING, _SIBLING.c.lost_before.is_not(None)),
    )
)
