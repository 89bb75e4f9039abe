"""`inbox judge`: a verdict for every file, and an end that says when one of them was no mail."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from relance.cli import tree
from tests.reworded import in_english

MAIL = b"From: anna@acme.example\nTo: jan@us.example\nSubject: Re: a call\nIn-Reply-To: <m@us.example>\n\nYes please\n"


def test_what_is_no_mail_is_said_and_the_others_are_judged(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(bytes(range(128, 256)) * 4)
    (tmp_path / "b.eml").write_bytes(MAIL)
    ended = CliRunner().invoke(tree.build(), ["inbox", "judge", str(tmp_path), "--json"])
    assert ended.exit_code == 1
    assert in_english("a.eml: could not be read as a mail") in ended.stderr
    assert [each["kind"] for each in json.loads(ended.stdout)] == ["unreadable", "human answer"]


def test_mails_end_well(tmp_path: Path) -> None:
    (tmp_path / "b.eml").write_bytes(MAIL)
    assert CliRunner().invoke(tree.build(), ["inbox", "judge", str(tmp_path)]).exit_code == 0
