"""Who did it stands beside every event."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Two columns with defaults; the release before goes on working."""
    op.add_column("event", sa.Column("actor_kind", sa.Text(), server_default="", nullable=False))
    op.add_column("event", sa.Column("actor", sa.Text(), server_default="", nullable=False))
