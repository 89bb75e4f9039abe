"""The inbox in the console: found, decided by a key, taken back; with and without script, in both languages, on a phone."""

from __future__ import annotations

import pytest

from relance.console.views.answers import deciding
from relance.engine.inbound import policy
from relance.engine.states import Event, State
from relance.engine.store.inbound.replies import ReplyFilter
from relance.mailbox.parsing.inbound import Classification
from tests.integration.console.conftest import HOSTILE, Console
from tests.reading import KIM, MIA, enrolled, hear, letter, row, wrote
from tests.reworded import in_english


def state(console: Console, person: str = KIM) -> State:
    return row(console.app._context, person).state


def newest(console: Console) -> int:
    return console.app.inbox.list()[0].id


def test_an_answer_is_decided_by_a_form_and_taken_back(answered: Console) -> None:
    """Without script, and without a browser."""
    number, before = newest(answered), state(answered)
    assert before is State.REPLIED
    with answered.client(answered.join("ann@sales.example"), follow_redirects=True) as ann:
        shown = ann.get(f"/inbox?answer={number}").text
        assert "Please call me." in shown
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert "&gt; We follow up" in shown
        assert in_english("1 more person at lake.example is being contacted") in shown
        form = {"answer": number, "list": f"q=kim&answer={number}", "after": 0}
        done = ann.post("/inbox/triage", data={**form, "act": "x"})
        assert (state(answered), done.status_code) == (State.ACTIVE, 200)
        assert str(done.url).endswith(f"/inbox?q=kim&undo={number}")
        assert 'data-key="u"' in done.text
        back = ann.post("/inbox/undo", data=form)
        assert (state(answered), back.status_code) == (State.REPLIED, 200)
        assert str(back.url).endswith(f"answer={number}")
        assert answered.app.inbox.show(number).read_by is not None
        ann.post("/inbox/mark", data={**form, "read": "no"})
        assert answered.app.inbox.counts(ReplyFilter(unread=True)).total == 2
    lines = answered.app.timeline(KIM)
    assert [each.actor.name for each in lines if each.actor and each.kind == "reply.corrected"] == [
        "ann@sales.example"
    ] * 2


def test_what_is_no_decision_is_refused(answered: Console) -> None:
    with answered.client(answered.join("ann@sales.example")) as ann:
        for form in (
            {"answer": newest(answered), "act": "zz"},
            {"answer": "x", "act": "i"},
            {"answer": newest(answered), "act": "a", "until": "soon"},
        ):
            assert ann.post("/inbox/triage", data=form).status_code in (404, 422)
    assert state(answered) is State.REPLIED


@pytest.mark.parametrize("number", ["9" * 20, "9" * 5000])
def test_a_number_that_no_row_has_is_no_crash(answered: Console, number: str) -> None:
    with answered.client(answered.join("ann@sales.example")) as ann:
        assert ann.get(f"/inbox?answer={number}").status_code == 200
        assert ann.get(f"/tasks?task={number}").status_code == 200
        assert ann.post("/inbox/mark", data={"answer": number}).status_code == 404
        assert ann.post("/tasks/skip", data={"task": number}).status_code == 404
        assert ann.post("/profile/sessions", data={"session": number}).status_code in (303, 404)


def test_the_next_answer_opens_by_itself(answered: Console) -> None:
    first, second = [each.id for each in answered.app.inbox.list()]
    with answered.client(answered.join("ann@sales.example"), follow_redirects=True) as ann:
        shown = ann.get(f"/inbox?answer={first}").text
        assert f'name="after" value="{second}"' in shown
        done = ann.post("/inbox/mark", data={"answer": first, "after": second, "list": "unread=yes"})
        assert str(done.url).endswith(f"/inbox?unread=yes&answer={second}")


def test_a_key_decides_and_u_takes_it_back(answered, tab) -> None:
    here = tab(answered.join("ann@sales.example"))
    page = here.open(f"/inbox?answer={newest(answered)}")
    assert page.inner_text("#rail a[href='/inbox'] .count") == "1"
    page.evaluate("window.loadedOnce = true")
    here.press("x")
    page.wait_for_url("**/inbox?*undo=*")
    page.wait_for_selector("[data-key=u]")
    assert state(answered) is State.ACTIVE
    assert page.evaluate("document.activeElement.id") == "opened"
    assert page.inner_text("#rail a[href='/inbox'] .count") == ""
    here.press("u")
    page.wait_for_url(lambda url: "undo=" not in url)
    page.wait_for_selector(f"#row-{newest(answered)}[aria-current]")
    assert state(answered) is State.REPLIED
    here.press("j")
    page.wait_for_url(f"**answer={answered.app.inbox.list()[1].id}")
    page.wait_for_selector(f"#row-{answered.app.inbox.list()[1].id}[aria-current]")
    here.press("e")
    page.wait_for_url(lambda url: url.endswith("/inbox"))
    page.wait_for_selector(".thread .empty")
    assert answered.app.inbox.counts(ReplyFilter(unread=True)).total == 0
    assert page.inner_text("#rail a[href='/inbox'] .count") == ""
    assert page.evaluate("window.loadedOnce"), "the page was loaded anew"
    page.go_back()
    page.wait_for_selector(f"#row-{answered.app.inbox.list()[1].id}[aria-current]")


def test_an_opt_out_by_a_slip_is_taken_back_by_u(answered, tab) -> None:
    here = tab(answered.join("ann@sales.example"))
    page = here.open(f"/inbox?answer={newest(answered)}")
    here.press("o")
    page.wait_for_selector(".sure:visible")
    here.press("o")
    page.wait_for_selector("[data-key=u]")
    assert state(answered) is State.UNSUBSCRIBED
    here.press("u")
    page.wait_for_selector(f"#row-{newest(answered)}[aria-current]")
    assert (state(answered), answered.app.contacts.suppressions()) == (State.REPLIED, ())


