"""The inbox in the console: found, decided by a key, taken back; with and without script, in both languages, on a phone."""

from __future__ import annotations

import calendar
import datetime as dt

import pytest

from relance.console import lists
from relance.console.views.answers import deciding
from relance.engine.contacts import service as contact_service
from relance.engine.inbound import policy
from relance.engine.states import Event, State
from relance.engine.store.inbound.replies import ReplyFilter
from relance.mailbox.parsing.inbound import Classification, Kind
from relance.wording import Text
from tests.integration.console.conftest import Console
from tests.reading import KIM, MIA, enrolled, hear, letter, row, wrote
from tests.reworded import in_english


def state(console: Console, person: str = KIM) -> State:
    return row(console.app._context, person).state


def named(console: Console, *numbers: int) -> str:
    """The decisions about these, as an address names them."""
    return ",".join(f"{each}-{console.app.inbox.show(each).decision}" for each in numbers)


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
        assert str(done.url).endswith(f"/inbox?q=kim&undo={named(answered, number)}")
        assert 'data-key="u"' in done.text
        back = ann.post("/inbox/undo", data=form)
        assert (state(answered), back.status_code) == (State.REPLIED, 200)
        assert str(back.url).endswith(f"answer={number}")
        assert answered.app.inbox.show(number).read_by is None  # it is to be decided anew
        ann.post("/inbox/mark", data={**form, "read": "no"})
        assert answered.app.inbox.counts(ReplyFilter(unread=True)).total == 2
    lines = answered.app.timeline(KIM)
    assert [each.actor.name for each in lines if each.actor and each.kind == "reply.corrected"] == [
        "ann@sales.example"
    ] * 2


def test_what_is_no_decision_is_refused(answered: Console) -> None:
    with answered.client(answered.join("ann@sales.example")) as ann:
        for form, status in (
            ({"answer": newest(answered), "act": "zz"}, 303),
            ({"answer": "x", "act": "i"}, 404),
            ({"answer": newest(answered), "act": "a", "until": "soon"}, 303),
        ):
            told = ann.post("/inbox/triage", data=form)
            assert (form, told.status_code) == (form, status)
            assert "undo=" not in told.headers.get("location", "")
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


def test_the_next_unread_answer_opens_wherever_it_stands_in_the_list(three_from_lake: Console) -> None:
    console = three_from_lake
    first, second, third = [each.id for each in console.app.inbox.list()]
    with console.client(console.join("ann@sales.example"), follow_redirects=True) as ann:

        def after(opened: int, filters: str = "") -> str:
            shown = ann.get(f"/inbox?answer={opened}{filters}").text
            return shown.partition('name="after" value="')[2].partition('"')[0]

        console.app.inbox.mark([second])
        assert after(first) == str(third)
        assert after(third) == str(first)
        assert after(first, "&q=kim") == "0"
        console.app.inbox.mark([third])
        assert after(first) == "0"
        done = ann.post("/inbox/mark", data={"answer": first, "after": 0, "list": ""})
        assert in_english("Everything is read.") in done.text


def test_an_unread_answer_of_another_page_opens(three_from_lake: Console, monkeypatch) -> None:
    console = three_from_lake
    monkeypatch.setattr(lists, "PAGE", 1)
    first, second, third = [each.id for each in console.app.inbox.list()]
    console.app.inbox.mark([second])
    with console.client(console.join("ann@sales.example")) as ann:
        assert f'name="after" value="{third}"' in ann.get(f"/inbox?answer={first}").text


