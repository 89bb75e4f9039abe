"""The audit log in the console: found by who, what and when, and handed out as a file that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
import sqlalchemy as sa

from relance.engine.db.tables import audit
from tests.integration.console.conftest import Console

BOSS, ANN = "boss@sales.example", "ann@sales.example"
FORMULA = '=HYPERLINK("https://evil.example";"x")'


@pytest.fixture
def desk(console_on_both: Console) -> Console:
    """Two who changed something: a formula by one, on the last evening of May in Warsaw; a user by the other."""
    rows = [
        (BOSS, "contacts.suppress", FORMULA, dt.datetime(2026, 5, 31, 21, 30, tzinfo=dt.UTC)),
        (ANN, "tasks.done", "12", dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC)),
        (ANN, "jobs.import_contacts", "5", dt.datetime(2026, 6, 3, 9, tzinfo=dt.UTC)),
    ]
    with console_on_both.app._context.database.write() as conn:
        conn.execute(sa.delete(audit))
        for who, action, subject, at in rows:
            values = {"at": at, "actor_kind": "user", "actor": who, "action": action, "subject": subject}
            conn.execute(sa.insert(audit).values(**values, after={"reason": FORMULA}))
    return console_on_both


def found(desk: Console, asked: str) -> list[str]:
    """The actions of the file, the newest first."""
    with desk.client(desk.tokens[BOSS]) as boss:
        text = boss.get(f"/users/log.csv?{asked}").content.decode("utf-8-sig")
    return [
        row["action"]
        for row in csv.DictReader(io.StringIO(text))
        if not row["action"].startswith(("users.", "session."))
    ]


def test_it_is_found_by_who_what_and_when(desk: Console) -> None:
    desk.join(BOSS)
    everything = ["jobs.import_contacts", "tasks.done", "contacts.suppress"]
    assert found(desk, f"who={ANN}") == everything[:2]
    assert found(desk, "what=contacts") == ["jobs.import_contacts", "contacts.suppress"]
    assert found(desk, "what=contacts&q=hyperlink") == ["contacts.suppress"]
    assert found(desk, "until=2026-05-31") == ["contacts.suppress"]
    assert found(desk, "since=2026-06-01&until=2026-06-02") == ["tasks.done"]
    assert found(desk, "since=2026-06-01&what=tasks&who=nobody") == []
    assert (
        found(desk, "until=0001-01-01")
        == found(desk, "since=9999-12-31")
        == found(desk, "since=x")
        == everything
    )


def test_the_page_says_so_where_nothing_fits_and_keeps_what_was_asked(desk: Console) -> None:
    with desk.client(desk.join(BOSS)) as boss:
        here = boss.get(f"/users/log?what=tasks&who={ANN}&q=12").text
        assert "/users/log.csv?what=tasks" in here
        none = boss.get("/users/log?what=tasks&q=nobody").text
    assert 'class="empty"' in none
    assert 'href="/users/log"' in none


def test_no_cell_of_the_file_is_a_formula(desk: Console) -> None:
    with desk.client(desk.join(BOSS)) as boss:
        file = boss.get("/users/log.csv?what=contacts")
    assert "attachment" in file.headers["content-disposition"]
    cells = [cell for row in csv.reader(io.StringIO(file.content.decode("utf-8-sig"))) for cell in row]
    assert f"'{FORMULA}" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
