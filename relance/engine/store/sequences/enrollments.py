"""Enrollments: where each contact stands. `apply` is the only function that writes an enrollment's state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.complete import stored
from relance.engine import reasons, states
from relance.engine.db.prepared import Prepared, Query, among
from relance.engine.db.tables import contact, enrollment, sequence
from relance.engine.reasons import Cause, Code, Reason
from relance.engine.states import Event, State
from relance.engine.store.sequences import changing, due, holds
from relance.engine.store.sequences.holds import HoldChange, HoldEvidence
from relance.engine.store.sequences.positions import COLUMNS, Enrollment, value

__all__ = ["COLUMNS", "Enrollment", "value"]


def apply(
    conn: Connection,
    enrollment_ids: Iterable[int],
    event: Event,
    now: dt.datetime,
    *,
    reason: Reason | None = None,
    values: Mapping[str, Any] | Callable[[Enrollment], Mapping[str, Any]] | None = None,
) -> list[tuple[Enrollment, State]]:
    """Apply one piece of news to enrollments, in order of id (so that two writers never wait for each other in a ring).

    Returns each as it was, with the state it now has. `values` are further columns set with it, or say them of each.
    Whatever changes the row raises its version, so that a send which read it before finds out.
    """
    applied, changes, written = [], [], list[dict[str, Any]]()
    for row in locked(conn, enrollment_ids):
        more = values(row) if callable(values) else values or {}
        after, change = changing.by_news(row, event, now, _given(event, reason), more)
        applied.append((row, after))
        if change:
            changes.append(HoldChange(row, after, changing.why(row, change)))
            written.append({**change, "version": row.version + 1, "of": row.id})
    _write(conn, written)
    holds.keep(conn, changes, now)
    return applied


def _write(conn: Connection, changes: Iterable[Mapping[str, Any]]) -> None:
    """One statement for all of which the same columns change."""
    by_columns: dict[frozenset[str], list[Mapping[str, Any]]] = {}
    for each in changes:
        by_columns.setdefault(frozenset(each), []).append(each)
    for rows in by_columns.values():
        conn.execute(_BY_NUMBER, rows)


_BY_NUMBER = sa.update(enrollment).where(enrollment.c.id == sa.bindparam("of"))


def take_back_stop(
    conn: Connection, row: Enrollment, now: dt.datetime, reason: Reason, values: Mapping[str, Any]
) -> State:
    """Whom a person stopped by a slip goes on, or stays as a person had wanted them before. No correction of a mail does that."""
    rest = [each for each in row.why if each.code is not Code.STOPPED]
    conn.execute(sa.update(enrollment).where(enrollment.c.id == row.id).values(changing.written(rest)))
    [(_, after)] = apply(conn, [row.id], Event.REOPENED, now, reason=reason, values=values)
    return after


def _given(event: Event, reason: Reason | None) -> Reason:
    if reason is not None:
        return reason
    return reasons.prose("", Cause.PERSON if event in states.BY_A_PERSON else Cause.OTHER)


def locked(conn: Connection, enrollment_ids: Iterable[int]) -> list[Enrollment]:
    """As they are now, in order of id, locked."""
    ids, found = sorted(set(enrollment_ids)), []
    for start in range(0, len(ids), _AT_ONCE):
        some = enrollment.c.id.in_(ids[start : start + _AT_ONCE])
        query = sa.select(*COLUMNS).where(some).order_by(enrollment.c.id).with_for_update()
        found += [value(row) for row in conn.execute(query)]
    return found


_AT_ONCE = 5000  # ids in one statement; SQLite takes 32 766 values


def clear(
    conn: Connection,
    enrollment_id: int,
    evidence: HoldEvidence,
    now: dt.datetime,
    because: Reason,
    values: dict[str, Any] | None = None,
) -> bool:
    """Close what evidence closes of the holds of somebody held; whether they go on, for there was no other. `values` are
    set if so."""
    [row] = locked(conn, [enrollment_id])
    standing = holds.standing(conn, [row])[row.id] if row.state is State.HELD else ()
    rest = [each.why for each in standing if not evidence.closes(each)]
    if len(rest) == len(standing):
        return False
    if rest:
        apply(conn, [row.id], Event.HELD, now, reason=rest[0], values=changing.written(rest))
        return False
    apply(conn, [row.id], Event.RELEASED, now, reason=because, values=values)
    return True


AS_DUE, LAST = due.AS_DUE, due.LAST


def rank(conn: Connection, enrollment_ids: Iterable[int], place: int) -> None:
    """Whether theirs go as they are due, or after all others."""
    ids = sorted(set(enrollment_ids))
    conn.execute(sa.update(enrollment).where(enrollment.c.id.in_(ids)).values(priority=place))


def reschedule(conn: Connection, row: Enrollment, due_at: dt.datetime | None, bound: Sequence[Any]) -> None:
    """The same step is planned for another time; the attempt does not count."""
    _retime(conn, row, changing.planned({"due_at": due_at, "bound": list(bound)}))


def postpone(conn: Connection, row: Enrollment, due_at: dt.datetime, bound: Sequence[Any]) -> None:
    """The same step is tried at another time, and its plan stays; the attempt does not count."""
    planned = row.bound if row.planned_bound is None and row.plan == row.due_at else row.planned_bound
    plan = {"planned_at": row.plan, "planned_bound": None if planned is None else list(planned)}
    _retime(conn, row, {"due_at": due_at, "bound": list(bound), **plan})


def _retime(conn: Connection, row: Enrollment, values: dict[str, Any]) -> None:
    here = sa.and_(enrollment.c.id == row.id, enrollment.c.version == row.version)
    again = {"attempts": 0, "version": enrollment.c.version + 1}
    conn.execute(sa.update(enrollment).where(here).values({**values, **again}))


def try_again(conn: Connection, mailbox_id: int, code: Code, now: dt.datetime, until: dt.datetime) -> int:
    """First mails of a mailbox that were put off for this reason, to a time before `until`, are due now; returns how many, of a
    thousand at most. Their plan stays. Who is at work on one right now leaves it out."""
    query = sa.select(enrollment.c.id, enrollment.c.bound).where(*_put_off(mailbox_id, now, until))
    query = query.order_by(enrollment.c.id).limit(1000).with_for_update(skip_locked=True)
    found = [row.id for row in conn.execute(query) if any(each.get("code") == code for each in row.bound)]
    values = {"due_at": now, "attempts": 0, "version": enrollment.c.version + 1}
    conn.execute(sa.update(enrollment).where(among(enrollment.c.id, found)).values(values))
    return len(found)


def _put_off(mailbox_id: int, now: dt.datetime, until: dt.datetime) -> Sequence[sa.ColumnElement[bool]]:
    first = (
        enrollment.c.state == "active",
        enrollment.c.step_kind == "mail",
        sa.not_(enrollment.c.wrote_before),
    )
    return (
        enrollment.c.mailbox_id == mailbox_id,
        *first,
        enrollment.c.due_at > now,
        enrollment.c.due_at <= until,
    )


def come_back(conn: Connection, row: Enrollment, at: dt.datetime) -> None:
    """The same absence ends at another time."""
    here = sa.and_(enrollment.c.id == row.id, enrollment.c.version == row.version)
    conn.execute(sa.update(enrollment).where(here).values(resume_at=at, version=enrollment.c.version + 1))


def lock(conn: Connection, ids: Iterable[int]) -> dict[int, tuple[Enrollment, str]]:
    """Enrollments with their sequence's state, locked: nobody else's news can slip in before the commit."""
    found = _FOR_SENDING.all(conn, {"wanted": sorted(set(ids))})
    return {row[0]: (value(row), row[-1]) for row in found}


_FOR_SENDING = Prepared(
    sa.select(*COLUMNS, sequence.c.state.label("sequence_state"))
    .join(sequence, sequence.c.id == enrollment.c.sequence_id)
    .where(due.WANTED)
    .order_by(enrollment.c.id)
    .with_for_update(of=enrollment)
)


@dataclass(frozen=True)
class LockedStanding:
    """Where an enrollment stands at the moment its mail may leave: what that rests on, and no more."""

    state: State
    step: str | None
    version: int
    wrote_before: bool
    due_at: dt.datetime | None
    sequence_state: str


def lock_to_send(ids: Iterable[int]) -> Query[dict[int, LockedStanding]]:
    """As `lock`, without what no mail's leave rests on: reading it costs more than locking."""
    return Query(
        _STANDING,
        {"wanted": sorted(set(ids))},
        lambda rows: {row[0]: LockedStanding(stored(State, row[1]), *row[2:]) for row in rows},
    )


