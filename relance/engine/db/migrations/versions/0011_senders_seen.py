"""Which other addresses stand in From in a mailbox's Sent folder: they are offered as its aliases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """One column with a default."""
    op.add_column("mailbox", sa.Column("seen_from", _JSON, server_default="[]", nullable=False))
