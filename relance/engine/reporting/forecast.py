"""What follows, if nobody answers: the steps to come, each with its time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from relance.engine.definition.position import Position
from relance.engine.definition.steps import BranchStep, Step
from relance.engine.reporting import enrollment_facts
from relance.engine.reporting.enrollment_facts import EnrollmentFacts
from relance.engine.schedule import calendar
from relance.engine.states import State
from relance.wording import _

MAX_STEPS = 100  # of a forecast; no sequence has more


@dataclass(frozen=True)
class Planned:
    """A step to come, if nobody answers and every mail leaves when it is due. `words` says what it hangs on."""

    step: str
    kind: str
    at: dt.datetime | None
    local: str
    words: str = ""


def forecast(look: EnrollmentFacts) -> Iterator[Planned]:
    """The steps to come, the next one when it can be done and each other when it is due, down the side of every branch that nobody's click leads to."""
    script, row = look.case.script, look.case.row
    place = script.place(look.case.contact, look.context.workspace)
    at = _first_time(look)
    if row.step is None or at is None:
        return
    position = Position(row.step, row.step_kind, at)
    for _step in range(MAX_STEPS):
        if position.step is None or position.due_at is None:
            return
        step = script.plan.step(position.step)
        taken = False if isinstance(step, BranchStep) else None
        yield Planned(
            position.step, position.step_kind, position.due_at, look.local(position.due_at), _hangs_on(step)
        )
        position = script.after(position.step, position.due_at, place, str(row.id), taken)


def _first_time(look: EnrollmentFacts) -> dt.datetime | None:
    row = look.case.row
    when = enrollment_facts.when_next(look)
    if when is None:
        return None
    back = row.resume_at if look.state is State.AWAY else None
    at = max(when.at, back or look.now)
    return _leaves(look, row.step or "", at) if row.step_kind == "mail" else at


def _leaves(look: EnrollmentFacts, step: str, at: dt.datetime) -> dt.datetime:
    """When a mail that may go from `at` on can leave: in the mailbox's next turn, by its pace and its sending hours."""
    turn = look.mailbox.next_turn_at if enrollment_facts.is_due(look) else None
    allowed = enrollment_facts.allowance(look, at)
    paced = allowed.next_at if allowed.count == 0 else None
    later = max(at, turn or at, paced or at)
    if later == at:
        return at
    place = look.case.script.place(look.case.contact, look.context.workspace)
    return calendar.next_opening(look.case.script.rule(step), place, later).at


def _hangs_on(step: Step) -> str:
    if isinstance(step, BranchStep):
        return _("if {condition} is not true; otherwise it takes the other branch", condition=step.when)
    asked = getattr(step, "when", None)
    return _("only if {condition}", condition=asked) if asked else ""
