"""The do-not-contact list in the console: found, added to, taken off with a reason and a name; and in bulk by search."""

from __future__ import annotations

import csv
import io
import re

import pytest

from relance.engine.contacts import csv_reader
from relance.engine.roles import Role, Viewer
from relance.engine.states import State
from tests.integration.console import held_people
from tests.integration.console.conftest import Console
from tests.integration.console.held_people import ANN, BOSS
from tests.reading import KIM, MIA, hear, letter, row, wrote
from tests.reworded import in_english

BEN = "ben@sales.example"
HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.fixture
def desk(console: Console) -> Console:
    held_people.prepared(console.app._context, KIM, MIA)
    return console


def values(console: Console) -> list[str]:
    return [each.value for each in console.app.contacts.suppressions()]


def test_somebody_is_put_on_the_list_and_taken_off(desk: Console) -> None:
    house = desk.app._context
    with desk.client(desk.join(BOSS), follow_redirects=True) as boss:
        shown = boss.post(
            "/suppressions", data={"value": f" {KIM.upper()} ", "reason": f"asked {HOSTILE}"}
        ).text
        assert KIM in shown
        assert HOSTILE not in shown
        assert (values(desk), row(house, KIM).state) == ([KIM], State.UNSUBSCRIBED)
        boss.post("/suppressions/lift", data={"value": KIM, "reason": "she called"})
        assert values(desk) == []
        again = boss.post("/suppressions/lift", data={"value": KIM, "reason": "she called"})
        assert again.status_code == 200
    lifted = [each for each in desk.app.timeline(KIM) if each.kind == "suppression.lifted"]
    assert [(each.words, each.actor and each.actor.name) for each in lifted] == [("she called", BOSS)]
    assert row(house, KIM).state is State.UNSUBSCRIBED


def test_whoever_was_found_and_taken_off_leads_back_to_the_search(desk: Console) -> None:
    desk.app.contacts.suppress(KIM, "asked")
    with desk.client(desk.join(BOSS)) as boss:
        assert 'name="list" value="q=kim&amp;after=a"' in boss.get("/suppressions?q=kim&after=a").text
        form = {"value": KIM, "reason": "she called", "list": "q=kim&after=a&next=//evil.example"}
        done = boss.post("/suppressions/lift", data=form)
    assert done.headers["location"] == "/suppressions?q=kim&after=a"


@pytest.mark.parametrize("wrong", ["", "nonsense", "gmail.com", "@GMAIL.com", "wp.pl", "a\0b@"])
def test_what_is_neither_or_everybodys_is_refused_at_its_field(desk: Console, wrong: str) -> None:
    with desk.client(desk.join(BOSS)) as boss:
        answer = boss.post("/suppressions", data={"value": wrong})
    assert (answer.status_code, values(desk)) == (422, [])
    assert 'aria-invalid="true"' in answer.text


def test_the_list_is_searched_and_paged(desk: Console) -> None:
    for number in range(60):
        desk.app.contacts.suppress(f"p{number:02}@brass.example", "asked")
    desk.app.contacts.suppress("lake.example", "a supplier")
    with desk.client(desk.join(BOSS)) as boss:
        first = boss.get("/suppressions?q=brass").text
        assert first.count('name="value" value="p') == 50
        assert (
            boss.get("/suppressions?q=brass&after=p49@brass.example").text.count('name="value" value="p')
            == 10
        )
        by_domain = boss.get(f"/suppressions?q={KIM}").text
        assert "a supplier" in by_domain
        assert in_english("Not on the list.") in boss.get("/suppressions?q=x@y.example").text


def test_a_salesperson_stops_nobody_of_a_colleague(desk: Console) -> None:
    house = desk.app._context
    with desk.client(desk.join("new@sales.example", "salesperson")) as new:
        for value in (KIM, "lake.example"):
            answer = new.post("/suppressions", data={"value": value, "sure": value, "reason": "told me"})
            assert (answer.status_code, 'aria-invalid="true"' in answer.text) == (422, True)
            asked = new.get(f"/suppressions?ask={value}").text
            assert 'name="sure"' not in asked
        assert new.post("/suppressions", data={"value": "stranger@brass.example"}).status_code == 303
        assert new.post("/suppressions/lift", data={"value": KIM, "reason": "x"}).status_code == 403
    assert (values(desk), row(house, KIM).state) == (["stranger@brass.example"], State.ACTIVE)


