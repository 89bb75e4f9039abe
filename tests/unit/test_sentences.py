"""Somebody else's words become sentences of ours."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import relance
from relance import wording
from relance.wording import ended


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("no such user", "no such user."),
        ("The address has an @.", "The address has an @."),
        ("Is it behind?", "Is it behind?"),
        ("“535 5.7.8 failed.”", "“535 5.7.8 failed.”"),
        ("“535 5.7.8 failed”", "“535 5.7.8 failed”."),
        ("", ""),
    ],
)
def test_one_mark_ends_a_sentence(words: str, sentence: str) -> None:
    assert ended(words) == sentence


@given(st.text())
def test_what_is_ended_is_not_ended_again(words: str) -> None:
    assert ended(ended(words)) == ended(words)
    assert not ended(words).endswith("..") or words.rstrip().endswith("..")


FOREIGN = re.compile(
    r"\{([\w\[\]]+\.)*(words|reason|said|error|message|refused|fault|reply|why|trouble|\w+\.text)\}\.(?=[\s\"'{])"
)


def test_no_full_stop_is_written_behind_words_that_may_have_one() -> None:
    """`ended` writes it, everywhere: the one place that looks whether there is one."""
    found = [
        f"{path.name}:{number}: {line.strip()}"
        for path in sorted(Path(relance.__file__).parent.rglob("*.py"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if FOREIGN.search(line)
    ]
    assert found == []


@pytest.mark.wording
@pytest.mark.parametrize(
    ("length", "words"),
    [
        (dt.timedelta(days=29, hours=23, minutes=59, seconds=29.2), "29 days and 23 hours"),
        (dt.timedelta(days=-1), "1 day"),
        (dt.timedelta(hours=1, seconds=5), "1 hour"),
        (dt.timedelta(minutes=4, microseconds=9), "4 minutes"),
        (dt.timedelta(seconds=61), "1 minute and 1 second"),
        (dt.timedelta(microseconds=3), "less than a second"),
    ],
)
def test_a_span_of_time_reads_as_people_say_it(length: dt.timedelta, words: str) -> None:
    assert wording.span(length) == words


def test_one_is_not_many() -> None:
    assert [wording.counted(each, "mail") for each in (0, 1, 2)] == ["0 mails", "1 mail", "2 mails"]
    assert wording.counted(1, "person", "people") == "1 person"
    assert wording.counted(3, "person", "people") == "3 people"
