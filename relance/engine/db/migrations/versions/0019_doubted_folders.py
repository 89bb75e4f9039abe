"""Folders that may have taken one another's names, until they are read whole."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """A column with a default; the release before goes on working."""
    op.add_column("folder", sa.Column("doubted", sa.Boolean(), server_default=sa.false(), nullable=False))
