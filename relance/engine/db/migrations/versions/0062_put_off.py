"""Mails that were offered more than once, found by mailbox and time: rates count them as put off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"

_AGAIN = sa.text("attempts > 1")


def upgrade() -> None:
    """An index of the few mails that were put off."""
    columns = ["mailbox_id", "transmitting_at"]
    op.create_index("ix_message_again", "message", columns, postgresql_where=_AGAIN, sqlite_where=_AGAIN)