_STANDING = Prepared(
    sa.select(
        *(enrollment.c[name] for name in ("id", "state", "step", "version", "wrote_before", "due_at")),
        sequence.c.state.label("sequence_state"),
    )
    .join(sequence, sequence.c.id == enrollment.c.sequence_id)
    .where(due.WANTED)
    .order_by(enrollment.c.id)
    .with_for_update(of=enrollment)
)


def follow_up_due(conn: Connection, mailbox_id: int, now: dt.datetime) -> bool:
    """Whether a mail is due to somebody this mailbox wrote to before."""
    return due_to_others(mailbox_id, now).run(conn)


def due_to_others(mailbox_id: int, now: dt.datetime) -> Query[bool]:
    """`follow_up_due`, to be run together with others."""
    return Query(due.FOLLOW_UP, {"sender": mailbox_id, "now": now}, bool)


def mails_due(conn: Connection, mailbox_id: int, now: dt.datetime) -> list[Enrollment]:
    """Every enrollment of one mailbox whose mail is due."""
    query = sa.select(*COLUMNS).where(due.MAIL_DUE).order_by(enrollment.c.id)
    return [value(row) for row in conn.execute(query, {"sender": mailbox_id, "now": now})]


def gone_on(conn: Connection, now: dt.datetime) -> list[Enrollment]:
    """Every enrollment that would have gone on by now: a step of any kind is due, or an absence is over."""
    step = sa.and_(enrollment.c.state == State.ACTIVE.value, enrollment.c.due_at <= now)
    back = sa.and_(enrollment.c.state == State.AWAY.value, enrollment.c.resume_at <= now)
    query = sa.select(*COLUMNS).where(sa.or_(step, back)).order_by(enrollment.c.id)
    return [value(row) for row in conn.execute(query)]


