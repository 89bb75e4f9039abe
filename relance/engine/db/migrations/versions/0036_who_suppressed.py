"""Who put an address or a domain on the do-not-contact list, beside each reason."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """A column that is empty for what was added before, and which the release before does not know."""
    said = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    op.add_column("suppression_reason", sa.Column("added_by", said))
