"""Turns on real workers, once with the broker inside the process and once with Redis."""

from __future__ import annotations

import dataclasses
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from relance import config
from relance.scheduler import actors, worker
from relance.scheduler.queue import broker, hints
from tests.servers import ports, pretend


@pytest.fixture(params=["inside", "redis"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[pretend.House]:
    url = request.getfixturevalue("redis_url") if request.param == "redis" else None
    house = pretend.House(config.Settings(home=tmp_path, redis_url=url))
    yield house
    house.stop()


def test_every_due_mail_is_served_and_only_once(house: pretend.House) -> None:
    house.ledger.fill(mailboxes=7, each=5)
    house.hands.start()
    house.loop.start()
    ports.wait_until(lambda: house.ledger.settled)
    assert house.ledger.clean
    assert house.hands.trouble() is None
    ports.wait_until(lambda: house.figure("relance_window_seconds_count", window="unrecorded") > 0)
    assert house.figure("relance_window_longest_seconds", window="unrecorded") > 0
    ports.wait_until(lambda: house.figure("relance_smtp_total", what="bodies") >= 21)
    assert house.figure("relance_smtp_total", what="logins") >= 7


def test_doubled_and_shuffled_hints_change_nothing(house: pretend.House) -> None:
    house.ledger.fill(mailboxes=6, each=4)
    hinted = [mailbox for mailbox in range(1, 7) for _ in range(random.Random(3).randint(1, 5))]
    random.Random(4).shuffle(hinted)
    house.hands.start()
    for mailbox in hinted:
        house.broker.enqueue(
            hints._hint(mailbox)
        )  # past the marks, as a second scheduler or a redelivery would
    ports.wait_until(lambda: house.ledger.settled)
    ports.wait_until(lambda: len(house.app.turns) == len(hinted))
    assert house.ledger.clean


def test_lost_hints_only_cost_time(house: pretend.House) -> None:
    house.ledger.fill(mailboxes=3, each=2)
    house.hints.send([1, 2, 3])
    house.broker.flush(broker.QUEUE)  # emptied before anybody read them
    for mailbox in (1, 2, 3):
        house.marks.release(mailbox)  # as fading does a minute later
    house.hands.start()
    house.loop.start()
    ports.wait_until(lambda: house.ledger.settled)
    assert house.ledger.clean


def test_a_mailbox_with_more_to_do_goes_on_at_once(house: pretend.House) -> None:
    house.ledger.knob("batch", 1)
    house.ledger.fill(mailboxes=1, each=30)
    house.hands.start()
    house.hints.send([1])  # no loop runs: only the turns themselves ask for the next one
    ports.wait_until(lambda: house.ledger.settled)
    assert house.ledger.clean


def test_a_mailbox_whose_turns_fail_rests_and_the_others_go_on(house: pretend.House) -> None:
    house.ledger.knob("broken", 2)
    house.ledger.fill(mailboxes=3, each=3)
    house.hands.start()
    house.loop.start()
    ports.wait_until(lambda: house.ledger.count("sent = 0 AND mailbox <> 2") == 0)
    for _ in range(5):
        house.loop.wake()
    assert house.hints.send([2]) == 0  # marked: it rests
    assert house.app.turns.count(2) == 1
    ports.wait_until(lambda: house.figure("relance_turns_total", end="failed") == 1)
    assert house.hands.trouble() is None


def test_a_hint_under_way_is_not_sent_again(house: pretend.House) -> None:
    assert house.hints.send([1, 2]) == 2
    assert house.hints.send([2, 3, 1]) == 1
    assert house.figure("relance_hints_total", fate="coalesced") == 2


def test_stopping_ends_turns_after_the_mail_under_way(house: pretend.House) -> None:
    house.ledger.knob("mail_seconds", 0.2)
    house.ledger.fill(mailboxes=2, each=50)
    house.hands.start()
    house.hints.send([1, 2])
    ports.wait_until(lambda: house.turns.running == 2 and house.ledger.count("sent = 1"))
    house.hands.stop(10)
    assert house.turns.running == 0
    assert house.ledger.count("begun = 1 AND sent = 0") == 0
    assert 0 < house.ledger.count("sent = 1") < 20


def test_a_stale_hint_is_dropped(house: pretend.House) -> None:
    house.ledger.fill(mailboxes=1, each=1)
    hint = hints._hint(1)
    house.broker.enqueue(dataclasses.replace(hint, message_timestamp=hint.message_timestamp - 700_000))
    house.hands.start()
    ports.wait_until(lambda: house.figure("relance_hints_total", fate="stale") == 1)
    assert house.app.turns == []


def test_a_dead_worker_thread_is_noticed(house: pretend.House) -> None:
    house.hands.start()
    house.hands.worker.workers[0].stop()
    ports.wait_until(lambda: house.hands.trouble() is not None)
    assert "worker threads" in (house.hands.trouble() or "")


def turns_that_wait(house: pretend.House, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Every turn waits for a server that says nothing, until the event is set."""
    silent = threading.Event()

    def turn(mailbox_id: int, stop: object) -> pretend.Report:
        del mailbox_id, stop
        silent.wait()
        return pretend.Report()

    monkeypatch.setattr(house.app, "turn", turn)
    return silent


def test_stopping_does_not_wait_for_a_turn_without_a_mail_under_way(
    house: pretend.House, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = turns_that_wait(house, monkeypatch)
    house.hands.start()
    house.hints.send([1, 2])
    ports.wait_until(lambda: house.turns.running == 2)
    house.hands.stop(600)  # the test has no ten minutes
    assert (house.turns.running, house.app.let_go_of) == (2, 1)
    silent.set()
    ports.wait_until(lambda: house.turns.running == 0)


def test_a_turn_that_has_waited_already_is_given_no_more_time(
    house: pretend.House, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = turns_that_wait(house, monkeypatch)
    monkeypatch.setattr(worker, "GRACE_SECONDS", 100.0)
    house.hands.start()
    house.hints.send([1, 2])
    ports.wait_until(lambda: house.turns.running == 2)
    for mark, (mailbox, moved) in list(house.turns.moved.items()):
        house.turns.moved[mark] = (mailbox, moved - 120)
    begun = time.monotonic()
    house.hands.stop(600)
    assert time.monotonic() - begun < 20
    assert house.app.let_go_of == 1
    silent.set()


def test_a_turn_that_waits_for_a_silent_server_makes_room_for_another(
    house: pretend.House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four threads, four silent turns: the fifth mailbox is served all the same."""
    silent, served = threading.Event(), threading.Event()

    def turn(mailbox_id: int, stop: object) -> pretend.Report:
        del stop
        served.set() if mailbox_id == 5 else silent.wait()
        return pretend.Report()

    monkeypatch.setattr(house.app, "turn", turn)
    monkeypatch.setattr(actors, "WAITING_SECONDS", 0.3)
    house.hands.start()
    house.hints.send([1, 2, 3, 4])
    ports.wait_until(lambda: house.turns.running == 4)
    house.hints.send([5])
    assert not served.is_set()
    assert served.wait(20)
    silent.set()
