"""Whether a mailbox is paused because it can not be read: until now two sentences that were alike said so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """One column with a default; the sentences stay, and are compared for the last time."""
    op.add_column("mailbox", sa.Column("locked_out", sa.Boolean(), server_default=sa.false(), nullable=False))
    mailbox = sa.table(
        "mailbox", *(sa.column(name) for name in ("state", "reason", "sync_error", "locked_out"))
    )
    alike = sa.and_(
        mailbox.c.state == "paused", mailbox.c.sync_error != "", mailbox.c.reason == mailbox.c.sync_error
    )
    op.execute(sa.update(mailbox).where(alike).values(locked_out=sa.true()))
