"""How a task that is closed ended: by whom, when, with which outcome."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance.engine.context import Context
from relance.engine.event_log.actors import Actor
from relance.engine.event_log.kinds import EventKind
from relance.engine.reporting import codes
from relance.engine.sequences.steps import task as task_step
from relance.engine.store import events
from relance.engine.store.sequences.tasks import Task
from relance.wording import Text

_CLOSING = {"done": EventKind.TASK_DONE, "skipped": EventKind.TASK_SKIPPED}
# What is told of a task that somebody closed. One that is dropped went with its sequence.


@dataclass(frozen=True)
class TaskEnding:
    """A task that is not open any more: `state` is done, skipped or dropped (its sequence ended), `outcome` a `TaskOutcome` by its
    name. `by` is who closed it; None where nobody did, or an earlier release noted it."""

    state: str
    at: dt.datetime | None
    outcome: str = ""
    note: str = ""
    by: Actor | None = None

    @property
    def words(self) -> Text:
        """The same as a sentence."""
        if self.state == "dropped":
            return Text("This task is closed: its sequence ended for this person, {when}.", when=self._when)
        how = codes.text("outcome", self.outcome) if self.outcome else codes.text("task", self.state)
        if self.by is None:
            return Text("This task is closed: {outcome}, {when}.", outcome=how, when=self._when)
        who = self.by.named() or str(self.by)
        return Text(
            "This task is closed: {outcome}, by {who}, {when}.", outcome=how, who=who, when=self._when
        )

    @property
    def _when(self) -> dt.datetime | str:
        return self.at or "–"


def ending(context: Context, task_id: int) -> TaskEnding | None:
    """How a task ended; None while it is open. Raises `errors.NotFound`."""
    with context.database.read() as conn:
        task = task_step.known(conn, task_id)
        return None if task.state == "open" else _ending(conn, task)


def _ending(conn: Connection, task: Task) -> TaskEnding:
    kinds = [_CLOSING[task.state]] if task.state in _CLOSING else []
    told = events.of_step(conn, task.enrollment_id, task.step, kinds) if kinds else []
    by = told[-1].actor if told else None
    return TaskEnding(task.state, task.closed_at, task.outcome, task.note, by)
