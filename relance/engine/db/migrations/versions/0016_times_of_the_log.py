"""Every round asks for the latest moment in the log, for a clock that was ahead: an index, or it reads all of it."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """An index more; the release before goes on working."""
    op.create_index("ix_event_at", "event", ["at"])
