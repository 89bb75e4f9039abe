"""What a person decided about people who are held, carried out for one after the other; each is recorded with what was done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy.engine import Connection

from relance import errors
from relance.complete import complete
from relance.engine import reasons
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.jobs import moving
from relance.engine.jobs.changing import PEOPLE, STAYED
from relance.engine.jobs.ledger import Ledger
from relance.engine.jobs.moving import STILL_HELD
from relance.engine.restore import doubts
from relance.engine.sequences import bulk
from relance.engine.sequences.bulk import BulkAction, BulkResult
from relance.engine.sequences.listing import EnrollmentFilter
from relance.engine.states import BulkOutcome, State
from relance.engine.store import held, jobs
from relance.engine.store.held import HeldRow
from relance.engine.store.sequences import enrollments
from relance.wording import Text

LACKING = "value_missing"
# What happened to somebody, beside the outcomes of `BulkOutcome` and `STILL_HELD`.


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
class _Done:
    outcome: str
    why: Text | None = None


@dataclass
class _Record:
    """Of one of them, written in the transaction that does the last of what is done: whoever dies has done it and says so, or neither."""

    ledger: Ledger
    row: HeldRow | None
    place: int
    total: int
    written: bool = False

    def write(self, conn: Connection, done: _Done) -> None:
        """What became of them."""
        if done.outcome != BulkOutcome.CHANGED:
            self.ledger.note(conn, STAYED, [self._stayed(done)])
        self.ledger.record(conn, 1, [str(done.outcome)], {"people": self.place}, self.total)
        self.written = True

    def _stayed(self, done: _Done) -> dict[str, Any]:
        email, sequence = (self.row.email, self.row.sequence) if self.row else ("", "")
        why = done.why.row() if done.why else None
        return {"email": email, "sequence": sequence, "code": str(done.outcome), "why": why}


@dataclass(frozen=True)
class _Wish:
    """What is to be done with one of them."""

    row: HeldRow
    params: Mapping[str, Any]
    values: Mapping[str, str]
    record: _Record


def carry_out(context: Context, ledger: Ledger) -> Iterator[None]:
    """Yields after each person, or after each batch where they only move. Whoever is not held any more, or is not the viewer's, is left as they are."""
    job = ledger.job
    with context.database.read() as conn:
        people = list(jobs.lines(conn, job.id, PEOPLE))
    if job.params["deed"] == HeldDeed.MOVE:
        yield from moving.carry_out(context, ledger, [number for number, _values in people])
        return
    for place in range(ledger.done, len(people)):
        number, values = people[place]
        row = _held(context, number)
        record = _Record(ledger, row, place + 1, len(people))
        if row is None:
            _stays(context, record, _Done(BulkOutcome.MOVED_ON))
        else:
            _one(context, _Wish(row, job.params, values, record))
        yield


def _held(context: Context, number: int) -> HeldRow | None:
    with context.database.read() as conn:
        return next(iter(held.held(conn, 1, [number])), None)


def _stays(context: Context, record: _Record, done: _Done) -> None:
    with context.database.write() as conn:
        record.write(conn, done)


def _one(context: Context, wish: _Wish) -> None:
    """What an error says of one of them is kept beside them, and the others go on."""
    try:
        _DEEDS[HeldDeed(wish.params["deed"])](context, wish)
    except errors.WrongUse as refused:
        _stays(context, wish.record, _Done(STILL_HELD, refused.on_page))


def _fill(context: Context, wish: _Wish) -> None:
    contact_service.add(context, wish.row.email, wish.values)
    needed = reasons.missing(reasons.read(wish.row.reasons))
    if all(wish.values.get(name) for name in needed):
        _release(context, wish)
    else:
        _stays(context, wish.record, _Done(LACKING))


def _restored(context: Context, wish: _Wish) -> None:
    number = wish.row.enrollment_id

    def note(conn: Connection) -> None:
        if enrollments.by_ids(conn, [number])[0].state is not State.HELD:
            wish.record.write(conn, _Done(BulkOutcome.CHANGED))

    doubts.decide_one(context, wish.params["deed"], number, note)
    if not wish.record.written:
        _release(context, wish)


def _release(context: Context, wish: _Wish) -> None:
    def note(conn: Connection, results: Sequence[BulkResult]) -> None:
        for each in results:
            wish.record.write(conn, _Done(each.outcome))

    one = EnrollmentFilter(states=(State.HELD.value,), numbers=(wish.row.enrollment_id,))
    for _ in bulk.batches(context, BulkAction.RELEASE, one, "", after=0, note=note):
        pass
    if not wish.record.written:
        _stays(context, wish.record, _Done(BulkOutcome.MOVED_ON))


_DEEDS: Mapping[HeldDeed, Callable[[Context, _Wish], None]] = complete(
    set(HeldDeed) - {HeldDeed.MOVE},  # which is done for many at once
    {
        HeldDeed.FILL: _fill,
        HeldDeed.SENT: _restored,
        HeldDeed.NOT_SENT: _restored,
    },
)
