"""The command line over the real engine: a first day, from an empty folder to a sequence that runs."""

from __future__ import annotations

import json
import os
import re
import signal
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from relance import config
from relance.cli import tree
from tests.reworded import in_english
from tests.servers import command, ports, processes

ROOT = Path(__file__).parents[3]
SEQUENCE = """\
sequence: First words
send:
  days: mon-fri
  hours: "08:30-16:30"
steps:
  - id: intro
    subject: "A word for {{ company }}"
    body: |
      Hello {{ first_name | default("there") }},
      shall we talk?
  - id: bump
    after: 3 business days
    thread: reply
    body: Did you see my mail?
"""
PEOPLE = "email,first_name,company\nada@acme.example,Ada,Acme\nbo@bolt.example,Bo,Bolt\nnonsense,No,One\n"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    for name in list(os.environ):
        if name.startswith("RELANCE_") and not name.startswith("RELANCE_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("RELANCE_ALLOW_TEST_DOMAINS", "true")
    monkeypatch.chdir(tmp_path)

    def call(*words: str, code: int | None = 0, given: str | None = None) -> Result:
        done = CliRunner().invoke(tree.build(words), list(words), input=given)
        assert code is None or done.exit_code == code, (
            f"{words}: {done.exit_code}\n{done.output}\n{done.exception!r}"
        )
        return done

    call("init", "--zone", "Europe/Warsaw", "--country", "PL")
    return call


def data(done: Result) -> Any:
    return json.loads(done.stdout)


def add_mailbox(run: Run) -> None:
    run(
        "mailbox", "add", "me@sales.example", "--name", "Me", "--password-stdin", "--no-test",
        "--smtp-host", "127.0.0.1", "--smtp-port", "1", "--smtp-security", "plain",
        "--imap-host", "127.0.0.1", "--imap-port", "1", "--imap-security", "plain", given="hunter2\n",
    )  # fmt: skip


def enrolled(run: Run, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "seq.yaml").write_text(SEQUENCE)
    add_mailbox(run)
    run("contacts", "import", "people.csv")
    run("sequence", "publish", "seq.yaml")
    run("enroll", "First words", "--all", "--yes")


def test_importing_twice_changes_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE)
    first = data(run("contacts", "import", "people.csv", "--json", "--errors", "bad.csv"))
    assert (first["read"], first["added"], len(first["rejected"])) == (3, 2, 1)
    assert "nonsense" in (tmp_path / "bad.csv").read_text()
    again = data(run("contacts", "import", "people.csv", "--json"))
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, 2)
    assert [each["email"] for each in data(run("contacts", "list", "--json"))] == [
        "ada@acme.example",
        "bo@bolt.example",
    ]
    assert data(run("contacts", "show", "ada@acme.example", "--json"))["company"] == "Acme"
    run("contacts", "show", "nobody@acme.example", code=2)


def test_suppressing_and_lifting(run: Run) -> None:
    run("contacts", "suppress", "acme.example", "--reason", "they asked", code=2)
    assert data(run("contacts", "suppressed", "--json")) == []
    run("contacts", "suppress", "acme.example", "--reason", "they asked", "--yes")
    assert [each["value"] for each in data(run("contacts", "suppressed", "--json"))] == ["acme.example"]
    run("contacts", "unsuppress", "acme.example", "--yes")
    run("contacts", "unsuppress", "acme.example", "--yes", code=2)


