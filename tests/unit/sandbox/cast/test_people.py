"""Invented people: the same for the same seed, usable but for the rows that are bad on purpose."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st

from relance.sandbox.cast import people


@hypothesis.given(st.integers(0, 300), st.integers(0, 10_000))
@hypothesis.settings(max_examples=40)
def test_a_roster_has_as_many_rows_as_asked_for_and_distinct_people(count: int, seed: int) -> None:
    roster = people.roster(count, seed)

    assert len(roster.rows) == len(roster.people) + len(roster.bad) == count
    assert len({person.email for person in roster.people}) == len(roster.people)
    assert all(person.email == person.email.lower() for person in roster.people)
    assert all(person.domain.endswith(".example") and person.email.isascii() for person in roster.people)


def test_a_polish_family_name_is_a_womans_or_a_mans_as_the_first_name_is() -> None:
    poles = [each for each in people.roster(2000, 4).people if each.country == "PL"]
    assert len({each.last_name for each in poles}) > 10
    for each in poles:
        his_or_hers = each.last_name.endswith(("ski", "cki", "ska", "cka"))
        assert not his_or_hers or each.last_name.endswith("a") == each.first_name.endswith("a"), each
        assert each.email.partition("@")[0].partition(".")[2].rstrip("0123456789") == people.ascii_name(
            each.last_name
        )


def test_the_same_seed_gives_the_same_file_and_another_seed_another() -> None:
    assert people.roster(200, 1) == people.roster(200, 1)
    assert people.roster(200, 1).csv() != people.roster(200, 2).csv()


def test_the_demo_has_bad_rows_of_every_kind_and_shared_companies() -> None:
    roster = people.roster(200, 1)

    assert Counter(bad.why for bad in roster.bad) == {
        "no @": 2,
        "missing address": 2,
        "control character": 2,
        "duplicate": 2,
    }
    assert max(Counter(person.company for person in roster.people).values()) >= 3


def test_a_duplicate_stands_after_the_row_it_repeats() -> None:
    for seed in range(20):
        rows = [row.email for row in people.roster(60, seed).rows]
        for email in rows:
            if email != email.lower():
                assert rows.index(email.lower()) < rows.index(email)


def test_the_file_reads_back_as_it_was_written(tmp_path: Path) -> None:
    roster = people.roster(200, 3)
    path = tmp_path / "people.csv"
    roster.write(path)

    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))

    assert tuple(rows[0]) == people.COLUMNS
    assert [row["email"] for row in rows] == [row.email for row in roster.rows]


@pytest.mark.parametrize(
    ("name", "plain"),
    [("Małgorzata", "malgorzata"), ("Weiß", "weiss"), ("O'Brien", "obrien"), ("Íñigo", "inigo")],
)
def test_names_become_addresses(name: str, plain: str) -> None:
    assert people.ascii_name(name) == plain
