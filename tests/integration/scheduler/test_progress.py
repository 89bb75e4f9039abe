"""What moves and what stands still: the pulses of the loop, of turns and of the web server, on the real parts."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from relance import config
from relance.scheduler import actors, scheduler, worker
from relance.scheduler.web_server import web
from tests.servers import pretend
from tests.servers.ports import wait_until


@pytest.fixture
def house(tmp_path: Path) -> pretend.House:
    return pretend.House(config.Settings(home=tmp_path), threads=2)


def test_a_round_that_does_not_end_stands_still(
    house: pretend.House, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, go_on = threading.Event(), threading.Event()

    def tick() -> pretend.Report:
        stuck.set()
        go_on.wait()
        return pretend.Report()

    monkeypatch.setattr(house.app, "tick", tick)
    monkeypatch.setattr(scheduler, "STILL_SECONDS", 0.2)
    house.loop.start()
    assert stuck.wait(10)
    wait_until(lambda: house.loop.pulses()[0].age > house.loop.pulses()[0].limit)
    assert house.loop.trouble() is None  # its thread is alive: what was measured before
    go_on.set()
    monkeypatch.undo()
    wait_until(lambda: house.loop.pulses()[0].age < 0.2)
    house.loop.stop(10)


def test_turns_move_with_every_mail_and_a_stuck_one_is_not_waited_for(
    house: pretend.House, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = threading.Event()

    def turn(mailbox_id: int, stop: object) -> pretend.Report:
        stuck.wait()
        return pretend.Report()

    monkeypatch.setattr(house.app, "turn", turn)
    monkeypatch.setattr(worker, "STILL_SECONDS", 0.3)
    monkeypatch.setattr(actors, "WAITING_SECONDS", 0.1)
    house.hands.start()
    house.hints.send([1, 2, 3, 4])  # two turns at once, and two more while those wait for somebody
    wait_until(lambda: len(house.hands.pulses()) == 5)
    assert {pulse.kind for pulse in house.hands.pulses()} == {"turn", "hands"}
    wait_until(lambda: all(pulse.age > pulse.limit for pulse in house.hands.pulses()))
    house.hands.stop(600)  # returns soon: the test has no ten minutes
    assert house.turns.running == 4
    stuck.set()
    wait_until(lambda: house.turns.running == 0)
    assert house.hands.pulses() == []


def test_the_web_server_moves_by_itself_also_when_the_clock_was_set_back(
    house: pretend.House, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = web.Web(house.app.web_app(), [web.listen("127.0.0.1", 0)])
    server.start()
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 30 * 24 * 3600)
    first = server.moved
    wait_until(lambda: server.moved > first)
    second = server.moved
    wait_until(lambda: server.moved > second)
    server.stop(10)
