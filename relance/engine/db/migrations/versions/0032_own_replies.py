"""What people answer from the inbox: beside each such mail what it answers and when it leaves; and when a mailbox's next one does."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from relance.engine.db.database import Instant

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """A new table and an empty column, which the release before does not know."""
    said = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "own_reply",
        sa.Column("message_id", number, sa.ForeignKey("message.id"), primary_key=True, autoincrement=False),
        sa.Column("inbound_id", number, sa.ForeignKey("inbound.id"), nullable=False),
        sa.Column("mailbox_id", number, sa.ForeignKey("mailbox.id"), nullable=False),
        sa.Column("leaves_at", Instant, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("open", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("why", said),
        sa.Column("written_by", said),
    )
    still_open = sa.text("open")
    op.create_index(
        "ix_own_reply_open",
        "own_reply",
        ["mailbox_id", "leaves_at"],
        postgresql_where=still_open,
        sqlite_where=still_open,
    )
    op.create_index("ix_own_reply_inbound", "own_reply", ["inbound_id"])
    op.add_column("mailbox", sa.Column("reply_at", Instant))
