"""The command line in Polish: no help, heading or message of ours stays English."""

from __future__ import annotations

import dataclasses
import functools
import re

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from relance import wording
from relance.cli import tree
from relance.cli.terminal import choices, show, speech
from relance.engine import roles, states
from relance.engine.inbound.corrections.inbox import AnswerView
from relance.engine.mailboxes.service import MailboxView
from relance.engine.reporting import codes
from relance.engine.reporting.status import Status
from relance.engine.sequences.steps import task_lists
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.sending.message_lists import MessageView
from tests import catalogue, reworded
from tests.pretended_engine import ADA, AT, Engine, Import, run

# Words that only English has, of four letters or more; names, commands and addresses are not among them.
ENGLISH = re.compile(
    r"\b(the|and|was|were|are|not|this|that|with|from|which|there|their|they|them|only|what|when|while|who|whose|will|would|"
    r"has|have|had|been|says|said|send|sends|show|shows|mails?|mailbox(es)?|answers?|people|person|contacts?|sequence|steps?|"
    r"because|since|until|before|after|again|nothing|nobody|usage|options?|commands?|required|default)\b",
    re.IGNORECASE,
)
QUOTED = re.compile(
    r"E-MAIL|not-sent|(?:domyślnie|do\s+wyboru): [^\]]*|`[^`]*`|--?[a-z][\w-]*|„[^”]*”|relance [a-z -]+|\S+@\S+|<[^>]*>|\[[^\]]*\|[^\]]*\]"
)


def english(shown: str) -> list[str]:
    return [found.group() for found in ENGLISH.finditer(QUOTED.sub(" ", shown))]


@functools.cache
def commands():
    """Every command of the whole tree, by its words."""

    def below(command, words):
        yield words, command
        for name, each in getattr(command, "commands", {}).items():
            yield from below(each, (*words, name))

    return dict(below(get_command(tree.build()), ()))


@functools.cache
def help_of(language, words):
    """What a command says of itself on a terminal of the usual width. Several questions are asked of it."""
    typed = ["--lang", language, *words, "--help"]
    done = CliRunner().invoke(tree.build(typed), typed, prog_name="relance", env={"COLUMNS": "80"})
    assert done.exit_code == 0
    return done.output


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_the_help_of_every_command_is_polish(words):
    shown = help_of("pl", words)
    assert "Użycie: relance" in shown
    names = {name for path in commands() for name in path}
    lines = [" ".join(word for word in line.split() if word not in names) for line in shown.splitlines()]
    assert english("\n".join(lines)) == []


TYPES = re.compile(
    r"<(?!text|number|file|choice|tekst|liczba|plik|wybór|[a-z0-9|.%-]+\|)|list\[|\bPath\b|\brange\b|<=x|x>=|\{"
)


@pytest.mark.parametrize("language", wording.languages())
@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_help_names_values_as_people_do_and_fits_a_terminal(words, language):
    shown = help_of(language, words)
    assert TYPES.findall(shown) == []
    assert [line for line in shown.splitlines() if len(line) > 80] == []


@pytest.mark.wording
def test_choices_stand_where_they_leave_room():
    assert speech.listed("--on <yes|no>", "Whether.") == ("--on <yes|no>", "Whether.")
    many = "human-answer|opt-out|out-of-office"
    assert speech.listed(f"--kind <{many}>", "Only this kind.") == (
        "--kind <choice>",
        "Only this kind.  [one of: human-answer, opt-out, out-of-office]",
    )
    assert speech.typed("--limit <int range>") == "--limit <number>"
    assert speech.typed("FILE <list[Path]>") == "FILE"
    assert speech.ranged("How many.  [default: 1; 1<=x<=64]") == "How many.  [default: 1; 1–64]"
    assert speech.ranged("[x>=0]") == "[≥ 0]"
    assert speech.ranged("How long.  [default: 30.0; x>=10]") == "How long.  [default: 30; ≥ 10]"


ABBREVIATED = re.compile(r"\b(np|m\.in|itp|itd|tj|tzn|ok|e\.g|i\.e|etc)\.$")


