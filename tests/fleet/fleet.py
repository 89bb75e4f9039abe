"""The mail server, the mailboxes, the people and the processes; then what was seen."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
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
from tests.servers import processes
from tests.servers.fault_smtp import FaultServer
from tests.servers.faults import Accepted, Behaviour

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
        self.arrivals: dict[str, list[dt.datetime]] = defaultdict(list)  # by who signed in; business time
        self.at_once = 0
        self.clock = clock
        super().__init__(LetsIn(starttls=False))

    def take(self, mail: Accepted) -> None:
        with self.changed:
            self.arrivals[mail.login].append(self.clock.at(machine_now()))
        super().take(mail)

    def note(self, number: int, verb: str, line: str) -> None:
        with self.lock:
            self.at_once = max(self.at_once, len(self._open))
        super().note(number, verb, line)


@dataclass(frozen=True)
class Plan:
    """How many of each; `provider`: whose servers they are taken for."""

    workers: int = 4
    mailboxes: int = 1
    people: int = 70
    scale: float = 30.0  # business seconds a second
    provider: str = ""
    seconds: float = 60.0  # until when all mails must have arrived
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


def sent(relance: Relance) -> dict[int, list[dt.datetime]]:
    """When mails left, by mailbox, as the database says and caps count."""
    return _sent_by(relance, message.c.mailbox_id)


def received(relance: Relance) -> dict[str, list[dt.datetime]]:
    """The same by who received them."""
    return _sent_by(relance, message.c.receiver)


def _sent_by(relance: Relance, column: sa.ColumnElement[Any]) -> dict[Any, list[dt.datetime]]:
    found = defaultdict[Any, list[dt.datetime]](list)
    with relance._context.database.read() as conn:
        for of, at in conn.execute(sa.select(column, message.c.transmitting_at)):
            found[of].append(at)
    return found


@contextmanager
def played(plan: Plan, folder: Path, database_url: str) -> Iterator[tuple[Watched, Relance]]:
    """Until everybody has their mail, or the time is over: the server, and the installation behind it."""
    clock = Clock.scaled(plan.scale, START)
    given: dict[str, Any] = {
        "home": str(make_home(folder / "home").home),
        "database_url": database_url,
        "zone": "Europe/Warsaw",
        "country": "PL",
        "sync_seconds": 47 * 3600,
        "base_url": "http://127.0.0.1:9",
        "allow_test_domains": True,
        **plan.settings,
    }
    with World(clock) as world, Watched(clock) as server, Relance(Settings(**given), clock=clock) as relance:
        _furnish(plan, world, server, relance)
        with _at_work(plan, folder, clock, given):
            server.wait_for(lambda: server.accepted_count >= plan.people, plan.seconds)
        yield server, relance


def _furnish(plan: Plan, world: World, server: Watched, relance: Relance) -> None:
    for number in range(plan.mailboxes):
        account = world.add_rep(f"rep{number}@northwind.example", "Rep", "correct horse")
        account = dataclasses.replace(account, smtp=Server("127.0.0.1", server.port, Security.PLAIN))
        relance.mailboxes.add(MailboxSpec.of(account, **plan.limits), anyway=True)
    companies = plan.companies or plan.people
    people = [f"p{number}@company{number % companies}.example" for number in range(plan.people)]
    for person in people:
        relance.contacts.add(person)
    relance.enroll(relance.sequences.publish(Sequence.model_validate(ONE_MAIL)).name, people)


@contextmanager
def _at_work(plan: Plan, folder: Path, clock: Clock, settings: dict[str, Any]) -> Iterator[None]:
    when = {"origin": clock.origin.isoformat(), "start": clock.start.isoformat(), "scale": clock.scale}
    orders = folder / "orders.json"
    orders.write_text(json.dumps({**when, "settings": settings, "provider": plan.provider}))
    around = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.fleet.worker", str(orders)]
    fleet = [
        processes.Process(processes.Program(command, folder / f"{number}.log", environment=around))
        for number in range(plan.workers)
    ]
    try:
        yield
    finally:
        (folder / "stop").touch()
        for each in fleet:
            each.stop()