def test_filters_show_how_many_and_rows_whose(answered: Console) -> None:
    contact_service.add(answered.app._context, KIM, {"first_name": "Kim", "company": "Lake Trading"})
    hear(answered.app._context, letter("stranger@lake.example", "Your offer", "Kim forwarded me this."))
    answered.app.inbox.mark([newest(answered)])
    with answered.client(answered.join("ann@sales.example")) as ann:
        shown = ann.get("/inbox").text
        for name, number in (("unread", 2), ("undecided", 1)):
            chip = shown.partition(f'href="/inbox?{name}=yes"')[2].partition("</a>")[0]
            assert f'<span class="number">{number}</span>' in chip
        row_of_kim = shown.partition(f'id="row-{answered.app.inbox.list(ReplyFilter(email=KIM))[0].id}"')[2]
        assert "Kim Łukasik" in row_of_kim
        assert "Lake Trading" in row_of_kim.partition("</a>")[0]
        assert KIM not in row_of_kim.partition("</a>")[0]


def test_what_the_menu_counts_is_said_where_the_filter_counts_another_number(answered: Console) -> None:
    def words(everything: int, people: int) -> str:
        return in_english(f"Unread mails: {everything}; answers by people, as in the menu: {people}.")

    with answered.client(answered.join("ann@sales.example")) as ann:
        assert words(2, 1) in ann.get("/inbox").text
        ann.post("/inbox/mark", data={"answer": answered.app.inbox.list(ReplyFilter(email=MIA))[0].id})
        assert 'id="unread-words"' not in ann.get("/inbox").text


def test_who_asks_for_no_more_mail_answered(answered: Console) -> None:
    """An opt-out is a person's answer: in the menu, and not "the rest"."""
    hear(answered.app._context, letter(MIA, text="Please remove me from your list."))
    with answered.client(answered.join("ann@sales.example")) as ann:
        shown = ann.get("/inbox").text
        assert in_english("Unread mails: 3; answers by people, as in the menu: 2.") in shown
        for each in answered.app.inbox.list(ReplyFilter(kind=Kind.OUT_OF_OFFICE.value)):
            ann.post("/inbox/mark", data={"answer": each.id})
        assert 'id="unread-words"' not in ann.get("/inbox").text
    assert answered.app.today.waiting().unread == 2


def test_the_sentence_of_counts_does_not_lag_behind(answered: Console) -> None:
    """The menu may stand as it was some seconds ago; the sentence compares what was counted at once."""
    with answered.client(answered.join("ann@sales.example")) as ann:
        ann.get("/inbox")
        hear(answered.app._context, letter(KIM, text="Please call me again."))
        assert in_english("Unread mails: 3; answers by people, as in the menu: 2.") in ann.get("/inbox").text


def test_a_wish_that_stays_leads_to_where_it_is_lifted(answered: Console) -> None:
    hear(answered.app._context, letter(KIM, text="Please remove me from your list."))
    number = newest(answered)
    link = 'href="/suppressions?q=kim%40lake.example"'
    with (
        answered.client(answered.join("ann@sales.example"), follow_redirects=True) as ann,
        answered.client(answered.join("eve@sales.example", "viewer")) as eve,
    ):
        done = ann.post("/inbox/triage", data={"answer": number, "list": "", "act": "q"}).text
        assert in_english(f"{KIM} still gets no mail") in done
        assert link in done
        shown = ann.get(f"/inbox?answer={number}").text
        assert in_english(f"No reply can be sent to {KIM}") in shown
        assert (link in shown, 'name="text"' in shown, "`" in shown) == (True, False, False)
        assert in_english("Take them off the list") in shown
        assert in_english("Show the list") in eve.get(f"/inbox?answer={number}").text
        assert in_english("Your decision") in shown
        assert in_english("Relance had read it as: opt-out.") in shown
        answered.app.contacts.unsuppress(KIM)
        assert 'name="text"' in ann.get(f"/inbox?answer={number}").text


