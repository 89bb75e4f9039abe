"""A step that needs no mailbox is carried out: which function does each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from relance.complete import complete
from relance.engine.definition.position import Position
from relance.engine.definition.steps import KINDS
from relance.engine.sequences.steps.base import StepRun, end, wait
from relance.engine.sequences.steps.branch import take_a_way
from relance.engine.sequences.steps.task import ask_a_person

NEED_A_MAILBOX = frozenset({"mail"})
"""The kinds that wait for a mailbox's turn (`relance.engine.sending`)."""

CARRY_OUT: Mapping[str, Callable[[StepRun, Any], Position | None]] = complete(
    KINDS.keys() - NEED_A_MAILBOX,
    {
        "branch": take_a_way,
        "task": ask_a_person,
        "wait": wait,
        "end": end,
    },
)
"""By kind; each is given the step. It returns where the enrollment stands then, None when that does not move on by itself."""


def carry_out(run: StepRun) -> Position | None:
    """Do the step an enrollment stands at; returns where it stands then, None when it does not move on by itself."""
    step = run.case.script.plan.step(run.case.step)
    if step.kind not in CARRY_OUT:
        raise TypeError(
            f"nobody knows how to do {run.case.step!r} without a mailbox"
        )  # it is held, and says so
    return CARRY_OUT[step.kind](run, step)
