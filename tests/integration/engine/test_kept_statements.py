"""What a server has planned for a connection is kept, whatever is read; and a read writes nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from relance.engine.context import Context
from relance.engine.db.database import Database
from relance.engine.store.contacts import contacts
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending import lost_mails, messages
from relance.engine.store.sequences import enrollments
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


ONE_MAIL: dict[str, Callable[[sa.Connection], object]] = {
    "contacts": lambda conn: contacts.by_ids(conn, [1]),
    "messages of steps": lambda conn: messages.of_steps(conn, [(1, "intro")]),
    "mark": lambda conn: messages.begin(conn, [1], 1, engine_house.MONDAY),
    "enrollments": lambda conn: enrollments.lock(conn, [1]),
    "lost mails": lambda conn: lost_mails.with_fingerprints(["a"]).run(conn),
    "record": lambda conn: messages._SETTLE.run(
        conn,
        [
            {"id": 1, "state": "accepted", "before": "transmitting", "attempts": 1}
            | {"settled_at": engine_house.MONDAY, "code": None, "reply": ""}
        ],
    ),
}


@pytest.mark.parametrize("name", ONE_MAIL)
def test_what_a_turn_of_one_mail_asks_is_planned_once(postgres_url: str, tmp_path: Path, name: str) -> None:
    """However many could be asked about, one is: a server that reckons with ten plans each call for itself."""
    with engine_house.build(postgres_url, tmp_path) as house:
        for _ in range(OFTEN):
            with house.database.write() as conn:
                ONE_MAIL[name](conn)
        with house.database.read() as conn:
            counts = "select generic_plans, custom_plans from pg_prepared_statements order by 1 desc limit 1"
            generic, custom = conn.execute(sa.text(counts)).one()
    assert (generic, custom) == (OFTEN - 5, 5)


def test_nothing_is_written_in_a_read(house: Context) -> None:
    number = engine_house.add_mailbox(house)
    refused = (
        contextlib.nullcontext() if house.database.embedded else pytest.raises(TypeError, match="in a read")
    )
    with refused, house.database.read() as conn:
        mailboxes.change(conn, number, name="Somebody Else")
    with house.database.read() as conn:
        assert mailboxes.by_id(conn, number).name != "Somebody Else"
