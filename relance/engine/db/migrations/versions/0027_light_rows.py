"""A mail's row and its events are written without look-ups that PostgreSQL need not make."""

from __future__ import annotations

from alembic import op

from relance.engine.db.columns import LIGHT_ROWS

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Constraints that are gone disturb nobody: the release before writes the same rows."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for text in LIGHT_ROWS.values():
        op.execute(text)
    for column in ("body", "links"):
        op.execute(_QUICK.format(column=column))


_QUICK = """
do $$ begin
    alter table message alter column {column} set compression lz4;
exception when feature_not_supported or invalid_parameter_value then null;
end $$
"""
# As the bytes of a mail since 0003.
