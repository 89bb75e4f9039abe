"""The account of every due step: promise 3, "nothing lost", as a list anybody can check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from relance.engine import reasons
from relance.engine.context import Context
from relance.engine.reporting import codes
from relance.engine.states import MessageState, State
from relance.engine.store import step_outcomes
from relance.wording import _


@dataclass(frozen=True)
class StepAccount:
    """What happened to one step for one person. `reason` is a sentence; an accepted mail needs none."""

    email: str
    sequence: str
    step: str
    state: str
    reason: str
    message_id: str


def due_steps(context: Context) -> list[StepAccount]:
    """One line for every step that fell due so far: accepted, or in a state that a person can read, with the reason."""
    with context.database.read() as conn:
        mails = step_outcomes.mails(conn)
        unwritten = step_outcomes.unwritten(conn, context.clock.now())
    return [*(_of_mail(row) for row in mails), *(_of_step(row) for row in unwritten)]


def _of_mail(row: Any) -> StepAccount:
    reason = "" if row.mail == MessageState.ACCEPTED else _why(row)
    return StepAccount(row.email, row.sequence, row.step, row.mail, reason, row.message_id)


def _of_step(row: Any) -> StepAccount:
    return StepAccount(row.email, row.sequence, row.step, f"not sent, {row.state}", _why(row), "")


def _why(row: Any) -> str:
    if row.state != State.ACTIVE:
        return reasons.said(reasons.read(row.reasons)) or str(codes.text("person", row.state))
    words = "; ".join(reasons.binding(bound).words for bound in row.bound)
    if words:
        return _("waits for the mailbox's next check ({reasons})", reasons=words)
    return _("waits for the mailbox's next check")
