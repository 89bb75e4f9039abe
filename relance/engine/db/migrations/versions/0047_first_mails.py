"""Whose first mails leave next is kept with each mailbox, and those of one sequence have an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from relance.engine.db.columns import NullJson

revision = "0047"
down_revision = "0046"

_MAIL = "state = 'active' and step_kind = 'mail'"
_PLAN = sa.text("coalesce(planned_at, due_at)")


def upgrade() -> None:
    """A column that the release before neither reads nor writes."""
    op.add_column("mailbox", sa.Column("first_mails", NullJson, nullable=True))
    columns: list[str | sa.TextClause] = ["mailbox_id", "sequence_id", "priority", _PLAN, "id", "due_at"]
    op.create_index(
        "ix_enrollment_first_planned",
        "enrollment",
        columns,
        postgresql_where=sa.text(f"{_MAIL} and not wrote_before"),
        sqlite_where=sa.text(f"{_MAIL} and wrote_before = 0"),
    )
