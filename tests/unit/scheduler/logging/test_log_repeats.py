"""Repeated lines: however often something happens, the log stays small and says how often."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.scheduler.logging import log_repeats


class Ear:
    """What a handler with the filter would have written, on a clock of its own."""

    def __init__(self) -> None:
        self.now = 0.0
        self.lines: list[str] = []
        self.filter = log_repeats.Repeats(self.hear, lambda: self.now)

    def hear(self, record: logging.LogRecord) -> None:
        if self.filter.filter(record):
            self.lines.append(record.getMessage())

    def say(
        self, words: object, *values: object, name: str = "asyncio", fault: Exception | None = None
    ) -> None:
        exc = (type(fault), fault, None) if fault else None
        self.hear(logging.LogRecord(name, logging.ERROR, "", 0, words, values, exc))  # type: ignore[arg-type]

    def close(self) -> None:
        if self.filter._alarm is not None:
            self.filter._alarm.cancel()


@pytest.fixture
def ear() -> Iterator[Ear]:
    ear = Ear()
    yield ear
    ear.close()


def test_the_first_is_told_and_the_rest_are_counted(ear: Ear) -> None:
    for number in range(10_000):
        ear.say("socket.accept() out of system resource\nsocket: %s", number)
    assert ear.lines == ["socket.accept() out of system resource\nsocket: 0"]
    ear.now += log_repeats.WINDOW_SECONDS
    ear.say("something else")
    assert ear.lines[1:] == [
        "and 9999 more of these: socket.accept() out of system resource",
        "something else",
    ]
    ear.say("socket.accept() out of system resource\nsocket: %s", "once more")
    assert len(ear.lines) == 4  # a new window


def test_what_was_left_out_is_told_also_where_nobody_says_anything_more(ear: Ear) -> None:
    for _ in range(3):
        ear.say("again")
    ear.filter.flush()
    assert ear.lines == ["again", "and 2 more of these: again"]
    ear.filter.flush()
    assert len(ear.lines) == 2


def test_a_value_that_differed_is_left_open(ear: Ear) -> None:
    for number in range(3):
        ear.say("a connection from %s was turned away after %5.1f s", number, 1.0)
    ear.filter.flush()
    assert ear.lines[1:] == ["and 2 more of these: a connection from ... was turned away after ... s"]


def test_one_mailbox_does_not_hide_another(ear: Ear) -> None:
    for mailbox in range(20):
        for _ in range(20):
            ear.say({"event": "a turn ended early", "mailbox": mailbox}, name="relance.scheduler.actors")
    assert len(ear.lines) == 100


def test_words_that_are_never_the_same_are_bounded_all_the_same(ear: Ear) -> None:
    for number in range(20_000):
        ear.say(f"bad request number {number}", name="uvicorn.error")
        ear.say({"event": f"odd thing {number}"}, name="relance.tracking.web")
    assert len(ear.lines) == 50 + 500
    assert len(ear.filter._said) <= 50 + 500 + 2
    ear.filter.flush()
    assert "and 19950 more of these: other lines" in ear.lines
    assert "and 19500 more of these: other lines" in ear.lines


def test_another_fault_is_another_kind(ear: Ear) -> None:
    ear.say("it failed", fault=ValueError("a"))
    ear.say("it failed", fault=ValueError("b"))
    ear.say("it failed", fault=KeyError("a"))
    assert len(ear.lines) == 2


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 40)), max_size=200))
def test_every_line_is_told_or_counted(story: list[tuple[str, float]]) -> None:
    ear = Ear()
    for words, pause in story:
        ear.now += pause
        ear.say(words)
    ear.filter.flush()
    ear.close()
    counts = [int(line.split()[1]) for line in ear.lines if line.startswith("and ")]
    assert len(ear.lines) - len(counts) + sum(counts) == len(story)
