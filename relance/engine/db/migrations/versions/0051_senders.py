"""What a mailbox's mails say of their sender: the zone of their dates, the name it greets by, where links lead, a signature."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    """Columns with a default that the release before neither reads nor writes."""
    for name in ("zone", "ehlo_name", "tracking_host", "signature", "signature_html"):
        op.add_column("mailbox", sa.Column(name, sa.Text, nullable=False, server_default=""))
