"""Statements of the hot path: compiled once, handed to the driver as they are, planned once a connection.

SQLAlchemy's Core takes longer to run a statement than either database does. So what every mail asks is built here at import,
compiled to its dialect's text at its first use, and run by the driver on the connection of a `Database.read` or `write`;
values and rows pass through the same types as anywhere. Nobody else speaks to a driver.

What such a statement compares with a constant, it has in its text (`fixed`): PostgreSQL takes a partial index only where the
plan for all values can know that it may. And how many values there are is not in its text (`any_of`), but whether there is
only one is: PostgreSQL reckons with ten where it cannot know, finds that any real number beats that, and plans each call anew.
"""

from __future__ import annotations

import functools
import json
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.ext.compiler import compiles

from relance import late

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

    from relance.engine.db.pipeline import Plan
else:  # a process speaks to one of them
    postgresql, sqlite = late.modules("sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite")

Values = Mapping[str, Any]
Row = Any
"""A named tuple with the statement's columns."""
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")


def fixed(value: str | StrEnum) -> sa.ColumnElement[Any]:
    """A word of ours as it stands in a statement's text."""
    if not str(value).translate(_PUNCTUATION).isalnum():
        raise ValueError(f"not a word of ours: {value!r}")
    return sa.literal_column(f"'{value!s}'", sa.Text)


_PUNCTUATION = str.maketrans("", "", "_ .")


def is_one_of(column: sa.ColumnElement[Any], values: Iterable[str | StrEnum]) -> sa.ColumnElement[bool]:
    """The column has one of some words of ours."""
    return column.in_([fixed(each) for each in values])


class _Many(sa.types.TypeDecorator[Sequence[Any]]):
    """Any number of values as one: an array on PostgreSQL, a JSON text on SQLite."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, of: type[sa.types.TypeEngine[Any]]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """An array of `of`."""
        made = postgresql.ARRAY(self.of) if dialect.name == "postgresql" else sa.Text()
        return dialect.type_descriptor(made)

    def process_bind_param(self, value: Iterable[Any] | None, dialect: sa.Dialect) -> Any:
        """From any collection."""
        given = list(value or ())
        return given if dialect.name == "postgresql" else json.dumps(given)


class _Among(sa.sql.functions.FunctionElement[bool]):
    type = sa.Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """A condition as it is. Where a database has no booleans Core would write `... = 1` behind it, and SQLite then reads the
        whole table instead of looking each value up."""
        del against
        return self


@compiles(_Among, "postgresql")
def _among_postgresql(element: _Among, compiler: Any, *, only_one: bool = False, **more: Any) -> str:
    column, many = element.clauses
    if only_one:
        kind: Any = many.type
        return str(compiler.process(column == sa.bindparam(many.key, type_=kind.of), **more))
    return f"{compiler.process(column, **more)} = ANY ({compiler.process(many, **more)})"


@compiles(_Among, "sqlite")
def _among_sqlite(element: _Among, compiler: Any, **more: Any) -> str:
    column, many = (compiler.process(each, **more) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({many}))"  # noqa: S608 -- made of columns and bound values


def any_of(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """The column has one of the values given by that name, however many there are."""
    of = sa.BigInteger if isinstance(column.type, sa.Integer) else sa.Text
    return _Among(column, sa.bindparam(name, type_=_Many(of)))


def among(column: sa.ColumnElement[Any], values: Iterable[Any]) -> sa.ColumnElement[bool]:
    """The column has one of these, which are one value to the driver: for thousands, as a statement of Core's."""
    of = sa.BigInteger if isinstance(column.type, sa.Integer) else sa.Text
    return _Among(column, sa.bindparam(None, list(values), type_=_Many(of), unique=True))


