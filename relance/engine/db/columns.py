"""What every table is made of: the names of its constraints, and the usual columns."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

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


class _Json(sa.types.TypeDecorator[Any]):
    """JSON; on PostgreSQL JSONB, whose module is loaded there only: a variant would load it for SQLite, too."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """What the database keeps it as."""
        if dialect.name != "postgresql":
            return dialect.type_descriptor(self.impl_instance)
        from sqlalchemy.dialects.postgresql import JSONB

        return dialect.type_descriptor(JSONB(none_as_null=self.none_as_null))

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        """A key or a path is none of these values, but what JSON takes it for."""
        return self.impl_instance.coerce_compared_value(op, value)


Json = _Json()
NullJson = _Json(none_as_null=True)


_later: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []


def index(
    name: str,
    *columns: Any,
    where: sa.ColumnElement[bool] | None = None,
    everywhere: bool = True,
    **words: Any,
) -> None:
    """An index in a database's own words, of those rows only. For who makes or compares the schema (`with_indexes`): those
    words load both databases' modules, and nobody else needs them. `everywhere`: SQLite has it so, too."""
    if where is not None:
        words |= {"postgresql_where": where, **({"sqlite_where": where} if everywhere else {})}
    _later.append((name, columns, words))


def with_indexes() -> sa.MetaData:
    """All tables that were declared, with all their indexes."""
    while _later:
        name, columns, words = _later.pop()
        sa.Index(name, *columns, **words)
    return metadata


NEVER_AGAIN: dict[str, Any] = {"info": {"numbers": "given once"}}
# Of a table whose rows are deleted: SQLite would give the number of its last row to the next one, and who still knows the old row by
# its number would mean another (sqlite.org/autoinc.html). PostgreSQL never does. Migrations say so to SQLite; Core's own word for it
# would load SQLite's dialect in a process that speaks to PostgreSQL.


def number() -> sa.Column[int]:
    """The number every row is known by. A table whose rows are deleted says `NEVER_AGAIN`, too."""
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


# How PostgreSQL keeps rows of ours: what it compresses, and what it need not check.
QUICK_COMPRESSION = """
do $$ begin
    alter table message alter column raw set compression lz4;
exception when feature_not_supported or invalid_parameter_value then
    alter table message alter column raw set storage external;
end $$
"""
# A mail of 4 KB costs PostgreSQL 140 us by its own compression and 20 by lz4. A server built without lz4 keeps the bytes plain.
UNCHECKED = tuple(
    f"fk_{table}_{column}"
    for table, columns in (
        ("message", ("contact_id", "mailbox_id")),
        ("event", ("enrollment_id", "contact_id", "mailbox_id")),
    )
    for column in columns
)
# What PostgreSQL does not check: each costs a mail a look-up and a lock, and speaks of rows that are never deleted, by numbers
# that were read in the same transaction or from an enrollment that is checked. SQLite checks for next to nothing, and does.
LIGHT_ROWS = {
    name: f"""
do $$ begin
    {" ".join(f"alter table {name} drop constraint if exists {each};" for each in UNCHECKED if each.startswith(f"fk_{name}_"))}
end $$
"""
    for name in ("message", "event")
}


def kept_so(*tables: sa.Table) -> None:
    """A table that is made is kept so."""
    for table in tables:
        for text in _TEXTS[table.name]:
            sa.event.listen(table, "after_create", sa.DDL(text).execute_if(dialect="postgresql"))  # type: ignore[no-untyped-call]


_TEXTS = {"message": (QUICK_COMPRESSION, LIGHT_ROWS["message"]), "event": (LIGHT_ROWS["event"],)}
