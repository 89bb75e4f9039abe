"""The audit log in the console: found by who, what and when, and handed out as a file that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import inspect
import io
import operator
import re
import typing
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from relance.app.permitted import NOTED, RULES
from relance.console.views.operation import audit_words
from relance.engine.db.tables import audit
from relance.engine.roles import Role, Viewer
from tests.integration.console.conftest import Console
from tests.reworded import in_english

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


def names_of(method: Callable[..., Any]) -> set[str]:
    """What may be noted of a call: how its arguments are called, and what a filter among them is made of."""
    found: set[str] = set()
    for each in inspect.signature(method, eval_str=True).parameters.values():
        if each.kind is each.VAR_KEYWORD or each.name in audit_words.HIDDEN:
            continue
        if each.kind is each.KEYWORD_ONLY or each.name in NOTED:
            found.add(each.name)
            for hint in (each.annotation, *typing.get_args(each.annotation)):
                if dataclasses.is_dataclass(hint):
                    found |= {one.name for one in dataclasses.fields(hint)}
    return found - {"progress", "done", "errors_to"}


def test_whatever_is_noted_has_a_name_for_people(desk: Console) -> None:
    noted = [name for name, rule in RULES.items() if rule.changes and not rule.audited]
    names = {each for name in noted for each in names_of(operator.attrgetter(name)(desk.app))}
    assert names - audit_words.HIDDEN <= set(audit_words.FIELDS)


VALUES = {
    "outcome": "wrong person",
    "until": "2026-06-05 09:00:00+00:00",
    "when_paused": True,
    "language": "pl",
    "wanted": {"states": ["held", "away"], "held_because": "value_missing", "ids": [], "search": None},
    "key": "0123456789abcdef",
    "first_name": "Ada",
    "team_size": "12",
}


@pytest.mark.parametrize(("language", "said"), [("en", "wrong person"), ("pl", "niewłaściwa osoba")])
def test_no_key_and_no_code_stands_in_it(desk: Console, language: str, said: str) -> None:
    """In either language; dates and yes and no as people write them, and what something was is beside what it is."""
    with desk.app._context.database.write() as conn:
        row = {"at": dt.datetime(2026, 6, 9, tzinfo=dt.UTC), "actor_kind": "user", "actor": ANN}
        conn.execute(sa.insert(audit).values(**row, action="tasks.done", subject="12", after=VALUES))
        changed = {"before": {"first_name": "Eva"}, "after": {"first_name": "Ewa"}}
        conn.execute(
            sa.insert(audit).values(**row, action="contacts.change", subject="eva@lake.example", **changed)
        )
        conn.execute(sa.insert(audit).values(**row, action="of.the.future", subject="x"))
    with desk.client(desk.join(BOSS)) as boss:
        page = boss.get(f"/users/log?lang={language}").text.partition("<main")[2]
        boss.post("/language", data={"language": language, "back": "/"})
        file = boss.get("/users/log.csv").content.decode("utf-8-sig")
    for raw in (
        "when_paused",
        "held_because",
        "value_missing",
        "team_size",
        "0123456789abcdef",
        "2026-06-05",
        "True",
    ):
        assert raw not in page, raw
        assert raw not in file, raw
    for action in ("tasks.done", "contacts.change", "of.the.future"):
        assert action not in page
    shown = re.sub(r"<[^>]+>", "", page)
    assert "Eva → Ewa" in shown
    assert "Polski" in shown
    assert in_english(said) in shown


def test_what_a_user_changes_of_a_contact_is_told_with_what_it_was(desk: Console) -> None:
    desk.join(BOSS)
    user = next(each for each in desk.app.users.list() if each.email == BOSS)
    seen = desk.app.seen_by(Viewer(user.id, BOSS, Role.MANAGER))
    for company in ("Lake", "Lake", "Pond"):
        seen.contacts.add("eva@lake.example", company=company, team_size="12")
    desk.app.contacts.add("eva@lake.example", company="Sea")  # by a program, which the timeline names
    log = [
        each
        for each in desk.app.users.log()
        if each.action.startswith("contacts.") and each.actor.name == BOSS
    ]
    log = [each for each in log if each.subject == "eva@lake.example"]
    assert [(each.action, each.before, each.after) for each in log] == [
        ("contacts.change", {"company": "Lake"}, {"company": "Pond"}),
        ("contacts.add", None, {"company": "Lake", "team_size": "12"}),
    ]
