"""Connections to the one migrated database of PostgreSQL outlive the test that opened them.

A session of PostgreSQL costs a process and reads from the catalogue whatever it is first asked about; a test, whose own work is
a hundred statements, would pay for that two or three times. So what a test closes is emptied (`DISCARD ALL`: as if it had just
been opened) and handed to the next one that asks for the same, as a new connection of the program's own class. One that broke,
or is not done, is closed for good.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import psycopg
from psycopg import pq
from psycopg.adapt import AdaptersMap

from relance.engine.db.postgresql import Connection

Asked = tuple[object, ...]


_databases: set[tuple[object, object]] = set()
# Whose connections are kept: port and name.
_idle: defaultdict[Asked, list[pq.abc.PGconn]] = defaultdict(list)
# Those that nobody uses, by what was asked for.


def keep(url: str) -> None:
    """From now on connections to this database are kept; it stays as long as this process."""
    told = psycopg.conninfo.conninfo_to_dict(url)
    _databases.add((str(told["port"]), told["dbname"]))


def numbers() -> list[int]:
    """The process ids, at the server, of those that are kept."""
    return [each.backend_pid for kept in _idle.values() for each in kept]


def let_go() -> None:
    """Close those that are kept: whoever asks next gets a session that begins then."""
    for kept in _idle.values():
        while kept:
            kept.pop().finish()


def share() -> None:
    """From now on, in this process."""
    opened, closed = Connection.connect, Connection.close

    def connect(_: type[Connection], *args: Any, **given: Any) -> Connection:
        asked = _asked(given)
        while _idle[asked]:
            again = _again(_idle[asked].pop(), asked, given["context"])
            if not again.closed:
                return again
        made = opened(*args, **given)
        if not args and (str(given.get("port")), given.get("dbname")) in _databases:
            made.__dict__["asked"] = asked
        return made

    def close(self: Connection) -> None:
        libpq, asked = self.pgconn, self.__dict__.pop("asked", None)
        if asked is None or libpq.transaction_status != pq.TransactionStatus.IDLE or not _emptied(libpq):
            closed(self)
            return
        self.pgconn = pq.PGconn()  # closed, as its owner wished
        self._closed = True
        _idle[asked].append(libpq)

    Connection.connect = classmethod(connect)  # type: ignore[assignment,arg-type]
    Connection.close = close  # type: ignore[method-assign]


def _asked(given: dict[str, Any]) -> Asked:
    return tuple(sorted((name, value) for name, value in given.items() if isinstance(value, str | int)))


def _again(libpq: pq.abc.PGconn, asked: Asked, context: Any) -> Connection:
    """As `psycopg.connect` leaves a connection."""
    made = Connection(libpq)
    made._adapters = AdaptersMap(context.adapters)
    made.__dict__["asked"] = asked
    return made


def _emptied(libpq: pq.abc.PGconn) -> bool:
    """Whether nothing is left of the session: no plan, setting, lock or temporary table."""
    return libpq.exec_(b"DISCARD ALL").status == pq.ExecStatus.COMMAND_OK
