"""Every list is searched and filtered in its address, goes on where a page ends, and says the next step where nothing fits."""

from __future__ import annotations

import html
import re

import pytest

from relance.console import lists
from relance.console.views.long_work import jobs
from relance.engine.jobs.service import Upload
from relance.engine.store.jobs import JobKind, JobState
from tests.integration.console import held_people
from tests.integration.console.conftest import Console

BOSS = "boss@sales.example"
SHEET = b"email,first_name\nkim@lake.example,Kim\n"


@pytest.fixture
def desk(console_on_both: Console) -> Console:
    console_on_both.join(BOSS, name="Bea Boss")
    return console_on_both


def rows(desk: Console, path: str) -> list[str]:
    """The first cells of the rows of a list, as text."""
    with desk.client(desk.tokens[BOSS]) as boss:
        page = boss.get(path).text
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        re.sub("<[^>]+>", " ", each).split()[0]
        for each in re.findall(r'<th scope="row">(.*?)</th>', body, re.S)
    ]


def test_users_are_found_by_name_role_and_state(desk: Console) -> None:
    for email, role in (("ann@sales.example", "salesperson"), ("vic@sales.example", "viewer")):
        desk.app.users.invite(email, role)
    desk.app.users.change("vic@sales.example", active=False)
    assert rows(desk, "/users?q=boss+bea") == ["Bea"]
    assert rows(desk, "/users?role=salesperson") == ["ann@sales.example"]
    assert rows(desk, "/users?stands=invited") == ["ann@sales.example"]
    assert rows(desk, "/users?stands=blocked&q=vic") == ["vic@sales.example"]
    assert rows(desk, "/users?stands=blocked&role=manager") == []


def test_many_users_are_paged_without_a_gap(desk: Console) -> None:
    for number in range(lists.PAGE + 5):
        desk.app.users.invite(f"u{number:03}@sales.example", "viewer")
    with desk.client(desk.tokens[BOSS]) as boss:
        first = boss.get("/users?role=viewer").text
        behind = re.search(r'rel="next" href="([^"]+)"', first)
        assert behind is not None
        second = boss.get(behind.group(1).replace("&amp;", "&")).text
    shown = [set(re.findall(r"u\d{3}@sales.example", page)) for page in (first, second)]
    assert not shown[0] & shown[1]
    assert len(shown[0] | shown[1]) == lists.PAGE + 5


def test_work_in_the_background_is_found_by_what_state_and_whose(desk: Console) -> None:
    held_people.prepared(desk.app._context, "kim@lake.example")
    desk.app.jobs.check_contacts(Upload("fair.csv", SHEET))
    desk.app.jobs.enroll("Spring offer", ["kim@lake.example"])
    assert len(rows(desk, "/jobs")) == 2
    assert (
        rows(desk, "/jobs?what=imports") == rows(desk, "/jobs?q=FAIR") != rows(desk, "/jobs?what=enrolling")
    )
    assert len(rows(desk, "/jobs?q=spring")) == len(rows(desk, "/jobs?state=done&what=enrolling")) == 1
    assert (
        rows(desk, "/jobs?state=failed")
        == rows(desk, "/jobs?what=changes")
        == rows(desk, "/jobs?q=100%25")
        == []
    )
    with desk.client(desk.tokens[BOSS]) as boss:
        assert 'href="/jobs"' in boss.get("/jobs?q=nobody").text.partition('class="empty"')[2]
        assert 'href="/import"' in boss.get("/import?q=nobody").text.partition('class="empty"')[2]


def test_every_kind_and_state_of_work_is_behind_one_chip() -> None:
    found = {
        name: [each for _words, kinds in table.values() for each in kinds]
        for name, table in jobs._FILTERS.items()
    }
    assert sorted(found["what"]) == sorted(JobKind)
    assert sorted(found["state"]) == sorted(JobState)


