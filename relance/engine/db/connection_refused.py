"""Why PostgreSQL lets nobody in, by its code: whether a setting is wrong or the server is only away.

A connection that fails has a sentence and no code, and sentences are in the server's language. libpq can write down what
passes over the wire, though (PQtrace), and the ErrorResponse there carries the SQLSTATE.
"""

from __future__ import annotations

import re
import select
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.engine import URL

from relance import clock, errors
from relance.engine.db.patience import CONNECT_SECONDS
from relance.wording import N_, Text

if TYPE_CHECKING:
    from psycopg import pq

WRONG = {
    "28P01": N_("the password is wrong, or this user has none."),
    "28000": N_("this user is not allowed to connect; see the server's pg_hba.conf."),
    "3D000": N_("there is no such database on this server."),
    "42501": N_("this user is not allowed to connect to that database."),
}
# SQLSTATEs that trying again does not mend (PostgreSQL, Appendix A). Any other one, or none, may be over in a moment.
_CODE = re.compile(rb'ErrorResponse\t S "[^"]*" V "[A-Z]+" C "([0-9A-Z]{5})"')


def wrong_setting(url: URL) -> str | None:
    """What is wrong with the address; None: nothing that is known for certain. Connects once, within seconds."""
    from psycopg import conninfo  # asked of PostgreSQL's addresses only

    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with tempfile.TemporaryFile(buffering=0) as trace:
        _knock(conninfo.make_conninfo(plain), trace.fileno())
        trace.seek(0)
        return WRONG.get(code(trace.read()) or "")


def code(trace: bytes) -> str | None:
    """The SQLSTATE of the first error in what libpq wrote down; None where there is none. Pure."""
    found = _CODE.search(trace)
    return found[1].decode() if found else None


def _knock(info: str, trace: int) -> None:
    """One attempt to connect, written down as it goes."""
    from psycopg import pq

    deadline = clock.elapsed() + CONNECT_SECONDS
    connection = pq.PGconn.connect_start(info.encode())
    try:
        if connection.status != pq.ConnStatus.BAD:
            connection.trace(trace)
            _shake_hands(connection, deadline)
            connection.untrace()  # what was written down is in the file from now on
    finally:
        connection.finish()


def _shake_hands(connection: pq.abc.PGconn, deadline: float) -> None:
    from psycopg import pq

    ways = (pq.PollingStatus.READING, pq.PollingStatus.WRITING)
    while clock.elapsed() < deadline:
        wanted = connection.connect_poll()
        if wanted not in ways:
            return
        read, write = ([connection.socket] if wanted == each else [] for each in ways)
        select.select(read, write, [], max(0.0, deadline - clock.elapsed()))


@contextmanager
def told(url: URL) -> Iterator[None]:
    """Around the opening of a database: `errors.Unreachable` becomes `errors.Misconfigured` where the address is wrong."""
    try:
        yield
    except errors.Unreachable as away:
        words = wrong_setting(url) if url.get_backend_name() == "postgresql" else None
        if words is None:
            raise
        where = url.render_as_string(hide_password=True)
        raise errors.Misconfigured(
            Text("database_url {where} does not work: {words}", where=where, words=Text(words))
        ) from away
