"""Statements of the hot path on PostgreSQL's wire: what is written and read is what psycopg would, and no answer is out of step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.adapt import PyFormat, Transformer

from relance import errors
from relance.engine.db import pipeline
from relance.engine.db.database import Database
from relance.engine.db.postgresql import Connection
from relance.engine.db.prepared import Prepared, Query, together

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
NUMBERS = st.integers(-(2**63), 2**63 - 1)
TIMES = st.datetimes(timezones=st.just(dt.UTC))
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXTS,
    "bigint": NUMBERS,
    "boolean": st.booleans(),
    "timestamptz": TIMES,
    "text[]": st.lists(TEXTS),
    "bigint[]": st.lists(NUMBERS),
}
NUMBER = sa.bindparam("number", type_=sa.Integer)
ECHO = Prepared(sa.select(NUMBER.label("number")))
SHARE = Prepared(sa.select((sa.literal_column("12") / NUMBER).label("share")))
MINE = sa.text("select count(*) from pg_prepared_statements where name like 'relance%'")
KEPT = sa.table("kept", sa.column("value", sa.Integer), sa.column("words", sa.Text))
ADD = Prepared(sa.insert(KEPT))
WORDS = Prepared(sa.select(KEPT.c.value, KEPT.c.words).order_by(KEPT.c.value))


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    with closing(Database(postgres_url, pool=1)) as found:
        with found.write() as conn:
            conn.execute(sa.text("create table kept (value int unique, words text)"))
        yield found


def _driver(conn: sa.Connection) -> Connection:
    found = conn.connection.driver_connection
    assert isinstance(found, Connection)
    return found


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_written_comes_back_as_from_psycopg(
    database: Database, kind: str, data: st.DataObject
) -> None:
    value = data.draw(st.none() | KINDS[kind])
    wanted = pipeline.plan(f"select %(value)s::{kind}, '100%%'")
    with database.read() as conn:
        driver = _driver(conn)
        [found] = driver.planned.rows(wanted, {"value": value})
        assert found == driver.execute(f"select %s::{kind}, '100%%'", [value]).fetchone()
        assert found[0] == value


@given(TEXTS | NUMBERS | st.booleans() | st.none() | TIMES | st.lists(TEXTS, min_size=1) | st.lists(NUMBERS))
def test_no_kind_of_value_is_written_otherwise_than_asked(value: object) -> None:
    """Plain ones are written here, to what psycopg's own text form says; what is not plain is left to psycopg."""
    made = pipeline._WRITTEN[type(value)](value)
    expected = Transformer().dump_sequence([value], [PyFormat.TEXT])[0]
    plain = None if expected is None else bytes(expected)
    assert made == plain or isinstance(value, list)  # psycopg quotes only what needs it


@pytest.mark.parametrize(
    "value", [1.5, b"\0\1", dt.timedelta(seconds=90), dt.date(2026, 3, 2), [[1], [2]], [None]]
)
def test_what_is_not_plain_passes_through_psycopg(database: Database, value: object) -> None:
    wanted = pipeline.plan("select %(value)s")
    with database.read() as conn:
        driver = _driver(conn)
        [found] = driver.planned.rows(wanted, {"value": value})
        assert found == driver.execute("select %s", [value]).fetchone()


def test_a_zero_byte_is_refused_and_never_cuts_a_text_short(database: Database) -> None:
    with database.read() as conn:
        for fine, words in (("a", "a\0b"), (["a"], ["fine", "a\0b"])):
            wanted = pipeline.plan(f"select %(it)s::text{'[]' if isinstance(fine, list) else ''}")
            assert _driver(conn).planned.rows(wanted, {"it": fine}) == [
                (fine,)
            ]  # planned, by psycopg's own values
            with pytest.raises(psycopg.DataError, match="NUL"):
                _driver(conn).planned.rows(wanted, {"it": words})
        assert ECHO.scalars(conn, {"number": 3}) == [3]


def test_a_failure_is_told_and_the_next_answer_is_its_own(database: Database) -> None:
    with database.read() as conn:
        assert SHARE.scalars(conn, {"number": 3}) == [4]
        with pytest.raises(sa.exc.DataError):
            SHARE.all(conn, {"number": 0})
        assert SHARE.scalars(conn, {"number": 4}) == [3]
        assert ECHO.scalars(conn, {"number": 5}) == [5]


def test_of_many_rows_all_are_written_or_none(database: Database) -> None:
    with database.write() as conn:
        assert ADD.each(conn, [{"value": number, "words": "x" * 9000} for number in range(300)]) == 300
    with pytest.raises(sa.exc.IntegrityError), database.write() as conn:
        ADD.each(conn, [{"value": number, "words": "y"} for number in (300, 7, 301)])
    with database.read() as conn:
        found = WORDS.all(conn, {})
    assert [(row.value, len(row.words)) for row in found] == [(number, 9000) for number in range(300)]


