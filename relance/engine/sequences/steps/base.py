"""What every step does when it is carried out: go on to the next one, hold the person, tell of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance.engine.context import Context
from relance.engine.definition.compiled import lacking
from relance.engine.definition.position import Position
from relance.engine.definition.steps import Step
from relance.engine.sequences.step_context import StepContext
from relance.engine.states import Event
from relance.engine.store import enrollments, events


@dataclass(frozen=True)
class StepRun:
    """One due step of one enrollment, in the transaction that carries it out."""

    conn: Connection
    context: Context
    now: dt.datetime
    case: StepContext

    def answer(self, condition: str) -> bool | str:
        """Whether a condition holds for this person; a text says why that cannot be told, and holds them."""
        answer = self.case.script.condition(condition).evaluate(self.case.values(), self.case.facts)
        return answer if isinstance(answer, bool) else lacking(answer, self.case.step)

    def tell(self, kind: str, data: dict[str, object]) -> None:
        """Add what happened to the event log."""
        row = self.case.row
        line = events.NewEvent(
            kind, self.now, row.id, row.contact_id, row.mailbox_id, step=self.case.step, data=data
        )
        events.add(self.conn, [line])


def go_on(run: StepRun, *, kind: str, taken: bool | None = None, words: str = "") -> Position:
    """Move on to the step after this one; `taken` says which way a branch went."""
    # A step that was done late (the tick was down) still counts from when it fell due, or waits would add up.
    position = run.case.after(run.context.workspace, run.case.row.due_at or run.now, taken)
    enrollments.move(run.conn, run.case.row, position, run.now)
    data: dict[str, object] = {"words": words} if words else {}
    if taken is not None:
        data["taken"] = taken
    run.tell(kind, data)
    return position


def pass_by(run: StepRun, step: Step) -> Position:
    """A step in which nothing is done: the time was all there was to it."""
    return go_on(run, kind=step.kind)


def hold(run: StepRun, words: str) -> None:
    """A person has to fill something in or mend it."""
    enrollments.apply(run.conn, [run.case.row.id], Event.HELD, run.now, reason=words)
    run.tell("held", {"reason": words})