@pytest.mark.parametrize("language", wording.languages())
@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_no_number_has_a_decimal_that_says_nothing_and_no_summary_ends_at_an_abbreviation(words, language):
    """A list of commands shows each help up to its first full stop, which "np." has as well."""
    shown = help_of(language, words)
    assert re.findall(r"(?<![\w.])(?<!OAuth )\d+\.0\b(?!\.)", shown) == []
    assert [line for line in shown.splitlines() if ABBREVIATED.search(line)] == []


@pytest.mark.parametrize("home", [["--home", "{home}"], ["--home={home}"]], ids=["apart", "joined"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_home_is_named_before_or_behind_the_command(home, place, tmp_path):
    typed = ["config", "--json"]
    typed[place:place] = [each.format(home=tmp_path / "elsewhere") for each in home]
    done = CliRunner().invoke(tree.build(typed), typed, prog_name="relance")
    assert done.exit_code == 0, done.output
    assert str(tmp_path / "elsewhere") in done.output


def test_a_home_without_a_value_is_told():
    typed = ["status", "--home"]
    done = CliRunner().invoke(tree.build(typed), typed, prog_name="relance")
    assert done.exit_code == 2
    assert "--home" in done.output


VOWELS = "aeiouyąęó"
# No Polish imperative ends in one of them, and every third person does.


@pytest.mark.parametrize("words", [each for each in commands() if each], ids=" ".join)
def test_the_help_of_every_command_says_do_this(words):
    """One form: "Pokaż", never "Pokazuje"; a group of commands is named by a noun."""
    command = commands()[words]
    if hasattr(command, "commands"):
        return
    with wording.speaking("pl"):
        first, *more = re.split(r"(?<=[.!?])\s+", speech.paragraphs(command.help).strip())
    said = re.sub(r"^Nie ", "", first).split()[0].rstrip(".,:")
    assert said[-1] not in VOWELS, first
    assert [
        each
        for each in more
        if re.match(r"(Najpierw )?(mówi|pokazuje|pyta|liczy|wypisuje|kończy)\b", each, re.I)
    ] == []


@pytest.mark.parametrize("language", wording.languages())
@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_the_line_of_usage_names_values_in_capitals_once(words, language):
    usage = help_of(language, words).splitlines()[0].partition(" ".join(("relance", *words)))[2]
    keys = "a-z0-9" if reworded.wanted() else ""  # where a run speaks keys, the names of values are keys, too
    assert re.fullmatch(rf"( \[?[A-ZŻÓŁĆĘŚĄŹŃ|{keys}-]+\]?(\.\.\.)?)*", usage), usage


@pytest.mark.parametrize(
    ("command", "option", "code", "meaning"),
    [
        ("enrollments list", "--state", "held", "do decyzji"),
        ("messages list", "--state", "not-sent", "niewysłana"),
        ("task list", "--when", "overdue", "zaległe"),
        ("task done 1", "--outcome", "wrong-person", "niewłaściwa osoba"),
        ("inbox list", "--kind", "out-of-office", "nieobecność"),
        ("inbox list", "--intent", "positive", "zainteresowanie"),
        ("console invite ada@acme.example", "--role", "viewer", "obserwator"),
        ("mailbox add ada@acme.example", "--unknown", "send-again", "wyślij ponownie"),
        ("unknown resolve m", "--decision", "give-up", "pomiń ten krok"),
    ],
)
def test_a_code_that_can_be_typed_is_explained_in_the_readers_language(command, option, code, meaning):
    words = ["--lang", "pl", *command.split()]
    helped = CliRunner().invoke(tree.build(words), [*words, "--help"], env={"COLUMNS": "110"}).output
    assert f"{code} ({meaning})" in " ".join(helped.split())
    refused = CliRunner().invoke(tree.build(words), [*words, option, "qqq"]).output
    assert "„qqq” nie jest żadną z wartości: " in refused
    assert f"{code} ({meaning})" in refused


def test_the_codes_of_the_command_are_those_of_the_engine():
    def codes_of(kind):
        return {each.value.replace(" ", "-") for each in kind}

    for ours, engines in (
        (choices.PersonState, states.State),
        (choices.MailState, states.MessageState),
        (choices.TaskOutcome, states.TaskOutcome),
        (choices.TaskTime, task_lists.TaskTime),
        (choices.UserRole, roles.Role),
    ):
        assert codes_of(ours) == codes_of(engines)


def test_what_records_show_is_translated():
    shown = {
        field.name.replace("_", " ")
        for owner, left_out in ((Status, ("paused_sequences", "sequences_paused_by", "mailboxes", "halted", "clock", "clock_over", "attendance", "held_by_reason", "concerns", "sent_lateness")), (AnswerView, ("body",)), (MailboxView, ("beside", "smtp_server", "imap_server", "ramp_plan")), (Contact, ()), (MessageView, ()))
        for field in dataclasses.fields(owner)
        if field.name not in left_out and not field.name.endswith(show.FOR_PROGRAMS)
    }  # fmt: skip
    assert shown <= set(show.ATTRIBUTES)


def test_every_table_of_codes_says_what_it_is_about():
    for about, table in codes.TABLES.items():
        if about == "match key":
            continue  # sentences, which say by themselves what they are about
        assert {each.context for each in table.values()} == {about}
        if about not in (
            "check",
            "grade",
            "match",
            "rule",
            "decision",
            "job result",
            "row fault",
            "bulk",
            "test",
            "verdict",
            "sign-in",
            "intent",
            "failure",
            "failure stage",
        ):  # the others are told by their codes
            assert {each.msgid for each in table.values()} == set(map(str, table))
    assert str(codes.text("mailbox", "of another release")) == reworded.in_english(
        "in a state of a later release"
    )


def test_a_listing_in_polish(engine: Engine) -> None:
    engine.answers["pause"] = [ADA]
    shown = run("--lang", "pl", "pause", "ada@acme.example")
    assert "SEKWENCJA" in shown.stdout
    assert "zwrot " in shown.stdout
    assert "W sekwencji „Trial” nic się nie zmieniło; stan: zwrot." in shown.stderr
    assert english(shown.output.replace("550 no", "")) == []


def test_numbers_have_their_forms(engine: Engine) -> None:
    engine.answers["contacts.import_file"] = Import(unknown_columns={}, warnings=())
    shown = run("contacts", "import", __file__, "--lang", "pl")
    assert (
        "Wczytane wiersze: 3; dodane: 2, zaktualizowane: 0, bez zmian: 0, nie do użycia: 1." in shown.stdout
    )


def test_times_are_written_as_the_reader_writes_them():
    with wording.speaking("pl"):
        assert show.cell(AT) == wording.moment(AT)
        assert "marca 2026" in show.cell(AT)
        assert show.cell(True) == "tak"


def test_the_programs_own_form_does_not_change(engine: Engine) -> None:
    engine.answers["pause"] = [ADA]
    assert (
        run("--lang", "pl", "pause", "x@y.example", "--json").stdout
        == run("pause", "x@y.example", "--json").stdout
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [("t", True), ("tak", True), ("y", True), ("", False), ("nie", False), ("ehm\nt", True)],
)
def test_a_question_is_answered_in_the_readers_language(typed, said, monkeypatch):
    from relance.cli.terminal import asking

    monkeypatch.setattr(asking, "answerable", lambda: True)
    answers = iter(typed.split("\n"))
    asked = []
    monkeypatch.setattr("typer._click.termui.visible_prompt_func", lambda last: next(answers))
    monkeypatch.setattr("typer._click.termui.echo", lambda text, **_: asked.append(text))
    with wording.speaking("pl"):
        assert asking.confirmed("Na pewno?", yes=False) is said
    assert asked[0].startswith("Na pewno? [t/N]:")


def test_help_is_read_from_the_tree():
    assert set(catalogue.of_help()) > {"As JSON.", "EMAIL", "Show one contact."}
    assert speech.paragraphs(None) is None
