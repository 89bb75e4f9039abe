"""One text at a time, as a machine or a person sends it: what the tests of each language's words ask.

All mail comes in on Monday, 3 August 2026. The machine's carries the weakest mark there is, so that its words decide.
"""

from __future__ import annotations

import datetime as dt

from relance.mailbox import classification
from relance.mailbox.classification.message_view import OurMail
from relance.mailbox.parsing import message
from relance.mailbox.parsing.inbound import Classification, Kind
from tests.corpus import clients

RECEIVED = dt.datetime(2026, 8, 3, 9, 0, tzinfo=dt.UTC)


def check_away(text: str, day: str | None, language: str) -> None:
    """A machine's note of absence, with the first day back it names, or none."""
    found = by_machine(text)
    until = found.until.isoformat() if found.until else None
    assert (found.kind, found.rule, until, found.language) == (Kind.OUT_OF_OFFICE, "is away", day, language)


def check_left(text: str, substitute: str | None) -> None:
    """A machine's note that the person is gone, with the address named instead, or none."""
    found = by_machine(text)
    assert (found.kind, found.substitute, found.until) == (Kind.LEFT_COMPANY, substitute, None)


def check_stop(text: str) -> None:
    """A person who wants no more mail."""
    assert by_person(text).kind is Kind.OPT_OUT


def check_answer(text: str, intent: str) -> None:
    """A person's ordinary answer: nobody's automatic reply, and no wish to be left alone for good."""
    found = by_person(text)
    assert (found.kind, found.intent) == (Kind.HUMAN, intent)


def by_machine(text: str) -> Classification:
    """The judgement of a text that a program sent."""
    return _judged(text, "Auto-Submitted: auto-generated\r\n")


def by_person(text: str) -> Classification:
    """The judgement of a text that somebody typed under our subject."""
    return _judged(text, "In-Reply-To: <m1.abc@nasza.example>\r\n")


def _judged(text: str, mark: str) -> Classification:
    head = (
        f"From: Anna <{clients.THEM}>\r\nTo: {clients.OURS}\r\nMessage-ID: <s1@acme.example>\r\nSubject: Re: Acme\r\n"
        f"Date: Mon, 3 Aug 2026 11:00:00 +0200\r\n{mark}MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return classification.judge(
        message.read((head + text).encode()),
        received=RECEIVED,
        own_addresses=[clients.OURS],
        sent=[OurMail(clients.SENT)],
        mailed=[clients.THEM],
    )
