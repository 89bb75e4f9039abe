"""Sequences in the console: the list, one of them with its people, and what is done with many of those at once."""

from __future__ import annotations

import datetime as dt
import html
import re
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from relance import EnrollmentFilter
from relance.console import lists, watch
from relance.console.views.long_work import jobs
from relance.console.views.sequences import selected
from relance.engine import states as states_module
from relance.engine.db.tables import enrollment, mailbox, message
from relance.engine.reporting import sequence_report
from relance.engine.sequences import bulk
from relance.wording import brief
from tests.integration.console import campaign
from tests.integration.console.campaign import ANN, BEN, NAME
from tests.integration.console.conftest import Console
from tests.reworded import in_english
from tests.servers import ports

PAGE = f"/sequences/{quote(NAME, safe='')}"
PEOPLE = "/sequence/people"


@pytest.fixture
def sales(console: Console) -> Console:
    """A sequence under way; Ann's half of it is Ann's."""
    campaign.play(console.app)
    console.join("boss@sales.example")
    for email in (ANN, BEN):
        console.join(email, "salesperson")
        console.app.mailboxes.assign(email, email)
    return console


def boss(console: Console, who: str = "boss@sales.example"):
    return console.client(console.tokens[who], follow_redirects=True)


def states(console: Console, **more: object) -> dict[str, int]:
    return dict(console.app.enrollments.counts(EnrollmentFilter(sequence=NAME, **more)))  # type: ignore[arg-type]


def active(console: Console) -> str:
    return console.app.enrollments.list(EnrollmentFilter(states=("active",))).enrollments[0].email


def hidden(page: str) -> dict[str, list[str]]:
    """What the question sends along."""
    found: dict[str, list[str]] = {}
    form = page[page.index('action="/sequence/people/done"') :]
    for name, value in re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">', form):
        found.setdefault(name, []).append(value)
    return found


def test_the_list_counts_people_finds_by_name_and_never_shows_a_rate(sales: Console) -> None:
    console_states = states(sales)
    with boss(sales) as client:
        page = client.get("/sequences?lang=en").text
        for state in ("active", "held"):
            assert f'href="{PAGE}?state={state}">{console_states[state]}</a>' in page
        assert f'href="{PAGE}?state=over">5</a>' in page
        assert "%</" not in page
        assert "Opened" not in page
        assert PAGE in client.get("/sequences?q=SPRING").text
        assert PAGE not in client.get("/sequences?q=autumn").text
        assert PAGE not in client.get("/sequences?state=paused").text


def test_a_salesperson_counts_and_lists_their_own_people(sales: Console) -> None:
    whole = sum(states(sales).values())
    own = sum(states(sales, mailbox=ANN).values())
    assert 0 < own < whole
    theirs = {each.email for each in sales.app.enrollments.list(EnrollmentFilter(mailbox=BEN)).enrollments}
    with boss(sales, ANN) as ann:
        assert f'href="{PAGE}">{own}</a>' in ann.get("/sequences").text
        page = ann.get(PAGE).text
        assert not any(email in page for email in theirs)
        assert "/sequence/state" not in page
        ticked = [
            str(each.id) for each in sales.app.enrollments.list(EnrollmentFilter(mailbox=BEN)).enrollments
        ]
        for form in ({"row": ticked}, {"matching": "yes"}):
            asked = ann.post(PEOPLE, data={"name": NAME, "do": "stop", **form})
            assert not any(email in asked.text for email in theirs)
            ann.post(
                f"{PEOPLE}/done",
                data={"name": NAME, "do": "stop", "count": hidden(asked.text)["count"], **form},
            )
        assert ann.post("/sequence/state", data={"name": NAME, "do": "pause"}).status_code == 403
    assert states(sales, mailbox=BEN).get("stopped", 0) <= 1  # whom the fixture stopped
    assert set(states(sales, mailbox=ANN)).isdisjoint({"active", "paused", "held"})


def test_people_are_filtered_searched_and_paged_in_the_address(sales: Console, monkeypatch) -> None:
    monkeypatch.setattr(lists, "PAGE", 4)
    everybody = [
        each.email for each in sales.app.enrollments.list(EnrollmentFilter(sequence=NAME)).enrollments
    ]
    with boss(sales) as client:
        seen, at = [], PAGE
        while at:
            page = client.get(at).text
            seen += re.findall(r'aria-label="[^"]*?(\S+@\S+?)"', page)
            found = re.search(r'rel="next" href="([^"]*)"', page)
            at = found[1].replace("&amp;", "&") if found else ""
        assert seen == everybody
        assert re.findall(r'name="row"', client.get(f"{PAGE}?state=held").text) == ['name="row"']
        assert len(re.findall(r'name="row"', client.get(f"{PAGE}?q=ada").text)) == 3
        over = client.get(f"{PAGE}?state=over").text
        assert len(re.findall(r'name="row"', over)) == 4
        for wrong in ("state=nowhere", "after=x"):
            assert client.get(f"{PAGE}?{wrong}").status_code == 422


