"""A branch: its condition is asked, and the enrollment goes that way."""

from __future__ import annotations

from relance.engine import reasons
from relance.engine.definition.position import Position
from relance.engine.definition.steps import BranchStep
from relance.engine.engagement import hits
from relance.engine.event_log.of_people import StepBranched
from relance.engine.reasons import Code, because
from relance.engine.sequences.steps.base import StepRun, go_on, hold
from relance.engine.store.sequences import enrollments


def take_a_way(run: StepRun, step: BranchStep) -> Position | None:
    """Go the way that the condition says; None where that cannot be told yet."""
    unsettled = hits.settles_at(run.conn, run.context, run.case.row.id, run.now)
    if unsettled is not None:
        # A click of a minute ago may still turn out to be a scanner's: ask again when it has settled.
        bound = reasons.bound("settling", because(Code.CLICK_TOO_FRESH))
        enrollments.reschedule(run.conn, run.case.row, unsettled, [bound])
        return None
    answer = run.answer(step.when)
    if isinstance(answer, bool):
        return go_on(run, StepBranched(step.when, answer), taken=answer)
    hold(run, answer)
    return None
