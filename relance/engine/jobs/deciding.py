"""What a person decided about many who are held, carried out for one after the other; each is recorded as soon as it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from relance import errors
from relance.complete import complete
from relance.engine import reasons
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.jobs.changing import PEOPLE, STAYED
from relance.engine.jobs.ledger import Ledger
from relance.engine.restore import doubts
from relance.engine.sequences import bulk, control
from relance.engine.sequences.listing import EnrollmentFilter
from relance.engine.states import BulkOutcome, State
from relance.engine.store import held, jobs
from relance.engine.store.held import HeldRow
from relance.wording import Text

STILL_HELD, LACKING = "still held", "value_missing"
# What happened to somebody, beside the outcomes of `BulkOutcome`.


class HeldDeed(StrEnum):
    """What is done with people who are held, beside letting them go on and ending their sequence."""

    FILL = "fill"  # keep the values that were typed for them, and let those go on who lack nothing
    MOVE = "move"  # go on from another mailbox
    SENT = "sent"  # restored from a backup: the mail had left
    NOT_SENT = "not sent"  # it had not


@dataclass(frozen=True)
class HeldPerson:
    """Somebody who is held, by the number of the enrollment, and what was typed for them: {field: value}."""

    enrollment: int
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Wish:
    """What is to be done with one of them."""

    row: HeldRow
    params: Mapping[str, Any]
    values: Mapping[str, str]


@dataclass(frozen=True)
class _Done:
    outcome: str
    why: Text | None = None


def carry_out(context: Context, ledger: Ledger) -> Iterator[None]:
    """Yields after each person. Whoever is not held any more, or is not the viewer's, is left as they are."""
    job = ledger.job
    with context.database.read() as conn:
        people = list(jobs.lines(conn, job.id, PEOPLE))
    for place in range(ledger.done, len(people)):
        number, values = people[place]
        row = _held(context, number)
        done = _one(context, _Wish(row, job.params, values)) if row else _Done(BulkOutcome.MOVED_ON)
        with context.database.write() as conn:
            if done.outcome != BulkOutcome.CHANGED:
                ledger.note(conn, STAYED, [_stayed(row, done)])
            ledger.record(conn, 1, [str(done.outcome)], {"people": place + 1}, len(people))
        yield


def _held(context: Context, number: int) -> HeldRow | None:
    with context.database.read() as conn:
        return next(iter(held.held(conn, 1, [number])), None)


def _stayed(row: HeldRow | None, done: _Done) -> dict[str, Any]:
    told = {"email": row.email if row else "", "sequence": row.sequence if row else ""}
    return {**told, "code": str(done.outcome), "why": done.why.row() if done.why else None}


def _one(context: Context, wish: _Wish) -> _Done:
    """What an error says of one of them is kept beside them, and the others go on."""
    try:
        return _DEEDS[HeldDeed(wish.params["deed"])](context, wish)
    except errors.WrongUse as refused:
        return _Done(STILL_HELD, refused.text)


def _fill(context: Context, wish: _Wish) -> _Done:
    contact_service.add(context, wish.row.email, wish.values)
    needed = reasons.missing(reasons.read(wish.row.reasons))
    lacking = [name for name in needed if not wish.values.get(name)]
    return _Done(LACKING) if lacking else _released(context, wish.row)


def _move(context: Context, wish: _Wish) -> _Done:
    control.resume(context, wish.row.email, wish.row.sequence, mailbox=wish.params["mailbox"])
    return _Done(BulkOutcome.CHANGED)


def _restored(context: Context, wish: _Wish) -> _Done:
    doubts.decide_one(context, wish.params["deed"], wish.row.enrollment_id)
    return _released(context, wish.row)


def _released(context: Context, row: HeldRow) -> _Done:
    """Let them go on, where what was decided has not done so already."""
    if _held(context, row.enrollment_id) is None:
        return _Done(BulkOutcome.CHANGED)
    one = EnrollmentFilter(states=(State.HELD.value,), numbers=(row.enrollment_id,))
    report = bulk.release(context, one)
    return _Done(next((each.outcome for each in report.results), BulkOutcome.MOVED_ON))


_DEEDS: Mapping[HeldDeed, Callable[[Context, _Wish], _Done]] = complete(
    HeldDeed,
    {
        HeldDeed.FILL: _fill,
        HeldDeed.MOVE: _move,
        HeldDeed.SENT: _restored,
        HeldDeed.NOT_SENT: _restored,
    },
)
