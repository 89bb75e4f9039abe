"""An answer is acted upon within seconds although nobody would look for hours: its server said that mail came."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from relance import clock
from relance.app import Relance
from relance.config import Settings, make_home
from relance.mailbox.imap import connection
from relance.sandbox.world import World
from relance.scheduler import embedded, listening
from relance.scheduler.web_server import web
from tests.journeys import stage
from tests.servers import ports

OLA = "ola@acme.example"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[stage.Stage]:
    """As a stage, on a Monday morning, but time goes by."""
    now = clock.Clock(origin=clock.machine_now(), start=stage.MONDAY)
    settings = Settings(
        home=make_home(tmp_path / "home").home,
        zone="Europe/Warsaw",
        sync_seconds=6 * 3600,
        clock_origin=now.origin,
        clock_start=now.start,
    )
    with World(now) as world, Relance(settings, clock=now) as relance:
        yield stage.Stage(relance, world, now)  # type: ignore[arg-type]


def test_an_answer_is_acted_upon_within_seconds(office: stage.Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "LOOK_SECONDS", 0.2)
    idle = listen_for(monkeypatch)
    with embedded.running(office.relance, [web.listen("127.0.0.1", 0)], 2):
        office.enroll(OLA)
        ports.wait_until(lambda: office.sent_to(OLA) == 1)
        for number in (1, 2):  # the second one over the same line
            ports.wait_until(lambda: len(idle) >= number, seconds=90, what="the line")  # noqa: B023
            office.answer(OLA, f"Yes, call me on Tuesday, at {number}.")
            ports.wait_until(lambda: count(office) == number, seconds=90, what="the answer")  # noqa: B023
        assert office.state(OLA) == "replied"


def test_an_answer_that_came_while_nobody_listened_is_told_by_the_first_line(
    office: stage.Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "LOOK_SECONDS", 0.2)
    office.enroll(OLA)
    office.run()
    office.answer(OLA)
    office.run()
    assert office.state(OLA) == "active"  # the next regular look is hours away
    with embedded.running(office.relance, [web.listen("127.0.0.1", 0)], 2):
        ports.wait_until(lambda: office.state(OLA) == "replied", seconds=90, what="the answer")


def test_news_are_looked_at_although_the_mailbox_may_send_no_more_today(
    office: stage.Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "LOOK_SECONDS", 0.2)
    office.mailbox(daily_cap=1)
    office.enroll(OLA, "jan@elsewhere.example")
    office.run()
    (first,) = [
        who for who in (OLA, "jan@elsewhere.example") if office.sent_to(who)
    ]  # the other waits until tomorrow
    office.answer(first)
    with embedded.running(office.relance, [web.listen("127.0.0.1", 0)], 2):
        ports.wait_until(lambda: office.state(first) == "replied", seconds=90, what="the answer")


def count(office: stage.Stage) -> int:
    return len(office.relance.inbox.list())


def listen_for(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The IDLE commands that were accepted from now on."""
    begun: list[bytes] = []
    start = connection.Client.start_idle

    def heard(client: connection.Client) -> bytes:
        begun.append(start(client))
        return begun[-1]

    monkeypatch.setattr(connection.Client, "start_idle", heard)
    return begun
