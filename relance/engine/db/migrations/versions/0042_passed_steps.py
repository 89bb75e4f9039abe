"""Events that say that somebody is past a step that is no mail have an index of their own, which no event of a mail enters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"

_PASSED = sa.text(
    "kind IN ('branch', 'end', 'skipped', 'step.branched', 'step.ended', 'step.skipped', 'step.waited', 'task', 'task.created', 'wait')"
)


def upgrade() -> None:
    """A new index; what stands is not touched."""
    op.create_index(
        "ix_event_passed",
        "event",
        ["enrollment_id", "kind", "step"],
        postgresql_where=_PASSED,
        sqlite_where=_PASSED,
    )
