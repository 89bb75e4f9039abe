"""Contacts from a CSV file: good rows are kept, bad ones go to a file of their own with the reason, twice changes nothing."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from relance.engine import reasons
from relance.engine.contacts import columns, csv_reader, rows
from relance.engine.contacts.columns import Columns
from relance.engine.contacts.csv_reader import Sheet
from relance.engine.contacts.rows import Person, RefusedRow, RowOutcome, RowReader
from relance.engine.context import Context
from relance.engine.reasons import Why
from relance.engine.store.contacts.contacts import Contact
from relance.wording import Text, of_system
from relance.wording.sentence_codes import SentenceCode

BATCH = 500
# Rows a transaction: long enough that fsync does not count, short enough that a worker's commit waits some 50 ms.
WARNINGS = 20


@dataclass(frozen=True)
class RejectedRow:
    """A row that was not imported: its line in the file, why (`code` is a `RowFault`), and its cells."""

    line: int
    reason: str
    row: tuple[str, ...]
    code: str = ""


def rejected(row: RefusedRow) -> RejectedRow:
    """A refused row as it is shown."""
    return RejectedRow(row.line, str(row.reason), row.cells, row.fault.value)


@dataclass(frozen=True)
class ImportReport:
    """What an import did. `unknown_columns` were kept as the contacts' own fields: {name in templates: column}."""

    read: int
    added: int
    updated: int
    unchanged: int
    rejected: tuple[RejectedRow, ...]
    errors_file: Path | None
    unknown_columns: dict[str, str]
    warnings: tuple[str, ...] = ()
    warnings_why: tuple[Why, ...] = ()  # the same for programs
    encoding: str = "utf-8"
    delimiter: str = ","
    dry_run: bool = False


@dataclass
class _Count:
    """What was done so far."""

    read: int = 0
    outcomes: Counter[RowOutcome] = field(default_factory=Counter)
    rejected: list[RefusedRow] = field(default_factory=list)


def import_file(
    context: Context,
    path: Path | str,
    *,
    dry_run: bool = False,
    errors_to: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> ImportReport:
    """Import a CSV file; raises `errors.Invalid` or `errors.NotFound` when it cannot be used at all.

    Rejected rows are written to `errors_to` (default: beside the file, `people.rejected.csv`), only when there are any.
    `progress` is told the number of rows read so far.
    """
    path = Path(path)
    sheet = csv_reader.load(path)
    named = columns.read(sheet.header, path.name, sheet.start)
    count, reader = _Count(), RowReader(named, context.options.allow_test_domains)
    every = sheet.rows()
    while batch := list(itertools.islice(every, BATCH)):
        count.read += len(batch)
        people, refused = reader.people(batch)
        count.rejected += refused
        kept, others = _kept(context, people, dry_run=dry_run)
        count.rejected += others
        count.outcomes.update(kept)
        if progress is not None:
            progress(count.read)
    written, complaint = _write_rejected(
        sheet, count, errors_to or path.with_suffix(".rejected.csv"), dry_run
    )
    warnings = [*country_warnings(reader), *([complaint] if complaint else [])]
    return _report(sheet, named, count, written, warnings, dry_run=dry_run)


def _report(
    sheet: Sheet, named: Columns, count: _Count, written: Path | None, warnings: list[Text], *, dry_run: bool
) -> ImportReport:
    return ImportReport(
        count.read,
        count.outcomes[RowOutcome.ADDED],
        count.outcomes[RowOutcome.UPDATED],
        count.outcomes[RowOutcome.UNCHANGED],
        tuple(map(rejected, count.rejected)),
        written,
        dict(named.own_titles),
        tuple(map(str, warnings)),
        reasons.whys_of(warnings),
        sheet.encoding,
        sheet.delimiter,
        dry_run,
    )


def _kept(
    context: Context, people: list[Person], *, dry_run: bool
) -> tuple[list[RowOutcome], list[RefusedRow]]:
    """What happened to each, and the rows of those whom whoever imports may not change."""
    if not people:
        return [], []
    if dry_run:
        with context.database.read() as conn:
            mine, others = rows.permitted(conn, people)
            known = rows.before(conn, mine)
    else:
        mine, others, known = rows.seen_anew(lambda: _store(context, people))
    return [outcome for _, outcome, _ in rows.outcomes(mine, known)], others


def _store(
    context: Context, people: list[Person]
) -> tuple[list[Person], list[RefusedRow], dict[str, Contact]]:
    with context.database.write() as conn:
        mine, others = rows.permitted(conn, people)
        return mine, others, rows.store(conn, mine, context.clock.now())


# What was left out.


def country_warnings(reader: RowReader) -> Iterator[Text]:
    """Countries nobody knows, and where they stand."""
    for country, lines in itertools.islice(reader.countries.items(), WARNINGS):
        first, more = str(lines[0]), len(lines) - 1
        what = Text(
            'there is no country "{country}"; write a code such as PL, otherwise the time zone and holidays of the '
            "sequence are used for these people.",
            country=country,
        )
        places = {"line": first, "what": what, "country": country}
        warning = Text("line {line}: {what}", **places)
        if more:
            warning = Text.plural(
                "line {line} and {count} more: {what}", "line {line} and {count} more: {what}", more, **places
            )
        yield warning.coded(SentenceCode.COUNTRY_UNKNOWN)


def _write_rejected(
    sheet: Sheet, count: _Count, path: Path, dry_run: bool
) -> tuple[Path | None, Text | None]:
    if dry_run or not count.rejected:
        return None, None
    count.rejected.sort(key=lambda each: each.line)
    try:
        path.write_bytes(rejected_file(sheet, count.rejected))
    except OSError as refused:
        failed = Text(
            "the rejected rows could not be written to {path}: {strerror}.",
            path=path,
            strerror=of_system(refused),
        )
        return None, failed.coded(SentenceCode.REJECTED_NOT_WRITTEN)
    return path, None


def rejected_file(sheet: Sheet, refused: Iterable[RefusedRow]) -> bytes:
    """The rows that were refused as a file with the reasons, to be corrected and imported as it is. Its cells are no formulas."""
    found = ((str(each.line), str(each.reason), each.fault.value, *each.cells) for each in refused)
    return csv_reader.table([(*columns.IGNORED, *sheet.header), *found], delimiter=sheet.delimiter)
