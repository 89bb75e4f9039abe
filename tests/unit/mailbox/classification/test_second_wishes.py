"""Wishes to be left alone and what only looks like one, in every register: curt, angry, with the law, misspelt, without accents.

`wishes/second_hand.jsonl` is by a hand that did not know the rules; `wishes/wishes.txt` and `wishes/orders.txt`: an answer a line.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from relance.mailbox.parsing.inbound import Kind
from tests.corpus import written

HERE = Path(__file__).parent / "wishes"
RECEIVED = dt.datetime(2026, 11, 16, 9, tzinfo=dt.UTC)
ANSWERED = {"From": "P. Person <p.person@birch.example>", "Message-ID": "<1@birch.example>"}
ANSWERED |= {"In-Reply-To": "<2@us.example>"}


def lines(name: str) -> list[str]:
    return [line for line in (HERE / name).read_text("utf-8").splitlines() if line]


def kind(text: str, subject: str = "Re: A question") -> Kind:
    return written.judged(text, RECEIVED, {**ANSWERED, "Subject": subject}).kind


@pytest.mark.parametrize(
    "note", [json.loads(line) for line in lines("second_hand.jsonl")], ids=lambda note: note["text"][:40]
)
def test_an_answer_of_the_second_hand(note: dict[str, Any]) -> None:
    assert (written.second_hand(note).kind is Kind.OPT_OUT) == note["opt_out"]


@pytest.mark.parametrize("text", lines("wishes.txt"))
def test_a_wish(text: str) -> None:
    assert kind(text) is Kind.OPT_OUT


@pytest.mark.parametrize("text", lines("orders.txt"))
def test_no_wish(text: str) -> None:
    assert kind(text) is Kind.HUMAN


def test_a_wish_in_the_subject_alone() -> None:
    assert kind("", "Please remove me from your mailing list") is Kind.OPT_OUT
    assert kind("", "Please remove item 4 from the order") is not Kind.OPT_OUT
