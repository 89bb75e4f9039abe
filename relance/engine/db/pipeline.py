"""Statements of the hot path on PostgreSQL's wire: bound and handed to libpq as they are, several in one go.

psycopg's cursor suits any statement, and learns anew at each run how its values are written and where they stand; for those
that are run thousands of times that costs several times what libpq takes. Here it is learned once for each statement, BEGIN
goes out with the first statement of a transaction, and many rows go out without a wait for each. Only the plainest values
are written here; all others, and every row that comes back, pass through psycopg's own adapters.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import select
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import errors, pq
from psycopg.adapt import PyFormat, Transformer

from relance import clock

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

    from relance.engine.db.postgresql import Connection

LOOK_MS = 500
# How often it is asked whether the time for an answer is over.
_PLACE = re.compile(r"%(?:\(([^)]+)\)s|%)")
_DONE = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)
_WRITES = ("INSERT", "UPDATE", "DELETE")

Given = Mapping[str, Any]
Bound = tuple[Sequence[Any] | None, Sequence[int] | None]
"""Values as libpq takes them, and which of them are binary (None: none)."""


@dataclass(frozen=True)
class Plan:
    """A statement as the server is told of it, and the names of its values in their order."""

    text: bytes
    names: tuple[str, ...]
    writes: bool


def plan(text: str) -> Plan:
    """Of a statement as SQLAlchemy compiles it for psycopg: `%(name)s` for a value, `%%` for a percent sign."""
    names: dict[str, int] = {}

    def place(found: re.Match[str]) -> str:
        return "%" if found[1] is None else f"${names.setdefault(found[1], len(names) + 1)}"

    return Plan(_PLACE.sub(place, text).encode(), tuple(names), text.startswith(_WRITES))


class Pipeline:
    """The statements that one connection has planned, and the way to run them. Used by whoever has the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._libpq = connection.pgconn
        self._adapters = Transformer(connection)
        self._known: dict[bytes, bytes] = {}  # names at the server, by text
        self._numbers = itertools.count(1)
        self._posted: list[Callable[[], None]] = []  # said, and not sent yet
        self._unsure: set[bytes] = set()  # texts that the server is told of, and has not confirmed yet
        self._news = select.poll()
        self._news.register(self._libpq.socket, select.POLLIN)

    def rows(self, wanted: Plan, values: Given) -> list[tuple[Any, ...]]:
        """Run it; what it returns. Raises `psycopg.Error`."""
        [result] = self._run(wanted, [values])
        return self._loaded(result)

    def rows_of_each(self, asked: Sequence[tuple[Plan, Given]]) -> list[list[tuple[Any, ...]]]:
        """Run these in one go; what each returns. Raises `psycopg.Error`."""
        sends: list[Callable[[], None]] = []
        places = []
        try:
            for wanted, values in asked:
                sends += self._sends(wanted, [values], begun=bool(sends))
                places.append(len(sends))
        except BaseException:
            self._doubt()  # of those before it none is said
            raise
        found = self._exchange(sends)[-len(sends) :]
        return [self._loaded(found[place - 1]) for place in places]

    def _loaded(self, result: PGresult) -> list[tuple[Any, ...]]:
        self._adapters.set_pgresult(result)
        found = self._adapters.load_rows(0, result.ntuples, tuple)
        self._adapters.set_pgresult(None)
        return found

    def run(self, wanted: Plan, many: Sequence[Given]) -> int:
        """Run it for each of these; how many rows it reached. Raises `psycopg.Error`."""
        return sum(result.command_tuples or 0 for result in self._run(wanted, many))

    def post(self, wanted: Plan, many: Sequence[Given]) -> None:
        """Run it for each of these, together with whatever is said next: a statement, or the commit, which then raises what
        this would. Where each statement stands alone, at once."""
        if self._connection.autocommit:
            self._run(wanted, many)
        else:
            self._posted += self._sends(wanted, many)

    def flush(self) -> None:
        """Send what was posted: psycopg speaks next. Raises `psycopg.Error`."""
        if self._posted:
            self._exchange(())

    def commit(self) -> bool:
        """Commit, with what was posted; False where there is no transaction of which all is well. Raises `psycopg.Error`."""
        under_way = self._libpq.transaction_status == pq.TransactionStatus.INTRANS
        if under_way or self._posted:
            self._exchange([partial(self._libpq.send_query_params, b"COMMIT", None)])
        return under_way

    def drop(self) -> None:
        """What was posted is not to happen."""
        self._posted.clear()
        self._doubt()

    def forget(self) -> None:
        """What psycopg takes for the end of every planned statement (a rollback, another form of a table) ends these, too."""
        if self._known and not self._connection.closed:
            self._known.clear()
            self._exchange([partial(self._libpq.send_query_params, b"DEALLOCATE ALL", None)])

    def _run(self, wanted: Plan, many: Sequence[Given]) -> Sequence[PGresult]:
        return self._exchange(self._sends(wanted, many))[-len(many) :]

    def _doubt(self) -> None:
        """What was not confirmed may never have been planned: it is, anew."""
        for text in self._unsure:
            self._known.pop(text, None)
        self._unsure.clear()

    def _sends(self, wanted: Plan, many: Sequence[Given], *, begun: bool = False) -> list[Callable[[], None]]:
        """What is to be said, and before it whatever has to be: that a transaction begins (where it has not `begun` in what is
        said before), how the statement reads."""
        connection, libpq = self._connection, self._libpq
        if connection.closed:
            raise psycopg.OperationalError("the connection is closed")
        sends: list[Callable[[], None]] = []
        if connection.autocommit:
            if wanted.writes and not connection.notes:
                raise TypeError(f"written in a read: {wanted.text.decode()}")
        elif not begun and not self._posted and libpq.transaction_status == pq.TransactionStatus.IDLE:
            sends.append(partial(libpq.send_query_params, b"BEGIN", None))
        bound = [self._bound(wanted, each) for each in many]
        name = self._known.get(wanted.text)
        if name is None:
            name = b"relance_%d" % next(self._numbers)
            sends.append(partial(libpq.send_prepare, name, wanted.text, self._types(wanted, many[0])))
            self._known[wanted.text] = name
            self._unsure.add(wanted.text)
        return [*sends, *(partial(libpq.send_query_prepared, name, *each) for each in bound)]

    def _types(self, wanted: Plan, values: Given) -> Sequence[int]:
        """What psycopg would tell the server of the values' types."""
        asked = [values[each] for each in wanted.names]
        self._adapters.dump_sequence(asked, [PyFormat.AUTO] * len(asked))
        return self._adapters.types or ()

    def _bound(self, wanted: Plan, values: Given) -> Bound:
        asked = [values[each] for each in wanted.names]
        try:
            return [_WRITTEN[type(each)](each) for each in asked], None
        except KeyError:  # a kind of value that is psycopg's
            made = self._adapters.dump_sequence(asked, [PyFormat.AUTO] * len(asked))
            return made, self._adapters.formats

    def _exchange(self, sends: Sequence[Callable[[], None]]) -> Sequence[PGresult]:
        """Send what was posted and these, and take as many answers. Raises what the first that failed says; the connection stays
        in step, or goes."""
        libpq, sends = self._libpq, [*self._posted, *sends]
        self._posted.clear()
        try:
            libpq.enter_pipeline_mode()
            for send in sends:
                send()
            libpq.pipeline_sync()
            found = self._answers(clock.elapsed() + self._connection.answer_seconds)
            libpq.exit_pipeline_mode()
        except BaseException:
            libpq.finish()  # what is still to come would be taken for the answer to something else
            raise
        for result in found:
            if result.status not in _DONE:
                self._doubt()
                raise errors.error_from_result(result, encoding=self._adapters.encoding)
        self._unsure.clear()
        return found

    def _answers(self, deadline: float) -> list[PGresult]:
        libpq, nothing = self._libpq, 0
        found: list[PGresult] = []
        self._send_all(deadline)
        while True:
            while libpq.is_busy():
                self._wait(deadline, found)
            result = libpq.get_result()
            if result is None:  # one stands behind each answer, and no two
                nothing += 1
                if nothing > 1:
                    raise _lost(found, "the connection is lost")
                continue
            nothing = 0
            if result.status == pq.ExecStatus.PIPELINE_SYNC:
                return found
            found.append(result)

    def _send_all(self, deadline: float) -> None:
        """What the kernel does not take at once leaves while answers come in, for which the server may wait."""
        libpq = self._libpq
        if not libpq.flush():
            return
        self._news.modify(libpq.socket, select.POLLIN | select.POLLOUT)
        try:
            while libpq.flush():
                self._wait(deadline, ())
        finally:
            self._news.modify(libpq.socket, select.POLLIN)

    def _wait(self, deadline: float, found: Sequence[PGresult]) -> None:
        ready = self._news.poll(LOOK_MS)
        if not ready and clock.elapsed() > deadline:
            seconds = self._connection.answer_seconds
            raise psycopg.OperationalError(
                f"no answer within {seconds:g} seconds; the connection is given up"
            )
        if ready and ready[0][1] != select.POLLOUT:
            try:
                self._libpq.consume_input()
            except psycopg.OperationalError as error:
                raise _lost(found, str(error)) from None


def _lost(found: Sequence[PGresult], words: str) -> psycopg.Error:
    """What the server said last, where it said why."""
    said = next((each for each in found if each.status == pq.ExecStatus.FATAL_ERROR), None)
    return psycopg.OperationalError(words) if said is None else errors.error_from_result(said)


def _text(value: str) -> bytes:
    data = value.encode()
    if b"\0" in data:
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return data


def _array(values: Sequence[Any]) -> bytes:
    """Of whole numbers, or of texts; `KeyError` for any other."""
    kinds = set(map(type, values))
    if kinds <= {int}:
        return b"{%s}" % ",".join(map(str, values)).encode()
    if kinds != {str}:
        raise KeyError(kinds)
    quoted = (each.replace("\\", "\\\\").replace('"', '\\"') for each in values)
    return _text('{"' + '","'.join(quoted) + '"}')


_WRITTEN: Mapping[type, Callable[[Any], bytes | None]] = {
    str: _text,
    int: lambda value: str(value).encode(),
    bool: lambda value: b"t" if value else b"f",
    type(None): lambda _: None,
    dt.datetime: lambda value: str(value).encode(),
    list: _array,
}
"""How the plainest values are written, as any PostgreSQL reads them; a `KeyError` leaves a statement's values to psycopg."""