def test_a_transaction_begins_with_its_first_statement_and_ends_as_a_whole(database: Database) -> None:
    class Left(Exception):
        pass

    with pytest.raises(Left), database.write() as conn:  # noqa: PT012 -- as a flow does
        assert _driver(conn).info.transaction_status is psycopg.pq.TransactionStatus.IDLE
        ADD.run(conn, {"value": 1, "words": ""})
        assert _driver(conn).info.transaction_status is psycopg.pq.TransactionStatus.INTRANS
        raise Left
    with database.read() as conn:
        assert WORDS.all(conn, {}) == []
        assert _driver(conn).info.transaction_status is psycopg.pq.TransactionStatus.IDLE


def test_a_read_writes_nothing(database: Database) -> None:
    with database.read() as conn, pytest.raises(TypeError, match="written in a read"):
        ADD.run(conn, {"value": 1, "words": ""})
    with database.note() as conn:
        ADD.run(conn, {"value": 1, "words": ""})
    with database.read() as conn:
        assert len(WORDS.all(conn, {})) == 1


def test_a_statement_is_planned_once_and_anew_where_plans_ended(database: Database) -> None:
    """psycopg has the server forget every plan at a rollback, to a savepoint too, and at another form of a table."""

    def ask() -> int:
        with database.read() as conn:
            for number in range(9):
                assert ECHO.scalars(conn, {"number": number}) == [number]
            for _ in range(9):  # psycopg has it planned, too, and so something to forget
                found = conn.execute(MINE).scalar_one()
            return int(found)

    assert ask() == 1
    assert ask() == 1
    with database.write() as conn:
        nested = conn.begin_nested()
        ECHO.all(conn, {"number": 1})
        nested.rollback()
        assert ECHO.scalars(conn, {"number": 2}) == [2]
    assert ask() == 1
    with database.write() as conn:
        ECHO.all(conn, {"number": 1})
        conn.rollback()
    assert ask() == 1
    with database.write() as conn:
        ECHO.all(conn, {"number": 1})
        conn.execute(sa.text("alter table kept add column more int"))
        assert ECHO.scalars(conn, {"number": 2}) == [2]
    assert ask() == 1


def test_a_lost_connection_is_told_of_and_let_go(database: Database) -> None:
    with database.read() as conn:
        ECHO.all(conn, {"number": 1})
        number = _driver(conn).info.backend_pid
        with (
            closing(Database(str(database.url.render_as_string(hide_password=False)))) as other,
            other.write() as by,
        ):
            by.execute(sa.text("select pg_terminate_backend(cast(:number as int), 5000)"), {"number": number})
        with pytest.raises(sa.exc.OperationalError):
            ECHO.all(conn, {"number": 1})
    with database.read() as conn:
        assert ECHO.scalars(conn, {"number": 2}) == [2]
    with pytest.raises(errors.Unreachable), database.read() as conn:  # noqa: PT012 -- lost before it is asked
        _driver(conn).pgconn.finish()
        ECHO.all(conn, {"number": 1})


def test_an_interruption_never_leaves_an_answer_for_the_next(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), database.read() as conn:  # noqa: PT012 -- in the middle of one
        ECHO.all(conn, {"number": 1})
        monkeypatch.setattr(_driver(conn).planned, "_wait", interrupted)
        ECHO.all(conn, {"number": 1})
    with database.read() as conn:
        assert ECHO.scalars(conn, {"number": 2}) == [2]


class Silence:
    """A socket on which nothing ever happens."""

    def poll(self, _: int) -> list[tuple[int, int]]:
        return []


def test_an_answer_that_does_not_come_is_not_waited_for_without_end(postgres_url: str) -> None:
    drivers = []

    def ask(impatient: Database) -> None:
        with impatient.read() as conn:
            drivers.append(_driver(conn))
            drivers[0].planned._news = Silence()  # type: ignore[assignment]
            ECHO.all(conn, {"number": 1})

    with closing(Database(postgres_url, pool=1, answer_seconds=0.1)) as impatient:
        with pytest.raises(errors.Unreachable, match="no answer within"):
            ask(impatient)
        assert drivers[0].closed


