"""`relance preview` against a pretended engine: what is asked, and what is shown."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from relance import LackedField, LackingPeople, Preview, SentTest, ShownField, ShownLink, ShownStep
from tests.pretended_engine import ESCAPE, Engine, run
from tests.reworded import in_english

EVE = "eve@linden.example"
INTRO = ShownStep(
    "intro",
    "mail",
    "main",
    'company == "Linden"',
    ESCAPE,
    "Hello Eve\n",
    '<p>Hello <b>Eve</b></p><img src="http://go.example/o/x.gif" width="1" height="1" alt=""><script>alert(1)</script>',
    (("Subject", "Hello"),),
    (ShownLink("https://a.example", "", tracked=True), ShownLink("tel:+48", "", tracked=False)),
    (ShownField("first_name", "Eve", "contact"), ShownField("company", "", "fallback")),
    counts_opens=True,
)
BUMP = ShownStep("bump", "mail", missing=("title",), reason="title is missing", codes=("value_missing",))
CALL = ShownStep("call", "task", text="Call Eve")
FOUND = Preview(
    EVE, "Eve Linden", "Trial", 2, 3, "me@acme.example", "en", enrolled=True, steps=(INTRO, CALL, BUMP)
)
LACKING = LackingPeople(
    "Trial", 2, enrolled=True, looked_at=9, held=2, fields=(LackedField("title", 2, ("bump",), (EVE,)),)
)


def test_a_published_sequence_is_previewed_for_a_contact(engine: Engine) -> None:
    engine.answers["sequences.preview"] = FOUND
    shown = run("preview", "Trial", "--for", EVE, "--step", "intro", "--mailbox", "me@acme.example")
    [(name, asked, rest), _close] = engine.calls
    assert (name, asked) == ("sequences.preview", (EVE,))
    assert rest == {"name": "Trial", "step": "intro", "mailbox": "me@acme.example"}
    assert "\x1b" not in shown.stdout
    for words in ("Hello Eve", "https://a.example", "first_name = Eve", "Call Eve", "title is missing"):
        assert in_english(words) in shown.stdout


def test_a_file_is_previewed_for_the_first_people(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "trial.yaml"
    file.write_text("sequence: Trial\n")
    engine.answers["sequences.sample"] = (EVE, "tom@harbour.example")
    engine.answers["sequences.preview"] = FOUND
    shown = run("preview", str(file), "--sample", "2", "--json")
    assert engine.calls[0] == ("sequences.sample", (), {"source": file, "many": 2})
    assert [each[1] for each in engine.calls[1:-1]] == [(EVE,), ("tom@harbour.example",)]
    told = json.loads(shown.stdout)
    assert [each["steps"][2]["codes"] for each in told] == [["value_missing"]] * 2


def test_a_page_runs_and_counts_nothing(engine: Engine, tmp_path: Path) -> None:
    engine.answers["sequences.preview"] = FOUND
    file = tmp_path / "seen.html"
    run("preview", "Trial", "--for", EVE, "--html", str(file))
    page = file.read_text(encoding="utf-8")
    assert "<script" not in page
    assert "/o/x.gif" not in page
    assert "iframe sandbox title=" in page
    assert "&lt;script&gt;alert(1)" in page


def test_who_lacks_what_is_counted(engine: Engine) -> None:
    engine.answers["sequences.lacking"] = LACKING
    shown = run("preview", "Trial", "--missing")
    assert engine.calls[:1] == [("sequences.lacking", (), {"name": "Trial", "step": ""})]
    assert "title" in shown.stdout
    assert EVE in shown.stdout
    assert json.loads(run("preview", "Trial", "--missing", "--json").stdout)["held"] == 2


def test_questions_that_exclude_each_other_are_refused(engine: Engine, tmp_path: Path) -> None:
    assert run("preview", "Trial", "--for", EVE, "--missing").exit_code == 2
    assert run("preview", "Trial", "--missing", "--html", str(tmp_path / "x")).exit_code == 2
    missing = run("preview", str(tmp_path / "trial.yaml"), "--for", EVE)
    assert in_english("there is no file") in missing.stderr
    engine.answers["sequences.sample"] = ()
    assert run("preview", "Trial").exit_code == 2


def test_a_test_is_sent_to_oneself(engine: Engine) -> None:
    done = SentTest(EVE, "intro", "", "me@acme.example", "me@acme.example", "[Test] Hello", "accepted")
    engine.answers["sequences.send_test"] = done
    shown = run("send-test", "Trial", "intro", "--for", EVE, "--to", "me@acme.example")
    assert shown.exit_code == 0
    [(name, asked, rest), _close] = engine.calls
    assert (name, asked) == ("sequences.send_test", (EVE,))
    wanted = {
        "name": "Trial",
        "step": "intro",
        "variant": "",
        "mailbox": "",
        "to": "me@acme.example",
        "key": "",
    }
    assert rest == wanted
    assert "me@acme.example" in shown.stdout
    engine.answers["sequences.send_test"] = replace(done, outcome="repeated")
    again = run("send-test", "Trial", "intro", "--for", EVE)
    assert again.exit_code == 1
    assert in_english("--again") in again.stderr
    run("send-test", "Trial", "intro", "--for", EVE, "--again")
    assert len(engine.calls[-2][2]["key"]) == 30