class _Compiled:
    """A statement in one dialect: its text, and what its values and columns pass through."""

    def __init__(self, statement: sa.Executable, dialect: sa.Dialect, *, only_one: bool = False) -> None:
        """`only_one`: where any number of values may be given, there is one."""
        more = {"only_one": True} if only_one else {}
        compiled = statement.compile(dialect=dialect, compile_kwargs=more)  # type: ignore[attr-defined]
        self.text = str(compiled)
        if "POSTCOMPILE" in self.text:
            raise TypeError(f"a list of values is in the text; use `any_of` or `is_one_of`: {self.text}")
        self.plan = _plan(self.text) if dialect.name == "postgresql" else None
        self.given: dict[str, Any] = dict(compiled.params)
        self.into = {
            name: turn for name, bind in compiled.binds.items() if (turn := _binding(bind.type, dialect))
        }
        self.many = [name for name, bind in compiled.binds.items() if isinstance(bind.type, _Many)]
        self.only_one = _Compiled(statement, dialect, only_one=True) if self._often_one(dialect) else None
        columns = getattr(statement, "exported_columns", {})
        self.out = [
            (place, turn)
            for place, column in enumerate(columns)
            if (turn := _resulting(column.type, dialect))
        ]
        self.row: Callable[[Iterable[Any]], Row] = namedtuple("Row", list(columns.keys()), rename=True)._make  # type: ignore[attr-defined]

    def _often_one(self, dialect: sa.Dialect) -> bool:
        return len(self.many) == 1 and dialect.name == "postgresql"

    def of(self, given: Values) -> tuple[_Compiled, Values]:
        """Which text these values take, and they as it takes them."""
        if self.only_one is None or len(given[self.many[0]]) != 1:
            return self, given
        name = self.many[0]
        [value] = given[name]
        return self.only_one, {**given, name: value}

    def values(self, given: Values) -> dict[str, Any]:
        """As the driver takes them."""
        found = {**self.given, **given}
        for name, turn in self.into.items():
            found[name] = turn(found[name])
        return found

    def rows(self, found: Iterable[Sequence[Any]]) -> list[Row]:
        """As the engine reads them."""
        if not self.out:
            return [self.row(each) for each in found]
        made = []
        for each in found:
            values = list(each)
            for place, turn in self.out:
                values[place] = turn(values[place])
            made.append(self.row(values))
        return made


def _plan(text: str) -> Plan:
    from relance.engine.db import pipeline  # with its driver: ten megabytes that SQLite has no use for

    return pipeline.plan(text)


