"""Held in the console: a form for each reason, by which people go on, end, or get what their mail lacks."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from relance.clock import elapsed
from relance.console.views.long_work import jobs
from relance.console.views.people import held, held_groups
from relance.engine.db.tables import enrollment
from relance.engine.jobs import service as job_service
from relance.engine.reasons import Code, because
from relance.engine.reporting import status
from relance.engine.states import State
from tests.integration.console import held_people
from tests.integration.console.conftest import Console
from tests.integration.console.held_people import ANN, BOSS
from tests.reading import KIM, MIA, row, wrote
from tests.reworded import in_english
from tests.servers import ports

FIRM = [f"{name}@lake.example" for name in ("bob", "eve", "jan", "ola", "tom", "zoe")]
HOSTILE = '<img src=x onerror="alert(1)">'


def state(console: Console, person: str) -> State:
    return row(console.app._context, person).state


def form(group: str, do: str, *rows: object, **more: str) -> dict[str, object]:
    return {"group": group, "do": do, "row": [str(each) for each in rows], **more}


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever starts a job ends it, however slow this machine is."""
    monkeypatch.setattr(job_service, "AT_ONCE_SECONDS", 60.0)


@pytest.fixture
def desk(console: Console, at_once: None) -> Console:
    held_people.prepared(console.app._context, KIM, MIA, *FIRM)
    return console


@pytest.mark.usefixtures("at_once")
def test_fourteen_values_are_filled_in_one_table(console: Console) -> None:
    """Without script. Whoever still lacks something stays."""
    house = console.app._context
    people = [f"p{number}@lake.example" for number in range(14)]
    held_people.prepared(house, *people)
    held_people.lacking(house, *people[:13])
    held_people.lacking(house, people[13], names="first_name, path")
    numbers = {each: row(house, each).id for each in people}
    with console.client(console.join(BOSS), follow_redirects=True) as boss:
        page = boss.get("/held?group=value_missing").text
        assert [page.count(f'name="first_name:{number}"') for number in numbers.values()] == [1] * 14
        typed = {f"first_name:{number}": f"Name {number} {HOSTILE}" for number in numbers.values()}
        done = boss.post("/held", data={**form("value_missing", "fill"), **typed})
        assert HOSTILE not in done.text
        assert [state(console, each) for each in people] == [State.ACTIVE] * 13 + [State.HELD]
        assert console.app.contacts.show(people[0]).first_name == f"Name {numbers[people[0]]} {HOSTILE}"
        assert console.app.contacts.show(people[13]).first_name
        rest = {f"first_name:{numbers[people[13]]}": "Ola", f"path:{numbers[people[13]]}": "north"}
        boss.post("/held", data={**form("value_missing", "fill"), **rest})
    assert state(console, people[13]) is State.ACTIVE
    assert console.app.contacts.show(people[13]).fields["path"] == "north"


def test_a_value_that_cannot_be_kept_is_told_and_the_others_go_on(desk: Console) -> None:
    house = desk.app._context
    held_people.lacking(house, KIM, MIA, names="zone")
    kim, mia = row(house, KIM).id, row(house, MIA).id
    with desk.client(desk.join(BOSS), follow_redirects=True) as boss:
        typed = {f"zone:{kim}": "Nowhere/Land", f"zone:{mia}": "Europe/Paris"}
        said = boss.post("/held", data={**form("value_missing", "fill"), **typed}).text
    assert (state(desk, KIM), state(desk, MIA)) == (State.HELD, State.ACTIVE)
    assert in_english(f"{KIM}:") in said


def test_three_hundred_held_after_a_restore_go_on_in_one_action(console: Console) -> None:
    people = [f"p{number}@firm{number}.example" for number in range(300)]
    house = console.app._context
    held_people.prepared(house, *people)
    held_people.restored(house, *people)
    with console.client(console.join(BOSS), follow_redirects=True, timeout=60) as boss:
        page = boss.get("/held").text
        assert "300" in page
        seen = page.partition('name="seen" value="')[2].partition('"')[0]
        began = elapsed()
        boss.post("/held", data=form("maybe_sent", "not-sent", matching="yes", seen=seen))
        left = console.app.due_jobs(20)
        for number in left:  # as a worker does with what the page began
            assert not console.app.work(number)
        took = elapsed() - began
        [job] = console.app.jobs.list().jobs
        assert (job.open, job.counts) == (False, {"changed": 300})
    print(f"300 people go on in {took:.1f} s")
    assert status.held(house, 1000) == []
    assert {state(console, each) for each in people[::50]} == {State.ACTIVE}
    assert took < 20, f"{took:.1f} s"


