"""What a returned mail proves: whose trouble it is, and whether an address is certainly dead."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from relance.mailbox import classification
from relance.mailbox.classification.delivery_failures import status
from relance.mailbox.parsing import message
from relance.mailbox.parsing.inbound import Classification, Kind

MAILS = Path(__file__).parents[4] / "corpus" / "refusals" / "bounces"
RECEIVED = dt.datetime(2026, 11, 4, 9, 0, tzinfo=dt.UTC)


def judged(raw: bytes) -> Classification:
    own = ["me@us.example", "rep@northwind.example"]
    return classification.judge(message.read(raw), received=RECEIVED, own_addresses=own)


def report(code: str, diagnostic: str) -> bytes:
    return (
        "From: Mail Delivery System <mailer-daemon@us.example>\r\nTo: me@us.example\r\nSubject: Undelivered\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain\r\n\r\nYour message was not delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; out.us.example\r\n\r\n"
        f"Final-Recipient: rfc822; kim@lake.example\r\nAction: failed\r\nStatus: {code}\r\n"
        f"{f'Diagnostic-Code: smtp; {diagnostic}' if diagnostic else 'X-Nothing: said'}\r\n\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("name", "kind", "recipient"),
    [
        ("refused-at-mail-from", Kind.BLOCKED, "c@d.example"),
        ("null-mx-400", Kind.HARD_BOUNCE, "c@d.example"),
        ("dmarc-refusal-without-diagnostic", Kind.BLOCKED, "policy@gone.example"),
    ],
)
def test_returned_mails_as_servers_sent_them(name: str, kind: Kind, recipient: str) -> None:
    found = judged((MAILS / f"{name}.eml").read_bytes())
    assert (found.kind, found.recipient, found.definite) == (
        kind,
        recipient,
        kind is Kind.HARD_BOUNCE or found.definite,
    )


@pytest.mark.parametrize(
    "words",
    [
        "550 No (in reply to MAIL FROM command)",
        "550 5.1.1 unknown user (in reply to EHLO command)",
        "SMTP error from remote mail server after MAIL FROM:<me@us.example>: 550 rejected",
        "SMTP error from remote mail server after initial connection: 554 no",
        "Connected to 192.0.2.1 but sender was rejected. Remote host said: 550 no",
    ],
)
def test_a_refusal_before_the_recipient_was_named_is_never_about_them(words: str) -> None:
    assert judged(report("5.0.0", words)).kind is Kind.BLOCKED


@pytest.mark.parametrize(
    ("code", "diagnostic", "definite"),
    [
        ("5.1.1", "550 5.1.1 no", True),
        ("5.1.10", "550 5.1.10 no", True),
        ("5.0.0", "550 No such user here", True),
        ("5.7.1", "550 5.7.1 user unknown", True),
        ("5.0.0", "DNS Error: lake.example is a null MX", True),
        ("5.1.0", "550 #5.1.0 Address rejected.", False),
        ("5.0.0", "550 Requested action not taken: mailbox unavailable", False),
        ("5.4.1", "550 5.4.1 no", False),
        ("5.0.0", "", False),
    ],
)
def test_only_a_clear_word_makes_an_address_dead(code: str, diagnostic: str, definite: bool) -> None:
    found = judged(report(code, diagnostic))
    assert (found.kind, found.definite) == (Kind.HARD_BOUNCE, definite)


@pytest.mark.parametrize(
    ("code", "words", "ours"),
    [
        ("5.4.5", "550 5.4.5 Daily user sending limit exceeded", True),
        ("5.0.0", "Domain us.example has exceeded the max emails per hour (25/25) allowed", True),
        ("5.7.1", "host mx.lake.example said: 550 5.7.1 hourly sending limit of your host", False),
        ("5.7.1", "550 5.7.1 blocked for its reputation", False),
        ("5.7.26", "550 5.7.26 unauthenticated", False),
    ],
)
def test_whether_our_own_provider_refuses_us(code: str, words: str, ours: bool) -> None:
    assert status.is_ours(code, words) is ours
    assert judged(report(code, words)).kind is Kind.BLOCKED


@pytest.mark.parametrize(
    "words", ["#5.1.0 no", "550 5.7.1: no", "no (#5.7.1)", "550-5.7.509 no", "no 5.7.1. Sorry"]
)
def test_a_status_is_found_in_any_dress(words: str) -> None:
    assert status.find(words) is not None
