"""What every table is made of: the names of its constraints, and the usual columns."""

from __future__ import annotations

import json

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from relance.wording import Text

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


class Words(sa.types.TypeDecorator[Text]):
    """What is told to people, as a `Text`: a row of its own as JSON, somebody's own words as they are."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Text | str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        """Words that would be read as a row are wrapped in one."""
        if value is None:
            return None
        row = value.row() if isinstance(value, Text) else {"code": "prose", "text": value}
        plain = row.get("code") == "prose" and not row["text"].startswith("{")
        return str(row["text"]) if plain else json.dumps(row, ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Text | None:  # noqa: ARG002
        """Never raises: what is no row is somebody's words."""
        return None if value is None else Text.read(value)


def told(name: str) -> sa.Column[Text]:
    """What people are told, empty rather than NULL."""
    return sa.Column(name, Words, nullable=False, server_default="")


def count(name: str, default: int = 0) -> sa.Column[int]:
    """A whole number, never NULL."""
    return sa.Column(name, sa.Integer, nullable=False, server_default=str(default))
