"""What people want in answers of eight languages, written before the rules were: one half to write rules by, one half sealed.

`answers/open.txt` is read in full. Of `answers/sealed.txt` only the score is told: who tunes rules does not look at it.
An answer: language, intent, a colleague's address, the day to write again ("-" where there is none), received on 16 November 2026.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from relance.mailbox.parsing.inbound import Classification, Kind
from tests.corpus import written

ANSWERS = Path(__file__).parent / "answers"
RECEIVED = dt.datetime(2026, 11, 16, 9, tzinfo=dt.UTC)


class Answer(NamedTuple):
    """An answer and what a person reads in it."""

    intent: str
    colleague: str | None
    day: str | None
    text: str


def answers(name: str) -> Iterator[Answer]:
    for answer in re.split(r"^## ", (ANSWERS / name).read_text("utf-8"), flags=re.MULTILINE)[1:]:
        head, text = answer.split("\n", 1)
        _language, intent, *rest = (None if each.strip() == "-" else each.strip() for each in head.split("|"))
        yield Answer(intent or "", rest[0], rest[1], text.strip())


def judged(text: str, domain: str = "birch.example") -> Classification:
    headers = {"From": f"P. Person <p.person@{domain}>", "Subject": "Re: A question"}
    headers |= {"Message-ID": "<1@birch.example>", "In-Reply-To": "<2@us.example>"}
    return written.judged(text, RECEIVED, headers)


def verdict(answer: Answer) -> dict[str, bool]:
    found = judged(answer.text, (answer.colleague or "@birch.example").partition("@")[2])
    assert found.kind is Kind.HUMAN
    day = None if found.until is None else found.until.isoformat()
    right = {"intent": found.intent == answer.intent}
    right |= {"colleague": found.substitute == answer.colleague} if answer.colleague else {}
    return right | ({"day": day == answer.day} if answer.day else {})


@pytest.mark.parametrize("answer", list(answers("open.txt")), ids=lambda answer: answer.text[:40])
def test_an_open_answer_is_understood(answer: Answer) -> None:
    assert all(verdict(answer).values()), verdict(answer)


def test_the_sealed_answers_hold_the_bars() -> None:
    verdicts = [verdict(answer) for answer in answers("sealed.txt")]
    for what, bar in (("intent", 0.9), ("colleague", 0.8), ("day", 0.8)):
        counted = Counter(each[what] for each in verdicts if what in each)
        assert counted[True] >= bar * counted.total(), (what, counted)


@pytest.mark.parametrize(
    "text",
    [
        "Please use my private address p.person2@birch.example from now on.",
        "My assistant is jo@birch.example. What does it cost?",
        "Yes, please send it to me and to legal@birch.example",
        "Write to press@elsewhere.example for that kind of thing, or read their blog.",
    ],
)
def test_an_address_alone_refers_to_nobody(text: str) -> None:
    """Their own, one beside a question or a yes, or one of another company."""
    assert judged(text).substitute is None
