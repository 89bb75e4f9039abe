"""The inbox of two colleagues: what one decides or replies is told to the other before anything is done over it."""

from __future__ import annotations

import re

import httpx2 as httpx
import pytest

from relance.engine.states import State
from relance.mailbox.parsing.inbound import Intent, Kind
from tests.integration.console.conftest import Console
from tests.integration.console.test_inbox import newest, state
from tests.integration.console.test_inbox_replying import key_of
from tests.reworded import in_english

ANN, BEN = "ann@sales.example", "ben@sales.example"


def seen_of(shown: str) -> str:
    return shown.partition('name="seen" value="')[2].partition('"')[0]


def press(who: httpx.Client, number: int, act: str, shown: str) -> httpx.Response:
    """A key, on the page as it was."""
    form = {"answer": number, "list": f"q=kim&answer={number}", "act": act, "seen": seen_of(shown)}
    return who.post("/inbox/triage", data=form)


def undone(answer: httpx.Response) -> str:
    return re.sub(r".*undo=", "", str(answer.url))


def test_who_decides_over_a_colleague_is_told_and_asked(answered: Console) -> None:
    number = newest(answered)
    with (
        answered.client(answered.join(ANN), follow_redirects=True) as ann,
        answered.client(answered.join(BEN, name="Ben Novak"), follow_redirects=True) as ben,
    ):
        page = ann.get(f"/inbox?answer={number}").text
        press(ben, number, "i", page)
        asked = press(ann, number, "x", page)
        assert (state(answered), answered.app.inbox.show(number).intent) == (State.REPLIED, Intent.POSITIVE)
        assert in_english("Ben Novak has decided about this meanwhile: interested") in asked.text
        assert in_english("Decide otherwise: Not about us (the sequence goes on again)") in asked.text
        leave = ann.get(f"/inbox?answer={number}").text
        assert 'id="otherwise"' not in leave
        assert in_english("Ben Novak") in leave
        done = press(ann, number, "x", asked.text)
        assert (state(answered), str(done.url).partition("undo=")[0][-1]) == (State.ACTIVE, "&")
        mine = answered.app.inbox.show(number)
        assert mine.decided_by is not None
        assert (mine.decided_by.name, mine.kind) == (ANN, Kind.LIST_MAIL)
        assert 'id="otherwise"' not in ann.get(f"/inbox?answer={number}&act=i").text  # it is their own


def test_a_colleague_who_said_the_same_is_no_question(answered: Console) -> None:
    number = newest(answered)
    with (
        answered.client(answered.join(ANN), follow_redirects=True) as ann,
        answered.client(answered.join(BEN), follow_redirects=True) as ben,
    ):
        page = ann.get(f"/inbox?answer={number}").text
        press(ben, number, "n", page)
        same = press(ann, number, "n", page)
        assert in_english("Ben has already decided the same.") in same.text
        assert answered.app.inbox.show(number).decided_by.name == BEN  # type: ignore[union-attr]


def test_u_never_takes_back_what_a_colleague_decided_since(answered: Console) -> None:
    number = newest(answered)
    with (
        answered.client(answered.join(ANN), follow_redirects=True) as ann,
        answered.client(answered.join(BEN, name="Ben Novak"), follow_redirects=True) as ben,
    ):
        mine = press(ann, number, "x", ann.get(f"/inbox?answer={number}").text)
        press(ben, number, "q", ben.get(f"/inbox?answer={number}").text)
        late = ann.post("/inbox/undo", data={"answer": undone(mine), "list": ""})
        assert in_english("Nothing was taken back: Ben Novak has decided about it since.") in late.text
        assert answered.app.inbox.show(number).intent == Intent.QUESTION
        assert state(answered) is State.REPLIED
        ann.post("/inbox/undo", data={"answer": number, "list": ""})
        assert answered.app.inbox.show(number).intent == Intent.QUESTION


@pytest.mark.parametrize("script", [True, False])
def test_u_where_a_colleague_took_it_back_says_so_and_the_answer_stays(answered, tab, script: bool) -> None:
    number = newest(answered)
    here = tab(answered.join(ANN), java_script_enabled=script)
    page = here.open(f"/inbox?answer={number}")
    page.click(".triage [data-key=x]")
    page.wait_for_selector("form[action='/inbox/undo'] button")
    answered.app.inbox.undo(number, decision=answered.app.inbox.show(number).decision)
    page.click("form[action='/inbox/undo'] button")
    page.wait_for_selector("#main .flash.warn")
    assert in_english("Nothing was taken back: this decision does not stand any more") in page.inner_text(
        ".flash"
    )
    assert page.locator("#opened").count() == 1
    assert f"answer={number}" in page.url
    assert state(answered) is State.REPLIED


@pytest.mark.parametrize("script", [True, False])
def test_a_decision_that_is_refused_says_why_and_the_answer_stays(answered, tab, script: bool) -> None:
    number = newest(answered)
    here = tab(answered.join(ANN), java_script_enabled=script)
    page = here.open(f"/inbox?answer={number}")
    page.fill("#f-until", "2020-01-01")
    page.click(".triage [data-key=a]")
    page.wait_for_selector("#main .flash.warn")
    assert in_english("is in the past") in page.inner_text(".flash")
    assert page.locator("#opened").count() == 1
    assert not answered.app.inbox.show(number).corrected


