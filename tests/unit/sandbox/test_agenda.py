"""The agenda: in order, at its time, by hand and by thread."""

from __future__ import annotations

import datetime as dt
import threading

from relance import clock as clocks
from relance.sandbox import agenda

START = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def test_deeds_are_done_in_order_when_their_time_has_come() -> None:
    clock = clocks.ManualClock(START)
    book = agenda.Agenda(clock)
    done: list[str] = []
    book.plan(START + 2 * HOUR, lambda: done.append("second"))
    book.plan(START + HOUR, lambda: done.append("first"))
    book.plan(START + 2 * HOUR, lambda: done.append("third"))

    assert (book.run_due(), book.quiet(), book.next_due()) == (0, True, START + HOUR)
    clock.advance(hours=2)
    assert not book.quiet()
    assert book.run_due() == 3
    assert done == ["first", "second", "third"]
    assert book.next_due() is None


def test_a_deed_may_plan_another_for_now_and_a_void_one_is_not_done() -> None:
    book = agenda.Agenda(clocks.ManualClock(START))
    done: list[str] = []
    book.plan(START, lambda: (done.append("one"), book.plan(START, lambda: done.append("two")))[0])
    book.plan(START, lambda: done.append("void")).cancel()

    assert book.run_due() == 2
    assert done == ["one", "two"]


def test_a_thread_waits_for_the_time() -> None:
    clock = clocks.Clock.scaled(36_000, START)
    book = agenda.Agenda(clock)
    done = threading.Event()
    times: list[dt.datetime] = []
    book.start()
    try:
        book.plan(START + 100 * HOUR, lambda: None)
        book.plan(START + HOUR, lambda: (times.append(clock.now()), done.set())[0])
        assert done.wait(10)
    finally:
        book.stop()
    assert times[0] >= START + HOUR


def test_a_stopped_agenda_does_nothing_more() -> None:
    book = agenda.Agenda(clocks.ManualClock(START))
    book.start()
    book.stop()
    book.plan(START, lambda: None)

    assert book.run_due() == 0