def test_groups_are_counted_as_the_people_stand(console_on_both: Console) -> None:
    """The database counts what the marks one by one say, whoever waits longest first; mails in doubt are asked about by themselves."""
    house = console_on_both.app._context
    people = [f"p{number}@firm{number}.example" for number in range(12)]
    held_people.prepared(house, *people, KIM)
    held_people.lacking(house, *people[:5])
    held_people.restored(house, *people[5:9])
    for each in people[9:]:
        held_people.hold(house, each, because(Code.PROSE, text="wait"))
    held_people.unknown(house, KIM)
    app = console_on_both.app
    mails = app.unknown.list()
    marks = held_groups.by_code(app.held_marks(100), mails)
    found = app.held_groups(100, most=2, besides=held_groups.in_doubt(mails))
    counted = held_groups.counted(found, 2)
    assert {code: each.count for code, each in counted.items()} == {
        code: len(each) for code, each in marks.items()
    }
    assert {code: each.numbers for code, each in counted.items()} == {
        code: tuple(mark.enrollment for mark in each[:2]) for code, each in marks.items()
    }
    assert sum(each.count for each in app.held_groups(3)) == 3


def test_what_was_sent_before_a_restore_is_not_sent_again(desk: Console) -> None:
    house = desk.app._context
    held_people.restored(house, KIM, MIA)
    with desk.client(desk.join(BOSS)) as boss:
        boss.post("/held", data=form("maybe_sent", "sent", row(house, KIM).id))
    assert (state(desk, KIM), row(house, KIM).step) == (State.ACTIVE, "bump")
    assert (state(desk, MIA), row(house, MIA).step) == (State.HELD, "intro")


def test_all_means_those_whom_the_page_counted(desk: Console) -> None:
    """Somebody who is held after the page was made waits for the next look."""
    house = desk.app._context
    held_people.hold(house, KIM, because(Code.PROSE, text="wait"))
    seen = (house.clock.now() - dt.timedelta(seconds=30)).isoformat()
    with desk.client(desk.join(BOSS)) as boss:
        boss.post("/held", data=form("prose", "release", matching="yes", seen=seen))
        boss.post("/held", data=form("prose", "release", matching="yes", seen="yesterday"))
        assert state(desk, KIM) is State.HELD
        boss.post("/held", data=form("prose", "release", matching="yes", seen=house.clock.now().isoformat()))
    assert state(desk, KIM) is State.ACTIVE


@pytest.mark.parametrize(("decision", "left"), [("sent", "bump"), ("not-sent", "intro"), ("give-up", "bump")])
def test_a_mail_in_doubt_is_decided(desk: Console, decision: str, left: str) -> None:
    house = desk.app._context
    mail = held_people.unknown(house, KIM)
    with desk.client(desk.join(BOSS), follow_redirects=True) as boss:
        shown = boss.get("/held").text
        assert "Fewer forgotten follow-ups" in shown
        assert "ada@sales.example" in shown
        boss.post("/held", data=form("unknown", decision, mail))
        assert desk.app.unknown.list() == []
        again = boss.post("/held", data=form("unknown", decision, mail))
        assert again.status_code == 200
    assert row(house, KIM).step == left


def test_the_answer_that_holds_somebody_is_one_press_away(desk: Console) -> None:
    house = desk.app._context
    answer = held_people.colleague(house, MIA, KIM)
    unplaced = held_people.maybe_answered(house, "tom@lake.example")
    with desk.client(desk.join(BOSS)) as boss:
        shown = boss.get("/held").text
        for number in (answer, unplaced):
            assert f'href="/inbox?answer={number}"' in shown
            assert boss.get(f"/inbox?answer={number}").status_code == 200


def test_of_whoever_stays_it_is_said_why_where_they_were_decided_about(desk: Console) -> None:
    """One way for few and many: a job, whose results are told on the page where they are few."""
    house = desk.app._context
    held_people.lacking(house, KIM, names="first_name, zone")
    held_people.lacking(house, *FIRM)
    kim, *firm = (row(house, each).id for each in (KIM, *FIRM))
    with desk.client(desk.join(BOSS), follow_redirects=True) as boss:
        typed = {f"first_name:{kim}": "Kim", f"first_name:{firm[0]}": "Bob"}
        said = boss.post("/held", data={**form("value_missing", "fill"), **typed})
        assert said.url.path == "/held"
        assert in_english("1 person continues.") in said.text
        assert in_english(f"{KIM}: a field is missing.") in said.text
        assert desk.app.contacts.show(KIM).first_name == "Kim"
        wrong = {f"first_name:{each}": "x\x1b" for each in firm[1:]}
        many = boss.post("/held", data={**form("value_missing", "fill"), **wrong})
    newest = desk.app.jobs.list().jobs[0]
    assert (many.url.path, newest.counts) == (f"/jobs/{newest.id}", {"still held": 5})
    assert [state(desk, each) for each in (KIM, *FIRM)] == [State.HELD, State.ACTIVE] + [State.HELD] * 5


