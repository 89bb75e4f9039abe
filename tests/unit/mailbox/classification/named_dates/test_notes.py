"""Whole notes of absence in twenty languages, written before the grammar was: one half to write rules by, one half sealed.

`notes/open.txt` is read in full. Of `notes/sealed.txt` only the score is told: who tunes rules does not look at it.
A note: language, day of receipt, last day away ("-" where none can be known, ".." where two are right), subject, text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from relance.mailbox.parsing.inbound import Kind
from tests.corpus import written

NOTES = Path(__file__).parent / "notes"
WEEKEND = 3  # days


class Note(NamedTuple):
    """A note and what a person reads in it."""

    received: dt.datetime
    last_days: list[dt.date]
    subject: str
    text: str


def notes(name: str) -> Iterator[Note]:
    for note in re.split(r"^## ", (NOTES / name).read_text("utf-8"), flags=re.MULTILINE)[1:]:
        head, subject, text = note.split("\n", 2)
        _language, received, last = (each.strip() for each in head.split("|"))
        days = [] if last == "-" else [dt.date.fromisoformat(day) for day in last.split("..")]
        at = dt.datetime.fromisoformat(received).replace(hour=9, tzinfo=dt.UTC)
        yield Note(at, days, subject.removeprefix("Subject: "), text.strip())


def last_day(note: Note) -> dt.date | None:
    headers = {"From": "A. Veld <a.veld@veld.example>", "Subject": note.subject}
    headers |= {"Message-ID": "<1@veld.example>", "Auto-Submitted": "auto-replied"}
    found = written.judged(note.text, note.received, headers)
    assert found.kind is Kind.OUT_OF_OFFICE
    return found.until - dt.timedelta(days=1) if found.until else None


def verdict(note: Note) -> str:
    read = last_day(note)
    if not note.last_days or read is None:
        return "right" if not note.last_days and read is None else "missed" if read is None else "invented"
    if note.last_days[0] <= read <= note.last_days[-1]:
        return "right"
    return "near" if min(abs((read - day).days) for day in note.last_days) <= WEEKEND else "wrong"


@pytest.mark.parametrize("note", list(notes("open.txt")), ids=lambda note: note.text[:40])
def test_an_open_note_is_read(note: Note) -> None:
    assert verdict(note) == "right"


def test_the_sealed_notes_hold_the_bar() -> None:
    counted = Counter(map(verdict, notes("sealed.txt")))
    assert counted["right"] >= 0.9 * counted.total(), counted
