"""The command line against a pretended engine: what is passed on, what is shown, how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from relance import config, errors, wording
from relance.cli.terminal import asking
from relance.engine.contacts.service import WouldStop
from relance.engine.inbound.corrections.reinstate import WayBack
from relance.engine.restore.doubts import Decided, Whom
from relance.engine.sending.doubt.in_doubt import Resolved
from relance.engine.sequences.writing.planning import PeopleAtStep, PublishPlan
from tests.pretended_engine import (
    ADA,
    AT,
    ESCAPE,
    Contact,
    Engine,
    Enrolled,
    Import,
    Problems,
    run,
)
from tests.reworded import in_english


def test_a_listing_for_people_and_for_programs(engine: Engine) -> None:
    engine.answers["contacts.list"] = [Contact(1, "ada@acme.example", ESCAPE)]
    shown = run("contacts", "list", "--search", "ada", "--limit", "5")
    assert shown.exit_code == 0
    assert "ada@acme.example" in shown.stdout
    assert in_english("EMAIL") in shown.stdout
    assert "\x1b" not in shown.stdout
    assert "\u202e" not in shown.stdout
    assert "[red]x[/red]" in shown.stdout
    assert engine.calls[0] == ("contacts.list", (), {"search": "ada", "limit": 5, "after": None})
    assert engine.calls[-1][0] == "close"
    found = json.loads(run("contacts", "list", "--json").stdout)
    assert found[0]["email"] == "ada@acme.example"
    assert found[0]["first_name"] == ESCAPE


def test_an_empty_listing_says_what_to_do_on_standard_error_only(engine: Engine) -> None:
    engine.answers["mailboxes.list"] = []
    shown = run("mailbox", "list")
    assert shown.stdout == ""
    assert in_english("relance mailbox add") in shown.stderr
    assert json.loads(run("mailbox", "list", "--json").stdout) == []


def test_nothing_sealed_reaches_json(engine: Engine) -> None:
    shown = run("mailbox", "show", "me@acme.example", "--json")
    assert "secret" not in json.loads(shown.stdout)
    assert "sealed" not in run("mailbox", "show", "me@acme.example").stdout


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (errors.NotFound("There is no sequence x."), 2, "relance: There is no sequence x."),
        (errors.Misconfigured("redis_url is wrong."), 2, "redis_url"),
        (
            errors.Invalid([errors.Problem("a", "f.yaml", line=3), errors.Problem("b")]),
            2,
            "f.yaml:3: a\nrelance: b",
        ),
        (errors.Unreachable("The database does not answer."), 1, "database"),
        (errors.Broken("The login was refused."), 1, "refused"),
        (
            ConnectionRefusedError(111, "Connection refused"),
            1,
            "could not be reached: the connection was refused [ECONNREFUSED]",
        ),
        (PermissionError(13, "Permission denied", "/x/y"), 1, "/x/y: access is denied [EACCES]"),
        (ZeroDivisionError("oops"), 1, "--debug"),
    ],
)
def test_an_error_is_a_sentence_and_an_exit_code(
    engine: Engine, fault: Exception, code: int, words: str
) -> None:
    engine.answers["status"] = fault
    shown = run("status")
    assert shown.exit_code == code
    assert in_english(words) in shown.stderr
    assert "Traceback" not in shown.stderr
    assert shown.stdout == ""
    assert engine.calls[-1][0] == "close"
    assert "Traceback" in run("--debug", "status").stderr


def test_wrong_use_exits_with_two(engine: Engine) -> None:
    for words in (
        ["nonsense"],
        ["contacts", "list", "--limit", "x"],
        ["enroll", "seq"],
        ["task", "done", "x"],
    ):
        shown = run(*words)
        assert shown.exit_code == 2, words
        assert "Traceback" not in shown.stderr
    assert not engine.calls


def test_a_wrong_setting_is_told_before_anything_is_opened(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELANCE_WEB_PORT", "many")
    shown = run("status")
    assert shown.exit_code == 2
    assert in_english("web_port (environment RELANCE_WEB_PORT)") in shown.stderr


def test_the_home_of_the_flag_is_used(engine: Engine, tmp_path: Path) -> None:
    run("--home", str(tmp_path / "there"), "task", "list")
    assert engine.settings is not None
    assert engine.settings.home == tmp_path / "there"


def test_init_makes_a_home_twice_without_harm(engine: Engine, tmp_path: Path) -> None:
    first = run("init", "house", "--zone", "Europe/Warsaw", "--country", "PL")
    assert first.exit_code == 0, first.stderr
    key = (tmp_path / "house" / "relance.key").read_text()
    assert config.Settings(home=tmp_path / "house").zone == "Europe/Warsaw"
    again = run("init", "house", "--zone", "Europe/Paris")
    assert in_english("kept") in again.stdout
    assert in_english("stay as they are") in again.stderr
    assert (tmp_path / "house" / "relance.key").read_text() == key


def test_init_makes_nothing_of_a_wrong_value(engine: Engine, tmp_path: Path) -> None:
    shown = run("init", "house", "--zone", "Warsaw")
    assert shown.exit_code == 2
    assert not (tmp_path / "house").exists()


def test_config_shows_sources_and_no_secret(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELANCE_DATABASE_URL", "postgresql://u:hunter2@h/d")
    shown = run("config")
    assert "hunter2" not in shown.stdout
    assert in_english("environment RELANCE_DATABASE_URL") in shown.stdout
    names = {setting["name"] for setting in json.loads(run("config", "--json").stdout)}
    assert names == set(config.Settings.model_fields)


@pytest.mark.parametrize(
    ("words", "flag"),
    [
        (["mailbox", "add", "me@acme.example", "--password-stdin"], "--name"),
        (["mailbox", "add", "me@acme.example", "--name", "Me"], "--password-stdin"),
        (["mailbox", "add", "me@acme.example", "--name", "Me", "--password-stdin"], "--password-stdin"),
        (["mailbox", "remove", "me@acme.example"], "--yes"),
        (["enroll", "seq", "--all"], "--yes"),
        (["stop", "ada@acme.example"], "--yes"),
    ],
)
def test_where_nobody_can_be_asked_the_flag_is_named(engine: Engine, words: list[str], flag: str) -> None:
    engine.answers["enroll"] = Enrolled()
    shown = run(*words, given="")
    assert shown.exit_code == 2
    assert in_english(flag) in shown.stderr
    assert not {"mailboxes.add", "mailboxes.remove", "stop"} & {call[0] for call in engine.calls}
    assert all(call[2].get("dry_run", True) for call in engine.calls if call[0] == "enroll")


def test_enrolling(engine: Engine, tmp_path: Path) -> None:
    engine.answers["enroll"] = Enrolled()
    dry = run("enroll", "seq", "--all", "--dry-run")
    assert [call[2]["dry_run"] for call in engine.calls if call[0] == "enroll"] == [True]
    assert (
        in_english("Would be enrolled in seq: 2 contacts (2 from me@acme.example). 1 contact skipped.")
        in dry.stdout
    )
    assert in_english("bo@acme.example: suppressed") in dry.stdout
    (tmp_path / "people.txt").write_text("\ufeffada@acme.example\n\nbo@acme.example\n")
    engine.calls.clear()
    done = run("enroll", "seq", "--from", "people.txt", "--mailbox", "me@acme.example", "--yes", "--json")
    assert json.loads(done.stdout)["first_due"] == "2026-03-02T08:00:00+00:00"
    name, given, named = engine.calls[0]
    assert (name, given) == ("enroll", ("seq", ["ada@acme.example", "bo@acme.example"]))
    assert (named["mailboxes"], named["dry_run"]) == ({"me@acme.example": 1}, False)


def test_the_date_of_a_task_is_not_called_that_of_a_mail(engine: Engine) -> None:
    engine.answers["enroll"] = Enrolled()
    assert in_english("The first mail: ") in run("enroll", "seq", "--all", "--dry-run").stdout
    engine.answers["enroll"] = Enrolled(first_kind="task")
    shown = run("enroll", "seq", "--all", "--dry-run").stdout
    assert in_english("The first step (task): ") in shown
    assert "first mail" not in shown


def test_nobody_to_enroll_is_told_without_a_question(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.answers["enroll"] = Enrolled(0, by_mailbox={}, first_due=None)
    refused = run("enroll", "seq", "bo@acme.example")
    assert (refused.exit_code, engine.calls) == (2, [])
    assert in_english("--yes") in refused.stderr
    monkeypatch.setattr(asking, "answerable", lambda: True)
    shown = run("enroll", "seq", "bo@acme.example")
    assert shown.exit_code == 0
    assert in_english("Enrolled in seq: 0 contacts") in shown.stdout
    assert in_english("skipped bo@acme.example: suppressed") in shown.stdout


@pytest.mark.parametrize("verb", ["pause", "resume", "stop", "release"])
def test_where_nobody_can_be_asked_nothing_is_looked_through(engine: Engine, verb: str) -> None:
    shown = run("enrollments", verb)
    assert (shown.exit_code, [each for each in engine.calls if each[0] != "close"]) == (2, [])
    assert in_english("--yes") in shown.stderr


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("tasks.done", ["task", "done", "7"]),
        ("sequences.resume", ["sequence", "resume", "Trial"]),
        ("sequences.pause", ["sequence", "pause", "Trial"]),
    ],
)
def test_what_changed_nothing_says_so(engine: Engine, name: str, words: list[str]) -> None:
    engine.answers[name] = False
    shown = run(*words)
    assert (shown.exit_code, shown.stdout) == (0, "")
    assert in_english("Nothing changed: ") in shown.stderr
    engine.answers[name] = True
    assert run(*words).stderr != shown.stderr


def test_nobody_is_written_to_again_unasked(engine: Engine) -> None:
    refused = run("contacts", "unsuppress", "acme.example")
    assert refused.exit_code == 2
    assert in_english("--yes") in refused.output
    assert engine.calls == []
    engine.answers["contacts.lift"] = WayBack(("acme.example",), (), (), dry_run=True)
    assert run("contacts", "unsuppress", "acme.example", "--dry-run").exit_code == 0


def test_lifting_a_suppression_says_who_could_go_on(engine: Engine) -> None:
    engine.answers["contacts.lift"] = WayBack(("acme.example",), (), (ADA,))
    shown = run("contacts", "unsuppress", "acme.example", "--yes")
    assert in_english("acme.example may be contacted again.") in shown.stdout
    assert (
        in_english("1 could continue where they left off: relance contacts unsuppress acme.example --go-on")
        in shown.stdout
    )
    assert engine.calls[0] == ("contacts.lift", ("acme.example",), {"go_on": False, "dry_run": False})
    engine.answers["contacts.lift"] = WayBack(("acme.example",), (ADA,), (), dry_run=True)
    shown = run("contacts", "unsuppress", "acme.example", "--go-on", "--dry-run", "--json")
    assert json.loads(shown.stdout)["going_on"][0]["email"] == "ada@acme.example"


def test_importing_tells_what_was_not_taken(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("email\nx\n")
    engine.answers["contacts.import_file"] = Import()
    shown = run("contacts", "import", "people.csv", "--dry-run")
    assert in_english("line 3: no @ in the address") in shown.stdout
    assert in_english("2 would be added") in shown.stdout
    assert "{{ team_size }}" in shown.stdout
    assert "two rows for ada" in shown.stderr
    assert engine.calls[0][2]["dry_run"] is True
    assert (
        json.loads(run("contacts", "import", "people.csv", "--json").stdout)["errors_file"]
        == "/tmp/errors.csv"
    )
    assert run("contacts", "import", "nowhere.csv").exit_code == 2


def test_checking_a_sequence(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("steps: []\n")
    problem = errors.Problem("there is no key stepz", "s.yaml", "Did you mean steps?", 4, 2)
    engine.answers["sequences.check"] = Problems((problem,), (errors.Problem("long"),))
    shown = run("sequence", "check", "s.yaml")
    assert shown.exit_code == 2
    assert "s.yaml:4:2: there is no key stepz Did you mean steps?" in shown.stderr
    assert in_english("warning: long") in shown.stderr
    assert json.loads(run("sequence", "check", "s.yaml", "--json").stdout)["problems"][0]["line"] == 4
    engine.answers["sequences.check"] = Problems()
    assert run("sequence", "check", "s.yaml").exit_code == 0


def test_a_plan_says_what_changes_and_who_stays(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("steps: []\n")
    staying = (PeopleAtStep(1, "bump", "held", 3),)
    engine.answers["sequences.plan"] = PublishPlan(
        "Trial", 1, 2, True, ("nudge",), ("bump",), ("intro",), staying, (errors.Problem("long"),)
    )
    shown = run("sequence", "plan", "s.yaml")
    assert shown.exit_code == 0
    assert engine.calls[0] == ("sequences.plan", (Path("s.yaml"),), {})
    for words in ("nudge", "intro", "bump", in_english("held")):
        assert words in shown.stdout
    assert in_english("warning: long") in shown.stderr
    assert json.loads(run("sequence", "plan", "s.yaml", "--json").stdout)["staying"][0]["people"] == 3
    engine.answers["sequences.plan"] = PublishPlan("Trial", 1, 1, False, (), (), (), ())
    assert in_english("Trial is unchanged") in run("sequence", "plan", "s.yaml").stdout


def test_a_sequence_is_begun_from_a_starter_and_no_file_is_written_over(
    engine: Engine, tmp_path: Path
) -> None:
    engine.answers["sequences.starter"] = "sequence: Mine\n"
    assert run("sequence", "new", "Mine").stdout == "sequence: Mine\n"
    made = run("sequence", "new", "Mine", "--from", "open-quote", "--language", "pl", "--to", "new.yaml")
    assert made.exit_code == 0
    assert engine.calls[-2] == ("sequences.starter", ("open-quote", "Mine", "pl"), {})
    assert (tmp_path / "new.yaml").read_text() == "sequence: Mine\n"
    (tmp_path / "new.yaml").write_text("my own words")
    assert run("sequence", "new", "Mine", "--to", "new.yaml").exit_code == 2
    missing = run("sequence", "new", "Mine", "--to", "nowhere/new.yaml")
    assert in_english("there is no folder nowhere.") in missing.stderr
    assert (tmp_path / "new.yaml").read_text() == "my own words"


def test_unknown_mails(engine: Engine) -> None:
    engine.answers["unknown.resolve"] = Resolved("<a@b>", "intro")
    assert run("unknown", "resolve", "<a@b>", "--decision", "sent").exit_code == 0
    assert engine.calls[0] == ("unknown.resolve", ("<a@b>", "sent"), {})
    engine.calls.clear()
    assert run("unknown", "resolve", "<a@b>", "--decision", "not-sent").exit_code == 2
    assert not engine.calls
    assert run("unknown", "resolve", "<a@b>", "--decision", "not-sent", "--yes").exit_code == 0
    assert engine.calls[0] == ("unknown.resolve", ("<a@b>", "not sent"), {})
    assert run("unknown", "resolve", "<a@b>", "--decision", "perhaps", "--yes").exit_code == 2
    engine.answers["unknown.resolve"] = Resolved("<a@b>", "intro", held_at="bump")
    said = run("unknown", "resolve", "<a@b>", "--decision", "give-up").stdout
    assert in_english('The next mail ("bump") replies to this one') in said


def test_going_on_after_a_restore(engine: Engine) -> None:
    engine.answers |= {"halted": None, "confirm_restore": 4}
    assert in_english("Nothing is on hold") in run("db", "confirm-restore", "--yes").stdout
    assert not [call for call in engine.calls if call[0] == "confirm_restore"]
    engine.answers["halted"] = "The database was restored."
    assert run("db", "confirm-restore").exit_code == 2
    assert in_english("4 steps are held") in run("db", "confirm-restore", "--yes").stdout
    assert [call[2] for call in engine.calls if call[0] == "confirm_restore"] == [{"hold_due": True}]


def test_what_was_sent_before_a_restore_is_said_in_bulk(engine: Engine) -> None:
    engine.answers["restored.decide"] = Decided("sent", ("ewa@acme.example",), 2, ("ewa@acme.example",))
    assert run("restored", "sent").exit_code == 2  # of whom?
    assert run("restored", "sent", "ewa@acme.example", "--all").exit_code == 2
    assert run("restored", "sent", "--all").exit_code == 2  # nobody was asked
    assert [more for _, _, more in engine.calls if more and not more["dry_run"]] == []
    engine.calls.clear()
    assert in_english("2 mails count as sent") in run("restored", "sent", "--all", "--dry-run").stdout
    told = run("restored", "not-sent", "ewa@acme.example", "--mailbox", "me@acme.example", "--yes", "--json")
    assert json.loads(told.stdout)["people"] == ["ewa@acme.example"]
    whom = Whom(["ewa@acme.example"], None, "me@acme.example")
    decided = [(given, more) for name, given, more in engine.calls if name == "restored.decide"]
    assert [given for given, _ in decided][1:] == [("not sent", whom)] * 2
    assert [more.get("dry_run", False) for _, more in decided] == [True, True, False]


def test_no_command_stands_without_help(engine: Engine) -> None:
    shown = run("--help")
    assert shown.exit_code == 0
    for noun in ("mailbox", "contacts", "sequence", "task", "db"):
        assert run(noun, "--help").exit_code == 0


def test_times_are_local_with_their_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert wording.moment(AT).endswith(str(AT.astimezone().tzname()))


def test_a_whole_domain_is_asked_about_first(engine: Engine) -> None:
    for domain in ("gmail.com", "@GMX.de", "outlook.com.", "acme.example", "@acme.example"):
        asked = run("contacts", "suppress", domain)
        assert asked.exit_code == 2
        assert in_english("--yes") in asked.stderr
    assert not engine.calls
    assert run("contacts", "suppress", "gmail.com", "--yes").exit_code == 0
    assert run("contacts", "suppress", "leo@gmail.com").exit_code == 0
    assert run("contacts", "suppress", "acme.example", "-y").exit_code == 0
    assert [each[1][0] for each in engine.calls if each[0] == "contacts.suppress"] == [
        "gmail.com", "leo@gmail.com", "acme.example",
    ]  # fmt: skip


def test_it_says_whom_a_domain_stops_before_it_asks(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.answers["contacts.would_stop"] = WouldStop("domain", "acme.example", 12, ("ada@acme.example",))
    monkeypatch.setattr("relance.cli.terminal.asking.answerable", lambda: True)
    asked = run("contacts", "suppress", "@acme.example", given="n\n")
    assert asked.exit_code == 1
    assert "ada@acme.example" in asked.stderr
    assert in_english("12 people") in asked.stderr
    assert in_english("and 11 more") in asked.stderr
    assert [name for name, *_ in engine.calls] == ["contacts.would_stop", "close"]
    run("contacts", "suppress", "@acme.example", given="y\n")
    assert [name for name, *_ in engine.calls][-2] == "contacts.suppress"


def test_lifting_a_suppression_takes_yes(engine: Engine) -> None:
    engine.answers["contacts.lift"] = WayBack((), (), (), dry_run=False)
    assert run("contacts", "unsuppress", "acme.example", "--yes").exit_code == 0
