"""A pretended engine for the scheduler's tests: mails due in an SQLite file that any number of processes share.

`python -m tests.servers.pretend run|worker|scheduler HOME [PROCESSES]` runs a real daemon over it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import multiprocessing
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from relance import config, errors
from relance.engine.ports import Telemetry
from relance.engine.reporting.status import Status
from relance.engine.runtime.unmeasured import Unmeasured
from relance.mailbox.smtp.usage import Usage
from relance.scheduler import actors, daemons, scheduler, worker
from relance.scheduler import jobs as long_work
from relance.scheduler.monitoring import metrics
from relance.scheduler.queue import broker, hints

LEASE_SECONDS = 30.0
TABLES = """
CREATE TABLE IF NOT EXISTS mails (id INTEGER PRIMARY KEY, mailbox INTEGER, due REAL, begun INTEGER DEFAULT 0, sent INTEGER DEFAULT 0, pid INTEGER);
CREATE TABLE IF NOT EXISTS leases (mailbox INTEGER PRIMARY KEY, until REAL);
CREATE TABLE IF NOT EXISTS knobs (name TEXT PRIMARY KEY, value REAL);
"""


@dataclass(frozen=True)
class Report:
    more: bool = False
    words: str = ""
    smtp: Usage = field(default_factory=lambda: Usage(connections=1, logins=1, bodies=3))


class Ledger:
    """The file. Every call is a transaction of its own."""

    def __init__(self, home: Path) -> None:
        self.path = home / "pretend.db"
        with self.open() as db:
            db.executescript("PRAGMA journal_mode=WAL;" + TABLES)

    @contextlib.contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.path, timeout=20, isolation_level=None)
        try:
            yield db
        finally:
            db.close()

    def all(self, sql: str, *values: object) -> list[Any]:
        with self.open() as db:
            return db.execute(sql, values).fetchall()

    def fill(self, mailboxes: int, each: int, due_in: float = 0.0) -> None:
        rows = [(mailbox, time.time() + due_in) for _ in range(each) for mailbox in range(1, mailboxes + 1)]
        with self.open() as db:
            db.execute("BEGIN IMMEDIATE")
            db.executemany("INSERT INTO mails (mailbox, due) VALUES (?, ?)", rows)
            db.execute("COMMIT")

    def knob(self, name: str, value: float | None = None) -> float:
        if value is not None:
            self.all(
                "INSERT INTO knobs VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                name,
                value,
            )
            return value
        rows = self.all("SELECT value FROM knobs WHERE name = ?", name)
        return float(rows[0][0]) if rows else 0.0

    def count(self, what: str) -> int:
        return int(self.all(f"SELECT count(*) FROM mails WHERE {what}")[0][0])

    @property
    def settled(self) -> bool:
        return self.count("sent = 0") == 0

    @property
    def clean(self) -> bool:
        return self.count("sent > 1 OR begun > 1") == 0


class Line:
    """A connection that listens: `news` are announced one by one, `troubles` meet whoever connects, one each."""

    def __init__(self, *, supports_idle: bool = True) -> None:
        self.supports_idle = supports_idle
        self.news = threading.Semaphore(0)
        self.troubles: list[Exception] = []
        self.opens = 0
        self.open = 0

    @contextlib.contextmanager
    def opened(self) -> Iterator[Line]:
        self.opens += 1
        if self.troubles:
            raise self.troubles.pop(0)
        self.open += 1
        try:
            yield self
        finally:
            self.open -= 1

    def wait(self, seconds: float, stop: Callable[[], bool]) -> bool:
        del seconds
        while not stop():
            if self.news.acquire(timeout=0.02):
                return True
        return False


class App:
    """What `relance.scheduler.app_protocol.App` asks for, with knobs: `mail_seconds`, `batch`, `broken` (a mailbox)."""

    def __init__(self, settings: config.Settings) -> None:
        if multiprocessing.parent_process() and (settings.home / "poison").exists():
            raise errors.Broken("this child is poisoned")
        self.settings = settings
        self.clock = settings.clock()
        self.ledger = Ledger(settings.home)
        self.turns: list[int] = []
        self.jobs: list[int] = []
        self.worked: list[int] = []
        self.lines: dict[int, Line] = {}
        self.called: list[int] = []
        self.lock = threading.Lock()
        self.bodies = 0  # mails under way
        self.let_go_of = 0
        self.telemetry: Telemetry = Unmeasured()

    def due_mailboxes(self, limit: int) -> Sequence[int]:
        now = time.time()
        rows = self.ledger.all(
            "SELECT DISTINCT mailbox FROM mails WHERE sent = 0 AND due <= ? AND mailbox NOT IN "
            "(SELECT mailbox FROM leases WHERE until > ?) ORDER BY due LIMIT ?", now, now, limit
        )  # fmt: skip
        return [row[0] for row in rows]

    def turn(self, mailbox_id: int, stop: Callable[[], bool]) -> Report:
        with self.lock:
            self.turns.append(mailbox_id)
        if self.ledger.knob("broken") == mailbox_id:
            raise ZeroDivisionError("this mailbox is poisonous")
        if not self._lease(mailbox_id):
            return Report()
        try:
            return self._mails(mailbox_id, stop)
        finally:
            self.ledger.all("DELETE FROM leases WHERE mailbox = ?", mailbox_id)

    def due_jobs(self, limit: int) -> Sequence[int]:
        return self.jobs[:limit]

    def work(self, number: int, stop: Callable[[], bool]) -> bool:
        del stop
        self.jobs.remove(number)
        self.worked.append(number)
        return False

    def tick(self) -> Report:
        return Report()

    def keep_signed_in(self, stop: Callable[[], bool]) -> int:
        del stop
        return 0

    def idle_candidates(self, most: int, but: Collection[int] = ()) -> Sequence[int]:
        return [number for number in self.lines if number not in but][:most]

    def due_copies(self, limit: int) -> Sequence[int]:
        return []

    def file_copies(self, mailbox_id: int, stop: Callable[[], bool]) -> int:
        return 0

    def listen(self, mailbox_id: int) -> contextlib.AbstractContextManager[Line]:
        return self.lines[mailbox_id].opened()

    def call(self, mailbox_id: int, heard: dt.datetime) -> bool:
        del heard
        with self.lock:
            self.called.append(mailbox_id)
            return self.called.count(mailbox_id) % 2 == 0  # the first turn had looked a moment before

    def _body(self, step: int) -> None:
        with self.lock:
            self.bodies += step

    def ending(self) -> int:
        return self.bodies

    def let_go(self) -> int:
        self.let_go_of += 1
        return 0

    def hands(self, threads: int) -> None:
        self.threads = threads

    def next_wake(self, *, after: dt.datetime | None = None) -> dt.datetime | None:
        since = after.timestamp() if after else 0.0
        rows = self.ledger.all("SELECT min(due) FROM mails WHERE sent = 0 AND due > ?", since)
        return dt.datetime.fromtimestamp(rows[0][0], dt.UTC) if rows[0][0] else None

    def web_app(self) -> Any:
        return _hello

    def status(self) -> Status:
        return Status(dt.datetime.now(dt.UTC), {}, 0, None, 0, 0, 0, {}, (), None)

    def measure(self, telemetry: Telemetry) -> None:
        self.telemetry = telemetry

    def beat(self, role: str, *, broker_away: bool = False, broker_refuses: bool = False) -> str | None:
        """Nobody asks who is at work."""

    def leave(self) -> None:
        """Nobody asks."""

    def give_back(self) -> Sequence[int]:
        return []

    def reconnect(self) -> None:
        """There is nothing to connect to."""

    def close(self) -> None:
        """Nothing stays open."""

    def _lease(self, mailbox: int) -> bool:
        now = time.time()
        with self.ledger.open() as db:
            taken = db.execute(
                "INSERT INTO leases VALUES (?, ?) ON CONFLICT (mailbox) DO UPDATE SET until = excluded.until "
                "WHERE leases.until <= ?", (mailbox, now + LEASE_SECONDS, now)
            )  # fmt: skip
            return taken.rowcount == 1

    def _mails(self, mailbox: int, stop: Callable[[], bool]) -> Report:
        batch = int(self.ledger.knob("batch")) or 1000
        rows = self.ledger.all(
            "SELECT id FROM mails WHERE mailbox = ? AND sent = 0 AND due <= ? ORDER BY id",
            mailbox,
            time.time(),
        )
        for (mail,) in rows[:batch]:
            if stop():
                return Report()
            self.ledger.all("UPDATE mails SET begun = begun + 1, pid = ? WHERE id = ?", os.getpid(), mail)
            self._body(+1)
            body = self.telemetry.span("unrecorded")
            time.sleep(self.ledger.knob("mail_seconds"))
            self.ledger.all("UPDATE mails SET sent = sent + 1 WHERE id = ?", mail)
            self._body(-1)
            body.end()
            self.telemetry.count("mails", outcome="accepted")
        return Report(more=len(rows) > batch)


class House:
    """One process's scheduling, taken apart so that a test can hold each piece."""

    def __init__(self, settings: config.Settings, threads: int = 4) -> None:
        self.app = App(settings)
        self.ledger = self.app.ledger
        self.meters = metrics.Meters()
        self.app.measure(self.meters)
        self.broker, self.marks = broker.build(settings, self.meters)
        self.hints = hints.Hints(self.broker, self.marks, self.meters)
        self.turns = actors.Turns(self.app, self.hints, self.meters)
        self.jobs = long_work.JobFinder(self.app, self.broker, self.marks, self.meters)
        self.loop = scheduler.Loop(self.app, self.hints, self.meters, self.jobs)
        self.turns.after = self.loop.wake
        self.hands = worker.Hands(self.broker, self.turns, threads, self.meters, self.jobs)

    def figure(self, name: str, **labels: str) -> float:
        return self.meters.registry.get_sample_value(name, labels) or 0.0

    def start(self) -> None:
        self.hands.start()
        self.loop.start()

    def stop(self, seconds: float = 10.0) -> None:
        if self.loop.thread.ident:
            self.loop.stop(seconds)
        self.hands.stop(seconds)


async def _hello(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})


def main(what: str, home: str, processes: str = "1") -> int:
    settings = config.Settings(home=Path(home))
    if what == "worker":
        return daemons.run_worker(settings, App, processes=int(processes))
    if what == "scheduler":
        return daemons.run_scheduler(App(settings))
    return daemons.run_all(App(settings))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
