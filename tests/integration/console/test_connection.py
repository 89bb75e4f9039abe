"""A page outlives its session and its server: nothing takes its place, it says what is the matter, and goes on."""

from __future__ import annotations

import re

import pytest

from relance import errors
from relance.console.requests import security
from relance.engine.store.users import sessions
from tests.integration.console import campaign
from tests.integration.console.conftest import PASSWORD, Console
from tests.reworded import in_english

BOSS = "boss@sales.example"


@pytest.fixture
def sales(console: Console) -> Console:
    campaign.play(console.app)
    console.join(BOSS)
    return console


def sign_out(console: Console) -> None:
    """Everywhere."""
    me = next(each.id for each in console.app.users.list() if each.email == BOSS)
    console.app.myself.sign_out(me)


def look(page) -> None:
    """What the page does every fifteen seconds."""
    page.evaluate("htmx.ajax('GET', '/state', {source: '#state', target: '#state', swap: 'outerHTML'})")


def sign_in(page) -> None:
    page.fill("[name=email]", BOSS)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button").click()


def test_a_session_that_ends_takes_nothing_away_and_works_on_after_signing_in(sales, tab) -> None:
    here = tab(sales.tokens[BOSS])
    page = here.open("/inbox?answer=1")
    page.fill("#f-text", "Half a reply")
    sign_out(sales)
    look(page)
    link = page.locator("#connection a")
    link.wait_for()
    assert page.url.endswith("/inbox?answer=1")
    assert page.input_value("#f-text") == "Half a reply"
    assert page.locator("#state.warn").inner_text() == page.locator("#connection").get_attribute("data-stale")
    assert here.axe() == []
    with page.context.expect_page() as opened:
        link.click()
    beside = opened.value
    sign_in(beside)
    beside.wait_for_url("**/signed-in")
    look(page)
    page.locator("#connection").wait_for(state="hidden")
    assert page.input_value("#f-text") == "Half a reply"
    with page.expect_response(lambda answer: answer.request.method == "POST") as done:
        page.locator("form.done button").first.click()
    assert "/sign-in" not in done.value.headers.get("location", "/sign-in")
    here.faults[:] = [each for each in here.faults if "status of 401" not in each]


def test_a_server_that_does_not_answer_is_said_above_the_page_and_in_the_top_bar(sales, tab) -> None:
    here = tab(sales.tokens[BOSS])
    page = here.open("/")
    before = page.locator("#state").inner_text()
    page.context.set_offline(True)
    look(page)
    page.locator("#connection [data-when=away]").wait_for()
    assert page.locator("#state.warn").inner_text() != before
    page.context.set_offline(False)
    look(page)
    page.locator("#connection").wait_for(state="hidden")
    assert page.locator("#state").inner_text() == before
    offline_is_no_fault(here)


@pytest.mark.parametrize("size", [(1280, 500), (390, 700)])
def test_what_is_the_matter_is_in_sight_wherever_one_has_scrolled_to(sales, tab, size) -> None:
    """Below the bar on top, and not behind it."""
    here = tab(sales.tokens[BOSS], viewport=dict(zip(("width", "height"), size, strict=True)))
    page = here.open("/inbox?answer=1")
    page.context.set_offline(True)
    look(page)
    page.locator("#connection [data-when=away]").wait_for()
    page.evaluate("document.body.style.paddingBottom = '2000px'; scrollTo(0, 900)")
    page.wait_for_function("scrollY > 800")
    assert page.evaluate(IN_SIGHT)
    offline_is_no_fault(here)


IN_SIGHT = """() => {
  const words = document.querySelector("#connection [data-when=away]").getBoundingClientRect();
  return [words.top + 2, words.bottom - 2].every((y) => document.elementFromPoint(words.left + 4, y)?.closest("#connection"));
}"""


