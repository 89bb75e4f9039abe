"""Mailboxes that begin slowly."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from relance.engine.db.columns import NullJson

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    """A column that the release before neither reads nor writes: it sends up to the daily cap."""
    op.add_column("mailbox", sa.Column("ramp_up", NullJson, nullable=True))
