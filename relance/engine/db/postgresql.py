"""How we talk to PostgreSQL: through a pool of connections, none of which waits for ever for an answer.

A firewall or a pooler may forget a connection and say nothing; it may even go on acknowledging what we send, so that
TCP sees no fault (keepalives and `tcp_user_timeout` find only those that do not). So each answer has a bound of its
own here. The server's bounds are shorter: a long statement ends with the server's words and keeps its connection.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Generator
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import pq
from psycopg.types.numeric import Int8Dumper
from sqlalchemy import event, exc
from sqlalchemy.engine import URL, Engine
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.pool import ConnectionPoolEntry

from relance import clock
from relance.engine.db.patience import ANSWER_SECONDS, CONNECT_SECONDS, RESTED_SECONDS
from relance.engine.db.pipeline import Pipeline

_PATIENCE = {"statement_timeout": 5 / 6, "lock_timeout": 1 / 2, "idle_in_transaction_session_timeout": 2 / 3}
# The server's own bounds, as shares of ours. Between two statements of a transaction we compute for milliseconds; what a
# silent connection left locked is free again before its client has given it up.
SIGN_SECONDS = 5.0
# A connection that rested is asked for a sign of life before it is used, and given up after so long: a process that had
# nothing to do while its connections fell silent loses no time.
KEEPALIVES = {
    "keepalives": 1,
    "keepalives_idle": 15,  # seconds
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,  # milliseconds; RFC 5482. Where it is not known, libpq ignores it
}


class Connection(psycopg.Connection[Any]):
    """A connection that is given up when an answer does not come in time."""

    answer_seconds: float = ANSWER_SECONDS
    notes: bool = False  # whether statements that write may stand alone
    planned: Pipeline  # of statements that are run again and again (`prepared`)

    def wait(self, gen: Generator[Any, Any, Any], *args: Any, **more: Any) -> Any:
        """psycopg's, within our bound. Raises `psycopg.OperationalError`, and the connection is closed then."""
        planned: Pipeline | None = self.__dict__.get("planned")  # none while it is being made
        if planned is not None:
            planned.flush()
        try:
            return super().wait(_bounded(gen, clock.elapsed() + self.answer_seconds), *args, **more)
        except _Silent:
            self.pgconn.finish()
            raise psycopg.OperationalError(
                f"no answer within {self.answer_seconds:g} seconds; the connection is given up"
            ) from None

    def commit(self) -> None:
        """psycopg's, in one go with what was posted."""
        if not self.planned.commit():
            super().commit()

    def rollback(self) -> None:
        """psycopg's, which ends every statement that the server has planned."""
        self.planned.drop()
        if self.pgconn.transaction_status == pq.TransactionStatus.IDLE:
            return  # the pool asks each time that a connection comes back, and psycopg takes long to find out
        super().rollback()
        self.planned.forget()


class _Cursor(psycopg.Cursor[Any]):
    """Refuses what would be written outside a transaction, and kept at once."""

    def execute(self, query: Any, *args: Any, **more: Any) -> Any:
        """psycopg's. Raises `TypeError` for what writes in a read."""
        connection: Any = self.connection
        if connection.autocommit and not connection.notes and query.startswith(_WRITES):
            raise TypeError(f"written in a read: {query}")
        done = super().execute(query, *args, **more)
        if _ENDS_PLANS.match(query):
            connection.planned.forget()
        return done


_WRITES = ("INSERT", "UPDATE", "DELETE")
_ENDS_PLANS = re.compile(r"\s*(?:rollback|drop|alter|discard|deallocate)\b", re.IGNORECASE)
# At which psycopg has the server forget what it planned.


def reads_only(conn: sa.Connection) -> None:
    """No transaction until the connection is given back: a read sees the same without one, statement by statement.

    It saves two round trips, and the ROLLBACK at which psycopg throws away every statement that the server has planned.
    """
    driver = conn.connection.driver_connection
    if isinstance(driver, Connection):
        driver.autocommit = True


def writes_alone(conn: sa.Connection) -> None:
    """As `reads_only`, and what writes is kept at once, until the connection is given back."""
    reads_only(conn)
    driver = conn.connection.driver_connection
    if isinstance(driver, Connection):
        driver.notes = True


class _Silent(Exception):
    """The peer said nothing for too long."""


def _bounded(gen: Generator[Any, Any, Any], deadline: float) -> Generator[Any, Any, Any]:
    """psycopg's generator of a conversation, as long as there is time. It is resumed with 0 where nothing was ready."""
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if not ready and clock.elapsed() > deadline:
                raise _Silent
            wanted = gen.send(ready)
    except StopIteration as end:
        return end.value
    finally:
        gen.close()


def engine(url: URL, pool: int, answer_seconds: float = ANSWER_SECONDS) -> Engine:
    """An engine whose connections are bounded in every way."""
    made = sa.create_engine(
        url,
        pool_size=pool,
        max_overflow=pool,
        pool_timeout=answer_seconds,
        pool_pre_ping=False,
        pool_recycle=1800,
        hide_parameters=True,
        insertmanyvalues_page_size=500,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "relance",
            "options": _options(answer_seconds),
            **{name: value for name, value in KEEPALIVES.items() if name not in url.query},
        },
    )

    def connect(_: Dialect, __: object, args: Any, given: Any) -> Connection:
        found = Connection.connect(*args, **given)
        found.answer_seconds = answer_seconds
        found.cursor_factory = _Cursor
        found.planned = Pipeline(found)
        found.adapters.register_dumper(
            int, Int8Dumper
        )  # else a statement is planned anew for each size of a number
        return found

    event.listen(made, "do_connect", connect)
    event.listen(made, "checkin", _rest)
    event.listen(made, "checkout", functools.partial(_sign_of_life, made.dialect))
    return made


def _rest(connection: Connection | None, record: ConnectionPoolEntry) -> None:
    if connection is not None and not connection.closed and connection.autocommit:
        connection.autocommit = connection.notes = False
    record.info["resting since"] = clock.elapsed()


def _sign_of_life(dialect: Dialect, connection: Connection, record: ConnectionPoolEntry, _: object) -> None:
    """Raises `sqlalchemy.exc.InvalidatePoolError` for a silent one: the pool drops all as old and makes a new one."""
    since = record.info.get("resting since")
    if since is None or clock.elapsed() - since < RESTED_SECONDS:
        return
    patience, connection.answer_seconds = connection.answer_seconds, SIGN_SECONDS
    try:
        dialect.do_ping(connection)  # type: ignore[arg-type]
    except psycopg.Error as silent:
        raise exc.InvalidatePoolError(str(silent)) from silent
    finally:
        connection.answer_seconds = patience


def _options(answer_seconds: float) -> str:
    """What the server is told. A claim must never hang behind a migration, nor a forgotten transaction hold the horizon."""
    told = {name: str(int(share * answer_seconds * 1000)) for name, share in _PATIENCE.items()}
    told["tcp_keepalives_idle"] = str(KEEPALIVES["keepalives_idle"])
    told["tcp_keepalives_interval"] = str(KEEPALIVES["keepalives_interval"])
    told["timezone"] = "UTC"
    return " ".join(f"-c {name}={value}" for name, value in told.items())
