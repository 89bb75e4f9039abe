"""Enrolling: what would happen is shown, and nothing happens before its button is pressed."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.console.views.sequences import enrolling
from relance.engine.contacts import service as contact_service
from relance.engine.sequences import publish
from relance.wording import Text
from tests import engine_house
from tests.integration.console.conftest import Console
from tests.reworded import in_english

ADA, BOB = "ada@sales.example", "bob@sales.example"
PEOPLE = ("kim@lake.example", "mia@lake.example", "tom@hill.example")


@pytest.fixture
def ready(console_on_both: Console) -> Console:
    """Two mailboxes, a sequence and three people, one of whom may not be written to."""
    house = console_on_both.app._context
    for mailbox in (ADA, BOB):
        engine_house.add_mailbox(house, mailbox)
    publish.publish(house, engine_house.TRIAL)
    for person in PEOPLE:
        contact_service.add(house, person, {"first_name": "Kim", "company": "Lake"})
    console_on_both.app.contacts.suppress("tom@hill.example", "asked by phone")
    return console_on_both


def test_the_plan_names_who_is_enrolled_and_who_is_not_and_changes_nothing(ready: Console) -> None:
    wish = {
        "sequence": "Trial",
        "emails": f"{PEOPLE[0]}, {PEOPLE[1]}\n{PEOPLE[2]};nobody@lake.example",
        "mailbox": BOB,
    }
    with ready.client(ready.join("boss@sales.example"), follow_redirects=True) as boss:
        assert "/enroll?sequence=Trial" in boss.get("/sequences/Trial").text
        assert '<option value="Trial" selected' in boss.get("/enroll?sequence=Trial").text
        plan = boss.post("/enroll/plan", data=wish)
        assert plan.status_code == 200
        for words in (
            "Enroll 2 people in Trial?",
            "2 people are skipped",
            "asked by phone",
            "Not a contact: 1",
        ):
            assert in_english(words) in plan.text
        assert in_english("the last first mail leaves on about") in plan.text
        assert BOB in plan.text
        assert ADA not in plan.text
        assert "nobody@lake.example" in plan.text
        assert sum(ready.app.enrollments.counts().values()) == 0
        assert ready.app.jobs.list().jobs == ()
        again = boss.post("/enroll/change", data=wish).text
        assert f"{PEOPLE[0]}, {PEOPLE[1]}\n{PEOPLE[2]};nobody@lake.example" in again.replace("\r", "")
        boss.post("/enroll", data=wish)
    found = ready.app.enrollments.list()
    assert {each.email for each in found.enrollments} == set(PEOPLE[:2])
    assert {each.mailbox for each in found.enrollments} == {BOB}


def test_a_form_left_as_it_was_sends_as_the_sequence_says_and_shares_can_be_changed(ready: Console) -> None:
    house = ready.app._context
    publish.publish(house, f"{engine_house.TRIAL}mailboxes: {{{ADA}: 1, {BOB}: 0}}\n")
    offered = {"mailbox": [ADA, BOB], f"share:{ADA}": "1", f"share:{BOB}": "0", "of": "Trial"}
    wish = {"sequence": "Trial", "emails": f"{PEOPLE[0]} {PEOPLE[1]}", **offered}
    with ready.client(ready.join("boss@sales.example"), follow_redirects=True) as boss:
        assert in_english(f"{ADA} (1 ") in boss.get("/sequences/Trial").text
        page = boss.get("/enroll?sequence=Trial").text
        assert f'name="share:{BOB}" min="0" max="100" value="0"' in page
        assert BOB not in boss.post("/enroll/plan", data=wish).text.partition("</table>")[0]
        other = {**wish, f"share:{ADA}": "0", f"share:{BOB}": "3"}
        plan = boss.post("/enroll/plan", data=other).text
        assert f'name="share:{BOB}" value="3"' in plan
        wrong = boss.post("/enroll/plan", data={**other, f"share:{BOB}": "many"})
        assert wrong.status_code == 422
        boss.post("/enroll", data=other)
    assert {each.mailbox for each in ready.app.enrollments.list().enrollments} == {BOB}


def test_a_salesperson_enrolls_by_the_sequences_shares_from_their_own_mailboxes_alone(ready: Console) -> None:
    house = ready.app._context
    publish.publish(house, f"{engine_house.TRIAL}mailboxes: {{{ADA}: 5, {BOB}: 1}}\n")
    signed_in = ready.join("sue@sales.example", "salesperson")
    ready.app.mailboxes.assign(BOB, "sue@sales.example")
    with ready.client(signed_in, follow_redirects=True) as sue:
        assert ADA not in sue.get("/enroll?sequence=Trial").text
        wish = {"sequence": "Trial", "emails": PEOPLE[0], "mailbox": BOB, f"share:{BOB}": "1", "of": "Trial"}
        assert sue.post("/enroll", data=wish).status_code == 200
    assert {each.mailbox for each in ready.app.enrollments.list().enrollments} == {BOB}


def test_a_form_that_names_nobody_or_no_mailbox_comes_back_as_it_was(ready: Console) -> None:
    with ready.client(ready.join("boss@sales.example"), follow_redirects=True) as boss:
        for path in ("/enroll/plan", "/enroll"):
            nobody = boss.post(path, data={"sequence": "Trial", "emails": " ,", "mailbox": ADA})
            assert nobody.status_code == 422
            assert in_english("Name at least one person.") in nobody.text
            nowhere = boss.post(path, data={"sequence": "Trial", "emails": PEOPLE[0]})
            assert nowhere.status_code == 422
            assert in_english("Choose at least one mailbox.") in nowhere.text
            assert PEOPLE[0] in nowhere.text
        assert (
            boss.post("/enroll", data={"sequence": "None", "emails": PEOPLE[0], "mailbox": ADA}).status_code
            == 404
        )
    assert ready.app.jobs.list().jobs == ()


def test_shares_are_asked_for_only_where_there_is_something_to_share(ready: Console) -> None:
    signed_in = ready.join("sue@sales.example", "salesperson")
    ready.app.mailboxes.assign(BOB, "sue@sales.example")
    boss = ready.join("boss@sales.example")
    with ready.client(boss) as many, ready.client(signed_in) as one:
        several, single = (each.get("/enroll?sequence=Trial").text for each in (many, one))
    assert f'<span>{Text("Share")}</span><input type="number" name="share:{ADA}"' in several
    assert 'id="h-shares"' in several
    assert f'<input type="hidden" name="share:{BOB}" value="1">' in single
    assert 'id="h-shares"' not in single


def test_a_salesperson_without_a_mailbox_is_told_so_and_enrolls_from_nobody_elses(ready: Console) -> None:
    with ready.client(ready.join("sue@sales.example", "salesperson"), follow_redirects=True) as sue:
        assert (
            in_english("None of the mailboxes is yours. A manager can assign one to you.")
            in sue.get("/enroll").text
        )
        wish = {"sequence": "Trial", "emails": PEOPLE[0], "mailbox": ADA}
        assert sue.post("/enroll/plan", data=wish).status_code == 404
        assert sue.post("/enroll", data=wish).status_code == 404
    assert sum(ready.app.enrollments.counts().values()) == 0


@given(
    st.lists(st.from_regex(r"[a-z]{1,5}@[a-z]{1,5}\.example", fullmatch=True), unique=True),
    st.sampled_from((", ", ";", "\n", "\r\n", " ; ")),
)
def test_addresses_are_found_whatever_stands_between_them(people: list[str], between: str) -> None:
    assert enrolling.typed(between.join(people)) == people
    assert enrolling.typed(between.join(f"<{each}>" for each in [*people, *people])) == people


@pytest.mark.parametrize(
    ("pasted", "meant"),
    [
        (
            "Anna Nowak <p3@lake.example>; Kowalski, Jan <p4@lake.example>",
            ["p3@lake.example", "p4@lake.example"],
        ),
        ('"Nowak, Anna" <p3@lake.example>, p4@lake.example', ["p3@lake.example", "p4@lake.example"]),
        ("Anna<p3@lake.example>\nJan Kowalski", ["p3@lake.example", "Jan", "Kowalski"]),
    ],
)
def test_names_beside_addresses_are_no_addresses(pasted: str, meant: list[str]) -> None:
    """As mail programs copy them; a line without an address is told, not left out."""
    assert enrolling.typed(pasted) == meant


def test_going_back_after_enrolling_asks_for_no_form_to_be_sent_again(console: Console, tab) -> None:
    house = console.app._context
    engine_house.add_mailbox(house, ADA)
    publish.publish(house, engine_house.TRIAL)
    contact_service.add(house, PEOPLE[0], {"first_name": "Kim"})
    here = tab(console.join("boss@sales.example"))
    page = here.open("/enroll?sequence=Trial")
    page.check("[name=mailbox]")
    page.fill("[name=emails]", PEOPLE[0])
    page.click("form[action='/enroll/plan'] button")
    page.locator("form[action='/enroll']").wait_for()
    assert PEOPLE[0] not in page.url
    page.click("form[action='/enroll'] button:not(.secondary)")
    page.wait_for_url("**/jobs/*")
    onward = page.locator("main a[role=button][href='/sequences/Trial']")  # what to look at next
    assert onward.inner_text() == str(Text("Open the sequence"))
    page.go_back()
    assert page.url == f"{console.url}/enroll?sequence=Trial"
    assert page.input_value("[name=sequence]") == "Trial"
    assert len(console.app.jobs.list().jobs) == 1


def test_somebodys_page_leads_to_enrolling_them(console: Console) -> None:
    engine_house.add_mailbox(console.app._context, ADA)
    contact_service.add(console.app._context, PEOPLE[0], {"first_name": "Kim"})
    publish.publish(console.app._context, engine_house.TRIAL)
    with console.client(console.join("boss@sales.example")) as boss:
        link = f"/enroll?email={quote(PEOPLE[0])}"
        assert f'href="{link}"' in boss.get(f"/contacts/{PEOPLE[0]}").text
        assert f">{PEOPLE[0]}</textarea>" in boss.get(link).text
        console.app.contacts.suppress(PEOPLE[0])
        assert "/enroll?email=" not in boss.get(f"/contacts/{PEOPLE[0]}").text
