"""Raw mails in files: every mail of every kind of file, once, and nothing that is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from relance.mailbox.parsing import files, mime

MAIL = b"From: ola@acme.example\nSubject: hello\n\nOne line.\n"
BEGIN = b"From ola@acme.example Mon Mar  2 10:00:00 2026\n"


def found(path: Path) -> list[bytes]:
    return [each.raw for each in files.mails(path)]


def test_a_single_mail_is_one(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(MAIL)
    assert list(files.mails(path)) == [files.Filed(str(path), 1, MAIL, len(MAIL))]


def test_an_empty_file_is_a_mail_that_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.write_bytes(b"")
    assert found(path) == [b""]


def test_an_mbox_is_cut_at_its_dated_lines_alone(tmp_path: Path) -> None:
    path = tmp_path / "box"
    body = b"\nFrom time to time we meet at 10:00.\n>From here it is quoted.\n"
    path.write_bytes(BEGIN + MAIL + body + b"\n" + BEGIN + MAIL)
    assert found(path) == [MAIL + body.replace(b">From", b"From") + b"\n", MAIL]
    assert [each.number for each in files.mails(path)] == [1, 2]


def test_a_maildir_gives_what_is_delivered(tmp_path: Path) -> None:
    for name in ("cur", "new", "tmp", ".Archive/cur", ".Archive/new"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "1.host:2,S").write_bytes(MAIL + name.encode())
    (tmp_path / "dovecot-uidlist").write_bytes(b"3 V1\n")
    assert sorted(raw.removeprefix(MAIL) for raw in found(tmp_path)) == [
        b".Archive/cur",
        b".Archive/new",
        b"cur",
        b"new",
    ]


def test_of_a_huge_mail_the_beginning_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mime, "MAX_RAW", 1000)
    path = tmp_path / "huge.eml"
    path.write_bytes(MAIL + b"x" * 5000)
    [filed] = files.mails(path)
    assert (len(filed.raw), filed.size) == (1000, len(MAIL) + 5000)


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        found(tmp_path / "nothing")
