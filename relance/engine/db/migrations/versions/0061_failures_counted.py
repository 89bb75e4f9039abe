"""Mails that failed, found by when they did: a report counts them by reason."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"

_FAILED = sa.text("failure IS NOT NULL")


def upgrade() -> None:
    """An index at each table, of the few rows that have a reason."""
    for table, column in (("message", "settled_at"), ("inbound", "received_at")):
        op.create_index(
            f"ix_{table}_failure", table, [column], postgresql_where=_FAILED, sqlite_where=_FAILED
        )
