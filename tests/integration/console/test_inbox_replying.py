"""Replies from the inbox in the console: sent once, taken back, and where they go; with and without script."""

from __future__ import annotations

import pytest

from tests.integration.console.conftest import HOSTILE, Console
from tests.integration.console.test_inbox import newest
from tests.reading import KIM, hear, letter
from tests.reworded import in_english


def key_of(shown: str) -> str:
    return shown.partition('name="key" value="')[2].partition('"')[0]


def test_a_reply_is_sent_by_a_form_once_however_often_it_is_pressed(answered: Console) -> None:
    """Without script. What cannot be sent stays in its box."""
    number = newest(answered)
    with answered.client(answered.join("ann@sales.example"), follow_redirects=True) as ann:
        form = {"answer": number, "list": f"q=kim&answer={number}", "quote": "yes"}
        key = key_of(ann.get(f"/inbox?answer={number}").text)
        assert len(key) == 32
        empty = ann.post(f"/inbox?q=kim&answer={number}", data={**form, "key": key, "text": " "})
        assert (empty.status_code, key_of(empty.text)) == (422, key)
        long = ann.post(f"/inbox?answer={number}", data={**form, "key": key, "text": HOSTILE * 2000})
        assert long.status_code == 422
        assert "&lt;script&gt;alert(2)" in long.text
        assert "<script>alert" not in long.text
        huge = ann.post(
            f"/inbox?answer={number}", data={**form, "key": key, "text": "word " * 40_000 + "end."}
        )
        assert (huge.status_code, "word end.</textarea>" in huge.text) == (422, True)
        assert in_english("200004") in huge.text.replace(",", "").replace("\u202f", "")
        assert answered.app.inbox.replies(number) == ()
        for _ in range(2):
            sent = ann.post(f"/inbox?q=kim&answer={number}", data={**form, "key": key, "text": HOSTILE})
            assert (sent.status_code, f"/inbox?q=kim&answer={number}" in str(sent.url)) == (200, True)
        [written] = answered.app.inbox.replies(number)
        assert (written.written_by.name if written.written_by else "") == "ann@sales.example"
        assert "<script>alert" not in sent.text
        back = ann.post("/inbox/take-back", data=form)
        assert [each.state for each in answered.app.inbox.replies(number)] == ["abandoned"]
        assert "&lt;script&gt;alert(2)&lt;/script&gt;Please call me.</textarea>" in back.text
        assert ann.post("/inbox/take-back", data=form).status_code == 200
        assert ann.post("/inbox", data={"answer": number, "text": "x"}).status_code == 422


def test_the_same_words_are_sent_again_only_after_asking(answered: Console) -> None:
    """A further reply is asked for by its link; a page of before sends nothing again (`test_inbox_together`)."""
    number = newest(answered)
    with answered.client(answered.join("ann@sales.example"), follow_redirects=True) as ann:

        def send(text: str, **more: str):
            stand = sum(each.state != "abandoned" for each in answered.app.inbox.replies(number))
            key = key_of(ann.get(f"/inbox?answer={number}&another={stand}").text)
            data = {"answer": number, "quote": "yes", "key": key, "text": text, **more}
            return ann.post(f"/inbox?answer={number}", data=data)

        assert send("Tuesday at ten?").status_code == 200
        asked = send("Tuesday at ten? ")
        assert (asked.status_code, 'name="same"' in asked.text) == (422, True)
        assert len(answered.app.inbox.replies(number)) == 1
        assert send("Wednesday, then.").status_code == 200
        first, _second = answered.app.inbox.replies(number)
        shown = ann.get(f"/inbox?answer={number}").text
        assert shown.count('action="/inbox/take-back"') == 2  # each that waits
        assert 'id="replied-last"' in shown
        back = ann.post("/inbox/take-back", data={"answer": number, "own": first.id})
        assert [each.state for each in answered.app.inbox.replies(number)] == ["abandoned", "prepared"]
        assert "Tuesday at ten?</textarea>" in back.text
        assert send("Tuesday at ten?").status_code == 200  # it was taken back: nothing of it was sent
        assert send("Wednesday, then.", same="yes").status_code == 200
        assert len(answered.app.inbox.replies(number)) == 4


def test_where_a_reply_goes_is_shown_and_chosen_where_it_leads_elsewhere(answered: Console) -> None:
    """Reply-To comes from outside: its address is shown before anything goes there."""
    house = answered.app._context
    hear(house, letter(KIM, Reply_To="x@evil.example", Cc="eve@lake.example"))
    number = newest(answered)
    with answered.client(answered.join("ann@sales.example"), follow_redirects=True) as ann:
        shown = ann.get(f"/inbox?answer={number}").text
        assert shown.count('name="to"') == 2
        assert "checked" not in shown.partition('class="places"')[2].partition("</fieldset>")[0]
        assert 'name="quote" value="yes">' in shown
        assert in_english("x@evil.example does not belong to the organisation") in shown
        assert in_english("Their mail also went to eve@lake.example. Your reply does not.") in shown
        form = {"answer": number, "text": "Hello", "key": key_of(shown)}
        unsaid = ann.post(f"/inbox?answer={number}", data=form)
        assert (unsaid.status_code, answered.app.inbox.replies(number)) == (422, ())
        assert in_english("Choose the address that your reply goes to.") in unsaid.text
        assert "`" not in unsaid.text
        refused = ann.post("/inbox", data={**form, "to": "third@lake.example"})
        assert (refused.status_code, answered.app.inbox.replies(number)) == (422, ())
        chosen = ann.post(f"/inbox?answer={number}", data={**form, "text": " ", "to": KIM})
        assert f'value="{KIM}" required checked' in chosen.text
        ann.post("/inbox", data={**form, "to": KIM})
        assert [each.to for each in answered.app.inbox.replies(number)] == [KIM]


