"""Holds whose event is written later in the same transaction are found by an index that is empty between transactions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"

_UNTOLD = sa.text("opened_by = 0 OR closed_by = 0")


def upgrade() -> None:
    """A new index; what stands is not touched."""
    op.create_index(
        "ix_hold_untold", "hold", ["enrollment_id"], postgresql_where=_UNTOLD, sqlite_where=_UNTOLD
    )
