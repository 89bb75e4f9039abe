"""Whom a refusal speaks of: tables of how real servers word it, one of them sealed, and the statuses in every dress."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.engine.context import Options
from relance.engine.sending import endings
from relance.engine.states import Event
from relance.mailbox import refusal_words
from relance.mailbox.refusal_words import About
from relance.mailbox.smtp import replies as smtp_replies
from relance.mailbox.smtp.outcome import Blame, Outcome

TABLES = Path(__file__).parents[2] / "corpus" / "refusals"
SEALED_LEAST = 40
# Of 42 wordings that were written down before the rules and never tuned to; they gave 41.

FOUND_LEAST = 35
# Of 38 that were taken from public pages after the rules stood, looked at once and never tuned to; they gave 35.


def rows(name: str) -> list[dict[str, str]]:
    with (TABLES / f"{name}.tsv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def spoken_of(row: dict[str, str]) -> str:
    """Whom the consequences of an answer touch: that is what counts."""
    result = smtp_replies.verdict(row["stage"], int(row["code"]), row["words"])
    end = endings.ending(result, 1, Options())
    if result.outcome is Outcome.DEFERRED:
        assert end.retry_after is not None
        assert (end.event, end.suppress, end.pause_mailbox) == (None, False, False)
        return "later"
    if end.pause_mailbox:
        assert (end.event, end.suppress) == (None, False)
        return "sender"
    assert end.event in (Event.HELD, Event.BOUNCED)
    return result.blame.value


@pytest.mark.parametrize("row", rows("given") + rows("open"), ids=lambda row: row["words"][:60])
def test_an_answer_touches_whom_it_speaks_of(row: dict[str, str]) -> None:
    assert spoken_of(row) == row["speaks_of"]


def test_wordings_that_nobody_tuned_to() -> None:
    found = [spoken_of(row) == row["speaks_of"] for row in rows("sealed")]
    assert sum(found) >= SEALED_LEAST


def test_wordings_found_after_the_rules_stood() -> None:
    found = [spoken_of(row) == row["speaks_of"] for row in rows("found")]
    assert sum(found) >= FOUND_LEAST


@pytest.mark.parametrize("name", ["given", "open", "sealed", "found"])
def test_nobody_is_suppressed_for_what_is_not_the_address(name: str) -> None:
    for row in rows(name):
        result = smtp_replies.verdict(row["stage"], int(row["code"]), row["words"])
        suppresses = endings.ending(result, 1, Options()).suppress
        assert not suppresses or row["speaks_of"] == "recipient", row


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("5.1.1 no", "5.1.1"),
        ("5.1.1", "5.1.1"),
        ("#5.1.0 Address rejected.", "5.1.0"),
        ("5.7.1: Relaying denied", "5.7.1"),
        ("sorry, too many emails (#5.7.1)", "5.7.1"),
        ("sorry [5.7.1]", "5.7.1"),
        ("rejected, 5.7.1.", "5.7.1"),
        ("one\n5.1.10 two", "5.1.10"),
        ("4.1.1 of another class, 5.7.1 of this", "5.7.1"),
        ("4.1.1 of another class", None),
        ("blocked: 10.5.1.1", None),
        ("from 5.1.1.7 and 192.5.1.1", None),
        ("this is Postfix 5.1.1", None),
        ("see https://x.example/5.1.1", None),
        ("build v5.1.1", None),
        ("2026-5.1.1", None),
    ],
)
def test_a_status_in_every_dress(words: str, status: str | None) -> None:
    assert refusal_words.status(words, 550) == status


@given(
    st.sampled_from(
        ["{}", "{} no", "#{} no", "{}: no", "no (#{})", "no ({})", "no [{}]", "a\n{} b", "x; {}"]
    ),
    st.sampled_from("45"),
    st.integers(0, 999),
    st.integers(0, 999),
)
def test_any_status_is_read_in_any_dress_and_only_in_its_class(
    dress: str, first: str, subject: int, detail: int
) -> None:
    words = dress.format(f"{first}.{subject}.{detail}")
    assert refusal_words.status(words, int(first) * 100 + 50) == f"{first}.{subject}.{detail}"
    assert refusal_words.status(words, 550 if first == "4" else 450) is None


@given(st.text(max_size=5000), st.integers(0, 9999))
def test_any_text_is_read(text: str, code: int) -> None:
    assert refusal_words.read(text) <= set(About)
    assert refusal_words.same(text, text)
    refusal_words.status(text, code)
    refusal_words.is_passed_on(text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("550 5.1.1 <kim@lake.example>: User unknown", "550 5.1.1 <bob@hill.example>: User unknown", True),
        ("exceeded the max emails per hour (25/25)", "exceeded the max emails per hour (26/25)", True),
        ("rejected, id Tk22x-0001", "rejected, id Wq91b-0002", True),
        ("No such user here", "NO SUCH USER  here", True),
        ("No such user here", "Mailbox full", False),
    ],
)
def test_the_same_answer_but_for_names_and_numbers(one: str, other: str, same: bool) -> None:
    assert refusal_words.same(one, other) is same


@pytest.mark.parametrize("status", ["5.1.90", "5.2.252", "5.7.233", "5.7.705", "5.7.708"])
@pytest.mark.parametrize("words", ["", "its quota is full", "no such user here, mailbox full"])
def test_microsofts_codes_of_a_sender_outweigh_words_of_a_recipient(status: str, words: str) -> None:
    said = smtp_replies.verdict(
        "rcpt", 550, f"{status} Access denied, tenant has exceeded threshold ({words})"
    )
    assert said.blame is Blame.SENDER
    assert not smtp_replies.may_be_of_one(said)
