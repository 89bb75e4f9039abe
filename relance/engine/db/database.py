"""The database: SQLite on day one, PostgreSQL at scale, one way to talk to both. Anything else is refused here."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import URL, Connection, make_url

from relance import clock, errors, late
from relance.engine.db.patience import ANSWER_SECONDS, RESTED_SECONDS
from relance.engine.event_log.actors import Actor, ActorKind
from relance.wording import Text, ended, of_system, quoted_fault

if TYPE_CHECKING:
    from relance.engine.db.sqlite import faults, opening, read_only
else:  # with its driver, which PostgreSQL has no use for
    faults, opening, read_only = late.modules(
        "relance.engine.db.sqlite.faults",
        "relance.engine.db.sqlite.opening",
        "relance.engine.db.sqlite.read_only",
    )

POOL = 10
# Workers have eight threads and need one connection each; two are left for the web and the tick.
THIS_PROGRAM = Actor(ActorKind.PROGRAM, "relance")


class _Rehearsed(Exception):
    """Ends a transaction of which nothing is to be kept."""


class Database:
    """An open database. `read()` and `write()` are the only ways in; neither is ever held across the network."""

    def __init__(
        self,
        url: str,
        *,
        pool: int = POOL,
        answer_seconds: float = ANSWER_SECONDS,
        look_only: bool = False,
        actor: Actor = THIS_PROGRAM,
    ) -> None:
        """`answer_seconds`: the longest wait for one answer of PostgreSQL. `look_only`: where a file cannot be written.
        `actor`: who opened it, and does what is done by way of it."""
        self.refused: Text | str = ""  # why the last could not be written: the disk is full or read-only
        self.url = _parse(url)
        self.dialect = self.url.get_backend_name()
        if self.dialect == "sqlite":
            self.engine = (
                read_only.engine(self.url, opening.BUSY_SECONDS) if look_only else opening.engine(self.url)
            )
        else:
            self.engine = _postgresql().engine(self.url, pool, answer_seconds)
        self.engine.update_execution_options(relance_actor=actor)

    @property
    def embedded(self) -> bool:
        """Whether the database is a file of ours (SQLite)."""
        return self.dialect == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A view in which nothing can be written: on SQLite of one moment, on PostgreSQL of what was committed when each
        statement began (as in any transaction of READ COMMITTED, whose round trips this one saves)."""
        with _words(self.url), self.engine.connect() as conn:
            if not self.embedded:
                _postgresql().reads_only(conn)
            yield conn
            if conn.in_transaction():
                conn.rollback()  # on PostgreSQL there is none to end

    def glances(self) -> Glances:
        """Many short reads by one thread, with waits for others in between; to be closed."""
        return Glances(self)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: committed at the end, rolled back on any exception. Keep it short."""
        with self._writable() as conn:
            writing = conn.execution_options(relance_write=True)
            with writing.begin():
                yield writing

    @contextmanager
    def attempt(self, *, keep: bool) -> Iterator[Connection]:
        """`write`; without `keep` a rehearsal: everything is done, and taken back at the end."""
        with contextlib.suppress(_Rehearsed), self.write() as conn:
            yield conn
            if not keep:
                raise _Rehearsed

    @contextmanager
    def note(self) -> Iterator[Connection]:
        """`write` where each statement stands alone: on PostgreSQL it is its own transaction, without two round trips."""
        if self.embedded:
            with self.write() as conn:
                yield conn
            return
        with self._writable() as conn:
            _postgresql().writes_alone(conn)
            yield conn

    @contextmanager
    def _writable(self) -> Iterator[Connection]:
        """A connection to write on; that it could not be written, or could again, is kept for who asks how it stands."""
        try:
            with _words(self.url), self.engine.connect() as conn:
                yield conn
        except errors.Unwritable as full:
            self.refused = full.text
            raise
        self.refused = ""

    def ping(self) -> None:
        """Answer, or raise `errors.Unreachable`."""
        with self.read() as conn:
            conn.execute(sa.text("select 1"))

    def reconnect(self) -> None:
        """Let go of every idle connection; those in use go when they are given back."""
        self.engine.dispose()

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


class Glances:
    """Short reads, one after the other, each of which sees what was committed when it began.

    On PostgreSQL they share a connection, which lies idle in between, without a transaction: taking one from the pool for each
    and giving it back costs more than what is asked. On SQLite each is a `read` of its own.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held = contextlib.ExitStack()
        self._conn: Connection | None = None
        self._used = 0.0

    def __enter__(self) -> Glances:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """As `Database.read`; the connection goes with the first error."""
        if self._database.embedded:
            with self._database.read() as conn:
                yield conn
            return
        try:
            with _words(self._database.url):
                yield self._connection()
        except BaseException:
            self.close()
            raise
        self._used = clock.elapsed()

    def close(self) -> None:
        """Give the connection back."""
        self._conn = None
        self._held.close()

    def _connection(self) -> Connection:
        if self._conn is not None and clock.elapsed() - self._used > RESTED_SECONDS:
            self.close()
        if self._conn is None:
            self._conn = self._held.enter_context(self._database.read())
        return self._conn


