"""The fuzzer's own tests: it passes the corpus, its checks bite, and a mail that breaks us is written down."""

import dataclasses
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from relance.mailbox.defects import Defect, Oddity
from relance.mailbox.parsing import message
from tests.fuzz import __main__ as fuzz
from tests.fuzz import inbound

HAND = fuzz.CORPUS / "hand"
ROOT = fuzz.CORPUS.parent.parent


@pytest.mark.parametrize("path", sorted(HAND.glob("*.eml"))[::6], ids=lambda path: path.stem)
def test_the_seeds_hold_what_is_promised(path: Path) -> None:
    inbound.one_mail(path.read_bytes())


def test_a_broken_promise_is_noticed() -> None:
    mail = message.read(b"From: a@acme.example\r\nSubject: x\r\n\r\nhello\r\n")
    for broken in (
        {"text": "\x00"},
        {"subject": "a\nb"},
        {"defects": (Oddity(Defect.NOT_READ, "ValueError"),)},
    ):
        with pytest.raises(AssertionError):
            inbound.check_mail(dataclasses.replace(mail, **broken))


def test_a_finding_can_be_played_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["fuzz", "--again", str(HAND / "hostile-nothing.eml")])
    assert fuzz.main() == 0


def test_without_atheris_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(sys, "argv", ["fuzz"])
    assert fuzz.main() == 2
    assert "atheris is not installed" in capsys.readouterr().out


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed here")
def test_a_mail_that_breaks_us_is_written_down(tmp_path: Path) -> None:
    """The same process with a reader that cannot bear one word ends with 1 and leaves the mail."""
    planted = (
        "import sys; from tests.fuzz import driven, inbound\n"
        "def one_mail(raw):\n    if b'Feedback-Type' in raw: raise ValueError('planted')\n"
        "inbound.one_mail = one_mail\ndriven.main()\n"
    )
    findings, grown = tmp_path / "findings", tmp_path / "grown"
    command = [
        sys.executable,
        "-c",
        planted,
        "-max_total_time=20",
        f"-artifact_prefix={findings}/",
        str(HAND),
    ]
    findings.mkdir()
    grown.mkdir()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode != 0
    assert "planted" in done.stderr + done.stdout
    (finding,) = findings.iterdir()
    assert b"Feedback-Type" in finding.read_bytes()
