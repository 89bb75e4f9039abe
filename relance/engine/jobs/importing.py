"""Contacts from an uploaded file: looked through, and imported, a batch at a time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from relance.engine.contacts import columns, csv_reader, faults, rows
from relance.engine.contacts.csv_reader import CsvRow
from relance.engine.contacts.rows import Person, RefusedRow, RowOutcome, RowReader
from relance.engine.context import Context
from relance.engine.jobs.ledger import Ledger
from relance.engine.store import jobs
from relance.engine.store.contacts import suppressions
from relance.engine.store.jobs import JobKind
from relance.wording import Text

BATCH = 500
FILE, REFUSED, PEOPLE, SUPPRESSED = "file", "refused", "people", "suppressed"
# Parts of a job's files: what was given; what cannot be used; who was in it; who is on the do-not-contact list.
SHOWN = 200
# Of each outcome so many rows are kept to be looked at.


def run(context: Context, ledger: Ledger) -> Iterator[None]:
    """Yields after each batch."""
    job = ledger.job
    with context.database.read() as conn:
        data = jobs.whole(conn, job.params["source"] or job.id, FILE)
    sheet = csv_reader.read(data, job.params["name"])
    reader = RowReader(
        columns.read(sheet.header, job.params["name"], sheet.start), context.options.allow_test_domains
    )
    every = sheet.rows()
    _again(ledger, reader, every)
    total = len(sheet.lines) - sheet.start
    while batch := list(itertools.islice(every, BATCH)):
        people, refused = reader.people(batch)
        if job.kind is JobKind.CHECK_CONTACTS:
            _look(context, ledger, people, refused, total)
        else:
            _keep(context, ledger, people, refused, total)
        yield


def _again(ledger: Ledger, reader: RowReader, every: Iterator[CsvRow]) -> None:
    """What was dealt with before is read once more, for what it says of the rows that follow."""
    left = ledger.done
    while left > 0:
        batch = list(itertools.islice(every, min(BATCH, left)))
        if not batch:
            return
        reader.people(batch)
        left -= len(batch)
        ledger.live()


def _look(
    context: Context, ledger: Ledger, people: Sequence[Person], refused: Sequence[RefusedRow], total: int
) -> None:
    with context.database.read() as conn:
        people, others = rows.permitted(conn, people)
        refused = [*refused, *others]
        known = rows.before(conn, people)
        barred = suppressions.suppressed(conn, [each.email for each in people])
    found = list(rows.outcomes(people, known))
    with context.database.write() as conn:
        for outcome in (RowOutcome.ADDED, RowOutcome.UPDATED, RowOutcome.UNCHANGED):
            room = max(0, SHOWN - ledger.counts[outcome.value])
            here = [(each, change) for each, became, change in found if became is outcome][:room]
            ledger.note(conn, outcome.value, [_shown(each, change) for each, change in here])
        ledger.note(conn, SUPPRESSED, [{"email": email} for email in sorted(barred)])
        ledger.counts[SUPPRESSED] += len(barred)
        _record(conn, ledger, [each.value for _, each, _ in found], refused, total)


def _keep(
    context: Context, ledger: Ledger, people: Sequence[Person], refused: Sequence[RefusedRow], total: int
) -> None:
    rows.seen_anew(lambda: _stored(context, ledger, people, refused, total))


def _stored(
    context: Context, ledger: Ledger, people: Sequence[Person], refused: Sequence[RefusedRow], total: int
) -> None:
    with context.database.write() as conn:
        people, others = rows.permitted(conn, people)
        refused = [*refused, *others]
        known = rows.store(conn, people, context.clock.now())
        found = list(rows.outcomes(people, known))
        ledger.note(conn, PEOPLE, [each.email for each in people])
        _record(conn, ledger, [each.value for _, each, _ in found], refused, total)


def _record(
    conn: Connection, ledger: Ledger, outcomes: list[str], refused: Sequence[RefusedRow], total: int
) -> None:
    ledger.note(conn, REFUSED, [_refused(each) for each in refused])
    told = [*outcomes, *([RowOutcome.REFUSED.value] * len(refused))]
    ledger.record(conn, len(told), told, {"rows": ledger.done + len(told)}, total)


def _shown(person: Person, change: Mapping[str, object]) -> dict[str, Any]:
    own = change.get("fields")
    changed = {name: str(value) for name, value in change.items() if name != "fields"}
    return {
        "email": person.email,
        "name": " ".join(filter(None, (person.known.get("first_name"), person.known.get("last_name")))),
        "company": person.known.get("company", ""),
        "changed": {**changed, **(own if isinstance(own, dict) else {})},
    }


def _refused(row: RefusedRow) -> dict[str, Any]:
    said = {"why": row.reason.row(), "code": row.fault.value}
    return {"line": row.line, **said, "cells": list(row.cells)}


def refusal(stored: Mapping[str, Any]) -> RefusedRow:
    """A row as it was kept."""
    fault = faults.stored(stored.get("code"))
    return RefusedRow(stored["line"], Text.read(stored["why"]), fault, tuple(stored["cells"]))
