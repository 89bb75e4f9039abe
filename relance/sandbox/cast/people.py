"""Invented people to write to: a list of contacts as a salesperson would bring it, some rows bad on purpose."""

from __future__ import annotations

import csv
import io
import random
import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

from relance.sandbox.cast import dice, names

COLUMNS = ("first_name", "last_name", "company", "title", "country", "zone", "email")
BAD_IN_A_HUNDRED = 4
PEOPLE_A_COMPANY = 2.4

_NO_DECOMPOSITION = str.maketrans({"ł": "l", "Ł": "L", "ß": "ss", "ø": "o", "æ": "ae"})


@dataclass(frozen=True)
class Person:
    """One contact. `email` is lower case."""

    first_name: str
    last_name: str
    company: str
    title: str
    country: str
    zone: str
    email: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def domain(self) -> str:
        """The domain of the address."""
        return self.email.partition("@")[2]


@dataclass(frozen=True)
class BadRow:
    """A row no import can use, or that adds nothing, and why."""

    person: Person
    why: str  # "no @", "missing address", "control character", "duplicate"


@dataclass(frozen=True)
class Roster:
    """`rows` is the list as it stands in the file: the people, with the bad rows strewn in."""

    people: tuple[Person, ...]
    bad: tuple[BadRow, ...]
    rows: tuple[Person, ...]

    def csv(self) -> str:
        """The file's text, with a header line."""
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        writer.writerows([getattr(row, column) for column in COLUMNS] for row in self.rows)
        return out.getvalue()

    def write(self, path: Path) -> None:
        """Write the file, in UTF-8."""
        path.write_text(self.csv(), encoding="utf-8", newline="")


def roster(count: int, seed: int) -> Roster:
    """A list of `count` rows, always the same for the same seed; about four in a hundred are bad."""
    chance = dice.of(seed, "people")
    bad_count = max(4, count * BAD_IN_A_HUNDRED // 100) if count >= 10 else 0
    people = _people(count - bad_count, chance)
    bad = tuple(_spoil(chance.choice(people), number) for number in range(bad_count))
    rows = list(people)
    for row in bad:
        # A duplicate must come after the row it repeats.
        rows.insert(chance.randint(1 + _last(rows, row.person.email), len(rows)), row.person)
    return Roster(people, bad, tuple(rows))


def _people(count: int, chance: random.Random) -> tuple[Person, ...]:
    companies = _companies(max(1, round(count / PEOPLE_A_COMPANY)), chance)
    seen: set[str] = set()
    found: list[Person] = []
    while len(found) < count:
        name, country = chance.choice(companies)
        person = _person(name, country, chance)
        if person.email in seen:
            local, _, domain = person.email.partition("@")
            person = replace(person, email=f"{local}{len(found)}@{domain}")
        seen.add(person.email)
        found.append(person)
    return tuple(found)


def _companies(count: int, chance: random.Random) -> list[tuple[str, names.Country]]:
    pairs = [(first, second) for first in names.COMPANY_FIRST for second in names.COMPANY_SECOND]
    chance.shuffle(pairs)
    weights = [country.share for country in names.COUNTRIES]
    countries = chance.choices(names.COUNTRIES, weights, k=count)
    return [
        (f"{first} {second}", country)
        for (first, second), country in zip(_repeat(pairs, count), countries, strict=True)
    ]


def _repeat(pairs: list[tuple[str, str]], count: int) -> list[tuple[str, str]]:
    """As many pairs as asked for; from the second round on they are numbered."""
    rounds = -(-count // len(pairs))
    return [(first if turn == 0 else f"{first} {turn + 1}", second) for turn in range(rounds) for first, second in pairs][
        :count
    ]  # fmt: skip


def _person(company: str, country: names.Country, chance: random.Random) -> Person:
    first = chance.choice(country.first)
    last = names.fitting(first, chance.choice(country.last))
    return Person(
        first_name=first,
        last_name=last,
        company=f"{company} {names.COMPANY_FORM[country.code]}",
        title=chance.choice(country.titles) if chance.random() > 0.03 else "",
        country=country.code,
        zone=country.zone if chance.random() > 0.1 else "",
        email=f"{ascii_name(first)}.{ascii_name(last)}@{domain_of(company)}",
    )


def ascii_name(text: str) -> str:
    """A name as it stands in an address: `Małgorzata` becomes `malgorzata`."""
    plain = unicodedata.normalize("NFKD", text.translate(_NO_DECOMPOSITION))
    return re.sub(r"[^a-z0-9-]", "", plain.encode("ascii", "ignore").decode().lower())


def domain_of(company: str) -> str:
    """The company's invented domain."""
    return f"{ascii_name(company)}.example"


def _spoil(person: Person, number: int) -> BadRow:
    """The same person in a row that cannot be used, in one of four ways by turns."""
    local, _, domain = person.email.partition("@")
    spoiled = (
        BadRow(replace(person, email=f"{local}.{domain}"), "no @"),
        BadRow(replace(person, email=""), "missing address"),
        BadRow(replace(person, email=f"{local}\x07@{domain}"), "control character"),
        BadRow(replace(person, email=person.email.upper()), "duplicate"),
    )
    return spoiled[number % len(spoiled)]


def _last(rows: list[Person], email: str) -> int:
    return max((index for index, row in enumerate(rows) if row.email == email.lower()), default=-1)
