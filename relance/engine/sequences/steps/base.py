"""What every step does when it is carried out: go on to the next one, hold the person, tell of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance.engine.context import Context
from relance.engine.definition.compiled import lacking
from relance.engine.definition.position import Position
from relance.engine.definition.steps import Step
from relance.engine.event_log.base import EventData
from relance.engine.event_log.of_people import EnrollmentHeld, StepEnded, StepWaited
from relance.engine.reasons import Reason
from relance.engine.sequences.step_context import StepContext
from relance.engine.states import Event
from relance.engine.store import events
from relance.engine.store.sequences import enrollments, moves


@dataclass(frozen=True)
class StepRun:
    """One due step of one enrollment, in the transaction that carries it out."""

    conn: Connection
    context: Context
    now: dt.datetime
    case: StepContext

    def answer(self, condition: str) -> bool | Reason:
        """Whether a condition holds for this person; a reason says why that cannot be told, and holds them."""
        answer = self.case.script.condition(condition).evaluate(self.case.values(), self.case.facts)
        return answer if isinstance(answer, bool) else lacking(answer, self.case.step)

    def tell(self, said: EventData) -> None:
        """Add what happened to the event log."""
        events.record_event(self.conn, said, self.now, self.case.row, step=self.case.step)


def go_on(run: StepRun, said: EventData, *, taken: bool | None = None) -> Position:
    """Move on to the step after this one, and tell of it; `taken` says which way a branch went."""
    # A step that was done late (the tick was down) still counts from when it fell due, or waits would add up.
    position = run.case.after(run.context.workspace, run.case.row.due_at or run.now, taken)
    run.tell(said)
    moves.move(run.conn, run.case.row, position, run.now)
    return position


def wait(run: StepRun, _step: Step) -> Position:
    """A wait is over: the time was all there was to it."""
    return go_on(run, StepWaited())


def end(run: StepRun, _step: Step) -> Position:
    """The sequence is over."""
    return go_on(run, StepEnded())


def hold(run: StepRun, why: Reason) -> None:
    """A person has to fill something in or fix it."""
    enrollments.apply(run.conn, [run.case.row.id], Event.HELD, run.now, reason=why)
    run.tell(EnrollmentHeld(why))
