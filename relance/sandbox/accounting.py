"""What our database says of every due step, in the audit's words."""

from __future__ import annotations

from relance.app import Relance
from relance.sandbox.audit import DueStep


def steps(relance: Relance) -> list[DueStep]:
    """Every due step with its state and reason."""
    return [
        DueStep(each.email, each.step, each.state, each.reason, each.message_id)
        for each in relance.due_steps()
    ]
