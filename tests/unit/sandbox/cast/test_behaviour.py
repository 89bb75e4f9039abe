"""The cast: planned beforehand, repeatable, and with somebody for every fate."""

from __future__ import annotations

from collections import Counter

import hypothesis
from hypothesis import strategies as st

from relance.sandbox.cast import behaviour, people

Fate = behaviour.Fate


@hypothesis.given(st.integers(0, 10_000))
@hypothesis.settings(max_examples=25)
def test_every_seed_has_a_demo_with_every_fate(seed: int) -> None:
    roster = people.roster(200, seed)
    cast = behaviour.cast(roster.people, seed)
    fates = Counter(persona.fate for persona in cast.values())

    assert set(cast) == {person.email for person in roster.people}
    assert set(fates) == set(Fate)
    assert fates[Fate.SILENT] > len(cast) / 2


@hypothesis.given(st.integers(0, 60))
def test_a_cast_of_any_size_can_be_made(count: int) -> None:
    assert len(behaviour.cast(people.roster(count, 1).people, 1)) <= count


def test_the_same_seed_gives_the_same_cast() -> None:
    contacts = people.roster(200, 5).people

    assert behaviour.cast(contacts, 5) == behaviour.cast(contacts, 5)
    assert behaviour.cast(contacts, 5) != behaviour.cast(contacts, 6)


def test_the_demo_knows_all_kinds_of_prospects() -> None:
    cast = behaviour.cast(people.roster(200, 1).people, 1).values()

    assert {persona.language for persona in cast} == {"en", "pl", "de", "fr", "es"}
    assert {persona.client for persona in cast} == set(behaviour.CLIENTS)
    assert {persona.folder for persona in cast} == {"INBOX", "Junk", "Archive"}
    assert any(persona.colleague for persona in cast)
    assert any(persona.absence for persona in cast)
    assert any(persona.scanned for persona in cast)
    assert any(persona.greylisted for persona in cast)


def test_the_dead_do_nothing_but_bounce() -> None:
    for seed in range(5):
        for persona in behaviour.cast(people.roster(200, seed).people, seed).values():
            if persona.fate in behaviour.DEAD:
                assert (persona.reading.opens, persona.absence, persona.colleague) == (False, None, None)


def test_a_colleague_works_at_the_same_company() -> None:
    for persona in behaviour.cast(people.roster(200, 2).people, 2).values():
        if persona.colleague:
            assert persona.colleague[1].partition("@")[2] == persona.email.partition("@")[2]
            assert persona.colleague[1] != persona.email
