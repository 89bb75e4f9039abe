"""Many rows in one statement, where the database can: PostgreSQL takes a whole batch as one JSON text.

Sending a mail writes half a dozen small rows. One statement a row costs both sides several times what the row itself does;
SQLite, which is called and not spoken to, gains nothing and gets them one by one. Not for bytes, nor for rows of many
kilobytes: there JSON costs more than the statements it saves.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.prepared import Prepared

Columns = Mapping[str, sa.ColumnElement[Any]]
Row = Mapping[str, Any]

_BATCH, _MANY = "batch", "many"


class Statement:
    """Rows of named values and what is done with them. Built once, at import: its text never changes."""

    def __init__(
        self,
        types: Mapping[str, sa.types.TypeEngine[Any]],
        each: Callable[[Columns], sa.Executable],
        together: Callable[[Columns], sa.Executable] | None = None,
        alone: Callable[[Columns], sa.Executable] | None = None,
    ) -> None:
        """`each` makes the statement for one row from its values, `together` for all of a batch from its columns; `alone`
        for one row on PostgreSQL, where that is another."""
        given = {name: sa.bindparam(f"r_{name}", type_=kind) for name, kind in types.items()}
        self._each = Prepared(each(given))
        self._alone = Prepared(alone(given)) if alone else self._each
        batch = sa.func.json_to_recordset(sa.cast(sa.bindparam(_BATCH, type_=sa.Text), sa.JSON))
        shown = [sa.column(name, kind) for name, kind in types.items()]
        told = batch.table_valued(*shown, name="told").render_derived(with_types=True)
        # PostgreSQL would reckon with 100 rows, and for so many it rather reads the whole table.
        source = sa.select(told).limit(sa.bindparam(_MANY, type_=sa.Integer)).subquery("r")
        columns = {name: source.c[name] for name in types}
        self._together = Prepared((together or each)(columns))

    def run(self, conn: Connection, rows: Sequence[Row]) -> int:
        """Do it for these rows, which all have the same names; returns how many rows of the table it reached."""
        if not rows:
            return 0
        if conn.dialect.name == "postgresql" and len(rows) == 1:  # for so few it would plan each batch anew
            return self._alone.run(conn, _named(rows[0]))
        if conn.dialect.name == "postgresql":
            return self._together.run(conn, {_BATCH: json.dumps(rows, default=_text), _MANY: len(rows)})
        return self._each.each(conn, [_named(row) for row in rows])

    def post(self, conn: Connection, rows: Sequence[Row]) -> None:
        """As `run`, where nobody asks how many rows it reached: see `Prepared.post`."""
        if conn.dialect.name != "postgresql":
            self.run(conn, rows)
        elif len(rows) == 1:
            self._alone.post(conn, [_named(rows[0])])
        elif rows:
            self._together.post(conn, [{_BATCH: json.dumps(rows, default=_text), _MANY: len(rows)}])


def _named(row: Row) -> dict[str, Any]:
    return {f"r_{name}": value for name, value in row.items()}


def inserting(
    table: sa.Table, names: Sequence[str], postgresql: Mapping[str, sa.ColumnElement[Any]] | None = None
) -> Statement:
    """New rows with these columns; `postgresql` are further columns it alone fills, by expression."""
    more = postgresql or {}

    def together(row: Columns) -> sa.Executable:
        chosen = sa.select(*(row[name] for name in names), *more.values())
        return sa.insert(table).from_select([*names, *more], chosen)

    def each(row: Columns) -> sa.Insert:
        return sa.insert(table).values({name: row[name] for name in names})

    types = {name: table.c[name].type for name in names}
    return Statement(types, each, together, lambda row: each(row).values(more))


def _text(value: object) -> str:
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.isoformat()
    raise ValueError(f"a naive time or an odd value reached the database: {value!r}")
