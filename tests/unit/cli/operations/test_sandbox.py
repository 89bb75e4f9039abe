"""`relance sandbox` from outside: what it leaves in the home, and what is said when it is not there."""

from __future__ import annotations

import datetime as dt
import json
import stat
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from relance import errors, wording
from relance.cli import tree
from relance.cli.operations import sandbox
from relance.mailbox.account import Account, Server
from relance.mailbox.auth import Password
from relance.sandbox.record import Arrived, Moment
from tests.corpus import spoken
from tests.reworded import in_english, worded

AT = Moment(1, dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC), dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC))


@pytest.fixture
def rep(tmp_path: Path) -> Account:
    ca_file = tmp_path / "world.pem"
    ca_file.write_text("a certificate")
    servers = Server("127.0.0.1", 2525), Server("127.0.0.1", 1143)
    return Account(
        "Ada@northwind.example",
        "Ada Lind",
        Password("ada@northwind.example", "secret!"),
        *servers,
        str(ca_file),
    )


def test_what_it_writes_is_read_back_whole_and_for_its_owner_only(tmp_path: Path, rep: Account) -> None:
    with sandbox._written(tmp_path, rep):
        found = sandbox.account_of(tmp_path, "ada@northwind.example")
        assert found == Account(**{**vars(rep), "ca_file": str(tmp_path / "sandbox-ca.pem")})
        assert Path(str(found.ca_file)).read_text() == "a certificate"
        assert stat.S_IMODE((tmp_path / "sandbox.json").stat().st_mode) == 0o600
    with pytest.raises(errors.NotFound, match=worded("relance sandbox")):
        sandbox.account(tmp_path)


def test_another_address_is_told_which_one_it_is(tmp_path: Path, rep: Account) -> None:
    with (
        sandbox._written(tmp_path, rep),
        pytest.raises(errors.Invalid, match=worded(r"is Ada@northwind\.example, not bo@")),
    ):
        sandbox.account_of(tmp_path, "bo@northwind.example")


def test_a_mail_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    raw = b"From: Ada <ada@x.example>\r\nSubject: hi\r\nContent-Type: text/plain\r\n\r\nbody \x1b[2J end\r\n"
    mail = Arrived(
        AT, AT, "ada@x.example", "ada@x.example", "bo@y.example", "<1@x>", "\x1b]0;owned\x07", (), raw
    )
    sandbox._show(mail, "ada@x.example")
    shown = capsys.readouterr().out
    assert in_english("to bo@y.example") in shown
    assert "\x1b" not in shown
    assert "\x07" not in shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["sandbox"], "Run `relance init` first"),
        (["sandbox", "answer", "ola@birch.example"], "Start one in another terminal with `relance sandbox`"),
        (["mailbox", "add", "ada@northwind.example", "--provider", "sandbox"], "no sandbox is running for"),
    ],
)
def test_without_a_home_or_a_world_the_next_step_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    monkeypatch.setenv("RELANCE_HOME", str(tmp_path / "none"))
    done = CliRunner().invoke(tree.build(), words)
    assert done.exit_code == 2
    assert in_english(told) in done.output


@given(
    st.binary(max_size=60)
    | st.dictionaries(st.sampled_from(["address", "smtp", "imap"]), st.text()).map(json.dumps).map(str.encode)
)
@example(b"[" * 200_000)
@example(b"[]")
def test_a_file_that_no_sandbox_wrote_is_told(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / sandbox.FILE_NAME).write_bytes(content)
        with pytest.raises(errors.NotFound, match=worded("relance sandbox")):
            sandbox.account(Path(name))


@pytest.mark.parametrize("language", wording.languages())
def test_what_a_prospect_answers_unasked_is_in_the_language_spoken_and_means_interest(language: str) -> None:
    spoken.check_answer(sandbox.WORDS[language], "positive")
