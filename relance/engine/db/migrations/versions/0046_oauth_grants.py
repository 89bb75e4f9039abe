"""How each mailbox signs in, and what providers granted for those that do so by OAuth 2.0."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from relance.engine.db.database import Instant

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    """A new table, and a column with a default: every mailbox of before has a password, and so has one that the release before adds
    meanwhile. To that release a mailbox without a password is one whose password does not open: it pauses it."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.add_column("mailbox", sa.Column("sign_in", sa.Text, nullable=False, server_default="password"))
    op.create_table(
        "oauth_grant",
        sa.Column("mailbox_id", number, sa.ForeignKey("mailbox.id"), primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False, server_default="0"),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("token_until", Instant, nullable=False),
        sa.Column("grant_until", Instant),
        sa.Column("renew_at", Instant),
        sa.Column("renewer", sa.Text, nullable=False, server_default=""),
        sa.Column("renewing_until", Instant),
        sa.Column("doubted", sa.Integer, nullable=False, server_default="0"),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("problem", sa.Text, nullable=False, server_default=""),
    )
