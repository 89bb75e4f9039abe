"""Texts of sequences that somebody writes and has not published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """A new table, which the release before neither reads nor writes."""
    op.create_table(
        "sequence_draft",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("user_account_id", _ID, nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("base", sa.Integer(), server_default="0", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("begun_at", _INSTANT, nullable=False),
        sa.Column("saved_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_account_id"], ["user_account.id"], name=op.f("fk_sequence_draft_user_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sequence_draft")),
    )
    op.create_index("ix_sequence_draft_name", "sequence_draft", ["name"])
    op.create_index("ix_sequence_draft_user", "sequence_draft", ["user_account_id"])
