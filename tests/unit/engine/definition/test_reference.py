"""The reference of the language says all of it and nothing else, and what it shows can be published."""

from __future__ import annotations

import json

import pytest

from relance.engine.definition import lint, sequence, steps
from relance.engine.definition.reading import load
from relance.engine.schedule import waits
from relance.templates import Source, check_condition, check_source, conditions
from relance.templates.safety import filters
from tests.pages import sequences

KNOWN = {*sequences.VARIABLES, *sequences.OWN}


@pytest.mark.parametrize("title", sequences.PARTS)
def test_each_example_can_be_published(title: str) -> None:
    found = lint.examine(sequences.EXAMPLES[title], KNOWN, title)
    assert [str(each) for each in found.problems] == []


def test_every_key_condition_and_filter_is_there_and_no_other() -> None:
    assert set(steps.KINDS.values()) < set(sequences.PARTS.values())
    assert sequence.Sequence in sequences.PARTS.values()
    assert set(sequences.CONDITIONS) == set(conditions.FACTS)
    assert set(sequences.FILTERS) == set(filters.FILTERS)
    unsaid = [
        key for model in sequences.PARTS.values() for key, said in sequences.keys(model).items() if not said
    ]
    assert unsaid == []


def test_what_it_shows_of_waits_conditions_and_filters_can_be_written() -> None:
    assert all(waits.parse(each) for each in sequences.WAITS)
    for example, _ in sequences.CONDITIONS.values():
        assert check_condition(example, KNOWN) == []
    for example, _ in sequences.FILTERS.values():
        assert check_source(Source(None, example), KNOWN) == []


def test_the_schema_has_the_same_words() -> None:
    schema = json.loads(load.schema())
    models = {each.__name__: each for each in sequences.PARTS.values()}
    for name, made in {**schema["$defs"], "Sequence": schema}.items():
        for key, said in (sequences.keys(models[name]) if name in models else {}).items():
            assert " ".join(made["properties"][key]["description"].split()) == said
