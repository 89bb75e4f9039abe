"""What the loop asks the database in a minute: no more when everything is overdue and nothing can be done than when nothing is due."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from benchmarks.sending import stock
from relance import clock, config
from relance.app import Relance
from relance.engine.db.tables import enrollment, mailbox
from relance.scheduler import scheduler
from relance.scheduler.monitoring import metrics
from relance.scheduler.queue import broker, coalescing, hints

MINUTE = 60.0
MAILBOXES = 20
LOOKS = MINUTE / scheduler.SHORTEST_SECONDS  # at most


class Minute:
    """A minute in no time: whoever waits moves it on."""

    def __init__(self) -> None:
        self.now = 0.0

    def wait(self, seconds: float) -> bool:
        self.now += seconds
        return False

    def elapsed(self) -> float:
        return self.now

    def clear(self) -> None:
        """Nobody rings."""


@pytest.fixture
def relance(tmp_path: Path, migrated_url: str) -> Relance:
    settings = config.Settings(home=config.make_home(tmp_path / "home").home, database_url=migrated_url)
    app = Relance(settings, clock=clock.ManualClock(stock.MONDAY))
    stock.fill(app._context, MAILBOXES, MAILBOXES, 25)
    return app


def planned(app: Relance, due: dt.datetime, turn: dt.datetime, state: str = "active") -> None:
    with app._context.database.write() as conn:
        conn.execute(sa.update(enrollment).values(due_at=due))
        conn.execute(sa.update(mailbox).values(next_turn_at=turn, state=state, synced_at=stock.MONDAY))


def a_minute(app: Relance, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Statements and rounds of a minute of the loop; no worker takes up what it hints."""
    time, statements, rounds = Minute(), [], 0
    carrier = broker.LocalBroker([])
    carrier.declare_queue(broker.QUEUE)
    figures = metrics.Meters()
    loop = scheduler.Loop(app, hints.Hints(carrier, coalescing.LocalMarks(time.elapsed), figures), figures)
    monkeypatch.setattr(loop, "woken", time)
    monkeypatch.setattr(clock, "elapsed", time.elapsed)

    def heard(conn: Any, cursor: Any, statement: str, *more: Any) -> None:
        statements.append(statement)

    sa.event.listen(app._context.database.engine, "before_cursor_execute", heard)
    while time.now < MINUTE:
        loop.rest(loop.round())
        rounds += 1
    sa.event.remove(app._context.database.engine, "before_cursor_execute", heard)
    monkeypatch.undo()
    return len(statements), rounds


@pytest.mark.parametrize("state", ["active", "paused"], ids=["waiting for a worker", "paused"])
def test_what_is_overdue_asks_hardly_more_than_nothing_at_all(
    relance: Relance, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    later, before = stock.MONDAY + dt.timedelta(days=1), stock.MONDAY - dt.timedelta(hours=1)
    with relance:
        planned(relance, later, later)
        idle, few = a_minute(relance, monkeypatch)
        planned(relance, before, before if state == "active" else later, state)
        overdue, rounds = a_minute(relance, monkeypatch)
    assert rounds <= few + 3  # the first rounds hint what is due, and its hints fade once in a minute
    assert overdue <= 1.5 * idle + 40
    assert overdue < 4 * LOOKS
