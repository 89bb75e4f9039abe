"""At which provider a domain receives its mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from relance.engine.db.database import Instant

revision = "0059"
down_revision = "0058"


def upgrade() -> None:
    """A new table, which the release before does not know."""
    op.create_table(
        "receiving_domain",
        sa.Column("domain", sa.Text, primary_key=True),
        sa.Column("provider", sa.Text, nullable=False, server_default=""),
        sa.Column("asked_at", Instant),
        sa.Column("due_at", Instant, nullable=False),
    )
