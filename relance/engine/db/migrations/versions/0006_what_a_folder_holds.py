"""What a folder held when it was read, and the mails that a server shows and does not give."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from relance.engine.db.database import Instant

revision = "0006"
down_revision = "0005"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """New columns with a default or empty, and a new table: the release before goes on working."""
    op.add_column("folder", sa.Column("messages", sa.BigInteger(), nullable=True))
    for name in ("gaps", "object_id", "moved"):
        op.add_column("folder", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("folder", sa.Column("moves", sa.Integer(), server_default="0", nullable=False))
    op.add_column("folder", sa.Column("moved_at", Instant(), nullable=True))
    op.create_table(
        "withheld",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("mailbox_id", _ID, sa.ForeignKey("mailbox.id"), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="trying", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("sender", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("person_held", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("tried_at", Instant(), nullable=False),
        sa.UniqueConstraint("mailbox_id", "folder", "uidvalidity", "uid"),
        sa.CheckConstraint("state in ('trying', 'aside', 'dismissed')", name="state"),
    )
