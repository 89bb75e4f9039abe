"""What keeps a mailbox from sending, beside what keeps it from being read; and whether a person paused it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Two columns with defaults; the release before goes on working."""
    op.add_column("mailbox", sa.Column("send_error", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "mailbox", sa.Column("paused_by_itself", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
