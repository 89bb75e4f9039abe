"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Forwards only: an older release runs on the newer schema, so there is nothing to go back for."""
    ${upgrades if upgrades else "pass"}
