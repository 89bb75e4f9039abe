"""How certainly a mail is somebody's is a word of a list in every row: the first schema said it in a sentence alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Read once; every release since the second migration writes it."""
    inbound = sa.table("inbound", sa.column("match"), sa.column("matched_by"))
    said = sa.case((inbound.c.matched_by.like("%colleague%"), "soft"), else_="certain")
    op.execute(sa.update(inbound).where(inbound.c.match == "").values(match=said))
