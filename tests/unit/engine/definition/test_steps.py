"""The list of kinds of step, and what is made from it."""

import json

import pytest

from relance.engine.definition.reading import load, partial
from relance.engine.definition.sequence import Sequence, written
from relance.engine.definition.steps import (
    KINDS,
    BranchStep,
    EndStep,
    MailStep,
    TaskStep,
    Variant,
    WaitStep,
    kind_of,
)

ONE_EACH = {
    "mail": MailStep(id="m", subject="S {{ a }}", body="B", variants=(Variant(id="v", body="V"),), when="x"),
    "branch": BranchStep(id="b", when="y", then=(EndStep(end="here"),)),
    "task": TaskStep(id="t", task="Call", when="z"),
    "wait": WaitStep(wait="2 days"),
    "end": EndStep(end="enough"),
}
PLAIN = {name: written(Sequence(name="X", steps=(step,)))["steps"][0] for name, step in ONE_EACH.items()}


def test_every_kind_has_an_example_here():
    assert list(KINDS) == list(ONE_EACH)
    assert {name: type(step) for name, step in ONE_EACH.items()} == dict(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_is_told_by_its_keys_as_plain_data_and_as_an_object(kind):
    assert kind_of(ONE_EACH[kind]) == kind_of(PLAIN[kind]) == kind
    read = Sequence.model_validate({"sequence": "X", "steps": [PLAIN[kind]]})
    assert read.steps == (ONE_EACH[kind],)


def test_the_surest_key_tells_the_kind():
    assert kind_of({"subject": "a", "then": []}) == "branch"
    assert kind_of({"subject": "a", "when": "b"}) == "mail"
    assert kind_of({"when": "b"}) == "branch"
    assert kind_of({"id": "b"}) is None
    assert kind_of("mail") is None


@pytest.mark.parametrize("kind", KINDS)
def test_the_keys_a_kind_names_are_its_own(kind):
    step = KINDS[kind]
    known = {key for name, field in step.model_fields.items() for key in (name, field.alias)}
    assert {*step.keys, *step.texts, *step.conditions, *step.lists} <= known


def test_templates_and_conditions_of_each_kind():
    assert list(ONE_EACH["mail"].sources()) == [
        (("subject",), "S {{ a }}"), (("body",), "B"), (("variants", 0, "body"), "V"),
    ]  # fmt: skip
    assert list(ONE_EACH["task"].sources()) == [(("task",), "Call")]
    asked = {name: [text for _, text in step.asks()] for name, step in ONE_EACH.items()}
    assert asked == {"mail": ["x"], "branch": ["y"], "task": ["z"], "wait": [], "end": []}


@pytest.mark.parametrize("kind", KINDS)
def test_plain_data_is_asked_for_the_same_texts_and_conditions(kind):
    data = {"steps": [PLAIN[kind]]}
    assert [tuple(filter(None, (s.subject, s.body, s.html))) for s in partial.words(data)] == [
        (text,) for _, text in ONE_EACH[kind].sources()
    ]
    assert list(partial.conditions(data)) == [text for _, text in ONE_EACH[kind].asks()]


def test_editors_are_told_the_same_kinds():
    schema = json.loads(load.schema())
    assert {each["$ref"].rpartition("/")[2] for each in schema["properties"]["steps"]["items"]["oneOf"]} == {
        step.__name__ for step in KINDS.values()
    }