@pytest.mark.parametrize("act", ["pause", "resume", "stop"])
def test_very_many_are_counted_and_nobody_is_looked_at_before_it_is_asked(
    sales: Console, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    """Of 300,000 a look at each takes a minute; what cannot be done with some is told by the work."""
    before = states(sales)
    usual = {"pause": ("active", "away"), "resume": ("paused",), "stop": tuple(map(str, states_module.OPEN))}
    number = sum(before.get(each, 0) for each in usual[act])
    monkeypatch.setattr(selected, "LOOKED_AT", 0)
    monkeypatch.setattr(jobs, "AT_ONCE", 0)
    form = {"name": NAME, "do": act, "matching": "yes"}
    with boss(sales) as client:
        with monkeypatch.context() as looking:
            looking.setattr(bulk, "_done", None)
            asked = client.post(PEOPLE, data=form).text
        assert hidden(asked)["count"] == [str(number)]
        assert in_english("the page of the work names them") in asked or act != "resume"
        more = client.post(f"{PEOPLE}/done", data={**form, "count": str(number - 1)})
        assert (more.status_code, states(sales)) == (422, before)
        done = client.post(f"{PEOPLE}/done", data={**form, "count": str(number + 1)})  # one ended meanwhile
    assert done.url.path.startswith("/jobs/")
    assert sum(states(sales).get(each, 0) for each in usual[act]) == 0


@pytest.mark.parametrize(
    ("act", "before", "after"), [("pause", "active", "paused"), ("stop", "active", "stopped")]
)
def test_all_that_match_are_asked_about_by_number_and_then_done(sales: Console, act, before, after) -> None:
    number, had = states(sales)["active"], states(sales).get(after, 0)
    someone = active(sales)
    form = {
        "name": NAME,
        "do": act,
        "matching": "yes",
        "state": before,
        "q": "",
        "list": f"state={before}&x=1",
    }
    with boss(sales) as client:
        asked = client.post(PEOPLE, data=form).text
        assert states(sales)["active"] == number
        verb = act.title()
        assert in_english(f"{verb} {number} people") in asked
        assert hidden(asked)["count"] == [str(number)]
        done = client.post(f"{PEOPLE}/done", data=hidden(asked))
        assert str(done.url).endswith(f"{PAGE}?state={before}")
    assert states(sales).get("active", 0) == 0
    assert states(sales)[after] == had + number
    last = sales.app.timeline(someone)[-1]
    assert last.actor is not None
    assert last.actor.name == "boss@sales.example"


def test_resuming_takes_the_paused_and_leaves_the_rest(sales: Console) -> None:
    paused = [each for each in sales.app.enrollments.list(EnrollmentFilter(states=("paused",))).enrollments]
    held = states(sales)["held"]
    rows = [each.id for each in sales.app.enrollments.list(EnrollmentFilter(sequence=NAME)).enrollments]
    with boss(sales) as client:
        asked = client.post(PEOPLE, data={"name": NAME, "do": "resume", "row": rows}).text
        assert hidden(asked)["count"] == [str(len(paused))]
        client.post(f"{PEOPLE}/done", data=hidden(asked))
    assert (states(sales).get("paused", 0), states(sales)["held"]) == (0, held)


def test_where_it_would_be_other_people_than_were_said_it_is_asked_again(sales: Console) -> None:
    form = {"name": NAME, "do": "stop", "matching": "yes", "state": "active"}
    with boss(sales) as client:
        asked = hidden(client.post(PEOPLE, data=form).text)
        sales.app.pause(active(sales))
        before = states(sales)
        again = client.post(f"{PEOPLE}/done", data=asked)
        assert again.status_code == 422
        assert states(sales) == before
        assert hidden(again.text)["count"] == [str(int(asked["count"][0]) - 1)]
        client.post(f"{PEOPLE}/done", data=hidden(again.text))
    assert "active" not in states(sales)
    assert states(sales)["paused"] == 2


def test_more_than_a_few_are_done_in_the_background(sales: Console, monkeypatch) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 3)
    before = states(sales)
    with boss(sales) as client:
        asked = client.post(PEOPLE, data={"name": NAME, "do": "stop", "matching": "yes", "state": "active"})
        begun = client.post(f"{PEOPLE}/done", data=hidden(asked.text))
    [job] = sales.app.jobs.list().jobs
    assert str(begun.url).endswith(f"/jobs/{job.id}")
    ports.wait_until(lambda: not sales.app.jobs.show(job.id).open, what="the job")
    assert states(sales)["stopped"] == before["stopped"] + before["active"]


