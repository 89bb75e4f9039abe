"""What every table is made of: the names of its constraints, and the usual columns."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # SQLite counts up only in an INTEGER PRIMARY KEY
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
NullJson = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def number() -> sa.Column[int]:
    """The number every row is known by."""
    return sa.Column("id", Id, primary_key=True, autoincrement=True)


def to(table: str, *, nullable: bool = False) -> sa.Column[int]:
    """The row of another table that this one belongs to."""
    return sa.Column(f"{table}_id", Id, sa.ForeignKey(f"{table}.id"), nullable=nullable)


def text(name: str, *, default: str = "") -> sa.Column[str]:
    """Words, empty rather than NULL."""
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def count(name: str, default: int = 0) -> sa.Column[int]:
    """A whole number, never NULL."""
    return sa.Column(name, sa.Integer, nullable=False, server_default=str(default))
