"""The inbox is listed by when mails were received, not by when they were read, and found so by its indexes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"

_UNREAD = sa.text("read_at is null")
_PLACE = ["received_at", "id"]


def upgrade() -> None:
    """The release before asks for unread mails by the same partial index, and sorts the few it finds."""
    op.create_index("ix_inbound_received", "inbound", _PLACE)
    op.drop_index("ix_inbound_unread", "inbound")
    op.create_index("ix_inbound_unread", "inbound", _PLACE, postgresql_where=_UNREAD, sqlite_where=_UNREAD)