def _postgresql() -> ModuleType:
    from relance.engine.db import postgresql  # with its driver: ten megabytes that SQLite has no use for

    return postgresql


def speakers(url: str) -> tuple[str, ...]:
    """The modules that speak to this database, for who loads them before it is opened."""
    if _parse(url).get_backend_name() == "postgresql":
        return ("relance.engine.db.postgresql", "sqlalchemy.dialects.postgresql.psycopg")
    return ("sqlalchemy.dialects.sqlite.pysqlite",)


def file_of(url: str) -> Path | None:
    """The file that an address of SQLite names; None for a server, and for what is no file."""
    parsed = _parse(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(str(parsed.database))


def opened_by(conn: Connection) -> Actor:
    """Who opened the database that a connection leads to."""
    found: Actor = conn.get_execution_options().get("relance_actor", THIS_PROGRAM)
    return found


def insert_unless_there(conn: Connection, table: sa.Table) -> Any:
    """An INSERT that leaves out what breaks a unique constraint. Its dialect is loaded: a process speaks to one of them."""
    if conn.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table).on_conflict_do_nothing()
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table).on_conflict_do_nothing()


def insert_new(conn: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert those rows that break no unique constraint, and say how many there were; the others are left alone."""
    if not rows:
        return 0
    count = 0
    for row in rows:
        # By what it returns: psycopg counts no rows where SQLAlchemy asks for the new key.
        new = insert_unless_there(conn, table).values(**row).returning(*table.primary_key.columns)
        count += len(conn.execute(new).all())
    return count


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except exc.ArgumentError as error:
        raise errors.Misconfigured(
            Text(
                "database_url is not an address. Write sqlite:///path/to/relance.db or "
                "postgresql://user:password@host/name."
            )
        ) from error
    name = parsed.get_backend_name()
    if name == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if name == "sqlite":
        return parsed.set(drivername="sqlite")
    raise errors.Misconfigured(
        Text(
            'database_url names "{name}"; Relance keeps its promises on SQLite and PostgreSQL only. Write '
            "sqlite:///path/to/relance.db or postgresql://user:password@host/name.",
            name=name,
        )
    )


@contextmanager
def _words(url: URL) -> Iterator[None]:
    """Say in a sentence what the driver says in a traceback, when the database cannot be reached."""
    try:
        yield
    except (exc.OperationalError, exc.InterfaceError, exc.InternalError) as error:
        where = url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)
        reason = _reason(error.orig)
        if _unwritable(error, url):
            raise errors.Unwritable(
                Text(
                    "the database {where} cannot be written: {reason} Make room on its disk, or make it writable.",
                    where=where,
                    reason=ended(reason),
                )
            ) from error
        if _lost(error):
            served = not _of_sqlite(error)
            check = Text("Make sure that the database server is running, and that database_url names it.")
            raise errors.Unreachable(
                Text("the database {where} does not answer: {reason}", where=where, reason=ended(reason)),
                command=check if served else "",
            ) from error
        raise
    except exc.DatabaseError as error:
        if _of_sqlite(error):
            faults.refuse_damaged(error.orig, url.database)
        raise


def _reason(fault: BaseException | None) -> Text:
    """What a driver says; libpq quotes the system's faults in English, without their numbers."""
    return (quoted_fault(str(fault)) or of_system(fault)) if fault else Text("no answer")


def _of_sqlite(error: exc.DBAPIError) -> bool:
    """Whether SQLite's driver raised it; asked without loading the driver. What comes from the other one is judged as its own,
    whatever the address says: the simulation plays its silences on SQLite."""
    return type(error.orig).__module__.partition(".")[0] == "sqlite3"


def _unwritable(error: exc.DBAPIError, url: URL) -> bool:
    """Whether the disk is full, failing or read-only."""
    if _of_sqlite(error):
        return faults.unwritable(error.orig, url.database)
    return getattr(error.orig, "sqlstate", None) in ("53100", "25006")  # disk full; read-only transaction


def _lost(error: exc.DBAPIError) -> bool:
    if _of_sqlite(error):
        return faults.unavailable(error.orig)
    state = getattr(error.orig, "sqlstate", None)
    # No state: the connection never was, or broke. Class 57P: the server goes down or starts; 08: connection trouble.
    return (
        error.connection_invalidated
        or state is None
        or state[:2] == "08"
        or state[:3] in ("57P", "3D0", "28P")
        # Nobody's fault and over in a moment: a deadlock, a lock or a statement that took too long.
        or state in ("40P01", "40001", "55P03", "57014")
    )


class Instant(sa.types.TypeDecorator[dt.datetime]):
    """An aware moment, kept in UTC. A naive one is refused: SQLite would lose the offset without a word."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        """To UTC; without the offset on SQLite, which has none."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time reached the database: {value!r}")
        utc = value.astimezone(dt.UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> dt.datetime | None:  # noqa: ARG002
        """Always aware, always UTC."""
        if value is None:
            return None
        found: dt.datetime = value
        return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)
