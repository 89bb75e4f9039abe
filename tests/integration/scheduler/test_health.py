"""Health on a port of its own, the figures of the whole, and the log: all of them tell what the one list says."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import socket
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import structlog

from relance import config, errors
from relance.engine.processes.attendance import Attendance, Process
from relance.engine.reporting.concerns import Concern, ConcernKind
from relance.engine.reporting.status import MailboxLine, Status
from relance.engine.store.sending.lateness import LatenessOfSent
from relance.scheduler.daemon import heartbeat, lifecycle, shared_parts, startup, watchdog
from relance.scheduler.monitoring import gauges, health, metrics
from tests.servers import ports, pretend
from tests.servers.ports import wait_until

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
READY, LIVE = "/health/ready", "/health/live"


def ask(port: int, path: str) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.loads(refused.read())


@pytest.mark.parametrize("kind", list(ConcernKind))
@pytest.mark.parametrize("duty", ["scheduler", "worker", "web"])
def test_readiness_is_about_what_a_process_needs(kind: ConcernKind, duty: str) -> None:
    concern = Concern(kind, "words")
    found = health.answer(READY, duty, {duty}, [concern], ())
    assert found.status == (503 if concern.stops({duty}) else 200)
    assert found.body["concerns"] == [{"kind": kind.value, "grave": concern.grave, "words": "words"}]
    assert health.answer(LIVE, duty, {duty}, [concern], ()).status == 200


def test_a_web_server_does_not_need_redis_and_a_worker_does() -> None:
    away = [Concern(ConcernKind.BROKER, "Redis does not answer")]
    assert health.answer(READY, "web", {"web"}, away, ()).status == 200
    assert health.answer(READY, "worker", {"worker"}, away, ()).status == 503


def test_a_process_that_stands_still_does_not_live_but_one_stuck_turn_is_no_reason() -> None:
    assert health.answer(LIVE, "run", {"web"}, [], ["loop"]).status == 503
    assert health.answer(LIVE, "run", {"web"}, [], ["turn"]).status == 200
    assert health.answer("/", "run", {"web"}, [], []).status == 404


class App(pretend.App):
    """Whose state the test says."""

    def __init__(self, home: Path, **settings: Any) -> None:
        super().__init__(config.Settings(home=home, **settings))
        self.found = super().status()
        self.fault: Exception | None = None

    def beat(self, role: str, *, broker_away: bool = False, broker_refuses: bool = False) -> str | None:
        if self.fault:
            raise self.fault
        return self.found.halted

    def status(self) -> Status:
        return self.found


def test_a_process_tells_of_its_own_database_its_halt_and_its_stalls(tmp_path: Path) -> None:
    port = ports.free_port()
    app = App(tmp_path, health_port=port)
    ages = [0.0]
    parts = shared_parts.around(
        app,
        "worker",
        metrics.Meters(),
        [],
        hearts=[lambda: [watchdog.Pulse("loop", "the loop", ages[0], 10, 99)]],
    )
    present, _, dog = parts
    assert isinstance(present, heartbeat.Presence)
    for part in parts:
        part.start()
    try:
        assert ask(port, LIVE) == (200, {"live": True, "role": "worker"})
        assert ask(port, READY)[0] == 200
        app.fault = errors.Unreachable("the database is away")
        present.beat()
        code, body = ask(port, READY)
        assert code == 503
        assert [each["kind"] for each in body["concerns"]] == ["database"]
        app.fault = errors.Unwritable("the disk is full")
        present.beat()
        code, body = ask(port, READY)
        assert (code, [each["kind"] for each in body["concerns"]]) == (503, ["unwritable"])
        app.fault, app.found = None, dataclasses.replace(app.found, halted="it was restored")
        present.beat()
        assert [each["kind"] for each in ask(port, READY)[1]["concerns"]] == ["halted"]
        assert ask(port, LIVE)[0] == 200
        ages[0] = 11
        assert dog.trouble() is None
        assert ask(port, LIVE)[0] == 503
    finally:
        for part in reversed(parts):
            part.stop(5)


def test_a_client_that_says_nothing_holds_health_up_for_a_moment_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health._Handler, "timeout", 0.2)
    board = health.Health("127.0.0.1", 0, lambda path: health.HealthAnswer(200, {}))
    board.start()
    with socket.create_connection(("127.0.0.1", board.server.server_port)):
        assert ask(board.server.server_port, LIVE)[0] == 200
    board.stop(5)


def test_a_process_that_waits_lives_and_is_not_ready(tmp_path: Path) -> None:
    port, bell, waits = ports.free_port(), lifecycle.Bell(), threading.Event()

    def open_app(settings: config.Settings) -> pretend.App:
        waits.set()
        raise errors.Unreachable("the database is away")

    def look() -> None:
        waits.wait()
        seen.append(ask(port, LIVE)[0])
        wait_until(lambda: "away" in str(ask(port, READY)[1]))
        seen.append(ask(port, READY)[0])
        bell.rung.set()

    seen: list[int] = []
    threading.Thread(target=look, daemon=True).start()
    settings = config.Settings(home=tmp_path, health_port=port)
    with startup.opened(settings, open_app, bell, "web") as app:
        assert app is None
    assert seen == [200, 503]


def whole() -> Status:
    """Much is wrong."""
    box = MailboxLine(
        "ada@sales.example", "active", "", None, NOW - dt.timedelta(hours=2), "no way in", 1, 50, 3
    )
    idle = dataclasses.replace(box, address="bob@sales.example", state="paused", sync_error="")
    one = Process("one", "run", "post-1", 7, "0.1.0", NOW, NOW)
    return Status(
        NOW, {"active": 5, "held": 2, "bounced": 1}, 0, None, 2, 4, 0, {}, (box, idle), None,
        attendance=Attendance((one,), ()), waiting_since=NOW - dt.timedelta(minutes=20),
        held_by_code={"company_may_have_answered": 2},
        late_follow_ups=3, follow_ups_late_since=NOW - dt.timedelta(hours=5),
        sent_lateness=LatenessOfSent(40, 60.0, 900.0),
        concerns=(
            Concern(ConcernKind.UNREADABLE, "ada@sales.example can not be read: no way in", "ada@sales.example"),
            Concern(ConcernKind.HELD, "2 held", "somebody may have answered"),
        ),
    )  # fmt: skip


def test_the_figures_say_what_status_says(tmp_path: Path) -> None:
    app, figures = App(tmp_path), metrics.Meters()
    app.found = whole()
    shown = gauges.Gauges(app, figures)
    shown.look()

    def value(name: str, **labels: str) -> float | None:
        return figures.registry.get_sample_value(f"relance_{name}", labels)

    assert value("people", state="bounced") == 1
    assert value("held", reason="company_may_have_answered") == 2
    assert value("unknown_mails") == 4
    assert value("oldest_due_seconds") == 20 * 60
    assert (value("late_mails", kind="follow-up"), value("late_mails", kind="first mail")) == (3, 0)
    assert (value("late_seconds", kind="follow-up"), value("late_seconds", kind="first mail")) == (
        5 * 3600,
        0,
    )
    assert [value("sent_late_seconds", quantile=each) for each in ("0.5", "0.95")] == [60, 900]
    assert value("mailboxes", state="paused") == 1
    assert value("mailboxes_unreadable") == 1
    assert value("sync_age_seconds") == 2 * 3600
    assert value("concerns", kind="unreadable") == 1
    assert value("concerns", kind="halted") == 0
    assert value("at_work", role="run") == 1
    app.found = dataclasses.replace(whole(), states={"active": 5}, held_by_code={})
    shown.look()
    assert value("people", state="bounced") is None
    assert value("held", reason="somebody may have answered") is None


def test_the_log_and_health_tell_of_a_mailbox_that_paused_itself_and_not_of_a_persons_pause(
    tmp_path: Path,
) -> None:
    app = App(tmp_path)
    itself = Concern(
        ConcernKind.PAUSED, "ada@sales.example is paused: 535 no.", "ada@sales.example", unasked=True
    )
    person = Concern(ConcernKind.PAUSED, "bob@sales.example is paused: on holiday.", "bob@sales.example")
    app.found = dataclasses.replace(whole(), concerns=(itself, person))
    shown = gauges.Gauges(app, metrics.Meters())
    with structlog.testing.capture_logs() as told:
        shown.look()
        shown.look()
    assert [(entry["log_level"], entry["reason"]) for entry in told] == [("warning", itself.words)]
    assert list(shown.known.values()) == [itself]  # what health tells


def test_the_log_says_once_what_is_wrong_and_once_that_it_is_right(tmp_path: Path) -> None:
    app = App(tmp_path)
    shown = gauges.Gauges(app, metrics.Meters())
    with structlog.testing.capture_logs() as told:
        for app.found in (whole(), whole(), dataclasses.replace(whole(), concerns=())):
            shown.look()
    assert [(entry["log_level"], entry["kind"]) for entry in told] == [
        ("warning", "unreadable"),
        ("info", "unreadable"),
    ]


def test_that_nobody_else_is_there_is_not_told_while_everybody_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = App(tmp_path)
    app.found = dataclasses.replace(
        whole(), concerns=(Concern(ConcernKind.ABSENT, "No worker is at work"), *whole().concerns)
    )
    figures = metrics.Meters()
    shown = gauges.Gauges(app, figures)
    with structlog.testing.capture_logs() as told:
        shown.look()
        assert [entry["kind"] for entry in told] == ["unreadable"]
        monkeypatch.setattr(gauges, "START_SECONDS", 0.0)
        shown.look()
    assert [entry["kind"] for entry in told] == ["unreadable", "absent"]
    assert figures.registry.get_sample_value("relance_concerns", {"kind": "absent"}) == 1


def test_a_scheduler_shows_the_concerns_of_the_whole_and_stays_ready(tmp_path: Path) -> None:
    app, port = App(tmp_path, health_port=ports.free_port()), 0
    app.found = whole()
    port = app.settings.health_port or 0
    parts = shared_parts.around(app, "scheduler", metrics.Meters(), [], hearts=[])
    for part in parts:
        part.start()
    try:
        wait_until(lambda: ask(port, READY)[1]["concerns"])
        code, body = ask(port, READY)
        assert code == 200
        assert body["concerns"][0]["kind"] == "unreadable"
    finally:
        for part in reversed(parts):
            part.stop(5)


def test_the_mails_of_a_process_are_counted_by_outcome(tmp_path: Path) -> None:
    app, figures = App(tmp_path), metrics.Meters()
    shared_parts.around(app, "worker", figures, [], hearts=[])
    app.ledger.fill(mailboxes=1, each=2)
    app.turn(1, lambda: False)
    assert figures.registry.get_sample_value("relance_mails_total", {"outcome": "accepted"}) == 2
