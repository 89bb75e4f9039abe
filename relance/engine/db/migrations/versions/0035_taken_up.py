"""Which steps a mailbox's turn took up: written once a turn, where each step's row was written before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """A column that the release before neither reads nor writes; it counts each step's attempts by itself."""
    op.add_column("mailbox", sa.Column("taken_up", sa.Text(), server_default="", nullable=False))