def test_every_refused_form_leads_back_to_its_answer(answered: Console) -> None:
    number = newest(answered)
    refused = (
        ("/inbox/triage", {"act": "zz"}),
        ("/inbox/triage", {"act": "i", "contact": "nobody@nowhere.example"}),
        ("/inbox/same", {"act": "zz", "rows": "1"}),
        ("/inbox/undo", {}),
        ("/inbox/take-back", {}),
    )
    with answered.client(answered.join(ANN)) as ann:
        for path, form in refused:
            told = ann.post(path, data={"answer": number, "list": "unread=yes", **form})
            assert (path, told.status_code) == (path, 303)
            assert told.headers["location"] == f"/inbox?unread=yes&answer={number}"
            assert 'class="flash warn"' in ann.get(told.headers["location"]).text
        assert ann.post("/inbox/undo", data={"answer": 4711}).status_code == 404


def test_words_alone_never_take_the_place_of_the_page(answered, tab) -> None:
    """Whatever a list refuses: its words stand above what was there."""
    number = newest(answered)
    here = tab(answered.join(ANN))
    page = here.open(f"/inbox?answer={number}")
    page.evaluate(
        "row => { row = document.getElementById(row); row.setAttribute('hx-get', '/inbox?after=nonsense'); htmx.process(row.parentElement); }",
        f"row-{number}",
    )
    page.click(f"#row-{number}")
    page.wait_for_selector("#connection:not([hidden]) [data-when=refused]:not([hidden])")
    assert page.locator("#opened").count() == 1


def test_the_question_is_accessible_and_leaves_everything_so_by_enter(answered, tab) -> None:
    number = newest(answered)
    here = tab(answered.join(ANN))
    page = here.open(f"/inbox?answer={number}")
    with answered.client(answered.join(BEN, name="Ben Novak")) as ben:
        press(ben, number, "i", ben.get(f"/inbox?answer={number}").text)
    here.press("x")
    page.wait_for_selector("#otherwise")
    assert here.axe() == []
    assert answered.app.inbox.show(number).intent == Intent.POSITIVE
    here.press("Enter")
    page.wait_for_selector("#otherwise", state="detached")
    assert state(answered) is State.REPLIED
    here.press("x")
    page.wait_for_selector("[data-key=u]")  # they know of it now
    assert state(answered) is State.ACTIVE


def test_a_reply_that_a_colleague_wrote_meanwhile_is_told_before_a_second_one_leaves(
    answered: Console,
) -> None:
    number = newest(answered)
    with (
        answered.client(answered.join(ANN), follow_redirects=True) as ann,
        answered.client(answered.join(BEN), follow_redirects=True) as ben,
    ):
        page = ann.get(f"/inbox?answer={number}").text
        form = {"answer": number, "quote": "yes", "key": key_of(page)}
        ben.post(f"/inbox?answer={number}", data={**form, "text": "Tuesday at ten?"})
        told = ann.post(f"/inbox?answer={number}", data={**form, "text": "Wednesday?"})
        assert (told.status_code, len(answered.app.inbox.replies(number))) == (422, 1)
        assert in_english(f"A reply was written by {BEN} meanwhile") in told.text
        assert "Wednesday?</textarea>" in told.text
        both = {**form, "key": key_of(told.text), "text": "Wednesday?"}
        assert ann.post(f"/inbox?answer={number}", data=both).status_code == 200
        assert len(answered.app.inbox.replies(number)) == 2


@pytest.mark.parametrize("script", [True, False])
def test_back_and_send_says_that_it_was_sent_and_sends_nothing(answered, tab, script: bool) -> None:
    number = newest(answered)
    here = tab(answered.join(ANN), java_script_enabled=script)
    page = here.open(f"/inbox?answer={number}")
    page.fill("#f-text", "Tuesday at ten?")
    page.click("form.reply button")
    page.wait_for_selector(".replied")
    page.go_back()
    if page.locator("#f-text").count():
        page.fill("#f-text", "Tuesday at ten?")
        page.click("form.reply button")
        page.wait_for_selector(".flash")
        assert in_english("It is sent once.") in page.inner_text(".flash")
    assert page.locator(".replied").count() == 1
    assert len(answered.app.inbox.replies(number)) == 1


def test_a_form_that_is_sent_again_says_so(answered: Console) -> None:
    """However often, and from whichever page the browser kept; another one is asked for by its own link."""
    number = newest(answered)
    with answered.client(answered.join(ANN), follow_redirects=True) as ann:

        def page() -> str:
            return ann.get(f"/inbox?answer={number}").text

        old = {"answer": number, "key": key_of(page()), "text": "Tuesday at ten?", "quote": "yes"}
        ann.post(f"/inbox?answer={number}", data=old)
        assert key_of(page()) == ""
        assert in_english("It is sent once.") in ann.post(f"/inbox?answer={number}", data=old).text
        edited = ann.post(f"/inbox?answer={number}", data={**old, "text": "Wednesday?"})
        assert (edited.status_code, len(answered.app.inbox.replies(number))) == (422, 1)
        ann.post("/inbox/take-back", data={"answer": number})
        assert key_of(page()) not in ("", old["key"])
        assert ann.post(f"/inbox?answer={number}", data=old).status_code == 200  # nothing of it was sent
        assert [each.state for each in answered.app.inbox.replies(number)] == ["abandoned", "prepared"]
