"""The mail server, the mailboxes, the people and the commands that a user types; then what was seen.

Business time runs fast, by the settings of the clock that practice uses: the commands, their worker processes and the mail server
read one clock, so that a window that the server measures is the window that the workers kept.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import signal
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from relance.app import Relance
from relance.clock import Clock, machine_now
from relance.config import Settings, make_home
from relance.engine.db.tables import message
from relance.engine.definition.sequence import Sequence
from relance.engine.mailboxes.service import MailboxSpec
from relance.mailbox.account import Security, Server
from relance.sandbox.world import World
from tests.fleet.provided import PROVIDER
from tests.servers import command, processes
from tests.servers.fault_smtp import FaultServer
from tests.servers.faults import Accepted, Behaviour
from tests.servers.ports import wait_until

ROOT = Path(__file__).parents[2]
START = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
ONE_MAIL: dict[str, Any] = {
    "sequence": "One mail",
    "send": {"days": "mon-sun", "hours": "00:00-24:00", "holidays": "none"},
    "track": {"opens": False, "clicks": False},
    "steps": [{"id": "intro", "subject": "A question", "body": "Hello, one question."}],
}


class LetsIn(Behaviour):
    """Whoever signs in is let in."""

    def lets_in(self, name: str, secret: str) -> bool:
        return bool(name and secret)


class Watched(FaultServer):
    """Notes when each mail arrived, and how many were connected at once."""

    def __init__(self, clock: Clock) -> None:
        self.arrivals: dict[str, dt.datetime] = {}  # of the mail to each recipient; business time
        self.at_once = 0
        self.clock = clock
        super().__init__(LetsIn(starttls=False))

    def take(self, mail: Accepted) -> None:
        with self.changed:
            self.arrivals[mail.recipient] = self.clock.at(machine_now())
        super().take(mail)

    def note(self, number: int, verb: str, line: str) -> None:
        with self.lock:
            self.at_once = max(self.at_once, len(self._open))
        super().note(number, verb, line)


@dataclass(frozen=True)
class Plan:
    """How many of each; `provider`: whose servers they are taken for."""

    workers: int = 4  # worker processes
    mailboxes: int = 1
    people: int = 70
    scale: float = 30.0  # business seconds a second
    provider: str = ""
    seconds: float = 120.0  # until when all mails must have arrived
    companies: int = 0  # that people are of, in turn; 0: each of another
    settings: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, Any] = field(default_factory=lambda: {"daily_cap": None, "gap_seconds": 0})


def most_within(times: list[dt.datetime], span: dt.timedelta) -> int:
    """The most of these times in any such span."""
    ordered, first, most = sorted(times), 0, 0
    for last, at in enumerate(ordered):
        while at - ordered[first] >= span:
            first += 1
        most = max(most, last - first + 1)
    return most


@dataclass(frozen=True)
class Mail:
    """One mail that left: when, as the database says and limits count, and when the server had it."""

    mailbox_id: int
    receiver: str
    marked: dt.datetime
    arrived: dt.datetime


def mails(server: Watched, relance: Relance) -> list[Mail]:
    """Those that the server took."""
    asked = sa.select(
        message.c.mailbox_id, message.c.receiver, message.c.transmitting_at, message.c.recipient
    )
    with relance._context.database.read() as conn:
        rows = [row for row in conn.execute(asked) if row.recipient in server.arrivals]
    return [Mail(*row[:3], server.arrivals[row.recipient]) for row in rows]


def most_of_one(
    left: list[Mail], of: Callable[[Mail], object], span: dt.timedelta, at: Callable[[Mail], dt.datetime]
) -> int:
    """The most mails of one mailbox or receiver in any such span."""
    found = defaultdict[object, list[dt.datetime]](list)
    for mail in left:
        found[of(mail)].append(at(mail))
    return max((most_within(times, span) for times in found.values()), default=0)


def slowest(left: list[Mail]) -> dt.timedelta:
    """How long at most a mail was under way between its mark and the server. By so much the server's windows may differ from those of
    the marks: in business time, of which much passes in a moment."""
    return max(mail.arrived - mail.marked for mail in left)


Until = Callable[[Watched, Relance], bool]


@contextmanager
def played(
    plan: Plan, folder: Path, database_url: str, redis_url: str | None, until: Until | None = None
) -> Iterator[tuple[Watched, Relance]]:
    """Until everybody has their mail, or as told: the server, and the installation behind it. Raises `TimeoutError`, and what a
    command said that ended."""
    clock = Clock.scaled(plan.scale, START)
    given: dict[str, Any] = {
        "home": str(make_home(folder / "home").home),
        "database_url": database_url,
        "redis_url": redis_url,
        "zone": "Europe/Warsaw",
        "country": "PL",
        "sync_seconds": 47 * 3600,
        "base_url": "http://127.0.0.1:9",
        "allow_test_domains": True,
        "clock_origin": clock.origin.isoformat(),
        "clock_start": clock.start.isoformat(),
        "clock_scale": clock.scale,
        "drain_seconds": 5,
        "web_port": 0,
        "console": False,
        "log_level": "warning",
        **plan.settings,
    }
    done = until or (lambda server, _: server.accepted_count >= plan.people)
    with World(clock) as world, Watched(clock) as server, Relance(Settings(**given)) as relance:
        _furnish(plan, world, server, relance, folder)
        with _at_work(plan, folder, given):
            wait_until(lambda: done(server, relance), seconds=plan.seconds, what="the mails")
        yield server, relance


def _furnish(plan: Plan, world: World, server: Watched, relance: Relance, folder: Path) -> None:
    for number in range(plan.mailboxes):
        account = world.add_rep(f"rep{number}@northwind.example", "Rep", "correct horse")
        account = dataclasses.replace(account, smtp=Server("127.0.0.1", server.port, Security.PLAIN))
        relance.mailboxes.add(MailboxSpec.of(account, **plan.limits), anyway=True)
    companies = plan.companies or plan.people
    people = [f"p{number}@company{number % companies}.example" for number in range(plan.people)]
    table = folder / "people.csv"
    table.write_text("\n".join(["email", *people]))
    relance.contacts.import_file(table)
    relance.enroll(relance.sequences.publish(Sequence.model_validate(ONE_MAIL)).name, people)


@contextmanager
def _at_work(plan: Plan, folder: Path, settings: Mapping[str, Any]) -> Iterator[None]:
    """`relance scheduler`, a `relance worker` of one process and one of all the others; without Redis so many times `relance run`."""
    around = {f"RELANCE_{name.upper()}": str(value) for name, value in settings.items() if value is not None}
    around |= {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    around |= {PROVIDER: plan.provider} if plan.provider else {}
    typed = [["scheduler"], ["worker"], ["worker", "--processes", str(plan.workers - 1)]]
    if settings["redis_url"] is None:
        typed = [["run"]] * plan.workers
    fleet: list[processes.Process] = []
    try:
        for number, words in enumerate(typed):
            told = [sys.executable, "-m", "tests.fleet.provided", *words]
            program = told if plan.provider else command.relance(*words)
            log = folder / f"{words[0]}{number}.log"
            fleet.append(processes.Process(processes.Program(program, log, environment=around)))
        for each in fleet:
            each.wait_ready(lambda each=each: f"ready pid={each.pid}" in each.log(), seconds=60)  # type: ignore[misc]
        yield
    finally:
        for each in fleet:
            each.signal(signal.SIGTERM)
        for each in fleet:
            each.stop()
