"""Whatever the models refuse is told in a sentence of ours, in every language: none of pydantic's own ever gets through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance import wording
from relance.engine.definition import sequence
from relance.engine.definition.reading import error_messages, load, yaml_source

FOREIGN = "Input should be something else"
RAISES = {  # what each kind of a schema can raise, by pydantic's "Validation Errors"; what it bounds is in BOUNDS
    **dict.fromkeys(("definitions", "definition-ref", "no-info", "model-field", "default", "nullable", "union", "any"), ()),
    "model": ("model_type", "model_attributes_type"),
    "model-fields": ("extra_forbidden", "missing", "invalid_key"),
    "function-after": ("value_error",),
    "function-plain": ("value_error",),
    "str": ("string_type", "string_unicode"),
    "dict": ("dict_type",),
    "literal": ("literal_error",),
    "tuple": ("tuple_type",),
    "date": ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
    "tagged-union": ("union_tag_not_found", "union_tag_invalid"),
    "bool": ("bool_type", "bool_parsing"),
    "int": ("int_type", "int_parsing", "int_parsing_size", "int_from_float"),
    "float": ("float_type", "float_parsing", "finite_number"),
}  # fmt: skip
BOUNDS = {
    ("str", "max_length"): "string_too_long",
    ("str", "min_length"): "string_too_short",
    ("str", "pattern"): "string_pattern_mismatch",
    ("tuple", "max_length"): "too_long",
    ("tuple", "min_length"): "too_short",
    ("int", "ge"): "greater_than_equal",
    ("int", "gt"): "greater_than",
    ("int", "le"): "less_than_equal",
    ("int", "lt"): "less_than",
}
CONTEXT = {"expected": "'a' or 'b'", "max_length": 9, "error": ValueError(wording.Text("no hours given: write for instance `\"08:30-16:30\"`"))}  # fmt: skip
NEUTRAL = {"string_unicode", "union_tag_invalid"}
"""What no text of a file can raise; the others have a sentence that says what is wrong."""


def schemas(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if isinstance(node.get("type"), str):
            yield node
        for each in node.values():
            yield from schemas(each)
    elif isinstance(node, (list, tuple)):
        for each in node:
            yield from schemas(each)


def reachable() -> set[str]:
    """Every error the models can raise, by name. An unknown kind of schema is a KeyError: say in RAISES what it raises."""
    found: set[str] = set()
    for each in schemas(sequence.Sequence.__pydantic_core_schema__):
        found |= set(RAISES[each["type"]])
        found |= {error for (kind, bound), error in BOUNDS.items() if kind == each["type"] and bound in each}
    return found


def told(error: str) -> str:
    raised = {"type": error, "loc": ("key",), "msg": FOREIGN, "ctx": CONTEXT}
    return " ".join(map(str, error_messages._words(("key",), raised, {"key": "c"})))


def test_many_are_reachable() -> None:
    assert {"missing", "literal_error", "int_parsing", "too_long", "invalid_key"} < reachable()
    assert len(reachable()) > 20


@pytest.mark.parametrize("language", wording.languages())
@pytest.mark.parametrize("error", [*sorted(reachable()), "url_parsing"])
def test_each_has_a_sentence_of_ours(error: str, language: str) -> None:
    with wording.speaking(language):
        neutral = str(error_messages._neutral("key", {}, None)[0])
        assert FOREIGN not in told(error)
        assert (neutral in told(error)) == (error in NEUTRAL or error == "url_parsing")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
KEYS = ("sequence", "language", "values", "send", "stop", "track", "unsubscribe", "steps", 7)
STEP_KEYS = ("id", "subject", "body", "html", "variants", "after", "at", "thread", "when", "then", "task", "wait", "end", 7)  # fmt: skip


@given(st.dictionaries(st.sampled_from(KEYS), VALUES), st.dictionaries(st.sampled_from(STEP_KEYS), VALUES))
def test_no_data_brings_a_foreign_sentence_out(top: dict[Any, Any], step: dict[Any, Any]) -> None:
    data = {"sequence": "S", "steps": [{"id": "a", "subject": "s", "body": "b", **step}], **top}
    try:
        sequence.Sequence.model_validate(data)
    except pydantic.ValidationError as refused:
        foreign = {each["msg"] for each in refused.errors() if each["type"] not in ("value_error", "step")}
        said = [str(each) for each in error_messages.problems(refused, data, yaml_source.Places())]
        assert said
        assert not [(each, words) for each in foreign for words in said if each in words]


def test_a_key_that_is_a_number_is_told_in_our_words() -> None:
    [found] = load.read("sequence: S\n7: x\nsteps:\n  - id: a\n    subject: s\n    body: b\n").problems
    assert "should" not in str(found)