def other_due(conn: Connection, now: dt.datetime, limit: int) -> list[Enrollment]:
    """Due steps that need no mailbox (branch, task, wait, end), locked so that two ticks never do the same one."""
    query = (
        sa.select(*COLUMNS)
        .join(sequence, sequence.c.id == enrollment.c.sequence_id)
        .where(
            enrollment.c.state == State.ACTIVE.value,
            enrollment.c.step_kind != "mail",
            enrollment.c.due_at <= now,
        )
        .where(sequence.c.state == "active")
        .order_by(enrollment.c.due_at, enrollment.c.id)
        .limit(limit)
        .with_for_update(of=enrollment, skip_locked=True)  # SQLite has one writer at a time and ignores this
    )
    return [value(row) for row in conn.execute(query)]


def away_until(conn: Connection, now: dt.datetime, limit: int) -> list[Enrollment]:
    """Those whose absence is over."""
    query = (
        sa.select(*COLUMNS)
        .where(enrollment.c.state == State.AWAY.value, enrollment.c.resume_at <= now)
        .order_by(enrollment.c.resume_at, enrollment.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [value(row) for row in conn.execute(query)]


def next_due(conn: Connection, after: dt.datetime | None = None) -> dt.datetime | None:
    """When the next step that needs no mailbox falls due, or the next absence ends; of those after an instant."""
    steps = sa.select(sa.func.min(enrollment.c.due_at)).where(
        enrollment.c.state == State.ACTIVE.value, enrollment.c.step_kind != "mail"
    )
    backs = sa.select(sa.func.min(enrollment.c.resume_at)).where(enrollment.c.state == State.AWAY.value)
    if after is not None:
        steps, backs = steps.where(enrollment.c.due_at > after), backs.where(enrollment.c.resume_at > after)
    times = [conn.execute(query).scalar_one() for query in (steps, backs)]
    return min((at for at in times if at is not None), default=None)


def by_ids(conn: Connection, ids: Iterable[int]) -> list[Enrollment]:
    """As they are now, unlocked."""
    return [value(row) for row in _BY_IDS.all(conn, {"wanted": sorted(set(ids))})]


_BY_IDS = Prepared(sa.select(*COLUMNS).where(due.WANTED).order_by(enrollment.c.id))


def of_contact(conn: Connection, contact_ids: Iterable[int]) -> list[Enrollment]:
    """Every enrollment of these people."""
    ids = sorted(set(contact_ids))
    query = sa.select(*COLUMNS).where(enrollment.c.contact_id.in_(ids)).order_by(enrollment.c.id)
    return [value(row) for row in conn.execute(query)]


def of_mailbox(conn: Connection, mailbox_id: int) -> list[Enrollment]:
    """Every enrollment that is written to from a mailbox."""
    query = sa.select(*COLUMNS).where(enrollment.c.mailbox_id == mailbox_id).order_by(enrollment.c.id)
    return [value(row) for row in conn.execute(query)]


def of_organisation(conn: Connection, organisation: str) -> list[Enrollment]:
    """Every enrollment of people whose address is in one registrable domain."""
    query = (
        sa.select(*COLUMNS)
        .join(contact, contact.c.id == enrollment.c.contact_id)
        .where(contact.c.organisation == organisation)
        .order_by(enrollment.c.id)
    )
    return [value(row) for row in conn.execute(query)]


def of_receiver(conn: Connection, mailbox_id: int, organisation: str) -> list[Enrollment]:
    """Every enrollment of a mailbox whose mail one organisation receives: a company, or a free-mail provider."""
    at_provider = sa.and_(
        contact.c.organisation == "", contact.c.email.endswith(f"@{organisation}", autoescape=True)
    )
    query = (
        sa.select(*COLUMNS)
        .join(contact, contact.c.id == enrollment.c.contact_id)
        .where(enrollment.c.mailbox_id == mailbox_id)
        .where(sa.or_(contact.c.organisation == organisation, at_provider))
        .order_by(enrollment.c.id)
    )
    return [value(row) for row in conn.execute(query)]


def overdue(
    conn: Connection, before: dt.datetime, *, after: int, limit: int, **whose: int
) -> list[Enrollment]:
    """Active enrollments (`sequence_id=` or `mailbox_id=`) whose step fell due before then, by id from `after` on."""
    query = (
        sa.select(*COLUMNS)
        .where(*(enrollment.c[name] == number for name, number in whose.items()))
        .where(enrollment.c.state == State.ACTIVE.value)
        .where(enrollment.c.due_at < before, enrollment.c.id > after)
        .order_by(enrollment.c.id)
        .limit(limit)
        .with_for_update()
    )
    return [value(row) for row in conn.execute(query)]


def change_mailbox(conn: Connection, ids: Sequence[int], mailbox_id: int) -> None:
    """Another mailbox goes on with these, which are locked. The version goes up, so that a send under way in the old one finds out."""
    values = {"mailbox_id": mailbox_id, "next_mailbox_id": None, "version": enrollment.c.version + 1}
    conn.execute(sa.update(enrollment).where(enrollment.c.id.in_(ids)).values(**values))


def promise(conn: Connection, ids: Sequence[int], mailbox_id: int | None) -> None:
    """This mailbox goes on with these, which are locked, once a mail of theirs begins a thread; None: theirs does."""
    change = sa.update(enrollment).where(enrollment.c.id.in_(ids))
    conn.execute(change.values(next_mailbox_id=mailbox_id, version=enrollment.c.version + 1))


def promised(conn: Connection, mailbox_id: int, of: int | None = None) -> list[int]:
    """Whom this mailbox is to go on with, once a mail of theirs begins a thread; of one mailbox's."""
    query = sa.select(enrollment.c.id).where(enrollment.c.next_mailbox_id == mailbox_id)
    if of is not None:
        query = query.where(enrollment.c.mailbox_id == of)
    return list(conn.execute(query.order_by(enrollment.c.id)).scalars())


def forget_promises(conn: Connection, mailbox_id: int, of: int | None = None) -> int:
    """It goes on with nobody whom another mailbox (or this one) writes to; returns with how many it was to. Locks them."""
    theirs = [
        row.id for row in locked(conn, promised(conn, mailbox_id, of)) if row.next_mailbox_id == mailbox_id
    ]
    promise(conn, theirs, None)
    return len(theirs)