def test_a_do_not_contact_list_is_imported_and_taken_back(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("ada@acme.example\nrival.example\nnonsense\n")
    asked = data(run("suppressions", "import", str(file), "--dry-run", "--json"))
    assert (asked["added"], asked["number"], [each["line"] for each in asked["refused"]]) == (2, "", [3])
    run("suppressions", "import", str(file), code=2)
    assert data(run("contacts", "suppressed", "--json")) == []
    done = data(run("suppressions", "import", str(file), "--yes", "--json"))
    assert [each["value"] for each in data(run("contacts", "suppressed", "--json"))] == [
        "ada@acme.example",
        "rival.example",
    ]
    assert data(run("suppressions", "import", str(file), "--yes", "--json"))["added"] == 0
    assert data(run("suppressions", "undo", done["number"], "--yes", "--json")) == {"lifted": 2}
    run("suppressions", "undo", done["number"], "--yes", code=2)
    assert data(run("contacts", "suppressed", "--json")) == []


def test_times_are_told_by_the_clock_of_the_workspace_and_not_of_the_machine(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        enrolled(run, tmp_path)
        again = run("enroll", "First words", "--all", "--dry-run", "--also-elsewhere").output
        told = {
            "timeline": run("timeline", "ada@acme.example").output,
            "status": run("status", code=3).output,
            "sequence list": run("sequence", "list").output,
            "mailbox show": run("mailbox", "show", "me@sales.example").output,
        }
    finally:
        monkeypatch.undo()
        time.tzset()
    assert re.search(r"\d\d:\d\d CES?T", told["timeline"])
    assert re.search(in_english(r"(next due|waiting since) +.*\d\d:\d\d CES?T"), told["status"])
    for words in (*told.values(), again):
        assert not re.search(r"\b(EST|EDT|UTC)\b", words), words


def test_a_mistake_in_a_sequence_is_told_with_its_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "seq.yaml").write_text(SEQUENCE.replace("after:", "aftr:"))
    told = run("sequence", "check", "seq.yaml", code=2).stderr
    assert "seq.yaml:12" in told
    assert "after" in told
    run("sequence", "publish", "seq.yaml", code=2)
    assert data(run("sequence", "list", "--json")) == []


def test_a_sequence_is_published_once_and_kept_in_versions(run: Run, tmp_path: Path) -> None:
    (tmp_path / "seq.yaml").write_text(SEQUENCE)
    assert in_english("is fine") in run("sequence", "check", "seq.yaml").stdout
    assert data(run("sequence", "publish", "seq.yaml", "--json"))["changed"] is True
    assert data(run("sequence", "publish", "seq.yaml", "--json"))["changed"] is False
    assert "First words" in run("sequence", "show", "First words").stdout
    run("sequence", "show", "Last words", code=2)
    run("sequence", "pause", "First words", "--reason", "holidays")
    assert data(run("sequence", "list", "--json"))[0]["state"] == "paused"
    assert in_english("has been resumed") in run("sequence", "resume", "First words").stdout
    assert in_english("is not paused") in run("sequence", "resume", "First words").stderr


def test_mailboxes_are_kept_without_showing_their_password(run: Run) -> None:
    add_mailbox(run)
    shown = run("mailbox", "show", "me@sales.example", "--json").stdout + run("mailbox", "list").stdout
    assert "hunter2" not in shown
    tried = run("mailbox", "test", "me@sales.example", code=1)
    assert in_english("does not work yet") in tried.stderr
    assert "Traceback" not in tried.output
    run("mailbox", "pause", "me@sales.example", "--reason", "away")
    assert data(run("mailbox", "list", "--json"))[0]["state"] == "paused"
    run("mailbox", "resume", "me@sales.example")
    run("mailbox", "remove", "me@sales.example", "--yes")
    assert data(run("mailbox", "list", "--json")) == []


def test_a_mailbox_is_shown_with_its_signature_as_it_stands_below_mails(run: Run) -> None:
    add_mailbox(run)
    assert "-- " not in run("mailbox", "show", "me@sales.example").stdout.splitlines()
    run("mailbox", "set", "me@sales.example", "--signature", "Ada & Co\n+48 22")
    shown = run("mailbox", "show", "me@sales.example").stdout
    assert "\n-- \nAda & Co\n+48 22\n" in shown
    assert "\n<p>Ada &amp; Co<br>\n+48 22</p>\n" in shown
    assert data(run("mailbox", "show", "me@sales.example", "--json"))["signature"] == "Ada & Co\n+48 22"


def test_who_is_enrolled_is_shown_explained_paused_and_stopped(run: Run, tmp_path: Path) -> None:
    enrolled(run, tmp_path)
    assert data(run("enroll", "First words", "--all", "--yes", "--json"))["enrolled"] == 0
    shown = run("status", code=3)  # nobody is at work
    assert in_english("active") in shown.stdout
    assert shown.stderr.startswith(in_english("relance: Relance is not running"))
    assert data(run("status", "--json", code=3))["concerns"][0]["kind"] == "absent"
    assert run("explain", "ada@acme.example", code=3).stdout.strip()
    assert data(run("explain", "ada@acme.example", "--json", code=3))[0]["sentences"]
    created = data(run("timeline", "ada@acme.example", "--json"))[0]
    assert (created["kind"], created["actor"]) == (
        "enrollment.created",
        {"kind": "person", "name": config.login()},
    )
    assert in_english(f"{config.login()} (person)") in run("timeline", "ada@acme.example").stdout
    assert [step["id"] for step in data(run("report", "First words", "--json"))["steps"]] == ["intro", "bump"]
    run("report", "First words")
    assert data(run("pause", "ada@acme.example", "--reason", "later", "--json"))[0]["state"] == "paused"
    assert data(run("resume", "ada@acme.example", "--json"))[0]["state"] == "active"
    assert data(run("stop", "ada@acme.example", "--yes", "--json"))[0]["state"] == "stopped"
    for words in (("held",), ("task", "list"), ("unknown", "list")):
        run(*words)
        data(run(*words, "--json"))
    run("task", "done", "77", code=2)


def test_the_tables_are_up_to_date(run: Run) -> None:
    assert in_english("up to date") in run("db", "check").stdout
    assert in_english("up to date") in run("db", "upgrade").stdout


def test_everything_in_one_process(run: Run, tmp_path: Path) -> None:
    enrolled(run, tmp_path)
    environment = {"PATH": os.environ["PATH"], "RELANCE_ALLOW_TEST_DOMAINS": "true"}
    words = command.relance("--home", str(tmp_path / ".relance"), "run", "--port", "0")
    process = processes.Process(processes.Program(words, tmp_path / "run.log", environment=environment))
    try:
        process.wait_ready(lambda: "ready" in process.log(), seconds=60)
        address = next(word for word in process.log().split() if word.startswith("http://"))
        with urllib.request.urlopen(f"{address}/healthz") as answer:
            assert answer.status == 200
        assert run("explain", "ada@acme.example").stdout.startswith(in_english("Running: run on "))
        assert data(run("status", "--json", code=None))["attendance"]["processes"][0]["pid"] == process.pid
        os.kill(process.pid, signal.SIGTERM)
        ports.wait_until(lambda: not process.alive, seconds=60)
        assert process.code == 0, process.log()
        assert "Traceback" not in process.log()
        stopped = run("explain", "ada@acme.example", code=3).stderr
        assert stopped.startswith(in_english("relance: Relance is not running"))
        assert in_english(" stopped on ") in stopped
    finally:
        process.kill()


def test_what_changes_nothing_says_so(run: Run, tmp_path: Path) -> None:
    enrolled(run, tmp_path)
    for said in ("sent", "not-sent"):
        told = run("restored", said, "nobody@x.example", "--yes", code=2)
        assert in_english("nobody@x.example is not a contact") in told.stderr
        assert told.stdout == ""
        assert "Would" not in run("restored", said, "ada@acme.example", "--yes").output
        assert in_english("Would") in run("restored", said, "ada@acme.example", "--dry-run").output
    assert "Nothing changed" not in run("stop", "ada@acme.example", "--yes").stderr
    for words in (("stop", "--yes"), ("pause",), ("resume",)):
        told = run(words[0], "ada@acme.example", *words[1:])
        assert in_english('Nothing changed in "First words": it is already stopped.') in told.stderr
    assert "also:" not in run("explain", "ada@acme.example", code=None).output
