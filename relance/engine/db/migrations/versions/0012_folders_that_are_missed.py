"""The look in which a server's list did not name a folder: one answer proves nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from relance.engine.db.database import Instant

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """One empty column."""
    op.add_column("folder", sa.Column("missing_at", Instant(), nullable=True))
