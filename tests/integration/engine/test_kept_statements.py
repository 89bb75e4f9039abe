"""What a server has planned for a connection is kept, whatever is read; and a read writes nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import closing

import pytest
import sqlalchemy as sa

from relance.engine.context import Context
from relance.engine.db.database import Database
from relance.engine.store.mailboxes import mailboxes
from tests import engine_house

OFTEN = 12  # psycopg has a statement planned at its sixth time


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    with closing(Database(postgres_url, pool=1)) as found:
        yield found


def test_statements_stay_planned_over_reads_and_writes(database: Database) -> None:
    asked = sa.text(
        "select count(*) from pg_prepared_statements where statement like '%prepared_statements%'"
    )
    for _ in range(OFTEN):
        with database.read() as conn:
            conn.execute(asked)
        with database.write() as conn:
            conn.execute(sa.text("select 1"))
    with database.read() as conn:
        assert conn.execute(asked).scalar_one() == 1


def test_a_number_of_any_size_is_the_same_statement(database: Database) -> None:
    asked = sa.text("select cast(:number as bigint)")
    for number in [1, 2**17, 2**40] * OFTEN:
        with database.read() as conn:
            conn.execute(asked, {"number": number})
    with database.read() as conn:
        count = "select count(*) from pg_prepared_statements where statement like '%cast(%'"
        assert conn.execute(sa.text(count)).scalar_one() == 1


def test_nothing_is_written_in_a_read(house: Context) -> None:
    number = engine_house.add_mailbox(house)
    refused = (
        contextlib.nullcontext() if house.database.embedded else pytest.raises(TypeError, match="in a read")
    )
    with refused, house.database.read() as conn:
        mailboxes.change(conn, number, name="Somebody Else")
    with house.database.read() as conn:
        assert mailboxes.by_id(conn, number).name != "Somebody Else"
