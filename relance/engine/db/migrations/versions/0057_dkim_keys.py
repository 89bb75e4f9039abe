"""What signs a mailbox's mails."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    """Three columns. The release before leaves its mails unsigned whatever stands in them."""
    op.add_column("mailbox", sa.Column("dkim_key", sa.LargeBinary, nullable=True))
    for name in ("dkim_selector", "dkim_domain"):
        op.add_column("mailbox", sa.Column(name, sa.Text, nullable=False, server_default=""))