def test_what_makes_no_sense_is_refused(sales: Console) -> None:
    before = states(sales)
    with boss(sales) as client:
        for form in (
            {"do": "stop"},
            {"do": "stop", "row": ["x", "9" * 30]},
            {"do": "explode", "matching": "yes"},
            {"do": "stop", "matching": "yes", "state": "nowhere"},
        ):
            assert client.post(PEOPLE, data={"name": NAME, **form}).status_code == 422, form
        assert (
            client.post(PEOPLE, data={"name": "No such", "do": "stop", "matching": "yes"}).status_code == 404
        )
        assert client.get("/sequences/%00").status_code == 404
    assert states(sales) == before


def test_a_sequence_is_paused_and_goes_on(sales: Console) -> None:
    with boss(sales) as client:
        client.post("/sequence/state", data={"name": NAME, "do": "pause"})
        [summary] = sales.app.sequences.list()
        assert (summary.state, summary.next_mail) == ("paused", None)
        client.post("/sequence/state", data={"name": NAME, "do": "resume"})
    [summary] = sales.app.sequences.list()
    assert summary.state == "active"
    assert summary.next_mail is not None
    assert sales.app.users.log()[0].action == "sequences.resume"


@pytest.mark.wording
def test_who_paused_stands_beside_the_state_that_names_it(sales: Console) -> None:
    """ "Paused", "by the boss": of a sequence, a person and a mailbox, on each page that shows them."""
    with boss(sales) as client:
        client.post("/sequence/state", data={"name": NAME, "do": "pause"})
        number = sales.app.enrollments.list(EnrollmentFilter(states=("active",))).enrollments[0].id
        client.post("/contact/steer", data={"email": active(sales), "enrollment": str(number), "do": "pause"})
        client.post("/mailboxes/pause", data={"address": ANN})
        for page in ("/sequences", f"{PAGE}?state=paused", "/mailboxes", f"/mailboxes/{ANN}", "/status"):
            for language, said, twice in (
                ("en", "by Boss", "paused by"),
                ("pl", "przez: Boss", "przez: Boss)"),
            ):
                shown = client.get(f"{page}{'&' if '?' in page else '?'}lang={language}").text
                assert re.search(rf"(>|· ){said}", shown), (page, language)
                assert page == "/status" or twice not in shown.lower(), (
                    page,
                    language,
                )  # it has a sentence of its own


def test_a_number_is_chosen_by_keyboard_and_the_bar_says_how_many(sales, tab) -> None:
    page = tab(sales.tokens["boss@sales.example"]).open(f"{PAGE}?lang=en")
    bar = page.locator(".bulk")
    assert not bar.is_visible()
    page.locator("input[data-all]").focus()
    page.keyboard.press("Space")
    assert bar.is_visible()
    ticked = page.locator("input[name=row]:checked").count()
    assert page.locator("[data-ticked]").inner_text() == str(ticked)
    page.locator(".bulk button[value=pause]").click()
    page.wait_for_url("**/sequence/people")
    page.locator("form[action='/sequence/people/done'] button").click()
    page.wait_for_url(f"**{PAGE}")
    assert "active" not in states(sales)