def test_people_end_and_go_on_together(desk: Console) -> None:
    house = desk.app._context
    for person in FIRM:
        held_people.hold(house, person, because(Code.ADDRESS_REFUSED, said="550 no"))
    bob, eve, jan, *_ = (row(house, each).id for each in FIRM)
    with desk.client(desk.join(BOSS), follow_redirects=True) as boss:
        said = boss.post("/held", data=form("address_refused", "end", bob, eve)).text
        assert in_english("2 sequences have ended.") in said
        boss.post("/held", data=form("address_refused", "release", jan))
        assert boss.post("/held", data=form("address_refused", "shrug", jan)).status_code == 422
        boss.post("/held", data=form("address_refused", "end"))
    stand = [state(desk, each) for each in FIRM]
    assert stand == [State.STOPPED] * 2 + [State.ACTIVE] + [State.HELD] * 3


@pytest.mark.parametrize(("wish", "then"), [("release", State.ACTIVE), ("end", State.STOPPED)])
def test_more_than_a_few_are_decided_in_the_background(
    desk: Console, monkeypatch: pytest.MonkeyPatch, wish: str, then: State
) -> None:
    """What is begun goes on when the page is closed, and is of those who were chosen alone."""
    monkeypatch.setattr(jobs, "AT_ONCE", 3)
    house = desk.app._context
    for person in FIRM:
        held_people.hold(house, person, because(Code.ADDRESS_REFUSED, said="550 no"))
    with desk.client(desk.join(BOSS), follow_redirects=True) as boss:
        rows = [row(house, each).id for each in FIRM[:4]]
        begun = boss.post("/held", data=form("address_refused", wish, *rows))
        [job] = desk.app.jobs.list().jobs
        assert str(begun.url).endswith(f"/jobs/{job.id}")
        ports.wait_until(lambda: not desk.app.jobs.show(job.id).open, what="the job")
    assert desk.app.jobs.show(job.id).counts == {"changed": 4}
    assert [state(desk, each) for each in FIRM] == [then] * 4 + [State.HELD] * 2


@pytest.mark.parametrize("wish", ["fill", "move"])
def test_what_takes_its_time_for_each_goes_on_in_the_background(
    desk: Console, monkeypatch: pytest.MonkeyPatch, wish: str
) -> None:
    monkeypatch.setattr(held, "TOLD_HERE", 3)
    house, mailbox = desk.app._context, "ada@sales.example"
    held_people.lacking(house, *FIRM)
    rows = [row(house, each).id for each in FIRM]
    typed = {f"first_name:{each}": "Kim" for each in rows[:4]}
    with desk.client(desk.join(BOSS), follow_redirects=True) as boss:
        told = form("value_missing", wish, *rows[:4], mailbox=mailbox) | typed
        begun = boss.post("/held", data=told)
        [job] = desk.app.jobs.list().jobs
        assert str(begun.url).endswith(f"/jobs/{job.id}")
        ports.wait_until(lambda: not desk.app.jobs.show(job.id).open, what="the job")
    assert desk.app.jobs.show(job.id).counts == {"changed": 4}
    assert [state(desk, each) for each in FIRM] == [State.ACTIVE] * 4 + [State.HELD] * 2


def test_people_of_a_removed_mailbox_go_on_from_another(desk: Console) -> None:
    from tests import engine_house

    house = desk.app._context
    engine_house.add_mailbox(house, "new@sales.example")
    held_people.hold(house, KIM, because(Code.MAILBOX_REMOVED, mailbox="ada@sales.example"))
    with desk.client(desk.join(BOSS)) as boss:
        boss.post(
            "/held", data=form("mailbox_removed", "move", row(house, KIM).id, mailbox="new@sales.example")
        )
    [stands] = desk.app.enrollments.list(held_people.of(KIM)).enrollments
    assert (stands.state, stands.mailbox) == ("active", "new@sales.example")


