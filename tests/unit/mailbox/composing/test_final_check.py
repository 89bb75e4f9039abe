"""The gate lets through exactly the mail that was meant."""

from __future__ import annotations

import pytest

from relance.mailbox.composing import final_check
from tests.reworded import worded

NAMES = ("From", "To", "Subject", "Message-ID", "Date")
HEAD = b"From: a\r\nTo: b\r\nSubject: c\r\nMessage-ID: <d@e>\r\nDate: f\r\n"


def test_the_intended_mail_passes() -> None:
    final_check.check(HEAD + b"\r\nwords\r\n", NAMES)
    final_check.check(
        HEAD.replace(b"c\r\n", b"c\r\n folded\r\n\tagain\r\n") + b"\r\n", [name.lower() for name in NAMES]
    )


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (HEAD + b"Bcc: x\r\n\r\n", "unexpected: bcc"),
        (HEAD + b"Subject: again\r\n\r\n", "unexpected: subject"),
        (HEAD.replace(b"To: b\r\n", b"") + b"\r\n", "missing: to"),
        (HEAD, "no empty line"),
        (HEAD + b"\r\nw\xc3\xb3rds\r\n", "ASCII"),
        (HEAD + b"\r\nwo\x00rds\r\n", "control"),
        (HEAD + b"\r\nwords\nmore\r\n", "CRLF"),
        (HEAD + b"\r\nwords\rmore\r\n", "CRLF"),
        (HEAD + b"\r\nwords", "end with CRLF"),
        (HEAD + b"\r\n" + b"x" * 999 + b"\r\n", "longer"),
        (HEAD.replace(b"Subject: c", b"Subject c") + b"\r\n", "not a header line"),
        (HEAD.replace(b"Subject: c", b"Subject : c") + b"\r\n", "not a header line"),
        (HEAD.replace(b"Subject: c\r\n", b"Subject: c\r\n \t\r\n more\r\n") + b"\r\n", "not a header line"),
        (HEAD.replace(b"Subject: c", b"Subject: ") + b"\r\n", "not a header line"),
        (b" " + HEAD + b"\r\n", "not a header line"),
        (b"\r\n\r\n", "not a header line"),
    ],
)
def test_anything_else_is_refused(raw: bytes, why: str) -> None:
    with pytest.raises(final_check.UnfitMail, match=worded(why)):
        final_check.check(raw, NAMES)


def test_a_bcc_is_refused_even_when_asked_for() -> None:
    with pytest.raises(final_check.UnfitMail, match=worded("Bcc")):
        final_check.check(HEAD + b"Bcc: x\r\n\r\n", [*NAMES, "Bcc"])


def test_the_five_are_always_needed() -> None:
    with pytest.raises(final_check.UnfitMail, match=worded("no Date")):
        final_check.check(HEAD.replace(b"Date: f\r\n", b"") + b"\r\n", NAMES[:-1])
