"""Whether a process's Redis answers and refuses: waiting alone mends nothing then."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """One column with a default; `broker_away` is written as before."""
    op.add_column(
        "process", sa.Column("broker_refuses", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
