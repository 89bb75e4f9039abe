"""The heartbeat of a daemon: said at the start and the end, missed without harm, and heir of the dead."""

from __future__ import annotations

from pathlib import Path

import pytest
import structlog

from relance import config, errors
from relance.scheduler.daemon import heartbeat
from relance.scheduler.queue import coalescing
from tests.servers import ports, pretend
from tests.servers.ports import wait_until


class App(pretend.App):
    def __init__(self, home: Path) -> None:
        super().__init__(config.Settings(home=home))
        self.beats: list[tuple[str, bool]] = []
        self.fault: Exception | None = None
        self.free: list[int] = []
        self.left = 0

    def beat(self, role: str, *, broker_away: bool = False, broker_refuses: bool = False) -> str | None:
        if self.fault:
            raise self.fault
        self.beats.append((role, broker_away))
        return None

    def give_back(self) -> list[int]:
        free, self.free = self.free, []
        return free

    def leave(self) -> None:
        self.left += 1


@pytest.mark.parametrize("fault", [errors.Unreachable("the database is away"), OSError(30, "read-only")])
def test_a_beat_that_can_not_be_written_ends_nothing_and_is_told_once(
    tmp_path: Path, fault: Exception
) -> None:
    app = App(tmp_path)
    app.fault = fault
    heart = heartbeat.Presence(app, "worker")
    with structlog.testing.capture_logs() as told:
        for _ in range(3):
            heart.beat()
        assert heart.trouble() is None
        assert heart.missed
        app.fault = None
        heart.beat()
    assert [entry["log_level"] for entry in told] == ["warning", "info"]
    assert app.beats == [("worker", False)]


def test_it_beats_from_the_start_and_says_goodbye(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 0.02)
    app = App(tmp_path)
    heart = heartbeat.Presence(app, "web")
    heart.start()
    assert app.beats  # before the process says that it is ready
    wait_until(lambda: len(app.beats) > 3)
    heart.stop(5)
    assert app.left == 1


def test_the_mailboxes_of_the_dead_are_hinted_again_whatever_is_marked(tmp_path: Path) -> None:
    house = pretend.House(config.Settings(home=tmp_path))
    app = App(tmp_path)
    assert house.hints.send([3]) == 1  # the one who had this hint is dead
    app.free = [3]
    heartbeat.Presence(app, "worker", house.hints).beat()
    assert house.broker.queues["turns"].qsize() == 2


def test_an_idle_worker_notices_that_redis_is_away_and_says_so(tmp_path: Path) -> None:
    """It has nothing to send, and asks at each beat."""
    settings = config.Settings(home=tmp_path, redis_url=f"redis://127.0.0.1:{ports.free_port()}/0")
    house, app = pretend.House(settings), App(tmp_path)
    heartbeat.Presence(app, "worker", house.hints).beat()
    assert app.beats == [("worker", True)]
    assert house.figure("relance_broker_away") == 1


def test_it_notices_that_redis_is_back(tmp_path: Path, redis_url: str) -> None:
    house, app = pretend.House(config.Settings(home=tmp_path, redis_url=redis_url)), App(tmp_path)
    house.hints.away_since = 1.0
    heartbeat.Presence(app, "worker", house.hints).beat()
    assert app.beats == [("worker", False)]
    house.broker.close()
    assert isinstance(house.marks, coalescing.RedisMarks)
    house.marks.client.close()
