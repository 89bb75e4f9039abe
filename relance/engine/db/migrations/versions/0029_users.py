"""Users of the console, their sessions, invitations, tries to sign in and the audit log; a mailbox may be a user's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_NULL_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
_INSTANT = sa.DateTime(timezone=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def upgrade() -> None:
    """New tables, and a column of `mailbox` that the release before neither reads nor writes."""
    op.create_table(
        "user_account",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        _text("name"),
        sa.Column("role", sa.Text(), nullable=False),
        _text("language"),
        _text("password"),
        sa.Column("totp", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("visited_at", _INSTANT, nullable=True),
        sa.Column("visit_before", _INSTANT, nullable=True),
        sa.CheckConstraint("role in ('manager', 'salesperson', 'viewer')", name=op.f("ck_user_account_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("email", name=op.f("uq_user_account_email")),
    )
    for name, columns in (
        (
            "user_session",
            (
                sa.Column("created_at", _INSTANT, nullable=False),
                sa.Column("seen_at", _INSTANT, nullable=False),
                _text("network"),
                _text("browser"),
            ),
        ),
        (
            "invitation",
            (
                sa.Column("created_at", _INSTANT, nullable=False),
                sa.Column("until", _INSTANT, nullable=False),
                sa.Column("used_at", _INSTANT, nullable=True),
            ),
        ),
    ):
        op.create_table(
            name,
            sa.Column("id", _ID, autoincrement=True, nullable=False),
            sa.Column("user_account_id", _ID, nullable=False),
            sa.Column("token", sa.Text(), nullable=False),
            *columns,
            sa.ForeignKeyConstraint(
                ["user_account_id"], ["user_account.id"], name=op.f(f"fk_{name}_user_account_id")
            ),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
            sa.UniqueConstraint("token", name=op.f(f"uq_{name}_token")),
        )
        op.create_index(f"ix_{name}_user", name, ["user_account_id"])
    op.create_table(
        "sign_in_attempt",
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("party", name=op.f("pk_sign_in_attempt")),
    )
    op.create_table(
        "audit",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        _text("actor_kind"),
        _text("actor"),
        sa.Column("action", sa.Text(), nullable=False),
        _text("subject"),
        sa.Column("before", _NULL_JSON, nullable=True),
        sa.Column("after", _NULL_JSON, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.add_column("mailbox", sa.Column("user_id", _ID, nullable=True))
