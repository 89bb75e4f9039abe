"""Whose words a returned mail's are: by who reported to whom, before any word."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.mailbox.classification.delivery_failures import speaking
from relance.mailbox.classification.message_view import ClassifierInput
from relance.mailbox.parsing import message
from relance.mailbox.parsing.inbound import DeliveryReport, Speaker

KIM = "kim@lake.example"
NOW = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
OWN, RECEIVER, UNKNOWN = Speaker.OWN, Speaker.RECEIVER, Speaker.UNKNOWN


def letter(hosts: frozenset[str], sender: str = "mailer-daemon@nobody.example") -> ClassifierInput:
    mail = message.read(f"From: {sender}\r\nSubject: Undelivered\r\n\r\nno\r\n".encode())
    return ClassifierInput(mail, NOW, mailed=frozenset({KIM}), own_hosts=hosts)


REPORT = DeliveryReport(KIM, None, "failed", "5.7.1", "refused", diagnostic_type="smtp")
HOSTED = frozenset({"smtp.firm.example", "imap.firm.example", "firm.example"})
GMAIL = frozenset({"smtp.gmail.com", "imap.gmail.com", "firm.example"})
CASES = [
    (HOSTED, "out.firm.example", None, "refused", UNKNOWN),  # a reply of somebody it does not name
    (HOSTED, "out.firm.example", None, "daily sending quota exceeded", OWN),
    (HOSTED, "out.firm.example", "mx.lake.example", "refused", RECEIVER),
    (HOSTED, "out.firm.example", "mx.filter.example", "daily sending quota exceeded", RECEIVER),
    (HOSTED, "in.firm.example", "out.firm.example", "refused", OWN),  # a relay of ours
    (HOSTED, "mx.lake.example", None, "refused", RECEIVER),
    (HOSTED, "relay.else.example", None, "refused", UNKNOWN),
    (
        HOSTED,
        "relay.else.example",
        None,
        "daily sending quota exceeded",
        OWN,
    ),  # words, where nothing else tells
    (HOSTED, "out.firm.example", None, "host mx.lake.example said: refused", RECEIVER),
    (HOSTED, None, None, "refused", UNKNOWN),
    # One provider may stand on both sides.
    (GMAIL, "googlemail.com", None, "refused", UNKNOWN),
    (GMAIL, "googlemail.com", None, "daily sending quota exceeded", OWN),
    (GMAIL, "googlemail.com", "mx.lake.example", "refused", RECEIVER),
    (GMAIL, "mail-a.google.com", "lake-example.mail.protection.outlook.com", "refused", RECEIVER),
]


@pytest.mark.parametrize(("hosts", "reporting", "remote", "words", "expected"), CASES)
def test_who_reported_to_whom_goes_before_words(
    hosts: frozenset[str], reporting: str | None, remote: str | None, words: str, expected: Speaker
) -> None:
    report = dataclasses.replace(REPORT, reporting=reporting, remote=remote, diagnostic=words)
    assert speaking.speaker(report, letter(hosts), "5.7.1", words) is expected


@pytest.mark.parametrize("kind", ["x-postfix", "x-unix", None])
def test_what_our_server_says_in_no_servers_reply_it_says_itself(kind: str | None) -> None:
    report = dataclasses.replace(REPORT, reporting="out.firm.example", diagnostic_type=kind)
    assert speaking.speaker(report, letter(HOSTED), "5.7.1", "refused") is OWN


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ("mailer-daemon@out.firm.example", OWN),
        ("postmaster@lake.example", RECEIVER),
        ("postmaster@else.example", UNKNOWN),
    ],
)
def test_a_notice_without_a_report_is_its_writers(sender: str, expected: Speaker) -> None:
    assert speaking.speaker(None, letter(HOSTED, sender), None, "your mail was refused") is expected


def test_a_colleague_of_our_own_domain_is_on_both_sides() -> None:
    report = dataclasses.replace(REPORT, final_recipient="lou@firm.example", reporting="out.firm.example")
    assert speaking.speaker(report, letter(HOSTED), "5.7.1", "refused") is UNKNOWN


def test_the_hosts_are_read_from_the_report() -> None:
    raw = (
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns;Out.Firm.Example\r\n\r\n"
        f"Final-Recipient: rfc822; {KIM}\r\nAction: failed\r\nRemote-MTA: dns; mx.lake.example. (192.0.2.1)\r\n"
        "Diagnostic-Code: X-Postfix; no way; really\r\n\r\n"
        "--b--\r\n"
    )
    (found,) = message.read(raw.encode()).reports
    assert (found.reporting, found.remote) == ("out.firm.example", "mx.lake.example")
    assert (found.diagnostic_type, found.diagnostic) == ("x-postfix", "no way; really")


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=300))
def test_whatever_stands_there_somebody_or_nobody_speaks(reporting: str, remote: str, words: str) -> None:
    report = dataclasses.replace(REPORT, reporting=reporting, remote=remote)
    assert speaking.speaker(report, letter(HOSTED), None, words) in Speaker
    assert speaking.speaker(None, letter(HOSTED), None, words) in Speaker
