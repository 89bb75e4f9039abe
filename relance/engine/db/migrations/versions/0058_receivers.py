"""Who receives a mail: how many one company, or one free-mail provider, gets may be limited."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"


def upgrade() -> None:
    """A column that is empty in all rows so far and in those of the release before, which then count by their recipient."""
    op.add_column("message", sa.Column("receiver", sa.Text, nullable=True))
    op.create_index("ix_message_receiver", "message", ["receiver", "transmitting_at"])