def test_a_conversation_is_continued_from_another_mailbox_only_where_that_is_ticked(desk: Console) -> None:
    from tests import engine_house

    house = desk.app._context
    engine_house.add_mailbox(house, "new@sales.example")
    wrote(house, KIM)
    with house.database.write() as conn:
        here = enrollment.c.id == row(house, KIM).id
        conn.execute(sa.update(enrollment).where(here).values(step="bump", wrote_before=True))
    held_people.hold(house, KIM, because(Code.MAILBOX_REMOVED, mailbox="ada@sales.example"))
    wish = form("mailbox_removed", "move", row(house, KIM).id, mailbox="new@sales.example")
    with desk.client(desk.join(BOSS), follow_redirects=True) as boss:
        told = boss.post("/held", data=wish).text
        assert in_english("nobody else should write in it") in told
        assert "--same-thread" not in told
        assert 'name="same_thread"' in told
        assert state(desk, KIM) is State.HELD
        boss.post("/held", data={**wish, "same_thread": "yes"})
    assert state(desk, KIM) is State.ACTIVE


def test_a_salesperson_decides_of_their_own_only(desk: Console) -> None:
    """Not even by naming the rows of others."""
    house = desk.app._context
    held_people.prepared(house, "rob@hill.example", mailbox="ann@sales.example")
    ann = desk.join(ANN, "salesperson")
    desk.app.mailboxes.assign(ANN, ANN)
    for person in (KIM, "rob@hill.example"):
        held_people.hold(house, person, because(Code.PROSE, text="wait"))
    held_people.restored(house, MIA)
    mail = held_people.unknown(house, FIRM[0])
    held_people.lacking(house, FIRM[1])
    numbers = [row(house, each).id for each in (KIM, "rob@hill.example", MIA, FIRM[1])]
    seen = house.clock.now().isoformat()
    with desk.client(ann) as client:
        shown = client.get("/held").text
        assert "rob@hill.example" in shown
        assert "lake.example" not in shown
        for group, do in (
            ("prose", "release"),
            ("maybe_sent", "not-sent"),
            ("unknown", "sent"),
            ("value_missing", "fill"),
            ("value_missing", "end"),
        ):
            typed = {f"first_name:{number}": "taken" for number in numbers}
            client.post("/held", data={**form(group, do, *numbers, mail, matching="yes", seen=seen), **typed})
        assert client.post("/held", data=form("unknown", "sent", mail)).status_code == 303
    assert state(desk, "rob@hill.example") is State.ACTIVE
    assert {state(desk, each) for each in (KIM, MIA, *FIRM[:2])} == {State.HELD}
    assert len(desk.app.unknown.list()) == 1
    assert desk.app.contacts.show(FIRM[1]).first_name != "taken"


def furnished(console: Console) -> None:
    """Somebody for each kind of group, with hostile names."""
    house = console.app._context
    held_people.prepared(house, "anna@a-very-long-name-of-a-company-indeed.example")
    held_people.lacking(house, *FIRM[:3])
    console.app.contacts.add(FIRM[0], last_name=HOSTILE, company=HOSTILE)
    held_people.lacking(house, "anna@a-very-long-name-of-a-company-indeed.example", names="offer_number")
    held_people.unknown(house, FIRM[3])
    held_people.restored(house, FIRM[4])
    held_people.colleague(house, MIA, KIM)
    held_people.hold(house, FIRM[5], because(Code.ADDRESS_REFUSED, said=f"550 {HOSTILE}"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_held_is_accessible_and_fits(desk, tab, scheme) -> None:
    furnished(desk)
    token = desk.join(BOSS)
    for language, width in (("en", 1280), ("pl", 390)):
        here = tab(token, color_scheme=scheme, viewport={"width": width, "height": 800})
        for path in ("/held?x=1", "/held?group=value_missing"):
            page = here.open(f"{path}&lang={language}")
            assert here.axe() == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.query_selector("main img") is None


def test_by_keyboard_alone_all_of_a_group_go_on(desk, tab) -> None:
    for person in FIRM[:3]:
        held_people.hold(desk.app._context, person, because(Code.PROSE, text="wait"))
    page = tab(desk.join(BOSS)).open("/held")
    page.focus("[data-all]")
    page.keyboard.press("Space")
    assert page.inner_text("[data-ticked]") == "3"
    assert page.is_hidden("button[value=release]"), "what it does is said before it is done"
    page.focus("details.release summary")
    page.keyboard.press("Enter")
    page.focus("button[value=release]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert {state(desk, each) for each in FIRM[:3]} == {State.ACTIVE}


def test_what_is_wrong_leads_to_the_people_it_speaks_of(desk: Console) -> None:
    held_people.lacking(desk.app._context, *FIRM)
    with desk.client(desk.join(BOSS)) as boss:
        page = boss.get("/status").text
        links = re.findall(r'<a href="([^"]*)" class="line', page)
        assert "/held" in links
        assert {boss.get(each).status_code for each in links} == {200}
