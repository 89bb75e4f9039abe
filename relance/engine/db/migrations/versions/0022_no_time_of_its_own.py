"""What waits for a person has no due time, where it had the year 9999."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

_FAR = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)


def upgrade() -> None:
    """The column may be empty already; a process of the release before that goes on writes the year, and it is read as none."""
    enrollment = sa.table("enrollment", sa.column("due_at", sa.DateTime(timezone=True)))
    far = (
        _FAR.replace(tzinfo=None) if op.get_bind().dialect.name == "sqlite" else _FAR
    )  # which keeps no offset
    op.execute(sa.update(enrollment).where(enrollment.c.due_at >= far).values(due_at=None))
