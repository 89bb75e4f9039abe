"""Mails that were once judged wrongly, each of a kind that somebody reported of a product of this sort."""

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from relance.mailbox import classification
from relance.mailbox.classification.message_view import OurMail
from relance.mailbox.parsing import message
from relance.mailbox.parsing.inbound import Classification, Kind

NOW = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC)
CASES = Path(__file__).parent / "cases"
EXPECTED: dict[str, dict[str, str | None]] = json.loads((CASES / "expected.json").read_text("utf-8"))


def judged(file: str) -> Classification:
    mail = message.read((CASES / file).read_bytes())
    return classification.judge(mail, received=mail.date or NOW, own_addresses=mail.to)


@pytest.mark.parametrize("file", sorted(EXPECTED))
def test_it_is_judged_right(file: str) -> None:
    found = judged(file)
    said = {
        "kind": found.kind.value,
        "until": found.until and found.until.isoformat(),
        "recipient": found.recipient,
        "status": found.status,
        "intent": found.intent,
    }
    assert {name: said[name] for name in EXPECTED[file]} == EXPECTED[file]


def test_no_case_is_left_out() -> None:
    assert {path.name for path in CASES.glob("*.eml")} == set(EXPECTED)


PERSON = """From: Kim <kim@lake.example>
To: ada@sales.example
Date: Wed, 4 Nov 2026 09:00:00 +0000
Subject: {subject}
Message-ID: <k5@lake.example>
In-Reply-To: <0192f@sales.example>

{text}
"""


def said(text: str, subject: str = "Re: Offer", sent: Sequence[OurMail] = ()) -> Classification:
    mail = message.read(PERSON.format(text=text, subject=subject).encode())
    return classification.judge(mail, received=mail.date or NOW, own_addresses=mail.to, sent=sent)


@pytest.mark.parametrize(
    "text",
    [
        "I am back on Monday 16 November. Call me then.",
        "We are closed until 16 November, but your offer looks good.",
        "I am on leave until 16 November. What does it cost?",
        "Back on Monday 16 November.",
        "Escríbame de nuevo en octubre.",
        "I got your request and opened ticket 286614 for our buyer. Can you come on Tuesday?",
    ],
)
def test_who_says_a_word_to_us_is_a_person(text: str) -> None:
    assert said(text, "Re: Offer 286614").kind is Kind.HUMAN


def test_our_own_subject_says_nothing_about_their_absence() -> None:
    """Known or not: behind a machine's prefix stands what we wrote, unless it speaks of an absence."""
    away = "I am on leave until 20 November."
    for subject in (
        "Automatic reply: Your Monday report",
        "Automatisch antwoord: Friday 6 November",
        "Re: On Friday",
    ):
        assert said(away, subject).until in {dt.date(2026, 11, 21), None}
    own = "I am on leave."
    assert said(own, "Automatic reply: Out of office until 20 November").until == dt.date(2026, 11, 21)
    ours = [OurMail("Hello", "The Friday letter")]
    shown = "Out of office until 20 November: The Friday letter"
    assert said(own, shown, sent=ours).until == dt.date(2026, 11, 21)


@pytest.mark.parametrize(
    "text",
    [
        "I don't want to be removed, just busy.",
        "I never meant to unsubscribe!",
        "We are not trying to opt out.",
    ],
)
def test_a_wish_denied_is_no_wish(text: str) -> None:
    assert said(text).kind is Kind.HUMAN


@pytest.mark.parametrize(
    "subject",
    [
        "Report domain: sales.example Submitter: google.com Report-ID: 17392",
        "Report Domain: sales.example; Submitter: big.example; Report-ID: <2026.11.04>",
    ],
)
def test_statistics_of_mail_systems_are_nobodys_answer(subject: str) -> None:
    """RFC 7489, 7.2.1.1."""
    mail = message.read(
        f"From: dmarc@big.example\nTo: ada@sales.example\nSubject: {subject}\n\nSee the file.\n".encode()
    )
    assert classification.judge(mail, received=NOW, own_addresses=mail.to).kind is Kind.AUTO_REPLY


def test_a_person_who_hands_on_a_report_is_a_person() -> None:
    raw = (CASES / "report-in-mixed.eml").read_text("utf-8")
    asked = raw.replace(
        "Ihre Nachricht konnte nicht zugestellt werden.", "Konnte nicht zugestellt werden. Was tun?"
    )
    handed_on = raw.replace("Subject: ", "Subject: Fwd: ")
    for each in (asked, handed_on):
        mail = message.read(each.encode())
        assert classification.judge(mail, received=NOW, own_addresses=mail.to).kind is Kind.HUMAN