def test_the_name_of_a_step_stands_in_one_line(sales, tab) -> None:
    """At a width at which the table has little room."""
    here = tab(sales.tokens["boss@sales.example"], viewport={"width": 1100, "height": 800}).open(PAGE)
    lines = here.evaluate(
        """[...document.querySelectorAll("table.steps th[scope=row]")].map((cell) => {
          const name = document.createRange(); name.selectNode(cell.firstChild); return name.getClientRects().length; })"""
    )
    assert lines
    assert set(lines) == {1}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_pages_are_accessible_and_fit(sales, tab, scheme) -> None:
    for language, width in (("en", 1280), ("pl", 390)):
        here = tab(
            sales.tokens["boss@sales.example"], color_scheme=scheme, viewport={"width": width, "height": 800}
        )
        for path in ("/sequences?x=1", f"{PAGE}?x=1", f"{PAGE}?state=held", f"{PAGE}?q=nobody"):
            page = here.open(f"{path}&lang={language}")
            assert here.axe() == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        page = here.open(PAGE)
        page.locator("input[name=matching]").evaluate(
            "box => { box.checked = true; box.form.querySelector('.bulk').hidden = false }"
        )
        page.locator(".bulk button.danger").click()
        page.wait_for_url("**/sequence/people")
        assert here.axe() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_long_count_comes_behind_the_page(sales: Console, monkeypatch) -> None:
    """The page itself waits for no funnel where many are enrolled; its part brings it, or a link that works without script."""
    monkeypatch.setattr(watch, "FEW", 0)
    asked: list[str] = []
    report = sequence_report.report
    monkeypatch.setattr(
        sequence_report, "report", lambda context, name: asked.append(name) or report(context, name)
    )
    with boss(sales) as client:
        page = client.get(PAGE).text
        assert (asked, 'class="legend"' in page, 'aria-busy="true"' in page) == ([], False, True)
        assert re.findall(r'name="row"', page)
        part = re.search(r'hx-get="(/sequence-funnel/[^"]*)"', page)[1]
        link = re.search(r'href="([^"]*numbers=yes[^"]*)"', page)[1].replace("&amp;", "&")
        shown = client.get(part).text
        assert shown.strip().startswith('<div id="funnel"')
        assert ('class="legend"' in shown, "<html" in shown, asked) == (True, False, [NAME])
        assert 'class="legend"' in client.get(PAGE).text  # it is kept for a while
        sales.app.sequences.pause(NAME)
    with boss(sales) as client:
        client.post("/sequence/state", data={"name": NAME, "do": "resume"})
        assert 'aria-busy="true"' in client.get(PAGE).text
        assert 'class="legend"' in client.get(link).text
        assert client.get("/sequence-funnel/Nothing").status_code == 404


def test_pages_are_gone_through_in_both_directions(sales: Console, monkeypatch) -> None:
    """Back by the same pages, the filter kept; from further than the trail remembers, to the first page."""
    monkeypatch.setattr(lists, "PAGE", 4)
    with boss(sales) as client:

        def walk(at: str, way: str) -> list[tuple[str, list[str]]]:
            found = []
            while at:
                page = client.get(at).text
                found.append((at, re.findall(r'name="row" value="(\d+)"', page)))
                link = re.search(rf'rel="{way}" href="([^"]*)"', page)
                at = link[1].replace("&amp;", "&") if link else ""
            return found

        there = walk(f"{PAGE}?q=firm", "next")
        back = walk(there[-1][0], "prev")
        assert len(there) > 3
        assert [rows for _, rows in back] == [rows for _, rows in there[::-1]]
        assert back[-1][0].endswith("?q=firm")
        monkeypatch.setattr(lists, "TRAIL_LENGTH", 4)
        short = walk(f"{PAGE}?q=firm", "next")
        assert walk(short[-1][0], "prev")[-1][1] == there[0][1]


def test_a_step_that_is_due_behind_a_limit_shows_when_it_can_leave_and_why_it_waits(sales: Console) -> None:
    """And never the time that has passed."""
    house, now = sales.app._context, sales.app.clock.now()
    late = now - dt.timedelta(hours=30)
    with house.database.write() as conn:
        waits = sa.update(enrollment).where(enrollment.c.state == "active")
        conn.execute(waits.values(due_at=late, step_kind="mail"))
        conn.execute(
            sa.update(message).values(transmitting_at=now - dt.timedelta(hours=20), state="accepted")
        )
        conn.execute(sa.update(mailbox).values(daily_cap=1, gap_seconds=0, next_turn_at=None))
    with boss(sales) as client:
        page = client.get(f"{PAGE}?state=active&lang=en").text
    cell = re.search(r'data-label="[^"]*">(<span title=.*?)</td>', page)
    assert cell, page
    assert f">{brief(late, now)}<" not in page
    assert in_english("this mailbox's limit is 1 mail in 24 hours") in html.unescape(cell.group(1))


LINES = """[...document.querySelectorAll('table.steps th small')].map(each => {
  const range = document.createRange();
  range.selectNodeContents(each);
  return new Set([...range.getClientRects()].map(line => line.top)).size;
})"""


def test_the_kind_of_a_step_is_not_broken_in_its_word(sales, tab) -> None:
    page = tab(sales.tokens["boss@sales.example"]).open(f"{PAGE}?lang=pl")
    assert page.evaluate(LINES)[0] == 1
