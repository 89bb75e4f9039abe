"""People in no sequence are found by an index of their own, in the order of their addresses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from relance.engine.db.database import Instant

revision = "0041"
down_revision = "0040"

_ALONE = sa.text("enrolled_at IS NULL")
_JOINED = """
update contact set enrolled_at = (select min(enrollment.created_at) from enrollment where enrollment.contact_id = contact.id)
where exists (select 1 from enrollment where enrollment.contact_id = contact.id)
"""
# The release before joins people without it. It stays empty then, and whoever asks looks at their enrollments, too.


def upgrade() -> None:
    """A column that the release before neither reads nor writes."""
    op.add_column("contact", sa.Column("enrolled_at", Instant, nullable=True))
    op.execute(_JOINED)
    op.create_index(
        "ix_contact_in_no_sequence", "contact", ["email"], postgresql_where=_ALONE, sqlite_where=_ALONE
    )
