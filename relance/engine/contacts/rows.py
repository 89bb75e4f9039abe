"""Rows of a contacts file as people: made fit to be kept, or refused with the reason; and what becomes of each in the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import exc
from sqlalchemy.engine import Connection

from relance.engine.contacts import columns, csv_reader
from relance.engine.contacts import fields as contact_fields
from relance.engine.contacts.columns import Columns
from relance.engine.contacts.csv_reader import CsvRow
from relance.engine.contacts.faults import RowFault
from relance.engine.store import events, scopes
from relance.engine.store.contacts import contacts
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.events import NewEvent
from relance.wording import Text

Result = TypeVar("Result")


class RowOutcome(StrEnum):
    """What happened to a row, or in a dry run would."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class Person:
    """A good row."""

    line: int
    email: str
    original: str
    organisation: str
    known: dict[str, str]
    own: dict[str, str]
    cells: tuple[str, ...] = ()

    def as_row(self) -> dict[str, object]:
        """As a new contact."""
        blank = dict.fromkeys(contacts.FIELDS, "")
        who = {"email": self.email, "original": self.original, "organisation": self.organisation}
        return {**blank, **self.known, **who, "fields": self.own}


@dataclass(frozen=True)
class RefusedRow:
    """A row that cannot be used."""

    line: int
    reason: Text
    fault: RowFault
    cells: tuple[str, ...]


@dataclass
class RowReader:
    """Reads the rows of one file, in order: an address that came before counts once."""

    named: Columns
    allow_test_domains: bool
    lines: dict[str, int] = field(default_factory=dict)  # where each address stood first
    countries: dict[str, list[int]] = field(default_factory=dict)  # those nobody knows, and their lines

    def people(self, rows: Iterable[CsvRow]) -> tuple[list[Person], list[RefusedRow]]:
        """The good ones and the others."""
        good: list[Person] = []
        bad: list[RefusedRow] = []
        for row in rows:
            try:
                good.append(self._new(row))
            except contact_fields.UnfitField as refused:
                bad.append(RefusedRow(row.line, refused.text, refused.fault, row.cells))
        return good, bad

    def _new(self, row: CsvRow) -> Person:
        person = self._person(row)
        first = self.lines.setdefault(person.email, row.line)
        if first != row.line:
            raise contact_fields.UnfitField(
                Text(
                    "{email} is already in line {line}; the first row counts.",
                    email=person.email,
                    line=str(first),
                ),
                RowFault.SAME_ADDRESS_TWICE,
            )
        if country := contact_fields.unknown_country(person.known):
            self.countries.setdefault(country, []).append(row.line)
        return person

    def _person(self, row: CsvRow) -> Person:
        if row.problem:
            raise contact_fields.UnfitField(row.problem, RowFault.NOT_CSV)
        width = 1 + max([*self.named.known.values(), *self.named.own.values()])
        if any(cell.strip() for cell in row.cells[width:]):
            raise contact_fields.UnfitField(
                Text.plural(
                    "this row has {count} cell, the header only {width}; put cells that contain a delimiter in quotes.",
                    "this row has {count} cells, the header only {width}; put cells that contain a delimiter in quotes.",
                    len(row.cells),
                    width=width,
                ),
                RowFault.TOO_MANY_CELLS,
            )
        cells = [csv_reader.original(cell) for cell in row.cells] + [""] * (width - len(row.cells))
        who = contact_fields.email(
            cells[self.named.known[columns.EMAIL]], allow_test_domains=self.allow_test_domains
        )
        known = {name: cells[index] for name, index in self.named.known.items() if name != columns.EMAIL}
        own = {name: cells[index] for name, index in self.named.own.items()}
        fit, added = contact_fields.checked(known), contact_fields.checked(own)
        return Person(row.line, **who, known=fit, own=added, cells=row.cells)


def permitted(conn: Connection, people: Sequence[Person]) -> tuple[list[Person], list[RefusedRow]]:
    """The people whom whoever acts may change, and the rows of the others."""
    others = scopes.of_others(conn, [each.email for each in people])
    refused = [
        RefusedRow(each.line, of_a_colleague(each.email), RowFault.OF_A_COLLEAGUE, each.cells)
        for each in people
        if each.email in others
    ]
    return [each for each in people if each.email not in others], refused


def of_a_colleague(email: str) -> Text:
    """Why somebody is left as they are."""
    return Text("{email} belongs to a colleague; ask a manager to change them.", email=email)


def before(conn: Connection, people: Sequence[Person]) -> dict[str, Contact]:
    """Those who are contacts already, by address."""
    return contacts.by_emails(conn, [each.email for each in people])


def store(conn: Connection, people: Sequence[Person], now: dt.datetime) -> dict[str, Contact]:
    """Add the new ones and change the others; returns those who were contacts, as they were."""
    known = before(conn, people)
    contacts.add(conn, [each.as_row() for each in people if each.email not in known], now)
    told: list[NewEvent] = []
    for each in people:
        if (found := known.get(each.email)) and (change := _change(found, each)):
            contacts.change(conn, found.id, change, now)
            told.append(NewEvent(contact_fields.told(found, change), now, contact_id=found.id))
    events.record_events(conn, told)
    return known


def seen_anew(storing: Callable[[], Result]) -> Result:
    """What stores people, done again where another import added one of them meanwhile: now it is seen."""
    try:
        return storing()
    except exc.IntegrityError:
        return storing()


def outcomes(
    people: Iterable[Person], known: Mapping[str, Contact]
) -> Iterator[tuple[Person, RowOutcome, dict[str, object]]]:
    """What becomes of each, given who was a contact before, with the values that change."""
    for each in people:
        found = known.get(each.email)
        change = _change(found, each) if found is not None else {}
        outcome = RowOutcome.UPDATED if change else RowOutcome.UNCHANGED
        yield each, RowOutcome.ADDED if found is None else outcome, change


def _change(found: Contact, person: Person) -> dict[str, object]:
    return contact_fields.changed(found, person.known, person.own)
