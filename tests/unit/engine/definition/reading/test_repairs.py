"""A file with broken parts is looked at whole: what is wrong elsewhere is told at once, what only follows from them is not."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from relance.engine.definition import lint
from relance.engine.definition.reading import load, partial
from tests.reworded import in_english

EXAMPLES = sorted((Path(__file__).parents[5] / "examples").glob("*.yaml"))
KNOWN = ("first_name", "company", "role", "email", "sender.name", "sender.first_name", "custom.*")
BRANCHY = """
sequence: Trial
send:
  hours: "06:00-22:00"
values:
  offer: ten per cent
steps:
  - id: intro
    subject: Hi
    body: "Hello, [our prices](https://a.example/p) and {{ offer }}"
  - id: late
    after: 2 days
    at: "21:00"
    thread: reply
    body: Once more
  - wait: 2 days
  - id: asked
    when: clicked("intro", "our-prices")
    then:
      - id: inner
        after: 1 day
        thread: reply
        body: You looked
      - id: stop-here
        end: looked
    else:
      - id: other
        when: clicked("late")
        then:
          - id: deep
            task: Call
  - id: last
    after: 3 days
    when: not clicked("intro")
    thread: reply
    body: Bye
"""


def told(text: str) -> list[str]:
    return [str(each) for each in lint.examine(text, KNOWN).problems]


def every_step(data: Any) -> list[dict[str, Any]]:
    return [step for _, step in partial._plain_steps(data)]


def sources() -> list[str]:
    found = [BRANCHY, *(path.read_text("utf-8") for path in EXAMPLES)]
    return [each for each in found if not told(each)]


BREAKS: dict[str, Callable[[dict[str, Any]], object]] = {
    "an unknown key": lambda step: step.update(wiat="3 days"),
    "a wait that is none": lambda step: step.update(after="soon"),
    "an id that is none": lambda step: step.update(id="Not An Id"),
    "no id": lambda step: step.pop("id", None) or step.update(wiat=1),
    "nothing left": lambda step: step.clear(),
    "a list for a text": lambda step: step.update(subject=["a"]),
    "a body that is none": lambda step: step.update(body=[]),
    "then is no list": lambda step: step.update(then="x"),
}
PARTS: dict[str, Any] = {
    "send": "x",
    "track": 1,
    "values": "x",
    "stop": [],
    "language": "polish",
    "goal": [],
    "nobody knows": 1,
}


@given(
    source=st.sampled_from(sources()),
    way=st.sampled_from(sorted(BREAKS)),
    which=st.lists(st.integers(0, 20), min_size=1, max_size=2),
)
def test_nothing_is_told_that_only_follows_from_a_broken_step(
    source: str, way: str, which: list[int]
) -> None:
    data = copy.deepcopy(load.read(source).data)
    steps = every_step(data)
    hit = [steps[each % len(steps)] for each in which]
    for step in hit:
        BREAKS[way](step)
    text = yaml.dump(data, sort_keys=False, allow_unicode=True, width=1000)
    document = load.read(text)
    if document.sequence is not None:
        return  # this step may have such a key
    own = {str(each) for each in document.problems}
    own |= {str(each) for each in partial.problems(document.data, {*KNOWN, "offer"}, document.places, "")}
    assert [each for each in told(text) if each not in own] == []


@pytest.mark.parametrize("part", sorted(PARTS))
@pytest.mark.parametrize("source", sources(), ids=lambda text: text.strip().partition("\n")[0])
def test_nothing_is_told_that_only_follows_from_a_broken_part(source: str, part: str) -> None:
    data = copy.deepcopy(load.read(source).data)
    data[part] = PARTS[part]
    text = yaml.dump(data, sort_keys=False, allow_unicode=True, width=1000)
    document = load.read(text)
    assert document.sequence is None
    assert told(text) == [str(each) for each in document.problems]


WRONG = """
sequence: Trial
language: xx
steps:
  - id: intro
    subject: Hi
    body: Hello
    wiat: 3 days
  - id: nosub
    after: 2 days
    thread: new
    body: "{{ frist_name }}"
  - id: asks
    when: clicked("gone")
    after: 2 days
    then:
      - id: fin
        end: nosub
      - id: behind
        task: Call
"""


@pytest.mark.wording
def test_mistakes_of_shape_words_and_sense_are_told_at_once() -> None:
    """The shape of one step, the words of the next, and what the sound ones mean together."""
    assert [each.partition(". ")[0].rstrip(".") for each in told(WRONG)] == [
        in_english(each)
        for each in (
            '3:11: language: "xx" is not a language code',
            "8:5: step `intro`: `wiat` is not recognised here",
            "9:5: step `nosub`: this mail has no subject",
            '12:15: step `nosub`: `body`: There is no contact field "frist_name"',
            '14:11: step `asks`: `when`: no mail has the id "gone"',
            '18:14: step `fin`: `end`: the sequence ends here and does not continue with "nosub"',
            "19:9: step `behind`: this step is never reached: every path ends before it",
        )
    ]


@pytest.mark.wording
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "name: Trial\nsteps:\n  - wait: 2 days\n",
            "`name` is not recognised here. Did you mean `sequence`?",
        ),
        (
            "sequence: T\nsteps:\n  - id: a\n    when: replied()\n    then:\n      - wait: 2 days\n    otherwise:\n      - wait: 2 days\n",
            "step `a`: `otherwise` is not recognised here. Did you mean `else`?",
        ),
    ],
)
def test_a_key_has_the_name_that_stands_in_the_documentation(text: str, sentence: str) -> None:
    [problem] = told(text)
    assert problem.endswith(in_english(sentence))
    assert lint.examine(text, KNOWN).problems[0].line
