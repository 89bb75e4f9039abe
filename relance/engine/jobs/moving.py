"""Held people who go on from another mailbox, a batch at a time; each is recorded with what was done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine.context import Context
from relance.engine.jobs.changing import STAYED
from relance.engine.jobs.ledger import Ledger
from relance.engine.sequences.resuming import elsewhere
from relance.engine.states import BulkOutcome, State
from relance.engine.store import held
from relance.engine.store.held import HeldRow
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sequences import enrollments
from relance.wording import Text

BATCH = 50
# People in one transaction: whoever sends meanwhile waits for it.
STILL_HELD = "still held"


@dataclass(frozen=True)
class _Batch:
    """Some of them, and where the job stands behind them."""

    people: Sequence[int]
    place: int
    total: int


def carry_out(context: Context, ledger: Ledger, people: Sequence[int]) -> Iterator[None]:
    """Yields after each batch. Whoever is not held any more, or is not the viewer's, is left as they are."""
    while ledger.done < len(people):
        some = people[ledger.done : ledger.done + BATCH]
        _move(context, ledger, _Batch(some, ledger.done + len(some), len(people)))
        yield


def _move(context: Context, ledger: Ledger, batch: _Batch) -> None:
    """What an error says of all of them, such as that the mailbox is gone, is kept beside each."""
    try:
        with context.database.read() as conn:
            target = mailboxes.named(conn, ledger.job.params["mailbox"])
        _moved(context, ledger, batch, target)
    except errors.WrongUse as refused:
        with context.database.write() as conn:
            _record(conn, ledger, batch, _held(conn, batch), dict.fromkeys(batch.people, refused.on_page))


def _moved(context: Context, ledger: Ledger, batch: _Batch, target: Mailbox) -> None:
    same_thread = ledger.job.params.get("same_thread", True)  # an earlier release did not ask
    with context.database.write() as conn:
        before = enrollments.by_ids(conn, batch.people)
        mailboxes.lock(conn, {row.mailbox_id for row in before} | {target.id})
        rows = [row for row in enrollments.locked(conn, batch.people) if row.state is State.HELD]
        found = _held(conn, batch)
        theirs = [row for row in rows if row.id in found]
        kept = elsewhere.go_on(conn, context, theirs, target, context.clock.now(), same_thread=same_thread)
        paused = {row.id for row in theirs if row.paused_besides}
        _record(conn, ledger, batch, found, {number: why.on_page for number, why in kept.items()}, paused)


def _held(conn: Connection, batch: _Batch) -> dict[int, HeldRow]:
    return {each.enrollment_id: each for each in held.held(conn, len(batch.people), batch.people)}


def _record(
    conn: Connection,
    ledger: Ledger,
    batch: _Batch,
    found: Mapping[int, HeldRow],
    kept: Mapping[int, Text],
    paused: frozenset[int] | set[int] = frozenset(),
) -> None:
    outcomes = {number: _outcome(number, found, kept, paused) for number in batch.people}
    stayed = [
        _stayed(found.get(number), outcome, kept.get(number))
        for number, outcome in outcomes.items()
        if outcome != BulkOutcome.CHANGED
    ]
    ledger.note(conn, STAYED, stayed)
    told = [outcomes[number] for number in batch.people]
    ledger.record(conn, len(told), told, {"people": batch.place}, batch.total)


def _outcome(
    number: int, found: Mapping[int, HeldRow], kept: Mapping[int, Text], paused: set[int] | frozenset[int]
) -> str:
    if number not in found:
        return BulkOutcome.MOVED_ON.value
    if number in kept:
        return STILL_HELD
    return (BulkOutcome.STAYS_PAUSED if number in paused else BulkOutcome.CHANGED).value


def _stayed(row: HeldRow | None, outcome: str, why: Text | None) -> dict[str, Any]:
    email, sequence = (row.email, row.sequence) if row else ("", "")
    return {"email": email, "sequence": sequence, "code": outcome, "why": why.row() if row and why else None}
