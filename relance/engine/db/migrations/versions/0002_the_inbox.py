"""Answers a person can look through, correct and judge again; plus-addresses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """New columns only, each empty or with a default: the release before goes on working."""
    op.add_column(
        "mailbox",
        sa.Column("plus_addressing", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("inbound", sa.Column("match", sa.Text(), server_default="", nullable=False))
    op.add_column("inbound", sa.Column("size", sa.Integer(), server_default="0", nullable=False))
    op.add_column("inbound", sa.Column("correction", _JSON, nullable=True))
    op.add_column("inbound", sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("inbound", sa.Column("substitute_state", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_inbound_contact", "inbound", ["contact_id"])
    kept = sa.text("raw IS NOT NULL")
    op.create_index("ix_inbound_kept", "inbound", ["judged_at"], postgresql_where=kept, sqlite_where=kept)
