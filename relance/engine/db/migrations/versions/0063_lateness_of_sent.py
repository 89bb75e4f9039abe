"""When a mail should have left, kept beside when it did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from relance.engine.db.database import Instant

revision = "0063"
down_revision = "0062"


def upgrade() -> None:
    """Empty in all rows so far and in those of the release before: of these nobody can tell any more."""
    op.add_column("message", sa.Column("planned_at", Instant, nullable=True))
