"""A mail laid open: what of it is text, what is a file, and that no bytes defeat it."""

from __future__ import annotations

from email.message import EmailMessage

from hypothesis import given
from hypothesis import strategies as st

from relance.mailbox.parsing import opened
from relance.mailbox.parsing.opened import Attachment


def a_mail() -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Ada <ada@sales.example>"
    mail["Subject"] = "Zażółć"
    mail["X-Two"] = "first"
    mail.set_content("Dzień dobry\nAda")
    mail.add_alternative("<p>Dzień dobry</p>", subtype="html")
    mail.add_attachment(b"%PDF-1", maintype="application", subtype="pdf", filename="oferta ż.pdf")
    mail.add_attachment("kept as a file", subtype="plain", filename="notes.txt")
    return mail


def test_texts_headers_and_files_are_told_apart() -> None:
    found = opened.read(a_mail().as_bytes())
    assert dict(found.headers)["Subject"] == "Zażółć"
    assert [name for name, _ in found.headers][:3] == ["From", "Subject", "X-Two"]
    assert (found.text, found.html) == ("Dzień dobry\nAda\n", "<p>Dzień dobry</p>\n")
    files = [(each.name, each.content_type) for each in found.attachments]
    assert files == [("oferta ż.pdf", "application/pdf"), ("notes.txt", "text/plain")]
    assert found.attachments[0] == Attachment("oferta ż.pdf", "application/pdf", 6)


def test_no_bytes_are_a_mail_without_anything() -> None:
    assert opened.read(b"") == opened.OpenedMail((), "", "", ())


@given(st.binary(max_size=2000))
def test_no_bytes_defeat_it(raw: bytes) -> None:
    found = opened.read(raw)
    assert all("\n" not in value for _, value in found.headers)


@given(st.binary(max_size=500), st.integers(0, 2000))
def test_no_damage_defeats_it(noise: bytes, at: int) -> None:
    raw = a_mail().as_bytes()
    opened.read(raw[:at] + noise + raw[at + len(noise) :])
