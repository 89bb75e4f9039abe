"""Who was sent to a mailbox's provider to agree, and is to come back from there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from relance.engine.db.database import Instant

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    """A new table; the release before knows nothing of it, and sends nobody."""
    op.create_table(
        "sign_in_under_way",
        sa.Column("state", sa.Text, primary_key=True),
        sa.Column("session_id", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("until", Instant, nullable=False),
    )
