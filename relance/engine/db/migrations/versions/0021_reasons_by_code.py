"""Reasons have codes and parameters: of mailboxes, suppressions and refusals, too. Sentences stay for the release before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_NULL_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
_AT_ONCE = 1000


def upgrade() -> None:
    """New columns with defaults; the release before goes on working."""
    op.add_column("mailbox", sa.Column("pause_kind", sa.Text(), server_default="", nullable=False))
    op.add_column("mailbox", sa.Column("pause_params", _NULL_JSON, nullable=True))
    for table in ("suppression", "suppression_reason", "refusal"):
        op.add_column(table, sa.Column("why", _NULL_JSON, nullable=True))
    _keep_sentences()


def _keep_sentences() -> None:
    """A sentence without data beside it (of a release that kept no more) is somebody's own words from now on."""
    table = sa.table(
        "enrollment", *(sa.column(name) for name in ("id", "reason")), sa.column("reasons", _JSON)
    )
    conn, last = op.get_bind(), 0
    while True:
        query = sa.select(table.c.id, table.c.reason, table.c.reasons).where(table.c.id > last)
        rows = conn.execute(query.order_by(table.c.id).limit(_AT_ONCE)).all()
        for row in rows:
            if row.reason != "; also: ".join(str(each.get("words", "")) for each in row.reasons):
                why = [{"cause": "", "source": "", "words": row.reason}] if row.reason else []
                conn.execute(sa.update(table).where(table.c.id == row.id).values(reasons=why))
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1].id
