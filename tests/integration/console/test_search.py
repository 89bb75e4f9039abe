"""The search in the top bar: people, sequences and mailboxes that match, as far as the viewer may see them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from relance.console import lists
from relance.console.views import searching
from relance.engine.sequences import publish
from tests import engine_house
from tests.integration.console import held_people
from tests.integration.console.conftest import Console
from tests.integration.console.held_people import ANN, BOSS
from tests.reading import KIM, MIA

ADA, ROB = "ada@sales.example", "rob@hill.example"
HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>'


def filled(console: Console) -> Console:
    """Kim and Mia are Ada's, Rob is Ann's; names are hostile."""
    house = console.app._context
    held_people.prepared(house, KIM, MIA)
    held_people.prepared(house, ROB, mailbox=ANN)
    console.app.contacts.add(KIM, last_name=f"Łukasik {HOSTILE}")
    engine_house.add_mailbox(house, "zoe@sales.example", name=f"Zoë {HOSTILE}")
    publish.publish(house, held_people.OFFER.replace("Spring offer", f'"Łódź 100% /a {HOSTILE[:8]}"'))
    return console


@pytest.fixture
def desk(console: Console) -> Console:
    return filled(console)


def main(answer: object) -> str:
    return str(answer.text).partition("<main")[2]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("asked", "link"),
    [
        ("kim", f"/contacts/{KIM.replace('@', '%40')}"),
        ("ŁUKASIK", f"/contacts/{KIM.replace('@', '%40')}"),
        ("lak mia", f"/contacts/{MIA.replace('@', '%40')}"),
        ("OFFER spr", "/sequences/Spring%20offer"),
        ("łódź", "/sequences/%C5%81%C3%B3d%C5%BA%20100%25%20%2Fa%20%3Cimg%20src"),
        ("sales zoë", "/mailboxes/zoe%40sales.example"),
    ],
)
def test_what_matches_is_a_link_that_leads_there(console_on_both: Console, asked: str, link: str) -> None:
    desk = filled(console_on_both)
    with desk.client(desk.join(BOSS)) as boss:
        found = boss.get("/search", params={"q": asked})
        assert main(found).count('class="line grey"') == 1
        assert f'href="{link}"' in main(found)
        assert boss.get(link).status_code == 200


@pytest.mark.parametrize("asked", ["", "  ", "%", "_", "im", "\0", "<img", "' or 1=1 --", "\U0010ffff" * 400])
def test_what_nobody_begins_with_is_not_found_and_does_no_harm(desk: Console, asked: str) -> None:
    """Characters of patterns are characters; an address that is far too long is an answer."""
    with desk.client(desk.join(BOSS)) as boss:
        answer = boss.get("/search", params={"q": asked})
        assert answer.status_code == 200
        assert "/contacts/" not in main(answer)
        assert "<img" not in main(answer)
        assert "<script>alert" not in answer.text


def test_names_of_strangers_stay_words(desk: Console) -> None:
    with desk.client(desk.join(BOSS)) as boss:
        for asked in ("kim", "zoë", "łódź", HOSTILE):
            answer = boss.get("/search", params={"q": asked})
            assert "<img src=x" not in answer.text
            assert "<script>alert" not in answer.text
        assert f'value="{HOSTILE[:4].replace("<", "&lt;")}' in answer.text


def test_a_removed_mailbox_is_not_found(desk: Console) -> None:
    desk.app.mailboxes.remove("zoe@sales.example")
    with desk.client(desk.join(BOSS)) as boss:
        assert "/mailboxes/zoe" not in main(boss.get("/search?q=zoe"))


def test_a_salesperson_finds_what_is_theirs(desk: Console) -> None:
    ann = desk.join(ANN, "salesperson")
    desk.app.mailboxes.assign(ANN, ANN)
    with desk.client(ann) as client:
        assert "/contacts/rob%40hill.example" in main(client.get("/search?q=rob"))
        assert "/mailboxes/ann%40sales.example" in main(client.get("/search?q=ann"))
        for asked in ("kim", "mia", "lukasik", "łukasik", "zoe", ADA):
            assert "/contacts/" not in main(client.get("/search", params={"q": asked}))
            assert "/mailboxes/" not in main(client.get("/search", params={"q": asked}))
        assert "/sequences/Spring%20offer" in main(client.get("/search?q=spring"))


def test_many_lead_on_to_the_list(desk: Console) -> None:
    for number in range(12):
        desk.app.contacts.add(f"p{number:02}@firm.example", company="Brass & Co")
    with desk.client(desk.join(BOSS)) as boss:
        shown = main(boss.get("/search", params={"q": "& brass"}))
        assert "/contacts/p" not in shown
        for asked in ("brass &", "brass"):
            shown = main(boss.get("/search", params={"q": asked}))
            assert shown.count("/contacts/p") == searching.SHOWN
        assert 'href="/contacts?q=brass"' in shown


def test_a_search_counts_nobody_and_reads_no_more_than_it_shows(desk: Console) -> None:
    """The lists it looks through do not grow with the number of enrollments, and people are found by way of indexes."""
    asked: list[str] = []
    engine = desk.app._context.database.engine
    with desk.client(desk.join(BOSS)) as boss:
        boss.get("/search?q=kim")  # what stands around the page is kept from here on
        sa.event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2].lower()))
        boss.get("/search?q=kim")
    assert any("from contact" in each for each in asked)
    assert not [each for each in asked if "from enrollment" in each or "count(" in each]


@given(st.text(max_size=30), st.text(max_size=30))
def test_every_word_stands_there_in_any_case(asked: str, where: str) -> None:
    found = lists.has_words(asked, where)
    assert found == (bool(asked.split()) and all(lists.has_words(word, where) for word in asked.split()))
    assert not asked.strip() or lists.has_words(asked, f"x {asked} y")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_key_leads_to_the_box_and_the_box_to_what_is_found(desk, tab, scheme) -> None:
    token = desk.join(BOSS)
    for language, width in (("en", 1280), ("pl", 390)):
        here = tab(token, color_scheme=scheme, viewport={"width": width, "height": 800})
        page = here.open(f"/?lang={language}")
        page.keyboard.press("/")
        if width == 390:  # where it is a page of its own
            page.wait_for_url("**/search")
            page.keyboard.press("/")
        assert page.evaluate("document.activeElement.closest('header.top') !== null")
        page.keyboard.type("kim")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=kim")
        assert page.input_value("header.top input[name=q]") == "kim"
        for asked in ("kim", "łódź", "zoë", "nobody", ""):
            page = here.open(f"/search?q={asked}")
            assert here.axe() == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.query_selector("main img") is None
