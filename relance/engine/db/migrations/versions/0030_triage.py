"""Who read an answer, who has to do a task and how it ended; unread answers and open tasks are found by indexes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"

_WORDS = ("assignee", "outcome", "note")


def upgrade() -> None:
    """New columns, empty, which the release before does not write; and three indexes."""
    said = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    op.add_column("inbound", sa.Column("read_by", said))
    for name in _WORDS:
        op.add_column("task", sa.Column(name, sa.Text, nullable=False, server_default=""))
    ops = " text_pattern_ops" if op.get_bind().dialect.name == "postgresql" else ""
    op.create_index("ix_inbound_from_begins", "inbound", [sa.text(f"lower(from_address){ops}")])
    unread, still_open = sa.text("read_at is null"), sa.text("state = 'open'")
    op.create_index("ix_inbound_unread", "inbound", ["id"], postgresql_where=unread, sqlite_where=unread)
    op.create_index(
        "ix_task_open", "task", ["due_at", "id"], postgresql_where=still_open, sqlite_where=still_open
    )
