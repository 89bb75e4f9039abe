"""Holds: what holds or pauses somebody, a row each. Written by `enrollments.apply` alone, beside the state.

Whether somebody is held says the state. Which holds are open say the rows, and `enrollment.reasons` beside them, which a
process of the release before writes without them. Where the two differ, the reasons decide, for they are the newer: what
stands there holds, with or without a row, and a row of which they say nothing was closed by that release.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine import reasons, states
from relance.engine.db.prepared import Prepared, any_of
from relance.engine.db.tables import enrollment, event, hold, message
from relance.engine.reasons import HOLDS, Cause, Code, HoldKind, Reason
from relance.engine.states import State
from relance.engine.store.sequences.positions import Enrollment

WAITS = frozenset({State.HELD, State.PAUSED})
FOLLOWS = 0
# Stands for an event that is written later in the same transaction (`led_by`).
_FOLLOWS: sa.ColumnElement[int] = sa.literal_column(
    str(FOLLOWS)
)  # a partial index is not taken for a parameter


@dataclass(frozen=True)
class Hold:
    """One thing that holds or pauses somebody."""

    why: Reason
    message_id: int | None  # the mail of ours that it rests on
    inbound_id: int | None  # the mail that came in that it rests on
    id: int | None = None  # None: the release before wrote it, and it has no row yet
    opened_by: int | None = None

    @property
    def kind(self) -> HoldKind:
        """What closes it."""
        return self.why.hold


@dataclass(frozen=True)
class HoldEvidence:
    """What came to light, and so which holds it closes: those of one kind, and of one mail or organisation where it is about
    that. A hold of which nobody knows what it rests on is closed by none."""

    kind: HoldKind
    message_id: int | None = None
    organisation: str | None = None

    def closes(self, hold: Hold) -> bool:
        """Whether it says that this holds nobody any more."""
        return (
            hold.kind is self.kind
            and self.message_id in (None, hold.message_id)
            and self.organisation in (None, hold.why.source)
        )


def in_force(state: State, why: Sequence[Reason]) -> tuple[Reason, ...]:
    """Which of somebody's reasons hold them: held or paused, all of them; behind an end, a person's pause. Pure.

    Nobody is held without a hold: what an old release did not explain holds all the same.
    """
    if state in WAITS:
        unsaid = reasons.because(Code.PAUSED) if state is State.PAUSED else reasons.prose("")
        return tuple(why) or (unsaid,)
    return tuple(each for each in why if each.cause is Cause.PERSON) if state in states.FINAL else ()


def standing(conn: Connection, rows: Iterable[Enrollment]) -> dict[int, tuple[Hold, ...]]:
    """What holds each of these, the newest first; nothing of those whom nothing holds."""
    found = {row.id: row for row in rows if in_force(row.state, row.why)}
    kept = _open(conn, found)
    return {number: _holds(conn, row, kept.get(number, [])) for number, row in found.items()}


def _holds(conn: Connection, row: Enrollment, kept: Sequence[Hold]) -> tuple[Hold, ...]:
    return tuple(
        next((each for each in kept if each.why == why), None) or _without_row(conn, row, why)
        for why in in_force(row.state, row.why)
    )


def _without_row(conn: Connection, row: Enrollment, why: Reason) -> Hold:
    """What the release before wrote. It named no mail that may have been delivered, for that is the one of the step to do."""
    message_id = why.message_id
    if message_id is None and why.cause is Cause.UNKNOWN_MAIL:
        here = sa.and_(message.c.enrollment_id == row.id, message.c.step == row.step)
        message_id = conn.execute(sa.select(message.c.id).where(here)).scalar_one_or_none()
    return Hold(why, message_id, why.inbound_id)


def _open(conn: Connection, ids: Iterable[int]) -> dict[int, list[Hold]]:
    wanted, found = sorted(ids), dict[int, list[Hold]]()
    for start in range(0, len(wanted), _AT_ONCE):
        query = _OPEN.where(hold.c.enrollment_id.in_(wanted[start : start + _AT_ONCE]))
        for row in conn.execute(query.order_by(hold.c.id)):
            found.setdefault(row.enrollment_id, []).append(_hold(row))
    return found


_AT_ONCE = 5000  # ids in one statement; SQLite takes 32 766 values
_OPEN = sa.select(
    *(hold.c.id, hold.c.enrollment_id, hold.c.kind, hold.c.code, hold.c.params, hold.c.source),
    *(hold.c.message_id, hold.c.inbound_id, hold.c.opened_by),
).where(hold.c.closed_at.is_(None))
_CAUSES = {kind.value: cause for cause, kind in HOLDS.items() if cause is not Cause.STOP}


def _hold(row: Any) -> Hold:
    said = {"code": row.code, "params": row.params, "source": row.source, "cause": _CAUSES.get(row.kind, "")}
    return Hold(reasons.of_row(said), row.message_id, row.inbound_id, row.id, row.opened_by)


@dataclass(frozen=True)
class HoldChange:
    """An enrollment as it was, and how it stands now."""

    row: Enrollment
    state: State
    why: Sequence[Reason]

    @property
    def concerns_holds(self) -> bool:
        """Whether anything held them, or does now: of a mail that left and the step after it, no row is read or written."""
        return bool(in_force(self.row.state, self.row.why) or in_force(self.state, self.why))


def keep(conn: Connection, changes: Iterable[HoldChange], now: dt.datetime) -> None:
    """Open and close rows as these enrollments stand now."""
    concerned = {each.row.id: each for each in changes if each.concerns_holds}
    kept = _open(conn, concerned) if concerned else {}
    closed, opened = list[int | None](), list[dict[str, Any]]()
    for number, change in concerned.items():
        over, new = _kept_of(conn, change, kept.get(number, []))
        closed += over
        opened += [_row(conn, change.row, why, now) for why in new]
    if opened:
        conn.execute(sa.insert(hold), opened)
    for start in range(0, len(closed), _AT_ONCE):
        here = hold.c.id.in_(closed[start : start + _AT_ONCE])
        conn.execute(sa.update(hold).where(here).values(closed_at=now, closed_by=FOLLOWS))


def _kept_of(
    conn: Connection, change: HoldChange, kept: Sequence[Hold]
) -> tuple[list[int | None], list[Reason]]:
    """The rows to close, and what is to be opened. What is only told in other words stays the same row."""
    wanted, closed = in_force(change.state, change.why), []
    new = [why for why in reversed(wanted) if all(each.why != why for each in kept)]
    for each in kept:
        if each.why in wanted:
            continue
        told = next((why for why in new if _is_same(each.why, why)), None)
        if told is None:
            closed.append(each.id)
        else:
            new.remove(told)
            conn.execute(sa.update(hold).where(hold.c.id == each.id).values(_said(told)))
    return closed, new


def _is_same(one: Reason, other: Reason) -> bool:
    return bool(one.source) and (one.source, one.hold) == (other.source, other.hold)


def _row(conn: Connection, row: Enrollment, why: Reason, now: dt.datetime) -> dict[str, Any]:
    found = _without_row(conn, row, why)
    about = {"message_id": found.message_id, "inbound_id": found.inbound_id}
    opened = {"opened_by": FOLLOWS, "opened_at": now}
    return {"enrollment_id": row.id, **_said(why), **about, **opened}


def _said(why: Reason) -> dict[str, Any]:
    row = why.row()
    return {"kind": why.hold.value, "code": row["code"], "params": row["params"], "source": row["source"]}


def hold_again(conn: Connection, enrollment_ids: Iterable[int], since: dt.datetime, now: dt.datetime) -> None:
    """What a decision of `since` had closed, and its taking back has opened again at `now`, holds since it first did."""
    closed = hold.alias("closed")
    same = (
        closed.c.enrollment_id == hold.c.enrollment_id,
        closed.c.kind == hold.c.kind,
        closed.c.source == hold.c.source,
        closed.c.closed_at >= since,
    )
    first = sa.select(sa.func.min(closed.c.opened_at)).where(*same).scalar_subquery()
    ids = sorted(set(enrollment_ids))
    for start in range(0, len(ids), _AT_ONCE):
        here = hold.c.enrollment_id.in_(ids[start : start + _AT_ONCE])
        opened = (here, hold.c.opened_at == now, hold.c.closed_at.is_(None), sa.exists().where(*same))
        conn.execute(sa.update(hold).where(*opened).values(opened_at=first))


@dataclass(frozen=True)
class EndedEnrollment:
    """An enrollment that came to its end."""

    id: int
    contact_id: int
    mailbox_id: int


def led_by(
    conn: Connection, enrollment_ids: Iterable[int], event_id: int | None = None
) -> list[EndedEnrollment]:
    """What this transaction did to these, and has no event yet, is told by this one; by the newest of each where none is
    named. Returns those whom that finished; `events.led_by` tells their end."""
    ids, ended = sorted(set(enrollment_ids)), list[EndedEnrollment]()
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        here, of_holds = enrollment.c.id.in_(some), hold.c.enrollment_id.in_(some)
        at = _newest(enrollment.c.id) if event_id is None else event_id
        change = sa.update(enrollment).where(here, enrollment.c.cause_event_id == FOLLOWS)
        led = conn.execute(change.values(cause_event_id=at).returning(*_ENDED)).all()
        ended += [EndedEnrollment(*row[:-1]) for row in led if row.state == State.FINISHED.value]
        at = _newest(hold.c.enrollment_id) if event_id is None else event_id
        for column in (hold.c.opened_by, hold.c.closed_by):
            conn.execute(sa.update(hold).where(of_holds, column == _FOLLOWS).values({column: at}))
    return ended


_ENDED = (enrollment.c.id, enrollment.c.contact_id, enrollment.c.mailbox_id, enrollment.c.state)


def ended_by(conn: Connection, ended: EndedEnrollment, event_id: int) -> None:
    """This event tells its end; what closed its holds stays what released it."""
    conn.execute(sa.update(enrollment).where(enrollment.c.id == ended.id).values(cause_event_id=event_id))


def led_unheld(conn: Connection, enrollment_ids: Iterable[int]) -> None:
    """`led_by` the newest event of each, for those whom nothing held before: no row of a hold is asked."""
    ids = sorted(set(enrollment_ids))
    if ids:
        _LED.run(conn, {"ended": ids})


def _newest(enrollment_id: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return sa.select(sa.func.max(event.c.id)).where(event.c.enrollment_id == enrollment_id).scalar_subquery()


_LED = Prepared(
    sa.update(enrollment)
    .where(any_of(enrollment.c.id, "ended"), enrollment.c.cause_event_id == _FOLLOWS)
    .values(cause_event_id=_newest(enrollment.c.id))
)
