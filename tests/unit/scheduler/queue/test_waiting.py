"""Threads that wait for a turn sleep until there is one, or until they are let go."""

from __future__ import annotations

import queue
import threading

import pytest

from relance.scheduler.worker import _Waiting

LONG = 60.0


def test_who_waits_is_woken_by_what_comes() -> None:
    waiting, found = _Waiting(), []
    taker = threading.Thread(target=lambda: found.append(waiting.get(timeout=LONG)))
    taker.start()
    waiting.put(7)
    taker.join(LONG / 2)
    assert found == [7]
    assert waiting.qsize() == 0


def test_who_waits_is_let_go_when_it_is_closed_and_who_comes_later_does_not_wait() -> None:
    waiting, ends = _Waiting(), []

    def take() -> None:
        try:
            waiting.get(timeout=LONG)
        except queue.Empty:
            ends.append(threading.get_ident())

    takers = [threading.Thread(target=take) for _ in range(3)]
    for each in takers:
        each.start()
    waiting.close()
    for each in takers:
        each.join(LONG / 2)
    assert len(ends) == 3
    with pytest.raises(queue.Empty):
        waiting.get(timeout=LONG)


def test_what_is_left_in_a_closed_one_can_be_taken_in_its_order() -> None:
    waiting = _Waiting()
    for number in (2, 1):
        waiting.put(number)
    waiting.close()
    assert (waiting.get_nowait(), waiting.get(timeout=LONG)) == (1, 2)
    with pytest.raises(queue.Empty):
        waiting.get_nowait()
