"""Which text a draft was begun from: comments change it without a new version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """A column that is empty for drafts begun before, and which the release before neither reads nor writes."""
    op.add_column("sequence_draft", sa.Column("digest", sa.Text(), server_default="", nullable=False))
