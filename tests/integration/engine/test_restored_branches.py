"""A backup is put back while people stood before a branch or a task: the mail behind it is asked about before it goes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.engine.test_restored import EWA, backup, enrolled, restore, sent, weeks
from tests.journeys.stage import FOLLOW_UP, Stage, standing


@pytest.fixture
def stage(tmp_path: Path, migrated_url: str) -> Iterator[Stage]:
    with standing(tmp_path, migrated_url) as ready:
        yield ready


BRANCHED = {
    **FOLLOW_UP,
    "sequence": "Branched",
    "steps": [
        FOLLOW_UP["steps"][0],
        {
            "id": "saw",
            "when": 'clicked("intro")',
            "after": "2 business days",
            "then": [{"id": "warm", "subject": "Warm", "body": "You looked."}],
            "else": [{"id": "cold", "subject": "Cold", "body": "You did not look."}],
        },
    ],
}


def test_behind_a_branch_it_is_asked_again(stage: Stage) -> None:
    enrolled(stage, EWA, files_sent=False, definition=BRANCHED)
    taken = backup(stage)
    stage.advance(days=4)
    assert sent(stage, EWA) == [2]
    restore(stage, taken)
    assert stage.relance.restored.decide("sent").still == (EWA,)
    weeks(stage)
    assert sent(stage, EWA) == [2]
    assert (stage.state(EWA), [each.step for each in stage.relance.restored.list()]) == ("held", ["cold"])
    stage.relance.restored.decide("sent")
    assert stage.state(EWA) == "finished"


def test_a_mail_under_way_in_the_backup_counts_from_when_it_was_due_then(stage: Stage) -> None:
    """Its journal tells that it left; the branch behind it was due soon after, and so was the mail behind that."""
    enrolled(stage, EWA, files_sent=False, definition=BRANCHED)
    early = backup(stage)
    stage.run()
    late = backup(stage)
    mails = [{**row, "state": "transmitting", "settled_at": None, "fence": 0} for row in late["message"]]
    stage.advance(days=4)
    assert sent(stage, EWA) == [2]
    restore(stage, {**early, "message": mails, "message_key": late["message_key"]})
    stage.relance.turn(1)
    assert [each.step for each in stage.relance.restored.list()] == ["saw"]
    assert stage.relance.restored.decide("sent").still == (EWA,)
    weeks(stage)
    assert sent(stage, EWA) == [2]
    assert (stage.state(EWA), [each.step for each in stage.relance.restored.list()]) == ("held", ["cold"])


CALLED = {
    **FOLLOW_UP,
    "sequence": "Called",
    "steps": [
        FOLLOW_UP["steps"][0],
        {"id": "call", "after": "1 business day", "task": "call them"},
        {"id": "last", "after": "1 business day", "thread": "reply", "body": "Still there?"},
    ],
}


def test_who_is_paused_before_a_task_goes_on_to_it_and_is_asked_about_behind_it(stage: Stage) -> None:
    enrolled(stage, EWA, files_sent=False, definition=CALLED)
    stage.relance.pause(EWA)
    taken = backup(stage)
    stage.relance.resume(EWA)
    stage.advance(days=6)
    assert sent(stage, EWA) == [2]
    restore(stage, taken)
    assert stage.relance.restored.decide("sent").still == (EWA,)
    stage.relance.resume(EWA)
    weeks(stage)
    assert sent(stage, EWA) == [2]
    assert (stage.state(EWA), [each.step for each in stage.relance.restored.list()]) == ("held", ["last"])
    stage.relance.restored.decide("sent")
    assert stage.state(EWA) == "finished"


def test_a_task_that_was_open_when_the_backup_was_made_may_have_been_done_and_the_mail_behind_it_sent(
    stage: Stage,
) -> None:
    intro, call, last = CALLED["steps"]
    again = {
        "id": "again",
        "after": "1 business day",
        "thread": "reply",
        "body": "Shall I ask somebody else?",
    }
    waiting = {**CALLED, "steps": [intro, {**call, "wait_until_done": True}, last, again]}
    enrolled(stage, EWA, files_sent=False, definition=waiting)
    stage.advance(days=3)
    taken = backup(stage)
    [task] = stage.relance.tasks.list()
    stage.relance.tasks.done(task.id)
    stage.advance(days=6)
    assert sent(stage, EWA) == [3]
    restore(stage, taken)
    [task] = stage.relance.tasks.list()
    stage.relance.tasks.done(task.id)
    weeks(stage)
    assert sent(stage, EWA) == [3]
    for step in ("last", "again"):  # when the task was done then, nobody can tell
        assert (stage.state(EWA), [each.step for each in stage.relance.restored.list()]) == ("held", [step])
        stage.relance.restored.decide("sent")
        weeks(stage)
        assert sent(stage, EWA) == [3]
    assert stage.state(EWA) == "finished"
