"""Whether somebody's next mail begins a thread is said only where it is certain, whichever way they go."""

from __future__ import annotations

import pytest

from relance.engine.definition import graph, sequence
from relance.engine.definition.graph import StepGraph


def plan(*steps: object) -> StepGraph:
    return graph.build(sequence.Sequence.model_validate({"sequence": "Trial", "steps": list(steps)}))


INTRO = {"id": "intro", "subject": "Hello", "body": "Hello"}
NEW = {"id": "new", "after": "3 days", "subject": "Another thing", "body": "Hello"}
REPLY = {"id": "reply", "after": "3 days", "thread": "reply", "body": "Again?"}
REST = {"id": "rest", "wait": "2 days"}
CALL = {"id": "call", "task": "Call them"}


def branch(then: list[object], otherwise: list[object]) -> dict[str, object]:
    return {"id": "fork", "when": "opened", "then": then, "else": otherwise}


@pytest.mark.parametrize(
    ("steps", "at", "certain"),
    [
        ((INTRO, NEW), "new", True),
        ((INTRO, REPLY), "reply", False),
        ((INTRO, REST, NEW), "rest", True),
        ((INTRO, CALL, NEW), "call", True),
        ((INTRO, CALL), "call", False),  # no mail is to come
        ((INTRO, {**NEW, "when": "opened"}, REPLY), "new", False),  # left out, a reply is next
        ((INTRO, {**NEW, "when": "opened"}), "new", True),  # left out, none is
        ((INTRO, branch([NEW], [CALL])), "fork", True),
        ((INTRO, branch([NEW], [REPLY])), "fork", False),
        ((INTRO, branch([NEW], []), {**REPLY, "id": "last"}), "fork", False),
    ],
)
def test_the_next_mail_begins_a_thread_for_certain_or_not(
    steps: tuple[object, ...], at: str, certain: bool
) -> None:
    assert plan(*steps).begins_thread(at) is certain


def test_a_thread_ahead_is_one_they_may_come_to() -> None:
    found = plan(INTRO, REPLY, branch([NEW], [CALL]), {**REPLY, "id": "last"})
    assert [
        each for each in ("intro", "reply", "fork", "new", "call", "last") if found.thread_ahead(each)
    ] == [
        "intro",
        "reply",
        "fork",
        "new",
    ]
