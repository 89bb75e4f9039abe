"""The text of each version of a sequence as it was written, with its comments and its layout, beside what it says."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """A column that is empty for what was published before, and which the release before does not know."""
    op.add_column("sequence_version", sa.Column("source", sa.Text(), nullable=False, server_default=""))
