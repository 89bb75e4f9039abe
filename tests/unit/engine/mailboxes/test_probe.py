"""A probe is told from all other mail, and nothing else is taken for one."""

from __future__ import annotations

import datetime as dt

import pytest

from relance.engine.mailboxes import probe
from relance.mailbox.account import Account, Server
from relance.mailbox.auth import Password
from relance.mailbox.parsing import message

ADA, BEA = "ada@sales.example", "bea@sales.example"
OWN = {ADA, BEA}
TOKEN = "0123456789abcdef0123456789abcd"
PROBE = probe.write(
    Account(ADA, "Ada Żółw", Password(ADA, "x"), Server("localhost", 1), Server("localhost", 1)),
    TOKEN,
    dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC),
)


def mail(*lines: str) -> message.Inbound:
    return message.read(("\r\n".join(lines) + "\r\n\r\nwords\r\n").encode())


def test_the_probe_itself() -> None:
    found = message.read(PROBE.raw)
    assert (found.from_address, found.to, found.message_id) == (ADA, (ADA,), PROBE.message_id)
    assert TOKEN in found.subject
    assert PROBE.is_in(found)
    assert probe.is_probe(found, OWN)
    assert probe.is_probe(found, set())  # the mailbox was removed meanwhile


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # Another id was written over ours.
        ((f"From: {ADA}", f"To: {ADA}", f"Subject: [EXT] {PROBE.subject}", "Message-ID: <x@mx.example>"), True),
        ((f"From: {ADA}", f"To: {ADA}", "Subject: ?", f"X-Google-Original-Message-ID: {PROBE.message_id}"), True),
        # Our own absence note answers it.
        ((f"From: {ADA}", f"To: {ADA}", "Subject: Away", f"In-Reply-To: {PROBE.message_id}"), True),
        # Sent on by hand, among ourselves and to somebody else.
        ((f"From: {ADA}", f"To: {BEA}", f"Subject: Fwd: {PROBE.subject}"), True),
        ((f"From: {ADA}", "To: ola@acme.example", f"Subject: Fwd: {PROBE.subject}"), False),
        ((f"From: {ADA}", f"To: {ADA}, ola@acme.example", "Subject: x", f"References: {PROBE.message_id}"), False),
        # A person answers it.
        (("From: ola@acme.example", f"To: {ADA}", f"Subject: Re: {PROBE.subject}"), False),
        (("From: ola@acme.example", f"To: {ADA}", "Subject: x", f"References: {PROBE.message_id}"), False),
        # Mail that only looks a little like it.
        ((f"From: {ADA}", f"To: {ADA}", "Subject: Relance mailbox test", "Message-ID: <relance-probe.1@x>"), False),
        ((f"From: {ADA}", f"To: {ADA}", "Subject: a note to myself"), False),
    ],
)  # fmt: skip
def test_what_is_a_probe(lines: tuple[str, ...], expected: bool) -> None:
    assert probe.is_probe(mail(*lines), OWN) is expected


def report(*returned: str) -> message.Inbound:
    parts = "".join(
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {each}\r\n\r\n" for each in returned
    )
    return message.read(
        (
            f"From: mailer-daemon@mx.example\r\nTo: {ADA}\r\nContent-Type: multipart/report; boundary=b\r\n\r\n"
            "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
            f"Final-Recipient: rfc822; {ADA}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n{parts}--b--\r\n"
        ).encode()
    )


def test_a_machines_word_about_a_probe_alone() -> None:
    assert probe.is_probe(report(PROBE.message_id), OWN)
    assert not probe.is_probe(report(PROBE.message_id, "<s1@sales.example>"), OWN)
    assert not probe.is_probe(report("<s1@sales.example>"), OWN)
    assert not probe.is_probe(report(), OWN)