def _sent(driver: Connection, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many statements left in each exchange from now on."""
    sent: list[int] = []
    exchange = driver.planned._exchange

    def counted(sends: Any) -> Any:
        sent.append(len(driver.planned._posted) + len(sends))
        return exchange(sends)

    monkeypatch.setattr(driver.planned, "_exchange", counted)
    return sent


def test_what_is_posted_leaves_with_the_next_statement_or_the_commit(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as conn:
        ADD.run(conn, {"value": 0, "words": ""})
        WORDS.all(conn, {})
    with database.write() as conn:
        sent = _sent(_driver(conn), monkeypatch)
        ADD.post(conn, [{"value": number, "words": ""} for number in (1, 2)])
        assert sent == []
        assert [row.value for row in WORDS.all(conn, {})] == [0, 1, 2]
        ADD.post(conn, [{"value": 3, "words": ""}])
        ADD.post(conn, [{"value": 4, "words": ""}])
    assert sent == [4, 3]  # BEGIN, two rows and the question; two rows and COMMIT
    with database.write() as conn:
        ADD.post(conn, [{"value": 5, "words": ""}])
    assert sent[2:] == [3]  # BEGIN, the row, COMMIT
    with database.read() as conn:
        assert [row.value for row in WORDS.all(conn, {})] == [0, 1, 2, 3, 4, 5]


def test_what_core_says_next_finds_what_was_posted(database: Database) -> None:
    with database.write() as conn:
        ADD.post(conn, [{"value": 1, "words": ""}])
        assert conn.execute(sa.text("select count(*) from kept")).scalar_one() == 1
        ADD.post(conn, [{"value": 2, "words": ""}])
        conn.execute(sa.insert(KEPT), [{"value": 3, "words": ""}, {"value": 4, "words": ""}])
        nested = conn.begin_nested()
        ADD.post(conn, [{"value": 5, "words": ""}])
        nested.rollback()
    with database.read() as conn:
        assert [row.value for row in WORDS.all(conn, {})] == [1, 2, 3, 4]


@pytest.mark.parametrize("asked", ["at the commit", "before it"])
def test_what_is_posted_and_fails_ends_the_transaction(database: Database, asked: str) -> None:
    def work() -> None:
        with database.write() as conn:
            ADD.run(conn, {"value": 1, "words": ""})
            ADD.post(conn, [{"value": 2, "words": ""}, {"value": 1, "words": ""}])
            if asked == "before it":
                WORDS.all(conn, {})

    for _ in range(2):  # planned and not
        with pytest.raises(sa.exc.IntegrityError):
            work()
    with database.write() as conn:
        assert WORDS.all(conn, {}) == []
        ADD.post(conn, [{"value": 1, "words": ""}])
    with database.read() as conn:
        assert len(WORDS.all(conn, {})) == 1


def test_what_is_posted_is_forgotten_with_its_transaction(database: Database) -> None:
    class Left(Exception):
        pass

    def work() -> None:
        with database.write() as conn:
            ADD.post(conn, [{"value": 1, "words": ""}])
            raise Left

    with pytest.raises(Left):
        work()
    with database.write() as conn:
        ADD.post(conn, [{"value": 2, "words": ""}])
    with database.read() as conn:
        assert [row.value for row in WORDS.all(conn, {})] == [2]


def test_where_each_statement_stands_alone_nothing_waits(database: Database) -> None:
    with database.note() as conn:
        ADD.post(conn, [{"value": 1, "words": ""}])
        with (
            closing(Database(database.url.render_as_string(hide_password=False))) as other,
            other.read() as by,
        ):
            assert len(WORDS.all(by, {})) == 1
    with database.read() as conn, pytest.raises(TypeError, match="written in a read"):
        ADD.post(conn, [{"value": 2, "words": ""}])


WORD = Prepared(sa.select(sa.bindparam("word", type_=sa.Text).label("word")))
INSERTED = Prepared(sa.insert(KEPT).returning(KEPT.c.value))


def _echo(number: int) -> Query[int]:
    return Query(ECHO, {"number": number}, lambda rows: int(rows[0].number))


def test_queries_that_run_together_are_one_round_trip_and_see_what_those_before_them_did(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    trips: list[int] = []
    exchange = pipeline.Pipeline._exchange

    def counted(self: pipeline.Pipeline, sends: Any) -> Any:
        trips.append(1)
        return exchange(self, sends)

    monkeypatch.setattr(pipeline.Pipeline, "_exchange", counted)
    added = Query(INSERTED, {"value": 2, "words": "two"}, lambda rows: [row.value for row in rows])
    stored = Query(WORDS, {}, lambda rows: [row.words for row in rows])
    for _ in range(2):  # planned with the first, known to the second
        with database.write() as conn:
            ADD.post(conn, [{"value": 1, "words": "one"}])
            assert together(conn, added, stored, _echo(5)) == ([2], ["one", "two"], 5)
            assert len(trips) == 1
            conn.rollback()
        trips.clear()
    with database.read() as conn:
        assert together(conn, stored, _echo(6)) == ([], 6)
        assert len(trips) == 1


def test_where_one_of_those_that_run_together_fails_the_next_answer_is_its_own(database: Database) -> None:
    share = Query(SHARE, {"number": 0}, lambda rows: rows)
    with database.read() as conn:
        with pytest.raises(sa.exc.DataError):
            together(conn, _echo(1), share, _echo(2))
        assert together(conn, _echo(3), _echo(4)) == (3, 4)


def test_what_cannot_be_said_beside_others_leaves_them_to_be_planned(database: Database) -> None:
    odd = Query(WORD, {"word": "a\0b"}, lambda rows: rows)
    with database.read() as conn:
        WORD.all(conn, {"word": "a"})  # from here on its values are written here
        with pytest.raises(sa.exc.DataError, match="NUL"):
            together(conn, _echo(1), odd)
        assert together(conn, _echo(3), _echo(4)) == (3, 4)
