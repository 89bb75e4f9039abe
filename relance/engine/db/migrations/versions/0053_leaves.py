"""Leave of a mailbox's owner."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from relance.engine.db.columns import NullJson

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    """A column that the release before neither reads nor writes: it sends on days of leave, too."""
    op.add_column("mailbox", sa.Column("leaves", NullJson, nullable=True))
