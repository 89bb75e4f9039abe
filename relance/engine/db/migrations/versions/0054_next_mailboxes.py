"""Who goes on with somebody once their next mail begins a thread."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from relance.engine.db.columns import Id

revision = "0054"
down_revision = "0053"

_PROMISED = sa.text("next_mailbox_id is not null")


def upgrade() -> None:
    """A column that the release before neither reads nor writes: there, whoever comes to a new thread keeps their mailbox."""
    op.add_column("enrollment", sa.Column("next_mailbox_id", Id, nullable=True))
    op.create_index(
        "ix_enrollment_next_mailbox",
        "enrollment",
        ["next_mailbox_id"],
        postgresql_where=_PROMISED,
        sqlite_where=_PROMISED,
    )
