"""Import in the console: a file is looked through, imported in the background, enrolled from; what goes wrong is told."""

from __future__ import annotations

import csv
import io

import pytest

from relance.console.views.long_work import importing
from relance.engine.jobs import service
from relance.engine.sequences import publish
from tests import engine_house
from tests.integration.console.conftest import Console
from tests.reworded import in_english

CSV = "email;Vorname;Firma;Vorliebe\nkim@lake.example;Kim;Lake;tea\nmia@lake.example;<b>Mia</b>;=1+1;{{ 7*7 }}\nnobody;X;;\n"
HOSTILE = '"><script>document.title="taken"</script>.csv'


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever starts a job leaves it to the workers after one batch."""
    monkeypatch.setattr(service, "AT_ONCE_SECONDS", -1.0)
    monkeypatch.setattr(service.importing, "BATCH", 1)


def send(client, text: str = CSV, name: str = "people.csv"):
    return client.post("/import", files={"file": (name, text.encode(), "text/csv")})


def test_what_is_refused_is_told_in_words_and_shown_short(console: Console) -> None:
    """No raw name of a column; a mark that turns the writing round is a code; a page stays a page."""
    rows = f"kim@lake.example;Kim\u202eexe.png\nmia@lake.example;{'long ' * 1000}\n"
    with console.client(console.join("ann@sales.example"), follow_redirects=True) as ann:
        shown = send(ann, f"email;Nachname\n{rows}").text
        assert in_english("Last name contains the control character U+202E") in shown
        assert in_english("Last name is longer than 300 characters") in shown
        assert "last_name" not in shown.partition("<tbody>")[2]
        assert "Kim⟨U+202E⟩exe.png" in shown
        assert "\u202e" not in shown
        assert "long " * 20 not in shown
        assert (
            "Nazwisko zawiera znak" in ann.get(f"/import/{console.app.jobs.list().jobs[0].id}?lang=pl").text
        )


def test_a_file_is_looked_through_imported_and_enrolled_without_script(console_on_both: Console) -> None:
    app = console_on_both.app
    engine_house.add_mailbox(app._context)
    publish.publish(app._context, engine_house.TRIAL)
    with console_on_both.client(console_on_both.join("ann@sales.example"), follow_redirects=True) as ann:
        checked = send(ann)
        assert checked.status_code == 200
        assert app.contacts.list() == []
        for words in ("Import 2 people", "utf-8, semicolon", "What was found"):
            assert in_english(words) in checked.text
        assert all(words in checked.text for words in ("Vorliebe", "nobody"))
        (job,) = app.jobs.list().jobs
        shown = ann.get(f"/import/{job.id}?show=added").text
        assert "kim@lake.example" in shown
        assert "&lt;b&gt;Mia" in shown
        done = ann.post(f"/import/{job.id}/start")
        assert {each.email for each in app.contacts.list()} == {"kim@lake.example", "mia@lake.example"}
        number = int(str(done.url).rpartition("/")[2])
        assert "/enroll" in ann.get(f"/import/{number}").text
        wish = {
            "sequence": "Trial",
            "who": "import",
            "import": str(number),
            "mailbox": app.mailboxes.list()[0].address,
        }
        planned = ann.post("/enroll/plan", data=wish)
        assert in_english("Enroll 2 people in Trial?") in planned.text
        assert sum(app.enrollments.counts().values()) == 0
        enrolled = ann.post("/enroll", data=wish)
        assert "/jobs/" in str(enrolled.url)
        assert sum(app.enrollments.counts().values()) == 2
        again = ann.post("/enroll", data=wish).text
        assert in_english("Already in this sequence") in again
        assert "kim@lake.example" in again
        assert ann.get("/import").text.count("people.csv") == 1
        assert ann.get("/jobs").text.count("people.csv") == 2


def test_a_check_whose_import_has_begun_leads_to_it(console: Console) -> None:
    with console.client(console.join("ann@sales.example"), follow_redirects=True) as ann:
        checked = str(send(ann).url.path)
        assert f'action="{checked}/start"' in ann.get(checked).text
        begun = str(ann.post(f"{checked}/start").url.path)
        seen = ann.get(checked).text
        assert f'href="{begun}"' in seen
        assert f'action="{checked}/start"' not in seen
        assert ann.post(f"{checked}/start").url.path == begun
    assert len(console.app.jobs.list(kinds=["import_contacts"]).jobs) == 1


def test_refused_rows_come_as_a_file_with_safe_cells(console: Console) -> None:
    with console.client(console.join("ann@sales.example"), follow_redirects=True) as ann:
        send(ann, 'email,note\n=1+1,"@SUM(A1)"\nok@lake.example,x\n')
        (job,) = console.app.jobs.list().jobs
        answer = ann.get(f"/import/{job.id}/rejected.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="rejected.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1][0] == "2"
    assert rows[1][2:] == ["not_an_address", "'=1+1", "'@SUM(A1)"]


def test_a_mark_of_direction_in_a_value_turns_nothing_else_round(console: Console, tab) -> None:
    """Each value of an unusable row stands by itself, and so does whatever an element shows alone."""
    token = console.join("ann@sales.example")
    with console.client(token, follow_redirects=True) as ann:
        checked = send(ann, "email,note,Vorliebe\n\u202eno address,second,<b>\nok@lake.example,x,y\n").text
    (job,) = console.app.jobs.list().jobs
    cell = "<bdi>⟨U+202E⟩no address</bdi> · <bdi>second</bdi> · <bdi>&lt;b&gt;</bdi>"
    assert cell in checked
    assert (
        "<bdi>note</bdi>, <bdi>Vorliebe</bdi> <code>vorliebe</code>" in checked
    )  # a name that is its own title is said once
    page = tab(token).open(f"/import/{job.id}?show=refused")
    isolated = "[...document.querySelectorAll('td.value, td.value bdi, main a, main span')].every(each => getComputedStyle(each).unicodeBidi.includes('isolate'))"
    assert page.evaluate(isolated)


def test_what_cannot_be_used_is_told_at_the_field(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    with console.client(console.join("ann@sales.example")) as ann:
        for given in (
            send(ann, ""),
            send(ann, "name\nAda\n"),
            ann.post("/import"),
            ann.post("/import", data={"file": "x"}),
        ):
            assert given.status_code == 422
            assert 'role="alert"' in given.text
        monkeypatch.setattr(service, "LARGEST_UPLOAD", 10)
        assert send(ann).status_code == 422
        assert ann.get("/import/999").status_code == 404
        assert ann.get("/import/x").status_code == 404
        assert ann.post("/import/999/start").status_code == 404
    assert console.app.jobs.list().jobs == ()


def test_a_file_sent_in_pieces_is_bounded_and_a_stranger_s_is_not_read(console: Console) -> None:
    def endless():
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        for _ in range(40):
            yield b"x" * 1024 * 1024

    headers = {"content-type": "multipart/form-data; boundary=x"}
    with console.client(console.join("ann@sales.example")) as ann:
        assert ann.post("/import", content=endless(), headers=headers).status_code == 413
    with console.client() as nobody:
        assert nobody.post("/import", content=b"x" * 100, headers=headers).status_code == 303
    assert console.app.jobs.list().jobs == ()


@pytest.mark.usefixtures("later")
def test_progress_survives_a_closed_tab_and_is_cancelled(console: Console) -> None:
    with console.client(console.join("ann@sales.example"), follow_redirects=True) as ann:
        shown = send(ann).text
        (job,) = console.app.jobs.list().jobs
        assert job.open
        assert 'value="1" max="3"' in shown
        bar = ann.get(f"/jobs/{job.id}/bar", headers={"hx-request": "true"})
        seen = bar.headers["etag"].strip('"')
        assert f"seen={seen}" in bar.text
        assert ann.get(f"/jobs/{job.id}/bar?seen={seen}").status_code == 204
        assert ann.get(f"/jobs/{job.id}/bar", headers={"if-none-match": f'"{seen}"'}).status_code == 204
        console.app.work(job.id, lambda: True)
        moved = ann.get(f"/jobs/{job.id}/bar?seen={seen}")
        assert 'value="2" max="3"' in moved.text
        ann.post(f"/jobs/{job.id}/cancel")
        over = ann.get(f"/jobs/{job.id}/bar")
        assert over.headers["hx-redirect"] == f"/import/{job.id}"
        assert in_english("Cancelled after 2 of 3") in ann.get(f"/import/{job.id}").text
        assert not console.app.work(job.id)


def test_what_is_another_s_is_not_there(console: Console) -> None:
    with console.client(console.join("boss@sales.example"), follow_redirects=True) as boss:
        send(boss)
    (job,) = console.app.jobs.list().jobs
    with console.client(console.join("bob@sales.example", "salesperson"), follow_redirects=True) as bob:
        for path in (
            f"/import/{job.id}",
            f"/jobs/{job.id}",
            f"/jobs/{job.id}/bar",
            f"/import/{job.id}/rejected.csv",
        ):
            assert bob.get(path).status_code == 404
        for path in (f"/import/{job.id}/start", f"/jobs/{job.id}/cancel"):
            assert bob.post(path, data={"sequence": "Trial"}).status_code == 404
        assert "people.csv" not in bob.get("/jobs").text
        assert "mine.csv" in send(bob, name="mine.csv").text
    logged = [each for each in console.app.users.log() if each.action == "jobs.check_contacts"]
    assert [each.actor.name for each in logged] == ["bob@sales.example", "boss@sales.example"]
    assert "kim@lake" not in str(logged)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("people.csv", "people.csv"),
        ("C:\\Users\\ann\\people.csv", "people.csv"),
        ("../../etc/passwd", "passwd"),
        ("\u202evsc.exe\0", "vsc.exe"),
        ("", "people.csv"),
        ("x" * 300 + ".csv", "x" * 116 + ".csv"),
    ],
)
def test_a_file_s_name_is_a_name(given: str, kept: str) -> None:
    assert importing.named(given) == kept


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_pages_are_accessible_and_follow_the_work(console: Console, tab, scheme: str, tmp_path) -> None:
    token = console.join("ann@sales.example")
    file = tmp_path / "people.csv"
    file.write_text(CSV, "utf-8")
    for language, width in (("en", 1280), ("pl", 390)):
        here = tab(token, color_scheme=scheme, viewport={"width": width, "height": 800})
        page = here.open(f"/import?lang={language}")
        assert here.axe() == []
        page.set_input_files("[name=file]", str(file))
        page.click("main button[type=submit]")
        page.wait_for_url("**/import/*")
        job = console.app.jobs.list().jobs[0]
        assert page.get_attribute("progress", "value") == "1"
        assert here.axe() == []
        console.app.work(job.id)  # a worker somewhere
        page.wait_for_selector("form[action$='/start']")
        for path in (f"/import/{job.id}?show=added", f"/import/{job.id}?show=refused", "/jobs"):
            here.open(path)
            assert here.axe() == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_hostile_file_name_stays_a_name(console: Console, tab) -> None:
    token = console.join("ann@sales.example")
    with console.client(token) as ann:
        send(ann, name=HOSTILE)
    (job,) = console.app.jobs.list().jobs
    for path in (f"/import/{job.id}", "/jobs", "/import"):
        assert tab(token).open(path).title() != "taken"
