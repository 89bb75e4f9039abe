"""The event feed is read in the order of the writing transactions; without an index each page is a scan."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """One index; it is made in the transaction of the migration, for the log is small while there is no 1.0."""
    op.create_index("ix_event_feed", "event", ["xact", "id"])