def test_a_removed_mailbox_is_found_says_what_became_of_its_people_and_is_added_again(desk: Console) -> None:
    house = desk.app._context
    held_people.prepared(house, "kim@lake.example", mailbox="ada@sales.example")
    held_people.prepared(house, "mia@lake.example", mailbox="new@sales.example")
    desk.app.mailboxes.pause("new@sales.example", "")
    desk.app.mailboxes.remove("ada@sales.example", force=True)
    assert rows(desk, "/mailboxes") == rows(desk, "/mailboxes?state=paused") == ["new@sales.example"]
    assert rows(desk, "/mailboxes?state=removed&q=ADA") == ["ada@sales.example"]
    assert rows(desk, "/mailboxes?q=ada@") == []
    with desk.client(desk.tokens[BOSS]) as boss:
        page = boss.get("/mailboxes/ada@sales.example").text
        assert "/held?group=mailbox_removed" in page
        again = boss.get("/mailboxes/new?address=ada%40sales.example").text
        held = boss.get("/held?group=mailbox_removed").text
    assert "/mailboxes/new?address=ada" in page
    assert 'value="ada@sales.example"' in again
    assert "kim@lake.example" in held


def test_the_do_not_contact_list_is_filtered_by_kind(desk: Console) -> None:
    for value in ("kim@lake.example", "rival.example", "zoe@rival.example"):
        desk.app.contacts.suppress(value)
    assert rows(desk, "/suppressions") == ["kim@lake.example", "rival.example", "zoe@rival.example"]
    assert rows(desk, "/suppressions?kind=domain") == ["rival.example"]
    assert rows(desk, "/suppressions?kind=address&q=rival") == ["zoe@rival.example"]
    assert rows(desk, "/suppressions?kind=x&q=ann@rival.example") == ["rival.example"]


def test_users_stay_as_they_are_filtered(desk: Console) -> None:
    for email in ("ann@sales.example", "vic@sales.example"):
        desk.app.users.invite(email, "viewer")
    place = "q=sales&stands=invited&after=a%40b.example"
    with desk.client(desk.tokens[BOSS]) as boss:
        page = boss.get(f"/users?{place}").text
        assert page.count(f'name="list" value="{place.replace("&", "&amp;")}"') >= 2
        for path, form in (("change", {"role": "manager"}), ("change", {"active": "no"}), ("sign-out", {})):
            sent = {"email": "ann@sales.example", "list": f"{place}&next=//evil.example", **form}
            assert boss.post(f"/users/{path}", data=sent).headers["location"] == f"/users?{place}"
        made = boss.post(f"/users/invite?{place}", data={"email": "vic@sales.example", "role": "viewer"})
    assert re.search(r'href="/users\?q=sales"', made.text), (
        "the chip takes its filter out, on the list's own page"
    )
    assert "/users/invite?" not in made.text.replace('action="/users/invite?', "")
    assert ">vic@sales.example<" in made.text
    assert ">boss@sales.example<" not in made.text.partition("<tbody>")[2].partition("</tbody>")[0]


def test_the_page_of_a_row_leads_back_to_the_list_as_it_was_also_after_an_action(desk: Console) -> None:
    held_people.prepared(desk.app._context, "kim@lake.example", mailbox="ada@sales.example")
    desk.app.jobs.check_contacts(Upload("fair.csv", SHEET))
    job = desk.app.jobs.enroll("Spring offer", ["kim@lake.example"])
    with desk.client(desk.tokens[BOSS]) as boss:

        def through(index: str, row: str, path: str, form: dict[str, str]) -> None:
            link = html.unescape(re.findall(f'href="({re.escape(row)}[^"]*)"', boss.get(index).text)[0])
            page = boss.get(link).text
            origin = html.unescape(
                re.findall('name="list" value="([^"]*)"', page + ' name="list" value=""')[0]
            )
            done = boss.post(path, data={"list": origin or index.partition("?")[2], **form})
            assert done.status_code == 303, path
            after = boss.get(done.headers["location"]).text
            assert f'href="{html.escape(index)}"' in page, "the way back before"
            assert f'href="{html.escape(index)}"' in after, "the way back afterwards"

        box = {"address": "ada@sales.example"}
        listed, here = "/mailboxes?q=ada&state=sending", "/mailboxes/ada%40sales.example"
        through(listed, here, "/mailboxes/pause", box)
        paused = listed.replace("sending", "paused")
        through(paused, here, "/mailboxes/change", {**box, "name": "Ada", "gap_seconds": "60"})
        through(paused, here, "/mailboxes/assign", {**box, "email": BOSS})
        through(paused, here, "/mailboxes/resume", box)
        through("/jobs?q=spring&what=enrolling", f"/jobs/{job.id}", f"/jobs/{job.id}/cancel", {})
