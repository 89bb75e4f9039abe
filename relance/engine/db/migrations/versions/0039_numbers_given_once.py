"""A number of a row that was deleted is never another's; a draft knows which of its texts a save was made from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"

_TABLES = (
    *("folder", "withheld", "refusal", "suppression", "suppression_reason"),
    *("user_session", "sequence_draft"),
)
_AHEAD = 1000
# Rows that were deleted before this leave no trace: their numbers are stepped over.


def upgrade() -> None:
    """SQLite makes the tables anew, row by row the same; then new columns, which the release before does not know."""
    if op.get_bind().dialect.name == "sqlite":
        used = sa.text("select exists (select 1 from mailbox) or exists (select 1 from user_account)")
        ahead = _AHEAD if op.get_bind().execute(used).scalar() else 0
        for name in _TABLES:
            _copied(op.get_bind(), name, ahead)
    op.add_column("sequence_draft", sa.Column("version", sa.Integer(), server_default="0", nullable=False))
    op.add_column("sequence_draft", sa.Column("page", sa.Text(), server_default="", nullable=False))
    op.add_column("sequence_draft", sa.Column("page_save", sa.Integer(), server_default="0", nullable=False))


def _copied(conn: sa.Connection, name: str, ahead: int) -> None:
    """The same table, whose numbers only go up: SQLite says so where the key is declared, and that cannot be altered."""
    kept: dict[str, str] = dict(
        conn.execute(
            sa.text("select name, sql from sqlite_master where tbl_name = :name"), {"name": name}
        ).all()
    )
    made = kept.pop(name).replace("PRIMARY KEY (id)", "PRIMARY KEY (id AUTOINCREMENT)")
    if made.count("AUTOINCREMENT") != 1:
        raise RuntimeError(f"the table {name} is not as it was made")
    conn.execute(sa.text(made.replace(name, f"{name}_anew", 1)))
    conn.execute(sa.text(f"insert into {name}_anew select * from {name}"))  # noqa: S608 (names of ours)
    anew = {"name": f"{name}_anew", "ahead": ahead}
    last = f"select :name, coalesce(max(id), 0) + :ahead from {name}"  # noqa: S608
    conn.execute(sa.text("delete from sqlite_sequence where name = :name"), anew)
    conn.execute(sa.text(f"insert into sqlite_sequence (name, seq) {last}"), anew)
    conn.execute(sa.text(f"drop table {name}"))
    conn.execute(sa.text(f"alter table {name}_anew rename to {name}"))
    for sql in filter(None, kept.values()):  # its indexes; those of its constraints have no words
        conn.execute(sa.text(sql))
