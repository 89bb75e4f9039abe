"""When a step should go is kept beside when it is tried next, and who should have gone first is served first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from relance.engine.db.columns import NullJson
from relance.engine.db.database import Instant

revision = "0045"
down_revision = "0044"

_MAIL = sa.text("state = 'active' and step_kind = 'mail'")
_PLAN = sa.text("coalesce(planned_at, due_at)")


def upgrade() -> None:
    """Columns that the release before neither reads nor writes: what it plans has no plan of its own, and counts as planned for
    when it is due; where it moves somebody on, the plan that stays behind is older than the step, and nobody believes it."""
    op.add_column("enrollment", sa.Column("planned_at", Instant, nullable=True))
    op.add_column("enrollment", sa.Column("planned_bound", NullJson, nullable=True))
    op.execute("update enrollment set planned_at = due_at where step is not null and due_at < '9999-01-01'")
    columns: list[str | sa.TextClause] = ["mailbox_id", "wrote_before", "priority", _PLAN, "id", "due_at"]
    op.create_index(
        "ix_enrollment_mail_planned", "enrollment", columns, postgresql_where=_MAIL, sqlite_where=_MAIL
    )
