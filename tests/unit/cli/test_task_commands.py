"""`relance task` against a pretended engine: what is passed on and what is shown."""

from __future__ import annotations

import datetime as dt
import json

from relance.engine.sequences.steps.task_lists import (
    TaskCounts,
    TaskFilter,
    TaskPage,
    TaskReport,
    TaskResult,
)
from relance.engine.states import TaskChange
from relance.engine.store.sequences.tasks import Task
from tests.pretended_engine import AT, ESCAPE, Engine, run
from tests.reworded import in_english

TASK = Task(7, 1, "ada@acme.example", "Calls", "call", ESCAPE, "open", AT, phone="+48 22 1", assignee="ann")
REPORT = TaskReport(
    (TaskResult(7, "ada@acme.example", TaskChange.CHANGED), TaskResult(8, "", TaskChange.UNKNOWN))
)


def test_a_page_is_asked_for_and_the_next_one_named(engine: Engine) -> None:
    engine.answers["tasks.page"] = TaskPage((TASK,), "t-1-7")
    shown = run(
        *[
            "task",
            "list",
            "--when",
            "today",
            "--assignee",
            "ann",
            "--sequence",
            "Calls",
            "--search",
            "ad",
            "--after",
            "t-0-1",
            "--limit",
            "1",
        ]
    )
    asked = TaskFilter((), "today", "ann", "Calls", "ad")
    assert engine.calls[0] == ("tasks.page", (asked,), {"after": "t-0-1", "limit": 1})
    assert "+48 22 1" in shown.stdout
    assert "\x1b" not in shown.stdout
    assert in_english("--after t-1-7") in shown.stderr
    assert json.loads(run("task", "list", "--all", "--json").stdout)[0]["assignee"] == "ann"
    assert engine.calls[2][1][0].states == ()


def test_tasks_are_counted(engine: Engine) -> None:
    engine.answers["tasks.counts"] = TaskCounts(1, 2, 3)
    assert json.loads(run("task", "list", "--counts", "--json").stdout) == {
        "overdue": 1,
        "today": 2,
        "later": 3,
    }
    assert "2" in run("task", "list", "--counts").stdout


def test_what_is_done_with_tasks_is_passed_on_and_told(engine: Engine) -> None:
    engine.answers |= {f"tasks.{verb}": REPORT for verb in ("skip", "snooze", "assign")}
    shown = run("task", "skip", "7", "8", "--dry-run")
    assert engine.calls[0] == ("tasks.skip", (TaskFilter((7, 8)),), {"dry_run": True})
    assert in_english("1 task changed.") in shown.stdout
    assert in_english("unknown") in shown.stdout
    run("task", "assign", "7", "--to", "ann")
    assert engine.calls[2][1] == (TaskFilter((7,)), "ann")
    run("task", "snooze", "7", "--until", "2026-03-05T09:00")
    at = engine.calls[4][1][1]
    assert isinstance(at, dt.datetime)
    assert at.tzinfo is not None
    run("task", "done", "7", "--outcome", "no-answer", "--note", "voicemail")
    assert engine.calls[6] == (
        "tasks.done",
        (7,),
        {"outcome": "no-answer", "note": "voicemail", "stop": False},
    )
    assert json.loads(run("task", "skip", "7", "--json").stdout)["results"][1]["outcome"] == "unknown"
