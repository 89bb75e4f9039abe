"""Notes of absence and answers by a hand that did not know the rules, and what is usually written, a sentence a line.

`notes/second_hand.jsonl`: headers, text, the last day away or before they want to hear from us (null: none can be known), and others
that are right as well. `notes/lines.txt`: language, day of receipt, first day back ("-": none can be known), words.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from relance.mailbox.classification.named_dates import return_date
from tests.corpus import written

NOTES = Path(__file__).parent / "notes"
Note = Mapping[str, Any]


def notes() -> Iterator[Note]:
    for line in (NOTES / "second_hand.jsonl").read_text("utf-8").splitlines():
        yield json.loads(line)


def last_day(note: Note) -> str | None:
    found = written.second_hand(note)
    return (found.until - dt.timedelta(days=1)).isoformat() if found.until else None


@pytest.mark.parametrize("note", list(notes()), ids=lambda note: note["text"][:40])
def test_a_note_of_the_second_hand_is_read(note: Note) -> None:
    assert last_day(note) in {note["last_day"], *note["also"]}


LINES = [line.split(" | ", 3) for line in (NOTES / "lines.txt").read_text("utf-8").splitlines()]


@pytest.mark.parametrize(("today", "day", "text"), [line[1:] for line in LINES])
def test_a_line_is_read(today: str, day: str, text: str) -> None:
    found = return_date.first_day_back(text, dt.date.fromisoformat(today))
    assert (found.date.isoformat() if found else "-") == day
