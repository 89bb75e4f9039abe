"""The queue of tasks in the console: the next one opens by itself, and closes by a key with how it ended."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from pathlib import Path

import pytest

from relance.clock import ManualClock
from relance.engine.contacts import service as contact_service
from relance.engine.sequences.listing import EnrollmentFilter
from relance.engine.sequences.steps.task_lists import TaskFilter
from relance.engine.store.sequences import tasks
from relance.engine.store.sequences.tasks import Task
from tests.integration.console.conftest import Console, serving
from tests.reading import KIM, MIA, enrolled, hear, letter, row, wrote
from tests.reworded import in_english


@pytest.fixture
def queue(console: Console) -> Console:
    """Kim is to be called since yesterday, Mia in three days."""
    return filled(console)


def filled(console: Console) -> Console:
    house = console.app._context
    enrolled(house, KIM, MIA)
    contact_service.add(house, KIM, {"last_name": "<b>Łukasik</b>", "phone": "+48 22 123 45 67"})
    wrote(house, KIM)
    hear(house, letter(KIM, text="Please call me."))
    for person, days in ((KIM, -1), (MIA, 3)):
        stands = row(house, person)
        at = house.clock.now() + dt.timedelta(days=days)
        with house.database.write() as conn:
            said = {"contact_id": stands.contact_id, "step": "call", "words": f"Call {person}", "due_at": at}
            tasks.add(conn, enrollment_id=stands.id, **said)  # type: ignore[arg-type]
    return console


def of(console: Console, person: str) -> Task:
    return console.app.tasks.page(TaskFilter(search=person, states=())).tasks[0]


def test_a_task_is_worked_through_without_script(queue: Console) -> None:
    kim, mia = of(queue, KIM), of(queue, MIA)
    with queue.client(queue.join("ann@sales.example"), follow_redirects=True) as ann:
        shown = ann.get("/tasks").text
        assert 'href="tel:+48221234567"' in shown
        assert "Please call me." in shown
        assert "<b>Łukasik" not in shown
        assert f'name="after" value="{mia.id}"' in shown
        form = {"task": kim.id, "after": mia.id, "list": "when=overdue"}
        ann.post("/tasks/assign", data={**form, "who": "me"})
        assert of(queue, KIM).assignee == "ann@sales.example"
        assert f"Call {MIA}" not in ann.get("/tasks?mine=yes").text
        done = ann.post("/tasks/done", data={**form, "outcome": "no answer", "note": "voicemail"})
        assert str(done.url).endswith(f"/tasks?when=overdue&task={mia.id}&undo={kim.id}")
        closed = of(queue, KIM)
        assert (closed.state, closed.outcome, closed.note) == ("done", "no answer", "voicemail")
        ann.post("/tasks/snooze", data={"task": mia.id, "for": "week"})
        assert of(queue, MIA).due_at > mia.due_at
        again = ann.post("/tasks/skip", data={"task": kim.id})
        assert again.status_code == 200
        assert of(queue, KIM).state == "done"
        ann.post("/tasks/skip", data={"task": mia.id})
        assert of(queue, MIA).state == "skipped"
    told = [each for each in queue.app.timeline(MIA) if each.kind.startswith("task.")]
    assert {str(each.actor.name) for each in told if each.actor} == {"ann@sales.example"}


def test_who_comes_second_is_told_who_was_first_and_loses_no_note(queue: Console) -> None:
    kim = of(queue, KIM).id
    first, second = queue.join("ann@sales.example"), queue.join("bob@sales.example")
    with queue.client(first) as ann, queue.client(second, follow_redirects=True) as bob:
        ann.post("/tasks/done", data={"task": kim, "outcome": "no answer", "note": "voicemail"})
        for _ in range(2):  # a second click says nothing new
            form = {"task": kim, "outcome": "wrong person", "note": "Her name is <b>Lu</b>"}
            shown = bob.post("/tasks/done", data=form)
        assert (str(shown.url).endswith(f"?task={kim}"), shown.status_code) == (True, 200)
        told = re.search(r'class="flash warn".*?</p>', shown.text, re.DOTALL)
        assert told
        assert "ann@sales.example" in told.group()
        assert in_english("no answer") in told.group()
        assert in_english("Your note is kept") in told.group()
        assert "voicemail" in shown.text.partition("<main")[2]
        for path in ("skip", "snooze", "assign"):
            late = bob.post(f"/tasks/{path}", data={"task": kim, "for": "week", "who": "me"}).text
            assert "ann@sales.example" in late.partition("<main")[2]
    closed = of(queue, KIM)
    assert (closed.state, closed.outcome, closed.note) == ("done", "no answer", "voicemail")
    told_of = [
        (each.kind, each.actor and each.actor.name, each.data.get("outcome"), each.data.get("note"))
        for each in queue.app.timeline(KIM)
        if each.kind.startswith("task.")
    ]
    assert told_of == [
        ("task.done", "ann@sales.example", "no answer", "voicemail"),
        ("task.noted", "bob@sales.example", "wrong person", "Her name is <b>Lu</b>"),
    ]
    logged = [
        (each.action, each.actor.name) for each in queue.app.users.log() if each.action.startswith("tasks.")
    ]
    assert logged == [("tasks.done", "ann@sales.example")]


def test_the_sequence_stops_for_a_wrong_person_unless_it_is_to_go_on(queue: Console) -> None:
    def states() -> dict[str, str]:
        return {each.email: each.state for each in queue.app.enrollments.list().enrollments}

    kim, mia, before = of(queue, KIM).id, of(queue, MIA).id, states()
    with queue.client(queue.join("ann@sales.example"), follow_redirects=True) as ann:
        page = ann.get(f"/tasks?task={kim}").text
        assert in_english("This stops the sequence for them: nothing more of it is sent.") in page
        went_on = ann.post("/tasks/done", data={"task": kim, "outcome": "wrong person, continue"})
        assert in_english("Task closed: wrong person.") in went_on.text
        assert states() == before
        stopped = ann.post("/tasks/done", data={"task": mia, "outcome": "wrong person"})
        assert in_english("Nothing more of this sequence is sent to them.") in stopped.text
    assert states() == {**before, MIA: "stopped"}
    assert {of(queue, each).outcome for each in (KIM, MIA)} == {"wrong person"}
    [ended] = [each for each in queue.app.timeline(MIA) if each.kind == "enrollment.stopped"]
    assert ended.actor
    assert ended.actor.name == "ann@sales.example"


def test_the_wrong_key_is_taken_back(queue: Console, tab) -> None:
    """`w` stops the sequence for somebody: `u` takes it back, and the focus is on whoever is shown."""
    kim, mia = of(queue, KIM), of(queue, MIA)
    here = tab(queue.join("ann@sales.example"))
    page = here.open(f"/tasks?task={mia.id}")
    heading = "document.activeElement.matches('.thread h2') && document.activeElement.textContent"
    here.press("w")
    page.wait_for_url(f"**undo={mia.id}*")
    [stands] = queue.app.enrollments.list(EnrollmentFilter(search=MIA)).enrollments
    assert (of(queue, MIA).state, stands.state) == ("done", "stopped")
    here.press("u")
    page.wait_for_url(f"**/tasks?task={mia.id}")
    [stands] = queue.app.enrollments.list(EnrollmentFilter(search=MIA)).enrollments
    assert (of(queue, MIA).state, stands.state) == ("open", "active")
    assert MIA.partition("@")[0] in page.evaluate(heading).lower()
    page = here.open(f"/tasks?task={kim.id}")
    here.press("d")
    page.wait_for_url(f"**undo={kim.id}*")
    assert MIA.partition("@")[0] in page.evaluate(heading).lower()
    assert here.axe() == []
    page = here.open(f"/tasks?task={kim.id}")
    here.press("u")
    page.wait_for_selector("[data-key=d]")
    assert of(queue, KIM).state == "open"


def test_how_a_task_ended_stands_in_the_history(queue: Console) -> None:
    with queue.client(queue.join("ann@sales.example")) as ann:
        ann.post(
            "/tasks/done", data={"task": of(queue, KIM).id, "outcome": "no answer", "note": "voicemail <i>"}
        )
        ann.post("/tasks/snooze", data={"task": of(queue, MIA).id, "for": "week"})
        ann.post("/tasks/assign", data={"task": of(queue, MIA).id, "who": "me"})
        history = ann.get(f"/contacts/{KIM}").text
        assert "voicemail &lt;i&gt;" in history
        assert in_english("no answer") in history
    line = next(each for each in queue.app.timeline(KIM) if each.kind == "task.done")
    assert in_english("no answer") in line.title
    assert "voicemail" in line.words
    snoozed, assigned = (each.words for each in queue.app.timeline(MIA) if each.kind.startswith("task."))
    assert in_english("due") in snoozed
    assert "ann@sales.example" in assigned


def test_each_button_says_what_it_does(queue: Console) -> None:
    """Before it is pressed; and the number of tasks that are due stands in the rail."""
    with queue.client(queue.join("ann@sales.example")) as ann:
        shown = ann.get("/tasks").text
    buttons = re.findall(
        r"<button.*?</button>", shown.partition('class="thread"')[2].partition("</main>")[0], re.DOTALL
    )
    assert len(buttons) == 9
    assert all(re.search(r"<small>[^<]+</small>", each) for each in buttons)
    assert re.search(r'href="/tasks" aria-current="page".*?<span class="count some">1</span>', shown)


def test_a_task_is_put_off_to_the_morning_of_a_business_day(tmp_path: Path, migrated_sqlite_url: str) -> None:
    """On the Thursday before the clocks go forward, at seven minutes past five; on the Friday, when tomorrow is none."""
    warsaw = zoneinfo.ZoneInfo("Europe/Warsaw")
    clock = ManualClock(dt.datetime(2026, 3, 26, 16, 7, tzinfo=dt.UTC))
    with serving(tmp_path / "home", migrated_sqlite_url, clock) as console:
        filled(console)
        with console.client(console.join("ann@sales.example"), follow_redirects=True) as ann:
            for wish, due, said in (
                ("week", dt.datetime(2026, 4, 2, 8, 30, tzinfo=warsaw), "2 Apr 08:30"),
                ("tomorrow", dt.datetime(2026, 3, 27, 8, 30, tzinfo=warsaw), "08:30"),
            ):
                assert said in ann.get(f"/tasks?task={of(console, MIA).id}").text.partition("<main")[2]
                ann.post("/tasks/snooze", data={"task": of(console, MIA).id, "for": wish})
                assert of(console, MIA).due_at == due
            clock.move_to(dt.datetime(2026, 3, 27, 22, 30, tzinfo=dt.UTC))
            ann.post("/tasks/snooze", data={"task": of(console, MIA).id, "for": "tomorrow"})
            assert of(console, MIA).due_at == dt.datetime(2026, 3, 30, 8, 30, tzinfo=warsaw)


def test_what_makes_no_sense_is_refused(queue: Console) -> None:
    with queue.client(queue.join("ann@sales.example")) as ann:
        for path, form in (
            ("done", {"task": of(queue, KIM).id, "outcome": "shrugged"}),
            ("done", {"task": "x", "outcome": "done"}),
            ("snooze", {"task": of(queue, KIM).id, "for": "ever"}),
        ):
            assert ann.post(f"/tasks/{path}", data=form).status_code in (404, 422)
        assert ann.get("/tasks?task=99999").status_code == 404
    assert of(queue, KIM).state == "open"


def test_keys_close_a_task_and_open_the_next(queue, tab) -> None:
    here = tab(queue.join("ann@sales.example"))
    page = here.open("/tasks")
    here.press("n")
    page.wait_for_url(f"**/tasks?task={of(queue, MIA).id}&undo={of(queue, KIM).id}")
    assert of(queue, KIM).outcome == "no answer"
    here.press("s")
    page.wait_for_url("**/tasks")
    assert of(queue, MIA).due_at == queue.app.tasks.postponed_times().next_day


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_open_task_is_accessible_and_fits(queue, tab, scheme) -> None:
    token = queue.join("ann@sales.example")
    for language, width in (("en", 1280), ("pl", 390)):
        here = tab(token, color_scheme=scheme, viewport={"width": width, "height": 800})
        for path in ("/tasks?x=1", f"/tasks?task={of(queue, KIM).id}", "/tasks?task=none"):
            page = here.open(f"{path}&lang={language}")
            assert here.axe() == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width


THUMB = """[...document.querySelectorAll('.thread button, .thread .call')].map(each => {
  const {width, height} = each.getBoundingClientRect();
  return [each.innerText.split('\\n')[0], Math.round(width), Math.round(height)];
})"""
# What is pressed in an open task: its first line of words, how wide and how high it is.


@pytest.mark.parametrize("language", ["en", "pl"])
def test_on_a_phone_a_task_is_one_screen_and_done_with_a_thumb(queue, tab, language) -> None:
    here = tab(queue.join("ann@sales.example"), viewport={"width": 390, "height": 844})
    page = here.open(f"/tasks?lang={language}")
    assert page.is_hidden(".thread")
    page.click(".begin a")
    assert page.get_attribute(".call", "href") == "tel:+48221234567"
    small = [each for each in page.evaluate(THUMB) if each[1] < 350 or each[2] < 52]
    assert small == []
    assert (page.is_hidden("header .find"), page.is_visible("header .to-search")) == (True, True)
    assert page.is_hidden(".thread details .quoted"), "their last mail is folded"
    last = page.locator("[name=outcome][data-key]").last.bounding_box()
    assert last["y"] + last["height"] < 844 - 57, "the outcomes with a key need no scrolling"


def test_on_a_wide_screen_their_last_mail_is_open_and_search_is_there(queue, tab) -> None:
    page = tab(queue.join("ann@sales.example")).open("/tasks")
    assert page.is_hidden(".begin")
    assert page.is_visible(".thread details .quoted")
    assert page.is_visible("header .find")


def test_a_note_is_kept_when_a_task_is_put_off_assigned_or_taken_back(queue: Console) -> None:
    kim = of(queue, KIM)
    with queue.client(queue.join("ann@sales.example"), follow_redirects=True) as ann:
        ann.post("/tasks/assign", data={"task": kim.id, "who": "me", "note": "rings back"})
        assert of(queue, KIM).note == "rings back"
        ann.post("/tasks/snooze", data={"task": kim.id, "for": "week", "note": "Friday <b>"})
        shown = ann.get(f"/tasks?task={kim.id}").text
        assert 'value="Friday &lt;b&gt;"' in shown
        assert "Friday &lt;b&gt;" in ann.get(f"/contacts/{KIM}").text, "and in the history"
        ann.post("/tasks/done", data={"task": kim.id, "outcome": "done", "note": "Friday at ten"})
        ann.post("/tasks/undo", data={"task": kim.id})
        assert 'value="Friday at ten"' in ann.get(f"/tasks?task={kim.id}").text


def test_a_half_written_note_outlives_a_look_at_another_page(queue: Console, tab) -> None:
    here = tab(queue.join("ann@sales.example"))
    page = here.open("/tasks")
    page.fill("#f-note", "asked me to")
    here.open("/inbox")
    assert here.open("/tasks").input_value("#f-note") == "asked me to"
    page.click("[name=for][value=tomorrow]")
    page.wait_for_selector(".flash")
    assert page.evaluate("sessionStorage.length") == 0 or page.input_value("#f-note") == ""
    assert of(queue, KIM).note == "asked me to"