def test_what_they_wrote_is_quoted_elsewhere_only_if_that_is_ticked(answered, tab) -> None:
    hear(answered.app._context, letter(KIM, text="Our price list is secret.", Reply_To="x@evil.example"))
    here = tab(answered.join("ann@sales.example"))
    page = here.open(f"/inbox?answer={newest(answered)}")
    page.fill("#f-text", "Hello")
    page.keyboard.press("Control+Enter")  # nothing is chosen: nothing is sent
    assert page.evaluate("document.activeElement.name") == "to"
    assert answered.app.inbox.replies(newest(answered)) == ()
    quoted = page.locator("form.reply [name=quote]")
    page.check(f"[name=to][value='{KIM}']")
    assert quoted.is_checked()
    page.check("[name=to][value='x@evil.example']")
    assert not quoted.is_checked()
    assert here.axe() == []
    page.click("form.reply button")
    page.wait_for_selector(".replied")
    [written] = answered.app.inbox.replies(newest(answered))
    assert (written.to, "secret" in written.text) == ("x@evil.example", False)


def test_r_opens_the_box_and_what_was_sent_can_be_taken_back(answered, tab) -> None:
    number = newest(answered)
    here = tab(answered.join("ann@sales.example"))
    page = here.open(f"/inbox?answer={number}")
    page.keyboard.press("r")
    page.keyboard.type("Tuesday at ten?")
    page.click("form.reply button")
    page.wait_for_selector(".replied")
    [written] = answered.app.inbox.replies(number)
    assert written.text.startswith("Tuesday at ten?\n\n")
    assert "> " in written.text
    page.click(".replied form button")
    page.wait_for_url("**again=*")
    assert page.input_value("#f-text") == "Tuesday at ten?"
    assert answered.app.inbox.replies(number)[0].state == "abandoned"


def test_a_reply_counts_down_and_tells_what_became_of_it(answered, tab) -> None:
    """The page asks again by itself when it has left; without script it says until when it can be taken back."""
    number = newest(answered)
    token = answered.join("ann@sales.example")
    here = tab(token)
    page = here.open(f"/inbox?answer={number}")
    page.keyboard.press("r")
    page.keyboard.type("Tuesday at ten?")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#replied .replied")
    assert page.locator("#replied [data-key=t]").count() == 1
    with answered.client(token) as ann:
        plain = ann.get(f"/inbox?answer={number}").text
        assert 'id="replied"' in plain
        assert in_english("It will be sent even if you close this page.") in plain
        part = ann.get(f"/inbox/replies?answer={number}").text
        assert "<html" not in part
        assert "Tuesday at ten?" in part
        assert ann.get("/inbox/replies?answer=4711").status_code == 404
        listed = ann.get("/inbox?unsent=yes").text
        assert f"answer={number}" in listed
        assert in_english("1 of our replies has not been sent yet") in ann.get("/").text
    here.press("t")
    page.wait_for_url("**again=*")
    assert answered.app.inbox.replies(number)[0].state == "abandoned"
    assert answered.app.today.waiting().replies == 0


@pytest.mark.parametrize("script", [True, False])
def test_that_a_reply_will_be_sent_is_told_in_sight_below_a_long_answer(answered, tab, script: bool) -> None:
    """With its countdown and the way to take it back; the focus is there."""
    long = "\n\n".join(f"Point {number} of what we would like to know." for number in range(120))
    hear(answered.app._context, letter(KIM, text=long))
    number = newest(answered)
    here = tab(answered.join("ann@sales.example"), java_script_enabled=script)
    page = here.open(f"/inbox?answer={number}")
    page.fill("#f-text", long)
    if script:
        page.keyboard.press("Control+Enter")
    else:
        page.click("form.reply button")
    page.wait_for_selector("#replied-last")
    said = page.locator("#replied-last .flash")
    assert in_english("will be sent in half a minute. You can take it back until then.") in said.inner_text()
    assert page.locator(".flash").count() == 1
    for each in (".flash", ".chip", "#take-back"):
        box = page.locator(f"#replied-last {each}").first.bounding_box()
        assert box is not None
        assert (each, 0 <= box["y"] <= 800 - box["height"]) == (each, True)
    if script:
        assert page.evaluate("document.activeElement.id") == "replied-last"
    page.reload()
    assert page.locator("#replied-last .flash").count() == 0
