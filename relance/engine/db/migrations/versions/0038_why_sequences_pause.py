"""Why a sequence is paused, with who paused it, beside the words they typed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """A column that is empty for what was paused before, and which the release before does not know."""
    said = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    op.add_column("sequence", sa.Column("why", said))
