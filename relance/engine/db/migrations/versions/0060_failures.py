"""Why mails were refused or came back, and how far they had come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"


def upgrade() -> None:
    """Two columns at each. The release before leaves them empty, and judging again fills in those of mails that are kept."""
    for table in ("inbound", "message"):
        op.add_column(table, sa.Column("failure", sa.Text, nullable=True))
        op.add_column(table, sa.Column("failure_stage", sa.Text, nullable=True))