def test_a_domain_shows_first_whom_it_stops(desk: Console) -> None:
    house = desk.app._context
    with desk.client(desk.join(BOSS), follow_redirects=True) as boss:
        asked = boss.post("/suppressions", data={"value": "@Lake.example", "reason": "a supplier"})
        assert 'name="sure" value="lake.example"' in asked.text
        assert in_english("Stop 2 people") in asked.text
        assert 'name="reason" value="a supplier"' in asked.text
        assert (values(desk), row(house, KIM).state) == ([], State.ACTIVE)
        from_page = boss.post("/contact/never-again", data={"email": KIM, "whom": "domain", "reason": "r"})
        assert ('name="sure" value="lake.example"' in from_page.text, values(desk)) == (True, [])
        boss.post(
            "/suppressions", data={"value": "lake.example", "sure": "lake.example", "reason": "a supplier"}
        )
    assert (values(desk), row(house, KIM).state) == (["lake.example"], State.UNSUBSCRIBED)


def test_who_added_each_is_told_and_the_list_comes_as_a_file(desk: Console) -> None:
    with desk.client(desk.join(BOSS)) as boss:
        boss.post("/suppressions", data={"value": KIM, "reason": "=cmd|' /C calc'!A0"})
        desk.app.contacts.suppress("lake.example", "a supplier")
        shown = boss.get("/suppressions").text
        answer = boss.get("/suppressions/list.csv")
    assert BOSS in shown
    assert "tests" in shown
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[:4] for row in rows[1:]] == [
        [KIM, "address", "'=cmd|' /C calc'!A0", BOSS],
        ["lake.example", "domain", "a supplier", in_english("the program tests")],
    ]


def test_the_file_is_read_and_sent_a_page_at_a_time(desk: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """A million entries are never in memory together; every page of them is in the words of whoever asked."""
    monkeypatch.setattr(csv_reader, "ROWS_AT_ONCE", 2)
    for number in range(5):
        desk.app.contacts.suppress(f"p{number}@lake.example")
    with desk.client(desk.join(BOSS)) as boss, boss.stream("GET", "/suppressions/list.csv?lang=pl") as answer:
        assert "content-length" not in answer.headers
        assert "do-not-contact.csv" in answer.headers["content-disposition"]
        text = answer.read().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[0] for row in rows] == ["value", *(f"p{number}@lake.example" for number in range(5))]
    assert len({row[3] for row in rows[1:]}) == 1
    assert "\ufeff" not in text


def test_what_somebody_wrote_to_a_colleague_is_not_quoted(console_on_both: Console) -> None:
    """That they asked for no more mail is everybody's to know; in which words, who may read that mailbox."""
    house, words = console_on_both.app._context, "Remove me, your Zaunkoenig mails are a nuisance"
    held_people.prepared(house, KIM, mailbox=BEN)
    held_people.prepared(house, MIA, mailbox=ANN)
    tokens = {each: console_on_both.join(each, "salesperson") for each in (ANN, BEN)}
    for each in tokens:
        console_on_both.app.mailboxes.assign(each, each)
    for person, mailbox in ((KIM, BEN), (MIA, ANN)):
        mail = wrote(house, person)
        hear(house, letter(person, text=f"{words}. {person}", In_Reply_To=mail.message_id), mailbox=mailbox)
    console_on_both.app.contacts.suppress("tom@lake.example", "called me")
    every = [each.reason for each in console_on_both.app.contacts.suppressions()]
    assert len(every) == 3
    assert "Zaunkoenig" in every[0]
    assert "Zaunkoenig" in every[1]
    for who, own, other in ((ANN, MIA, KIM), (BEN, KIM, MIA)):
        with console_on_both.client(tokens[who]) as client:
            page = client.get("/suppressions").text
            file = client.get("/suppressions/list.csv").content.decode("utf-8-sig")
        assert "called me" in page
        rows = {row[0]: row[2] for row in csv.reader(io.StringIO(file))}
        assert set(rows) == {"value", KIM, MIA, "tom@lake.example"}
        assert "Zaunkoenig" in rows[own]
        assert rows[other] == in_english("asked for no more mail")
        assert page.count("Zaunkoenig") == 1
        seen = console_on_both.app.seen_by(viewer(console_on_both, who))
        told = {each.value: each for each in seen.contacts.suppressed(other)}[other]
        assert (told.codes, "Zaunkoenig" in "".join(told.reasons)) == (("opted_out",), False)


