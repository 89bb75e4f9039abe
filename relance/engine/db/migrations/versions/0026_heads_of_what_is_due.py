"""What is due is read from the head of an index, however much waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Indexes alone: the release before goes on working, and reads by the new one what it read by the old."""
    mail = sa.text("state = 'active' and step_kind = 'mail'")
    columns = ["mailbox_id", "wrote_before", "priority", "due_at", "id"]
    op.create_index(
        "ix_enrollment_mail_next", "enrollment", columns, postgresql_where=mail, sqlite_where=mail
    )
    op.drop_index("ix_enrollment_mail_due", "enrollment")
    if op.get_bind().dialect.name == "postgresql":
        # Room on a page for the next version of a row that counts an attempt or is marked: no index hears of it then.
        op.execute("alter table enrollment set (fillfactor = 85)")
