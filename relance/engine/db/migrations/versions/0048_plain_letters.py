"""People are found by their names typed without marks: "wojcik" finds Wójcik."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from relance.wording.letters import unmarked

revision = "0048"
down_revision = "0047"

_NAMES = ("first_name", "last_name", "company")
_AT_ONCE = 5000
_WHERE = {
    "postgresql": "octet_length(first_name || last_name || company) > char_length(first_name || last_name || company)",
    "sqlite": "length(cast(first_name || last_name || company as blob)) > length(first_name || last_name || company)",
}
# Names with a letter of more than one byte.


def upgrade() -> None:
    """Columns that the release before neither reads nor writes, filled where a name has such letters; and the index of a company's
    domain finds it by how it begins, too. Whom that release adds meanwhile is found as before, by the name as it is written."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    ops = " text_pattern_ops" if postgresql else ""
    for name in _NAMES:
        op.add_column("contact", sa.Column(f"{name}_plain", sa.Text, nullable=True))
    _fill()
    for name in _NAMES:
        known, begins = sa.text(f"{name}_plain IS NOT NULL"), [sa.text(f"{name}_plain{ops}")]
        op.create_index(
            f"ix_contact_{name}_plain", "contact", begins, postgresql_where=known, sqlite_where=known
        )
    if postgresql:
        op.drop_index("ix_contact_organisation", "contact")
        op.create_index("ix_contact_organisation", "contact", [sa.text(f"organisation{ops}")])


def _fill() -> None:
    """Some rows at a time, by number; only those with such letters are read."""
    conn, last = op.get_bind(), 0
    table = sa.table(
        "contact", sa.column("id"), *map(sa.column, _NAMES), *(sa.column(f"{name}_plain") for name in _NAMES)
    )
    some = sa.select(table.c.id, *(table.c[name] for name in _NAMES)).where(
        sa.text(_WHERE[conn.dialect.name])
    )
    change = sa.update(table).where(table.c.id == sa.bindparam("number"))
    while rows := conn.execute(some.where(table.c.id > last).order_by(table.c.id).limit(_AT_ONCE)).all():
        conn.execute(change, [_values(row) for row in rows])
        last = rows[-1].id


def _values(row: sa.Row[Any]) -> dict[str, object]:
    return {"number": row.id, **{f"{name}_plain": unmarked(getattr(row, name)) for name in _NAMES}}
