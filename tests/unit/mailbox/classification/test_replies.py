"""The person's own words of replies as the mail programs of twenty languages write them: one half to write rules by, one half sealed.

`replies/open.jsonl` is split in full. Of `replies/sealed.jsonl` only the score is told: who tunes rules does not look at it.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from relance.mailbox.classification import quoting

REPLIES = Path(__file__).parent / "replies"


def replies(name: str) -> list[tuple[str, str]]:
    """The text of each reply, and of it what the person wrote."""
    rows = map(json.loads, (REPLIES / name).read_text("utf-8").splitlines())
    return [(row["text"], row["own"]) for row in rows]


def is_split(text: str, own: str) -> bool:
    """Modulo white space."""
    return quoting.split(text).own.split() == own.split()


def test_the_open_replies_are_split() -> None:
    assert [text for text, own in replies("open.jsonl") if not is_split(text, own)] == []


def test_the_sealed_replies_hold_the_bar() -> None:
    split = [is_split(text, own) for text, own in replies("sealed.jsonl")]
    assert sum(split) >= 0.95 * len(split), f"{sum(split)} of {len(split)}"


@pytest.mark.parametrize(
    "text",
    [
        "Our prices:\n\n| item | 5 |\n| more | 6 |",
        "Two things, by 17.11.2026:\nthe list, and the price.",
        "Call us: +48 22 555 01 02\nor write.",
        "a | b",
    ],
)
def test_what_is_no_quote_is_kept(text: str) -> None:
    assert quoting.split(text).own == text
