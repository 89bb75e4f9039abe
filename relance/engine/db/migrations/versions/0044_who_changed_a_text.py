"""Beside the text of a version stands who changed it after it was published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    """A new column, empty: who changed the texts of before is not known."""
    said = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    op.add_column("sequence_version", sa.Column("reworded", said, nullable=True))