def test_the_last_decision_is_offered_for_others_from_there_and_says_what_it_does(
    three_from_lake, tab
) -> None:
    """`.` asks, Enter decides, `u` takes all of it back."""
    console = three_from_lake
    here = tab(console.join("ann@sales.example"))
    page = here.open(f"/inbox?answer={newest(console)}")
    here.press("n")
    page.wait_for_selector("[data-key='.']")
    assert in_english("The same for 2 more from lake.example") in page.inner_text("[data-key='.']")
    here.press(".")
    page.wait_for_selector("form.alike")
    said = page.inner_text("form.alike")
    assert in_english("Not interested: 2 more answers from lake.example?") in said
    assert in_english("For each of these people: ends the sequence.") in said
    assert KIM in said
    assert MIA in said
    assert here.axe() == []
    assert state(console, MIA) is State.AWAY
    here.press("Enter")
    page.wait_for_selector("form.alike", state="detached")
    page.wait_for_selector("[data-key=u]")
    assert state(console, MIA) is State.REPLIED
    assert console.app.inbox.counts(ReplyFilter(unread=True)).total == 0
    here.press("u")
    page.wait_for_selector("[data-key=u]", state="detached")
    assert state(console, MIA) is State.AWAY


def test_without_script_the_same_is_a_page_and_a_form(three_from_lake: Console) -> None:
    console = three_from_lake
    number = newest(console)
    with console.client(console.join("ann@sales.example"), follow_redirects=True) as ann:
        done = ann.post("/inbox/triage", data={"answer": number, "list": "q=lake", "act": "i"})
        assert f'href="/inbox?q=lake&amp;undo={number}&amp;same=yes"' in done.text
        asked = ann.get(f"/inbox?q=lake&undo={number}&same=yes").text
        rows = asked.partition('name="rows" value="')[2].partition('"')[0]
        form = {"list": f"q=lake&undo={number}&same=yes", "rows": rows, "act": "i"}
        both = ann.post("/inbox/same", data=form)
        assert str(both.url).endswith(f"/inbox?q=lake&undo={rows.replace(',', '%2C')}")
        again = ann.post("/inbox/same", data=form)
        assert in_english("Nothing was changed: somebody has decided about them already.") in again.text
        assert "form.alike" not in ann.get("/inbox?undo=4711&same=yes").text
        assert ann.post("/inbox/same", data={**form, "act": "zz"}).status_code == 422
        assert ann.post("/inbox/undo", data={"answer": rows, "list": ""}).status_code == 200
    assert [each.corrected for each in console.app.inbox.list()] == [True, False, False]


@pytest.mark.parametrize("sender", ["kim@gmail.com", "kim@other.example"])
def test_nothing_is_offered_for_strangers_to_each_other(console: Console, sender: str) -> None:
    """People of a public mail service have nothing to do with each other, nor have two organisations."""
    house = console.app._context
    enrolled(house, "mia@gmail.com", sender)
    for person in ("mia@gmail.com", sender):
        wrote(house, person)
        hear(house, letter(person, text="Please call me."))
    number = newest(console)
    with console.client(console.join("ann@sales.example"), follow_redirects=True) as ann:
        done = ann.post("/inbox/triage", data={"answer": number, "act": "n"})
        assert 'data-key="u"' in done.text
        assert 'data-key="."' not in done.text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_open_answer_is_accessible_and_fits(answered, tab, scheme) -> None:
    token = answered.join("ann@sales.example")
    answered.app.inbox.reply(newest(answered), "Tuesday at ten?")
    for language, width in (("en", 1280), ("pl", 390)):
        here = tab(token, color_scheme=scheme, viewport={"width": width, "height": 800})
        for path in ("/inbox?x=1", f"/inbox?answer={newest(answered)}"):
            page = here.open(f"{path}&lang={language}")
            assert here.axe() == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width


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
    """Who goes back gets a page with another key."""
    number = newest(answered)
    with answered.client(answered.join("ann@sales.example"), follow_redirects=True) as ann:

        def send(text: str, **more: str):
            key = key_of(ann.get(f"/inbox?answer={number}").text)
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
        assert 'value="x@evil.example" checked' in shown
        assert in_english("The two addresses belong to different organisations.") in shown
        assert in_english("Their mail also went to eve@lake.example. Your reply does not.") in shown
        form = {"answer": number, "text": "Hello", "key": key_of(shown)}
        unsaid = ann.post("/inbox", data=form)
        assert (unsaid.status_code, answered.app.inbox.replies(number)) == (422, ())
        refused = ann.post("/inbox", data={**form, "to": "third@lake.example"})
        assert (refused.status_code, answered.app.inbox.replies(number)) == (422, ())
        chosen = ann.post(f"/inbox?answer={number}", data={**form, "text": " ", "to": KIM})
        assert f'value="{KIM}" checked' in chosen.text
        ann.post("/inbox", data={**form, "to": KIM})
        assert [each.to for each in answered.app.inbox.replies(number)] == [KIM]


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


MEANS = {
    "ends the sequence": {Event.REPLIED, Event.STOPPED},
    "waits until they are back": {Event.OUT_OF_OFFICE},
    "the sequence continues": {None},
    "never writes there again": {Event.BOUNCED},
    "never writes to them again": {Event.UNSUBSCRIBED},
}


def test_a_key_says_what_the_policy_does() -> None:
    for act in deciding.ACTS:
        judged = Classification(act.kind, "", "", intent=act.intent)
        found = policy.consequence(policy.Certainty.CERTAIN, judged)
        assert found.event in MEANS[act.means]
        assert found.suppress is act.means.startswith("never")
