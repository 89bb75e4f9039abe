"""Reports in the console: what left and what came of it; a share only where it can be told; machines stand apart."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

import pytest

from relance.console.views import reports
from relance.engine.event_log.of_mails import MessageAccepted
from relance.engine.reporting.history.daily import DayCounts
from relance.engine.reporting.history.rates import Rate
from relance.engine.store import events
from relance.engine.store.sequences import enrollment_details
from relance.wording import Text
from tests.integration.console import campaign
from tests.integration.console.conftest import Console
from tests.reworded import in_english


@pytest.fixture
def busy(console: Console) -> Console:
    campaign.play(console.app)
    sent(console)
    return console


def sent(console: Console, mails: int = 120) -> None:
    """So many mails were accepted over the last twenty days."""
    house = console.app._context
    with house.database.write() as conn:
        rows = [each.enrollment for each in enrollment_details.matching(conn)]
        for number in range(mails):
            at = house.clock.now() - dt.timedelta(days=number % 20)
            said = MessageAccepted.__new__(MessageAccepted)
            events.record_event(conn, said, at, rows[number % len(rows)])


def test_numbers_are_told_with_what_they_rest_on(busy: Console) -> None:
    with busy.client(busy.join("boss@sales.example")) as boss:
        shown = boss.get("/reports", params={"sequence": campaign.NAME}).text
        assert in_english("mails are too few to say") in shown
        assert str(Text("by machines")) in shown
        assert 'href="/inbox?intent=positive"' in shown
        assert shown.count('<svg class="chart"') == 1
        assert str(Text("No answers in this period.")) in shown
        few = boss.get("/reports?days=7").text
        assert few.count('<th scope="row">') < shown.count('<th scope="row">')
        assert boss.get("/reports?days=12345").status_code == 200
        assert boss.get("/reports?sequence=none").status_code == 404
        missing = boss.get("/reports?mailbox=nobody@sales.example")
        assert missing.status_code == 404
        assert re.search(r"<h1>.*?</h1>\s*<p>" + in_english("There is no mailbox nobody@sales"), missing.text)


def test_a_manager_asks_for_the_numbers_of_one_salesperson(busy: Console) -> None:
    eve, bob, boss = (f"{name}@sales.example" for name in ("eve", "bob", "boss"))
    tokens = {
        each: busy.join(each, "manager" if each == boss else "salesperson") for each in (eve, bob, boss)
    }
    busy.app.mailboxes.assign(campaign.ANN, eve)
    busy.app.mailboxes.assign(campaign.BEN, bob)

    def total(who: str, **asked: str) -> int:
        with busy.client(tokens[who]) as client:
            lines = client.get("/reports/days.csv", params=asked).text.splitlines()
        return sum(int(each.split(",")[1]) for each in lines[1:])

    assert 0 < total(boss, owner=eve) == total(eve) < total(boss)
    assert total(boss, owner=eve) + total(boss, owner=bob) == total(boss)
    assert total(eve, owner=bob) == total(eve)  # who is no manager asks for nobody else's
    assert total(boss, owner="nobody@sales.example") == total(boss)
    with busy.client(tokens[boss]) as client:
        shown = client.get("/reports", params={"owner": eve}).text
        assert in_english("from the mailboxes of Eve") in shown
        assert "/inbox?intent" not in shown
    with busy.client(tokens[eve]) as client:
        assert 'name="owner"' not in client.get("/reports").text


def test_a_salesperson_sees_their_own_numbers(busy: Console) -> None:
    with (
        busy.client(busy.join("boss@sales.example")) as boss,
        busy.client(busy.join("eve@sales.example", "salesperson")) as eve,
    ):
        assert 'href="/inbox?intent=positive"' in boss.get("/reports").text
        hers = eve.get("/reports").text
        assert 'href="/inbox?intent=positive"' not in hers
        assert campaign.ANN not in hers
        assert in_english("from your own mailboxes") in hers


def test_the_days_come_as_a_file_with_safe_cells(busy: Console) -> None:
    with busy.client(busy.join("boss@sales.example")) as boss:
        answer = boss.get(f"/reports/days.csv?days=7&mailbox={campaign.ANN}")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 8
    assert rows[0][:3] == ["day", "sent", "answered"]
    day = dt.date(2026, 3, 2)
    asked = reports.ReportSubject(day, day, 7, "=cmd|' /C calc'!A0", "@x")
    cells = reports.table([DayCounts(day, 1, 2, 3, 4, 5)], asked).decode("utf-8-sig").splitlines()[1]
    assert cells == "2026-03-02,1,2,3,4,5,'=cmd|' /C calc'!A0,'@x,"


def test_shares_as_people_read_them() -> None:
    assert "99" in reports.told(Rate(3, 99)).split()
    assert "%" not in reports.told(Rate(3, 99))
    assert in_english("5.0% (3.8 to 6.5%) of 1000") in reports.told(Rate(50, 1000))
    assert "%" not in reports.told(Rate(300, 200))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits(busy: Console, tab, scheme: str) -> None:
    token = busy.join("boss@sales.example")
    for language, width in (("en", 1280), ("pl", 390)):
        here = tab(token, color_scheme=scheme, viewport={"width": width, "height": 800})
        page = here.open(f"/reports?lang={language}")
        page.select_option("[name=sequence]", campaign.NAME)
        page.click("form.choose button")
        page.wait_for_selector("#funnel")
        page.click("details.numbers summary >> nth=0")
        assert here.axe() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
