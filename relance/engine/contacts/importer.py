"""Contacts from a CSV file: good rows are kept, bad ones go to a file of their own with the reason, twice changes nothing."""

from __future__ import annotations

import csv
import dataclasses
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import exc

from relance.engine.contacts import columns, csv_reader
from relance.engine.contacts import fields as contact_fields
from relance.engine.contacts.columns import Columns
from relance.engine.contacts.csv_reader import Row, Sheet
from relance.engine.context import Context
from relance.engine.store.contacts import contacts
from relance.engine.store.contacts.contacts import Contact
from relance.wording import Text, _, n_, of_system

BATCH = 500
# Rows a transaction: long enough that fsync does not count, short enough that a worker's commit waits some 50 ms.
WARNINGS = 20


@dataclass(frozen=True)
class RejectedRow:
    """A row that was not imported: its line in the file, why, and its cells."""

    line: int
    reason: str
    row: tuple[str, ...]


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
    encoding: str = "utf-8"
    delimiter: str = ","
    dry_run: bool = False


@dataclass(frozen=True)
class _Person:
    """A good row."""

    line: int
    email: str
    original: str
    organisation: str
    known: dict[str, str]
    own: dict[str, str]

    def as_row(self) -> dict[str, object]:
        blank = dict.fromkeys(contacts.FIELDS, "")
        who = {"email": self.email, "original": self.original, "organisation": self.organisation}
        return {**blank, **self.known, **who, "fields": self.own}


@dataclass
class _Count:
    """What was done so far."""

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)  # where each address stood first
    countries: dict[str, list[int]] = field(default_factory=dict)


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
    count = _Count()
    rows = sheet.rows()
    while batch := list(itertools.islice(rows, BATCH)):
        count.read += len(batch)
        _keep(context, list(_people(context, batch, named, count)), count, dry_run=dry_run)
        if progress is not None:
            progress(count.read)
    written, complaint = _write_rejected(
        sheet, count, errors_to or path.with_suffix(".rejected.csv"), dry_run
    )
    return _report(sheet, named, count, written, complaint, dry_run=dry_run)


def _report(
    sheet: Sheet, named: Columns, count: _Count, written: Path | None, complaint: str, *, dry_run: bool
) -> ImportReport:
    warnings = [*_country_warnings(count), *([complaint] if complaint else [])]
    return ImportReport(
        count.read,
        count.added,
        count.updated,
        count.unchanged,
        tuple(count.rejected),
        written,
        dict(named.own_titles),
        tuple(warnings),
        sheet.encoding,
        sheet.delimiter,
        dry_run,
    )


# From rows to people.


def _people(context: Context, rows: Sequence[Row], named: Columns, count: _Count) -> Iterator[_Person]:
    for row in rows:
        try:
            person = _person(context, row, named)
        except contact_fields.UnfitField as refused:
            count.rejected.append(RejectedRow(row.line, str(refused), row.cells))
            continue
        first = count.lines.setdefault(person.email, row.line)
        if first != row.line:
            words = _(
                "{email} is already in line {line}; the first row counts.",
                email=person.email,
                line=str(first),
            )
            count.rejected.append(RejectedRow(row.line, words, row.cells))
            continue
        if country := contact_fields.unknown_country(person.known):
            count.countries.setdefault(country, []).append(row.line)
        yield person


def _person(context: Context, row: Row, named: Columns) -> _Person:
    if row.problem:
        raise contact_fields.UnfitField(row.problem)
    width = 1 + max([*named.known.values(), *named.own.values()])
    if any(cell.strip() for cell in row.cells[width:]):
        raise contact_fields.UnfitField(
            Text.plural(
                "this row has {count} cell, the header only {width}; put cells with a delimiter in quotes.",
                "this row has {count} cells, the header only {width}; put cells with a delimiter in quotes.",
                len(row.cells),
                width=width,
            )
        )
    cells = [csv_reader.original(cell) for cell in row.cells] + [""] * (width - len(row.cells))
    who = contact_fields.email(
        cells[named.known[columns.EMAIL]], allow_test_domains=context.options.allow_test_domains
    )
    known = {name: cells[index] for name, index in named.known.items() if name != columns.EMAIL}
    own = {name: cells[index] for name, index in named.own.items()}
    return _Person(row.line, **who, known=contact_fields.checked(known), own=contact_fields.checked(own))


# From people to the database.


def _keep(context: Context, people: list[_Person], count: _Count, *, dry_run: bool) -> None:
    if not people:
        return
    if dry_run:
        with context.database.read() as conn:
            _tally(people, contacts.by_emails(conn, [each.email for each in people]), count)
        return
    try:
        _store(context, people, count)
    except exc.IntegrityError:  # another import added one of them meanwhile; now it is seen
        _store(context, people, count)


def _store(context: Context, people: list[_Person], count: _Count) -> None:
    now = context.clock.now()
    with context.database.write() as conn:
        before = contacts.by_emails(conn, [each.email for each in people])
        contacts.add(conn, [each.as_row() for each in people if each.email not in before], now)
        for each in people:
            if (found := before.get(each.email)) and (change := _change(found, each)):
                contacts.change(conn, found.id, change, now)
    _tally(people, before, count)


def _tally(people: list[_Person], before: dict[str, Contact], count: _Count) -> None:
    for each in people:
        found = before.get(each.email)
        if found is None:
            count.added += 1
        elif _change(found, each):
            count.updated += 1
        else:
            count.unchanged += 1


def _change(found: Contact, person: _Person) -> dict[str, object]:
    return contact_fields.news(dataclasses.asdict(found), found.fields, person.known, person.own)


# What was left out.


def _country_warnings(count: _Count) -> Iterator[str]:
    for country, lines in itertools.islice(count.countries.items(), WARNINGS):
        first, more = str(lines[0]), len(lines) - 1
        what = _(
            'there is no country "{country}"; write a code such as PL, otherwise the time zone and holidays of the '
            "sequence are used for these people.",
            country=country,
        )
        if more:
            yield n_(
                "line {line} and {count} more: {what}",
                "line {line} and {count} more: {what}",
                more,
                line=first,
                what=what,
            )
        else:
            yield _("line {line}: {what}", line=first, what=what)


def _write_rejected(sheet: Sheet, count: _Count, path: Path, dry_run: bool) -> tuple[Path | None, str]:
    if dry_run or not count.rejected:
        return None, ""
    count.rejected.sort(key=lambda each: each.line)
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:  # with the mark Excel knows UTF-8 by
            out = csv.writer(file, delimiter=sheet.delimiter)
            out.writerow([*columns.IGNORED, *map(csv_reader.neutral, sheet.header)])
            for each in count.rejected:
                out.writerow([each.line, csv_reader.neutral(each.reason), *map(csv_reader.neutral, each.row)])
    except OSError as refused:
        return None, _(
            "the rejected rows could not be written to {path}: {strerror}.",
            path=path,
            strerror=of_system(refused),
        )
    return path, ""
