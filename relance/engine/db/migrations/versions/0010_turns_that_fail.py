"""What a mailbox's last turn failed by, where nobody foresaw it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """One column with a default."""
    op.add_column("mailbox", sa.Column("turn_error", sa.Text(), server_default="", nullable=False))
