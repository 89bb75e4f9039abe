"""What the migrations of a later release do before it writes codes that this one does not know."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection


def widened(conn: Connection) -> None:
    """Columns that take only the codes of this release take others, too; on SQLite by this connection."""
    if conn.dialect.name == "sqlite":
        conn.execute(sa.text("pragma ignore_check_constraints = on"))
        return
    for table, column in (("job", "state"), ("user_account", "role")):
        conn.execute(sa.text(f"alter table {table} drop constraint if exists ck_{table}_{column}"))
