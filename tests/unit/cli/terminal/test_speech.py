"""The command line speaks the reader's language: how it is told which, and what typer itself says."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from relance import wording
from relance.cli import tree
from relance.cli.terminal import speech
from relance.config import places

ENGLISH = ("Usage", "Options", "Error", "Missing", "No such", "Invalid", "Did you", "Try ", "Got ", "requires", "does not", "Choose", "Input", "Show this", "required", "default")  # fmt: skip


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def typed(*words: str, **environment: str) -> str:
    done = CliRunner().invoke(tree.build(words), list(words), env=environment, prog_name="relance")
    assert wording.language() == "en", "the process speaks again what it spoke before"
    return done.output


WRONG = [
    (),
    ("explain",),
    ("--bogus",),
    ("status", "--jsn"),
    ("stauts",),
    ("qqq",),
    ("status", "more"),
    ("explain", "--sequence"),
    ("status", "--json=3"),
    ("inbox", "list", "--limit", "0"),
    ("inbox", "list", "--limit", "x"),
    ("inbox", "list", "--kind", "x"),
    ("inbox", "correct", "1", "--until", "x"),
    ("demo", "--seconds", "x"),
    ("demo", "--contacts", "9999999"),
    ("sequence", "check", "no-such-file"),
    ("sequence", "check", "."),
    ("unknown", "resolve", "x"),
]


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_wrong_use_is_told_in_polish_without_a_word_of_typers_english(words):
    said = typed("--lang", "pl", *words)
    assert said.startswith(("Użycie: ", "Błąd: "))
    assert [each for each in ENGLISH if each in said] == []


@pytest.mark.wording
@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_in_english_wrong_use_is_told_in_the_same_way(words):
    assert typed(*words).startswith(("Usage: ", "Error: "))


@pytest.mark.parametrize(
    "words",
    [
        ("--lang", "pl", "stauts"),
        ("stauts", "--lang", "pl"),
        ("stauts", "--lang=pl"),
        ("--lang=pl_PL.UTF-8", "stauts"),
        ("--lang", "en", "stauts", "--lang", "pl"),
    ],
)
def test_the_language_is_asked_for_before_and_behind_the_command(words):
    assert "Nie ma polecenia „stauts”. Czy chodzi o „status”" in typed(*words)


@pytest.mark.wording
def test_a_language_that_is_none_of_ours_is_refused():
    assert '"xx" is not one of en, pl.' in typed("--lang", "xx", "status")
    assert '"--lang" needs a value.' in typed("status", "--lang")


def test_behind_two_dashes_nothing_is_a_language():
    assert speech.found(["sandbox", "answer", "--", "--lang", "pl"]) == (
        "en",
        ["sandbox", "answer", "--", "--lang", "pl"],
    )


@pytest.mark.parametrize(
    ("environment", "setting", "language"),
    [
        ({"LC_ALL": "pl_PL.UTF-8"}, "", "pl"),
        ({"LC_ALL": "", "LC_MESSAGES": "pl_PL"}, "", "pl"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "pl"}, "", "pl"),
        ({"LC_ALL": "de_DE.UTF-8", "LANG": "pl_PL.UTF-8"}, "", "en"),
        ({"LC_ALL": "C.UTF-8"}, 'language = "pl"', "pl"),
        ({"LC_ALL": "pl_PL.UTF-8"}, 'language = "en"', "en"),
        ({"RELANCE_LANGUAGE": "en", "LC_ALL": "pl_PL"}, 'language = "pl"', "en"),
        ({"LC_ALL": "C.UTF-8"}, "language = pl", "en"),
        ({"LC_ALL": "C.UTF-8"}, "", "en"),
    ],
)
def test_the_language_comes_from_the_environment_the_settings_or_the_locale(
    environment, setting, language, tmp_path, monkeypatch
):
    (tmp_path / ".relance").mkdir()
    (tmp_path / ".relance" / "relance.toml").write_text(setting)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "RELANCE_LANGUAGE"):
        monkeypatch.setenv(name, environment.get(name, ""))
    assert places.language() == places.language(tmp_path / ".relance") == language
    assert speech.found(["status"]) == (language, ["status"])
    assert speech.found(["--lang", "en", "status"]) == ("en", ["--lang", "en", "status"])


def test_a_home_that_is_named_has_its_own_language(tmp_path):
    (tmp_path / "relance.toml").write_text('language = "pl"\n')
    assert speech.found(["--home", str(tmp_path), "status"])[0] == "pl"
    assert speech.found([f"--home={tmp_path}", "status"])[0] == "pl"


def test_what_is_no_sentence_of_typers_stays():
    with wording.speaking("pl"):
        assert speech.said("anything else") == "anything else"
        assert speech.said("Invalid value for 'X': Value error, 'a' is not one of 'b'.") == (
            "Nie można użyć „X”: „a” nie jest żadną z wartości: b."
        )
