"""A PostgreSQL server that is not there: told in our words, with the address as a person writes it, and what to do."""

from __future__ import annotations

from contextlib import closing

import pytest

from relance import errors
from relance.engine.db.database import Database
from relance.wording import quoted_fault
from tests.reworded import in_english
from tests.servers import ports


def test_a_server_that_is_not_there_is_named_as_it_was_typed() -> None:
    url = f"postgresql://somebody@127.0.0.1:{ports.free_port()}/none"
    with closing(Database(url)) as database, pytest.raises(errors.Unreachable) as told:
        database.ping()
    said = str(told.value)
    assert url in said
    assert "psycopg" not in said
    assert in_english("the connection was refused [ECONNREFUSED].") in said
    assert in_english("Make sure that the database server is running") in said


def test_words_that_quote_no_fault_of_the_system_have_no_sentence() -> None:
    assert quoted_fault("password authentication failed") is None