def offline_is_no_fault(here) -> None:
    """What Chromium says of requests that nobody answers."""
    unheard = ("ERR_INTERNET_DISCONNECTED", "Failed to fetch")
    here.faults[:] = [each for each in here.faults if not any(words in each for words in unheard)]


def test_the_way_in_says_why_and_leads_back_to_the_very_page(sales) -> None:
    with sales.client(sales.tokens[BOSS]) as client:
        sign_out(sales)
        away = client.get("/inbox?unread=yes&answer=1")
        assert away.headers["location"] == "/sign-in?next=/inbox%3Funread%3Dyes%26answer%3D1&ended=yes"
        shown = client.get(away.headers["location"]).text
        assert "flash warn" in shown
        form = dict(re.findall(r'name="(next|ended)" value="([^"]*)"', shown.replace("&amp;", "&")))
        back = client.post("/sign-in", data={**form, "email": BOSS, "password": PASSWORD})
        assert back.headers["location"] == "/inbox?unread=yes&answer=1"
    with sales.client() as nobody:  # who was never here is told nothing of the kind
        assert "ended" not in nobody.get("/inbox").headers["location"]


def test_a_part_that_fails_is_words_and_no_page(sales) -> None:
    with sales.client(sales.tokens[BOSS], headers={"hx-request": "true"}) as client:
        lost = client.get("/inbox/replies?answer=999")
        assert (lost.status_code, "<nav" in lost.text) == (404, False)
        sign_out(sales)
        out = client.get("/state")
        assert (out.status_code, "<nav" in out.text, "location" in out.headers) == (401, False, False)


@pytest.mark.parametrize("who", ["the same", "somebody else"])
def test_what_was_sent_without_a_session_is_there_again_after_signing_in(sales, tab, who: str) -> None:
    here = tab(sales.tokens[BOSS])
    page = here.open("/inbox?answer=1")
    page.fill("#f-text", "A whole reply")
    sign_out(sales)
    page.locator("form:has(#f-text) button[type=submit], form:has(#f-text) button:not([type])").first.click()
    page.wait_for_url("**/sign-in**")
    if who == "the same":
        sign_in(page)
        page.wait_for_url("**/inbox?answer=1")
        page.wait_for_function("document.querySelector('#f-text').value")
        assert page.input_value("#f-text") == "A whole reply"
        assert page.locator("#replied-last").count() == 0
        page.reload()
        assert page.input_value("#f-text") == "A whole reply"  # a draft, until it is sent or discarded
        page.locator(".restored button").click()
        page.reload()
        assert page.input_value("#f-text") == ""
    else:
        sales.join("ann@acme.example")
        page.fill("[name=email]", "ann@acme.example")
        page.fill("[name=password]", PASSWORD)
        page.locator("main form button").click()
        page.wait_for_url("**/inbox**")
        here.open("/inbox?answer=1")
        assert page.input_value("#f-text") == ""


def test_a_database_that_goes_away_is_said_on_every_page_in_the_readers_language(console, monkeypatch):
    """Without it nobody can tell who asks: no page of theirs can be made."""
    token = console.join("ada@acme.example")

    def away(*given):
        raise errors.Unreachable("no answer")

    monkeypatch.setattr(sessions, "by_token", away)
    with console.client(token) as ada:
        english, polish = (ada.get("/", headers={"accept-language": each}) for each in ("en", "pl"))
        sent, part = ada.post("/sign-out"), ada.get("/state", headers={"hx-request": "true"})
        missing = ada.get("/nothing")
    assert {each.status_code for each in (english, polish, sent, part, missing)} == {503}
    assert in_english("The database does not answer.") in english.text
    assert 'lang="pl"' in polish.text
    assert polish.text != english.text
    assert english.headers["content-security-policy"] == security.POLICY
    assert "refresh" in english.headers
    assert "refresh" not in sent.headers  # nothing is sent twice
    assert in_english("What you sent has not been done.") in sent.text
    assert "<" not in part.text
