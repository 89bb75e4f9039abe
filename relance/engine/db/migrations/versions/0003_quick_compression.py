"""The bytes of mails are compressed the quick way, on PostgreSQL: its old way costs more than all else of an insert."""

from __future__ import annotations

from alembic import op

from relance.engine.db.columns import QUICK_COMPRESSION

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """For rows to come; those that are there stay as they are, and both can be read."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(QUICK_COMPRESSION)
