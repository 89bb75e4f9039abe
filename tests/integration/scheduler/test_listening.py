"""The listener over pretended lines: who is listened to, what news do, what breaks and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from relance import clock, config, errors
from relance.scheduler import listening
from relance.scheduler.monitoring import metrics
from tests.servers import ports, pretend

Start = Callable[..., listening.Listeners]


@pytest.fixture
def app(tmp_path: Path) -> pretend.App:
    return pretend.App(config.Settings(home=tmp_path))


@pytest.fixture
def start(app: pretend.App, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    started: list[listening.Listeners] = []
    for name in ("LOOK_SECONDS", "ASK_SECONDS", "FIRST_REST_SECONDS"):
        monkeypatch.setattr(listening, name, 0.02)

    def begin(most: int = 20, wake: Callable[[], None] = lambda: None) -> listening.Listeners:
        started.append(listening.Listeners(app, most, metrics.Meters(), wake))
        started[-1].start()
        return started[-1]

    yield begin
    for each in started:
        each.stop(5)


def test_news_bring_a_turn_forward_until_one_has_looked_since(app: pretend.App, start: Start) -> None:
    woken: list[int] = []
    app.lines = {1: pretend.Line(), 2: pretend.Line()}
    start(wake=lambda: woken.append(1))
    app.lines[2].news.release()
    ports.wait_until(lambda: app.called == [2, 2])
    assert woken == [1]
    app.lines[2].news.release()
    ports.wait_until(lambda: app.called == [2, 2, 2, 2])


def test_no_more_mailboxes_are_listened_to_than_allowed(app: pretend.App, start: Start) -> None:
    app.lines = {number: pretend.Line() for number in range(1, 6)}
    listeners = start(3)
    ports.wait_until(lambda: sum(line.open for line in app.lines.values()) == 3)
    assert [number for number, line in app.lines.items() if line.open] == [1, 2, 3]
    assert len(listeners.places) == 3


def test_a_server_that_cannot_announce_gives_its_place_to_another(app: pretend.App, start: Start) -> None:
    app.lines = {1: pretend.Line(supports_idle=False), 2: pretend.Line()}
    start(1)
    ports.wait_until(lambda: app.lines[2].open == 1)
    assert app.lines[1].opens == 1
    assert app.called == []


def test_a_broken_line_is_made_anew(app: pretend.App, start: Start) -> None:
    app.lines = {1: pretend.Line()}
    app.lines[1].troubles = [errors.Unreachable("gone"), errors.Unreachable("gone"), ZeroDivisionError()]
    listeners = start()
    ports.wait_until(lambda: app.lines[1].open == 1)
    assert app.lines[1].opens == 4
    assert listeners.trouble() is None


def test_a_refused_login_is_not_tried_again(app: pretend.App, start: Start) -> None:
    app.lines = {1: pretend.Line(), 2: pretend.Line()}
    app.lines[1].troubles = [errors.Broken("wrong password")]
    listeners = start()
    ports.wait_until(lambda: app.lines[2].open == 1 and 1 in listeners.resting)
    app.lines[2].news.release()
    ports.wait_until(lambda: len(app.called) == 2)
    assert app.lines[1].opens == 1


def test_a_mailbox_that_was_removed_is_left(app: pretend.App, start: Start) -> None:
    gone = pretend.Line()
    app.lines = {1: gone}
    start()
    ports.wait_until(lambda: gone.open == 1)
    app.lines = {}
    ports.wait_until(lambda: gone.open == 0)


def test_stopping_hangs_up_within_a_second(app: pretend.App, start: Start) -> None:
    app.lines = {number: pretend.Line() for number in range(1, 9)}
    listeners = start()
    ports.wait_until(lambda: all(line.open for line in app.lines.values()))
    begun = clock.elapsed()
    listeners.stop(600)
    assert clock.elapsed() - begun < 1.5
    assert not any(line.open for line in app.lines.values())


@pytest.mark.parametrize(
    ("values", "there"), [({}, 1), ({"listen_mailboxes": 0}, 0), ({"clock_scale": 60.0}, 0)]
)
def test_nobody_listens_where_it_is_switched_off_or_time_is_played(
    tmp_path: Path, values: dict[str, float], there: int
) -> None:
    app = pretend.App(config.Settings(home=tmp_path, **values))
    assert len(listening.parts(app, metrics.Meters(), lambda: None)) == there