def viewer(console: Console, email: str) -> Viewer:
    user = next(each for each in console.app.users.list() if each.email == email)
    return Viewer(user.id, user.email, Role.SALESPERSON)


def test_a_salesperson_adds_and_a_manager_takes_off(desk: Console) -> None:
    with desk.client(desk.join(ANN, "salesperson")) as ann:
        assert ann.post("/suppressions", data={"value": "a@b.example"}).status_code == 303
        assert "/suppressions/lift" not in ann.get("/suppressions").text
        assert ann.post("/suppressions/lift", data={"value": "a@b.example", "reason": "x"}).status_code == 403
    assert values(desk) == ["a@b.example"]
    with desk.client(desk.join("vic@sales.example", "viewer")) as viewer:
        assert 'action="/suppressions"' not in viewer.get("/suppressions").text.replace(
            'role="search" action', ""
        )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_list_is_accessible_and_fits(desk, tab, scheme) -> None:
    desk.app.contacts.suppress(KIM, HOSTILE)
    desk.app.contacts.suppress("a-very-long-name-of-a-company-indeed-and-more.example", HOSTILE)
    token = desk.join(BOSS)
    for language, width in (("en", 1280), ("pl", 390)):
        here = tab(token, color_scheme=scheme, viewport={"width": width, "height": 800})
        page = here.open(f"/suppressions?lang={language}")
        page.click("td.actions summary >> nth=0")
        assert here.axe() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.query_selector("main img") is None


def test_on_a_phone_no_field_of_an_opened_row_stays_under_the_rail(desk, tab) -> None:
    for number in range(8):
        desk.app.contacts.suppress(f"company-{number}.example", "asked")
    page = tab(desk.join(BOSS), viewport={"width": 390, "height": 800}).open("/suppressions")
    page.evaluate("window.scrollTo(0, 0)")
    rows = page.locator("td.actions summary")
    for each in range(rows.count()):
        rows.nth(each).focus()
        page.keyboard.press("Enter")
        for _ in ("reason", "button"):
            page.keyboard.press("Tab")
            assert page.evaluate(FOCUSED_IS_SEEN), page.evaluate("document.activeElement.outerHTML")


FOCUSED_IS_SEEN = """() => {
  const here = document.activeElement.getBoundingClientRect();
  const rail = document.querySelector('nav.rail').getBoundingClientRect();
  return document.activeElement.closest('td.actions') !== null && here.bottom <= rail.top;
}"""


def test_a_list_is_looked_through_imported_and_taken_back(console: Console) -> None:
    """Without script; what a line says is inert."""
    hostile = '<img src=x onerror="alert(1)">'
    with console.client(console.join("boss@sales.example"), follow_redirects=True) as boss:
        pasted = {
            "list": f"kim@lake.example\nrival.example\n{hostile}\ngmail.com",
            "reason": "From the old tool",
        }
        checked = boss.post("/suppressions/import/check", data=pasted).text
        assert hostile not in checked
        assert console.app.contacts.suppressions() == ()
        data = re.search(r'name="data" value="([^"]+)"', checked).group(1)
        done = boss.post("/suppressions/import", data={"data": data, "reason": "From the old tool"})
        assert [each.value for each in console.app.contacts.suppressions()] == [
            "kim@lake.example",
            "rival.example",
        ]
        assert "From the old tool" in boss.get("/suppressions").text
        number = re.search(r'name="number" value="([^"]+)"', done.text).group(1)
        boss.post("/suppressions/import/undo", data={"number": number})
        assert console.app.contacts.suppressions() == ()
        file = {"file": ("list.csv", b"value,kind\nzoe@lake.example,address\n")}
        assert "data" in boss.post("/suppressions/import/check", files=file).text
        assert boss.post("/suppressions/import/check", data={"list": " "}).status_code == 422
        assert boss.post("/suppressions/import", data={"data": "?"}).status_code == 422
