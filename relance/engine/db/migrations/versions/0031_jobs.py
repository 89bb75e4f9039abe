"""Work in the background: a row for each job, and the files that jobs read and write."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_INSTANT = sa.DateTime(timezone=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def upgrade() -> None:
    """Two new tables, which the release before does not know."""
    op.create_table(
        "job",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("params", _JSON, nullable=False),
        sa.Column("user_account_id", _ID, nullable=True),
        _text("actor_kind"),
        _text("actor"),
        sa.Column("state", sa.Text(), nullable=False),
        _count("done"),
        _count("total"),
        sa.Column("counts", _JSON, nullable=False),
        sa.Column("place", _JSON, nullable=False),
        _text("reason"),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("began_at", _INSTANT, nullable=True),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.Column("moved_at", _INSTANT, nullable=False),
        _text("holder"),
        sa.Column("held_until", _INSTANT, nullable=True),
        _count("tries"),
        sa.CheckConstraint(
            "state in ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_job_state")
        ),
        sa.ForeignKeyConstraint(
            ["user_account_id"], ["user_account.id"], name=op.f("fk_job_user_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    still = sa.text("state in ('queued', 'running')")
    op.create_index("ix_job_open", "job", ["id"], postgresql_where=still, sqlite_where=still)
    op.create_table(
        "job_file",
        sa.Column("job_id", _ID, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_job_file_job_id")),
        sa.PrimaryKeyConstraint("job_id", "part", "number", name=op.f("pk_job_file")),
    )
