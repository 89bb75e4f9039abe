"""What the checks of each mailbox's health found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from relance.engine.db.columns import Json, NullJson
from relance.engine.db.database import Instant

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    """A new table, and a column with a default. The release before sends first mails whatever stands in them."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.add_column("mailbox", sa.Column("barred", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "mailbox_health",
        sa.Column("mailbox_id", number, sa.ForeignKey("mailbox.id"), primary_key=True, autoincrement=False),
        sa.Column("checked_at", Instant),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("findings", Json, nullable=False, server_default="[]"),
        sa.Column("seen", NullJson),
        sa.Column("anyway", sa.Boolean, nullable=False, server_default=sa.false()),
    )