def test_what_stays_for_another_answer_of_theirs_leads_to_it(three_from_lake: Console) -> None:
    """Kim's first answer ended the sequence; the second one would have."""
    first = three_from_lake.app.inbox.list(ReplyFilter(email=KIM))[-1].id
    with three_from_lake.client(three_from_lake.join("ann@sales.example"), follow_redirects=True) as ann:
        done = ann.post("/inbox/triage", data={"answer": first, "list": "", "act": "x"})
        assert state(three_from_lake) is State.REPLIED
        assert in_english("another answer from them means the same") in done.text
        assert 'href="/inbox?q=kim%40lake.example"' in done.text


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
    assert page.inner_text("#rail a[href='/inbox'] .count") == "1"  # to be read again
    here.press("e")
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
    assert in_english("ends the sequence") in said
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
        made = named(console, number)
        assert f'href="/inbox?q=lake&amp;undo={made}&amp;same=yes"' in done.text
        asked = ann.get(f"/inbox?q=lake&undo={made}&same=yes").text
        rows = asked.partition('name="rows" value="')[2].partition('"')[0]
        form = {"list": f"q=lake&undo={made}&same=yes", "rows": rows, "act": "i"}
        both = ann.post("/inbox/same", data=form)
        decided = named(console, *map(int, rows.split(",")))
        assert str(both.url).endswith(f"/inbox?q=lake&undo={decided.replace(',', '%2C')}")
        again = ann.post("/inbox/same", data=form)
        assert in_english("Nothing was changed: somebody has decided about them already.") in again.text
        assert "form.alike" not in ann.get("/inbox?undo=4711&same=yes").text
        assert ann.post("/inbox/same", data={**form, "act": "zz"}).status_code == 422
        assert ann.post("/inbox/undo", data={"answer": decided, "list": ""}).status_code == 200
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
    long = {"first_name": "Zofia", "company": "Przedsiębiorstwo Handlowo-Usługowe Zielona Dolina"}
    contact_service.add(answered.app._context, KIM, long)
    contact_service.add(answered.app._context, MIA, {"company": long["company"] * 2})
    answered.app.inbox.reply(newest(answered), "Tuesday at ten?")
    for language, width in (("en", 1280), ("pl", 390)):
        here = tab(token, color_scheme=scheme, viewport={"width": width, "height": 800})
        for path in ("/inbox?x=1", f"/inbox?answer={newest(answered)}"):
            page = here.open(f"{path}&lang={language}")
            assert here.axe() == []
            page.evaluate(
                "document.querySelectorAll('.chip').forEach(each => each.textContent = 'a b '.repeat(20))"
            )
            assert (
                page.evaluate("document.documentElement.scrollWidth") <= width
            )  # a date may be of any length


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


def test_a_row_of_the_list_holds_little_more_of_an_answer_than_it_shows(answered: Console) -> None:
    hear(answered.app._context, letter(KIM, text="We talk about it next week. " * 200))
    with answered.client(answered.join("boss@sales.example")) as boss:
        assert 1 <= boss.get("/inbox").text.count("We talk about it next week.") <= 5
        assert boss.get("/inbox?answer=3").text.count("We talk about it next week.") > 200


def test_a_row_of_the_list_opens_its_answer_in_place(answered, tab) -> None:
    page = tab(answered.join("boss@sales.example")).open("/inbox")
    page.evaluate("window.loaded = 'once'")
    page.click(".conversations a.answer >> nth=1")
    page.wait_for_url("**/inbox?answer=*")
    assert page.is_visible("#opened")
    assert page.evaluate("window.loaded") == "once"
    assert page.locator(".conversations a.answer").count() == 2


def test_an_absence_shows_the_day_that_was_read(answered: Console) -> None:
    house = answered.app._context
    back = (house.clock.now() + dt.timedelta(days=9)).date()
    text = f"I am on holiday. I will be back on {back.day} {calendar.month_name[back.month]} {back.year}."
    away = letter(MIA, "Automatic reply: Hello", text, Auto_Submitted="auto-replied")
    hear(house, away, received=house.clock.now())
    found = next(each for each in answered.app.inbox.list() if each.kind == "out of office")
    assert found.until == back
    with answered.client(answered.join("ann@sales.example")) as ann:
        shown = ann.get(f"/inbox?answer={found.id}").text
    assert str(Text("First day back, as read: {day}", day=back)) in shown
