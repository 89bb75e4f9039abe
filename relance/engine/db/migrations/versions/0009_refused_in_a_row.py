"""How often in a row a mailbox's servers refused its login: one answer proves nothing where logins worked before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """A new column with a default: the release before goes on working."""
    op.add_column("mailbox", sa.Column("logins_refused", sa.Integer(), server_default="0", nullable=False))
