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
    """What happened to one step for one person. `reason` is a sentence, `codes` are its codes; an accepted mail needs none."""

    email: str
    sequence: str
    step: str
    state: str
    reason: str
    message_id: str
    codes: tuple[str, ...] = ()


def due_steps(context: Context) -> list[StepAccount]:
    """One line for every step that fell due so far: accepted, or in a state that a person can read, with the reason."""
    with context.database.read() as conn:
        mails = step_outcomes.mails(conn)
        unwritten = step_outcomes.unwritten(conn, context.clock.now())
    return [*(_of_mail(row) for row in mails), *(_of_step(row) for row in unwritten)]


def _of_mail(row: Any) -> StepAccount:
    why = ("", ()) if row.mail == MessageState.ACCEPTED else _why(row)
    return _account(row, row.mail, row.message_id, *why)


def _of_step(row: Any) -> StepAccount:
    return _account(row, f"not sent, {row.state}", "", *_why(row))


def _account(row: Any, state: str, message_id: str, reason: str, codes_of_it: tuple[str, ...]) -> StepAccount:
    return StepAccount(row.email, row.sequence, row.step, state, reason, message_id, codes_of_it)


def _why(row: Any) -> tuple[str, tuple[str, ...]]:
    """The sentence, and its codes."""
    if row.state != State.ACTIVE:
        why = reasons.read(row.reasons)
        return reasons.said(why) or str(codes.text("person", row.state)), reasons.codes(why)
    bounds = [reasons.binding(bound) for bound in row.bound]
    words = "; ".join(each.words for each in bounds)
    if words:
        return _("waits for the mailbox's next check ({reasons})", reasons=words), reasons.codes(bounds)
    return _("waits for the mailbox's next check"), ()
