"""Many addresses and domains put on the do-not-contact list at once, from a file or what somebody pasted; and that taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from relance import errors
from relance.engine.contacts import columns, csv_reader, stoppable
from relance.engine.contacts import fields as contact_fields
from relance.engine.contacts import service as contact_service
from relance.engine.contacts.faults import RowFault
from relance.engine.contacts.stoppable import StopRules
from relance.engine.context import Context
from relance.engine.db import ids
from relance.engine.reasons import Code
from relance.engine.store import done_by
from relance.engine.store.contacts import suppressions
from relance.engine.store.contacts.suppressions import Because, SuppressionReason
from relance.wording import Text

BATCH = 100
# Entries in one transaction, with the people whose sequences end by them.
_VALUES = ("value", "email", "address", "domain", "adres", "domena")
_REASONS = ("reason", "powod")
# What the columns are called, as `columns.fold` writes it; without such a title the first column is meant.


@dataclass(frozen=True)
class RefusedLine:
    """A line that is neither an address nor a domain, or too much of one; `code` is a `RowFault`."""

    line: int
    value: str
    reason: str
    code: str = ""


@dataclass(frozen=True)
class SuppressionImport:
    """The result of importing a list, or of trying to: entries that are new, those that were there, lines that were refused. `number` names it
    for `undo`; empty after a dry run, and where nothing was new. `stops`: after a dry run, how many people's sequences would end."""

    number: str
    added: int
    known: int
    refused: tuple[RefusedLine, ...]
    dry_run: bool
    stops: int = 0


@dataclass(frozen=True)
class _Entry:
    line: int
    kind: str
    value: str
    reason: str


def add(
    context: Context, data: bytes, *, reason: str = "", name: str = "", dry_run: bool = False
) -> SuppressionImport:
    """Put every address and domain of a CSV file, or of lines, on the list. `reason` is that of lines without their own.

    In effect for a batch of lines as soon as it is done. Raises `errors.Invalid` for what is not text.
    """
    usual = contact_fields.tidy("reason", reason)
    refused: list[RefusedLine] = []
    with context.database.read() as conn:
        rules = StopRules(conn)
        found = _distinct(_entries(context, rules, _cells(data, name), usual, refused))
        standing = suppressions.standing(conn, [each.value for each in found])
        new = [each for each in found if (each.kind, each.value) not in standing]
        stops = len(stoppable.stopped(conn, [(each.kind, each.value) for each in new])) if dry_run else 0
    number = "" if dry_run or not new else ids.token()[:12]
    if number:
        for start in range(0, len(new), BATCH):
            _store(context, new[start : start + BATCH], number, context.clock.now())
    return SuppressionImport(number, len(new), len(found) - len(new), tuple(refused), dry_run, stops)


def undo(context: Context, number: str) -> int:
    """Take off the list what one import put there, and nothing else has a reason for; returns how many. What it ended stays ended.
    Raises `errors.NotFound`."""
    with context.database.write() as conn:
        values = suppressions.imported(conn, _source(number))
        if not number or not values:
            raise errors.NotFound(
                Text(
                    "There is no import {number} with entries on the list. It has been taken back, or the number is wrong: the import printed its number.",
                    number=number,
                )
            )
        lifted = [each for each in values if suppressions.drop(conn, *each, _source(number))]
        contact_service.told_lifted(conn, [value for _kind, value in lifted], context.clock.now())
    return len(lifted)


def _source(number: str) -> str:
    return f"import:{number}"


def _store(context: Context, some: Sequence[_Entry], number: str, now: dt.datetime) -> None:
    with context.database.write() as conn:
        for each in some:
            why = done_by.done(conn, Code.DO_NOT_CONTACT, text=each.reason)
            because = SuppressionReason(why, Because.PERSON, _source(number))
            contact_service.put(conn, context, each.kind, each.value, because, now)


def _distinct(found: Iterator[_Entry]) -> list[_Entry]:
    return list({(each.kind, each.value): each for each in found}.values())


def _entries(
    context: Context,
    rules: StopRules,
    cells: Iterable[tuple[int, str, str]],
    usual: str,
    refused: list[RefusedLine],
) -> Iterator[_Entry]:
    for line, written, reason in cells:
        try:
            kind, value = contact_service.meant(context, written)
            rules.require(kind, value)
            yield _Entry(line, kind, value, contact_fields.tidy("reason", reason) or usual)
        except errors.Invalid as unfit:
            fault = getattr(unfit, "fault", RowFault.NOT_AN_ADDRESS)
            refused.append(RefusedLine(line, written[:200], str(unfit), fault.value))


def _cells(data: bytes, name: str) -> Iterator[tuple[int, str, str]]:
    """The line, what stands in the column of values, and in that of reasons."""
    sheet = csv_reader.read(data, name)
    titles = [columns.fold(each) for each in sheet.header]
    column = next((place for place, title in enumerate(titles) if title in _VALUES), None)
    why = next((place for place, title in enumerate(titles) if title in _REASONS), None)
    if column is None:
        yield sheet.start, sheet.header[0].strip(), ""
    for row in sheet.rows():
        cells = [csv_reader.original(cell).strip() for cell in row.cells]
        yield (
            row.line,
            cells[column or 0] if len(cells) > (column or 0) else "",
            cells[why] if why is not None and len(cells) > why else "",
        )
