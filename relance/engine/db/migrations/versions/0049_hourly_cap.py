"""How many mails a mailbox sends in an hour, and by how much the time between two of them varies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    """Columns that limit nothing as they are; the release before neither reads nor writes them."""
    op.add_column("mailbox", sa.Column("hourly_cap", sa.Integer, nullable=True))
    op.add_column("mailbox", sa.Column("jitter_seconds", sa.Integer, nullable=False, server_default="0"))
