"""One enrollment as a flow sees it, and where it stands next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from relance.complete import stored
from relance.engine import reasons, states
from relance.engine.db.tables import enrollment
from relance.engine.reasons import Cause, Reason
from relance.engine.states import State


@dataclass(frozen=True)
class Enrollment:
    """One contact in one sequence, as a flow sees it. `version` is what a later write must still find."""

    id: int
    sequence_id: int
    sequence_version_id: int
    contact_id: int
    mailbox_id: int
    state: State
    step: str | None
    step_kind: str
    due_at: dt.datetime | None  # its next try; None: nothing is to come, or the step waits for a person
    bound: Sequence[Any]
    stepped_at: dt.datetime
    priority: int
    attempts: int
    version: int
    resume_at: dt.datetime | None
    wrote_before: bool
    aways: int
    lost_before: dt.datetime | None  # after a restore: what fell due before this may have been sent already
    reasons: Sequence[Any] = ()  # why it stands there, as it is stored: see `why`
    planned_at: dt.datetime | None = None  # as it is stored: see `plan`
    planned_bound: Sequence[Any] | None = None  # why then, where `bound` says something else

    next_mailbox_id: int | None = None  # who goes on with them once a mail begins a thread

    @property
    def plan(self) -> dt.datetime | None:
        """When the step should go; `due_at` is when it is tried next. (A release before plans were kept moves on without one:
        then a plan of a step before this one is left, or none.)"""
        if self.planned_at is None or self.due_at is None or self.planned_at < self.stepped_at:
            return self.due_at
        return min(self.planned_at, self.due_at)

    @property
    def waits_for_a_person(self) -> bool:
        """Whether no time moves it on, but somebody who ticks a task off."""
        return self.step is not None and self.due_at is None

    @cached_property
    def why(self) -> tuple[Reason, ...]:
        """Why it stands where it stands: what is decided is decided by these."""
        return reasons.read(self.reasons)

    @property
    def reason(self) -> str:
        """`why`, as people read it. Nothing is decided by it."""
        return reasons.said(self.why)

    @cached_property
    def word(self) -> tuple[Reason, ...]:
        """Of these, what stays whatever mail is corrected: a person's pause or stop, and what had stopped it before the
        news that stands first. (A release before this one did not note that a stop was a person's.)
        """
        if self.state in (State.ACTIVE, State.AWAY):
            return ()
        over = self.state in states.FINAL and self.state is not State.STOPPED
        return tuple(
            each
            for number, each in enumerate(self.why)
            if each.cause in reasons.BY_A_PERSON or (over and number and each.cause is Cause.OTHER)
        )

    @cached_property
    def news(self) -> tuple[Reason, ...]:
        """The others: each goes when what it rests on was a mistake."""
        return tuple(each for each in self.why if each not in self.word)

    @property
    def paused_besides(self) -> bool:
        """Whether somebody who is held was paused by a person as well."""
        return self.state is State.HELD and any(each.cause is Cause.PERSON for each in self.why)

    @property
    def stays_stopped(self) -> bool:
        """Whether it had been stopped for a reason of its own: no correction opens it."""
        return any(each.cause is not Cause.PERSON for each in self.word)


_NAMES = tuple(Enrollment.__dataclass_fields__)
COLUMNS: list[sa.ColumnElement[Any]] = [enrollment.c[name] for name in _NAMES]
_STATE, _DUE = _NAMES.index("state"), _NAMES.index("due_at")

FAR = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
"""What the release before wrote where a step waits for a person: no time."""


def value(row: Sequence[Any]) -> Enrollment:
    """The enrollment of a row that begins with `COLUMNS`."""
    values = list(row[: len(_NAMES)])
    values[_STATE] = stored(State, values[_STATE])
    if values[_DUE] is not None and values[_DUE] >= FAR:
        values[_DUE] = None
    return Enrollment(*values)