def _binding(kind: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> Callable[[Any], Any] | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _resulting(kind: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> Callable[[Any], Any] | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


@functools.cache
def _sqlite() -> sa.Dialect:
    """By name as on PostgreSQL: one kind of values for both."""
    return sqlite.dialect(paramstyle="named")


class Prepared:
    """One statement of the hot path, on both databases."""

    def __init__(self, statement: sa.Executable) -> None:
        self.statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def all(self, conn: Connection, values: Values) -> list[Row]:
        """Run it; its rows."""
        if conn.dispatch.before_cursor_execute:  # somebody watches, who knows Core
            return list(conn.execute(self.statement, values))
        made, given = self._in(conn).of(values)
        return made.rows(_rows(conn, made, made.values(given)))

    def one(self, conn: Connection, values: Values) -> Row | None:
        """Run it; its only row, if there is one."""
        found = self.all(conn, values)
        return found[0] if found else None

    def scalars(self, conn: Connection, values: Values) -> list[Any]:
        """Run it; the first column of its rows."""
        return [row[0] for row in self.all(conn, values)]

    def run(self, conn: Connection, values: Values) -> int:
        """Run it; how many rows it reached."""
        if conn.dispatch.before_cursor_execute:
            return conn.execute(self.statement, values).rowcount
        made, given = self._in(conn).of(values)
        return _reached(conn, made, [made.values(given)])

    def each(self, conn: Connection, values: Sequence[Values]) -> int:
        """Run it for each of these; how many rows it reached."""
        if conn.dispatch.before_cursor_execute:
            return conn.execute(self.statement, list(values)).rowcount
        made = self._in(conn)
        return _reached(conn, made, [made.values(each) for each in values])

    def post(self, conn: Connection, values: Sequence[Values]) -> None:
        """As `each`, where nobody asks how many rows it reached: on PostgreSQL it leaves with what is said next in this
        transaction, or with its commit."""
        made = self._in(conn)
        plan = made.plan
        if plan is not None and conn.in_transaction() and not conn.dispatch.before_cursor_execute:
            many = [made.values(each) for each in values]
            _told(conn, made, lambda driver: driver.planned.post(plan, many))
        elif len(values) == 1:
            self.run(conn, values[0])
        else:
            self.each(conn, values)

    def _in(self, conn: Connection) -> _Compiled:
        name = conn.dialect.name
        made = self._compiled.get(name)
        if made is None:
            dialect = conn.dialect if name == "postgresql" else _sqlite()
            made = self._compiled[name] = _Compiled(self.statement, dialect)
        return made


@dataclass(frozen=True)
class Query(Generic[A]):
    """A statement with its values, yet to be run, and what is made of its rows."""

    statement: Prepared
    values: Values
    read: Callable[[list[Row]], A]

    def run(self, conn: Connection) -> A:
        """Run it alone."""
        return self.read(self.statement.all(conn, self.values))

    def then(self, made: Callable[[A], B]) -> Query[B]:
        """The same, and what is made of its answer."""
        return Query(self.statement, self.values, lambda rows: made(self.read(rows)))


@overload
def together(conn: Connection, first: Query[A], second: Query[B], /) -> tuple[A, B]: ...
@overload
def together(conn: Connection, first: Query[A], second: Query[B], third: Query[C], /) -> tuple[A, B, C]: ...
@overload
def together(
    conn: Connection, first: Query[A], second: Query[B], third: Query[C], fourth: Query[D], /
) -> tuple[A, B, C, D]: ...
def together(conn: Connection, *queries: Query[Any]) -> tuple[Any, ...]:
    """Run queries that need nothing of each other's answers: one after the other, each seeing what those before it did and
    waited for, as if each were run alone. On PostgreSQL they are one round trip, and read when all have run."""
    if conn.dialect.name != "postgresql" or conn.dispatch.before_cursor_execute:
        return tuple(each.run(conn) for each in queries)
    given = [each.statement._in(conn).of(each.values) for each in queries]
    asked = [(made.plan, made.values(values)) for made, values in given]
    found = _told(conn, given[0][0], lambda driver: driver.planned.rows_of_each(asked))
    return tuple(
        each.read(made.rows(rows)) for each, (made, _), rows in zip(queries, given, found, strict=True)
    )


def _rows(conn: Connection, made: _Compiled, values: dict[str, Any]) -> Sequence[Sequence[Any]]:
    plan = made.plan
    if plan is not None:
        found: Sequence[Sequence[Any]] = _told(conn, made, lambda driver: driver.planned.rows(plan, values))
        return found
    return list(_told(conn, made, lambda driver: driver.execute(made.text, values).fetchall()))


def _reached(conn: Connection, made: _Compiled, many: Sequence[dict[str, Any]]) -> int:
    plan = made.plan
    if plan is not None:
        return int(_told(conn, made, lambda driver: driver.planned.run(plan, many)))
    return int(_told(conn, made, lambda driver: driver.executemany(made.text, many).rowcount))


def _told(conn: Connection, made: _Compiled, work: Callable[[Any], Any]) -> Any:
    """What the driver makes of it, in a transaction where Core would begin one. What the driver says is told, and a lost
    connection let go, as after any statement of Core's."""
    driver: Any = conn.connection.driver_connection
    if not conn.in_transaction() and not (made.plan is not None and driver.autocommit):
        conn.begin()
    try:
        return work(driver)
    except BaseException as error:
        if isinstance(error, conn.dialect.loaded_dbapi.Error) or not isinstance(error, Exception):
            conn._handle_dbapi_exception(error, made.text, None, None, None)
        raise
