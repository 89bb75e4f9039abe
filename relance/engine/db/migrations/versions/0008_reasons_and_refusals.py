"""Reasons kept one by one: of suppressions and of holds; what receiving organisations refuse, and the last refusal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_NULL_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """New columns and tables only: the release before goes on working."""
    op.add_column("mailbox", sa.Column("refusal", _NULL_JSON, nullable=True))
    op.add_column("enrollment", sa.Column("reasons", _JSON, server_default="[]", nullable=False))
    op.create_table(
        "suppression_reason",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cause in ('person', 'bounce')", name=op.f("ck_suppression_reason_cause")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression_reason")),
        sa.UniqueConstraint(
            "kind", "value", "cause", "source", name=op.f("uq_suppression_reason_kind_value_cause_source")
        ),
    )
    op.create_table(
        "refusal",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("mailbox_id", _ID, nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailbox.id"], name=op.f("fk_refusal_mailbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusal")),
        sa.UniqueConstraint("mailbox_id", "organisation", name=op.f("uq_refusal_mailbox_id_organisation")),
    )
    _sort_what_is_there()


def _sort_what_is_there() -> None:
    """Until now a sentence was all there was. What it says for certain is kept as that; all else is a person's."""
    op.execute(
        "insert into suppression_reason (kind, value, cause, source, words, created_at) "
        "select kind, value, 'bounce', '', reason, created_at from suppression "
        "where (reason like 'bounced: %' or reason like 'the address does not exist%') and reason not like '%; also: %'"
    )
    op.execute(
        "insert into suppression_reason (kind, value, cause, source, words, created_at) "
        "select kind, value, 'person', '', reason, created_at from suppression "
        "where not ((reason like 'bounced: %' or reason like 'the address does not exist%') and reason not like '%; also: %')"
    )
    enrollment = sa.table(
        "enrollment", *(sa.column(name) for name in ("id", "state", "reason")), sa.column("reasons", _JSON)
    )
    held = sa.select(enrollment.c.id, enrollment.c.reason).where(
        enrollment.c.state == "held",
        enrollment.c.reason.like("the mail may have been delivered%"),
        enrollment.c.reason.not_like("%; also: %"),
    )
    rows = op.get_bind().execute(held).all()
    for row in rows:
        why = [{"cause": "unknown mail", "source": "", "words": row.reason}]
        op.execute(sa.update(enrollment).where(enrollment.c.id == row.id).values(reasons=why))
