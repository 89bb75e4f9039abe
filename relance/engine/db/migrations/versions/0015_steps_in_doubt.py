"""Whose steps a restore has put in doubt is asked of each due follow-up: an index over those alone, empty nearly always."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """An index more; the release before goes on working."""
    lost = sa.text("lost_before is not null")
    op.create_index(
        "ix_enrollment_lost", "enrollment", ["contact_id"], postgresql_where=lost, sqlite_where=lost
    )
