"""What the owners of mailboxes send by hand counts against their limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from relance.engine.db.database import Instant

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    """A new table, which the release before neither reads nor writes."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "hand_mail",
        sa.Column("mailbox_id", number, sa.ForeignKey("mailbox.id"), primary_key=True, autoincrement=False),
        sa.Column("mark", sa.Text, primary_key=True),
        sa.Column("sent_at", Instant, nullable=False),
    )
    op.create_index("ix_hand_mail_sent", "hand_mail", ["mailbox_id", "sent_at"])
