"""After a restore: whom it put in doubt, and mails of ours that nobody here knows; and the aliases of mailboxes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """New columns and a new table only: the release before goes on working."""
    op.add_column("mailbox", sa.Column("aliases", _JSON, server_default="[]", nullable=False))
    op.add_column("enrollment", sa.Column("lost_before", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "lost_mail",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("mailbox_id", _ID, nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailbox.id"], name="fk_lost_mail_mailbox_id"),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_lost_mail"),
    )
