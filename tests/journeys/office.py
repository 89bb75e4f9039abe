"""An office on real servers and real processes, for stories in which something breaks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from relance import app, errors
from relance.app import Relance
from relance.config import Settings
from tests.chaos import fleet, grounds, run, sales
from tests.chaos.plan import Plan
from tests.servers.ports import wait_until

CALM = Plan(
    steps=60,
    mailboxes=2,
    scale=60.0,
    lease_seconds=5.0,
    fault_rate=0.0,
    answering=0.0,
    reply_seconds=0.5,
)
PATIENCE = 90.0  # seconds, for a busy machine


class Office:
    """What stories do and see. Daemons stand from `hire` until the story ends."""

    def __init__(self, ground: grounds.Grounds, relance: Relance, everybody: Sequence[str]) -> None:
        self.ground, self.relance = ground, relance
        self.everybody = list(everybody)
        self.crew = fleet.Fleet([])

    def people(self, count: int) -> list[str]:
        """So many contacts nobody has written to."""
        chosen, self.everybody = self.everybody[:count], self.everybody[count:]
        return chosen

    def enroll(self, people: Sequence[str]) -> None:
        assert self.relance.enroll(sales.NAME, people).enrolled == len(people)

    def hire(self, *names: str, **extra: str) -> dict[str, fleet.Daemon]:
        """Start these daemons; each is ready when this returns. `extra` goes to their environment."""
        whole = fleet.of({**self.ground.environment, **extra}, self.ground.folder, embedded="run" in names)
        self.crew = fleet.Fleet([daemon for daemon in whole.daemons if daemon.name in names])
        self.crew.start(PATIENCE)
        return {daemon.name: daemon for daemon in self.crew.daemons}

    def got(self, people: Sequence[str]) -> list[int]:
        """How many mails each of them has been sent, as the mail server recorded it."""
        taken = [mail.recipient for mail in self.ground.taken()]
        return [taken.count(person) for person in people]

    def wait(self, people: Sequence[str], mails: int = 1) -> None:
        wait_until(lambda: min(self.got(people)) >= mails, seconds=PATIENCE, what="the mails")

    def wait_for_one(self, people: Sequence[str]) -> None:
        wait_until(lambda: sum(self.got(people)), seconds=PATIENCE, what="the first mail")

    def settled(self, people: Sequence[str]) -> None:
        """Every one of them got one mail, and the database says so."""
        self.wait(people)
        wait_until(lambda: all(self.sent(person) for person in people), seconds=PATIENCE, what="the record")  # fmt: skip
        assert self.got(people) == [1] * len(people)

    def sent(self, person: str) -> bool:
        """Whether the database knows that a mail to a person was sent."""
        with contextlib.suppress(errors.Unreachable):
            told = [(event.kind, event.data.get("outcome")) for event in self.relance.timeline(person)]
            return any(
                each[0] == "message.accepted" or each == ("message.resolved", "accepted") for each in told
            )
        return False

    def kinds(self, person: str) -> list[str]:
        """What happened to a person. Nothing, to whoever asks while the database is away."""
        with contextlib.suppress(errors.Unreachable):
            return [event.kind for event in self.relance.timeline(person)]
        return []

    def journal(self) -> str:
        """All lines of all journals."""
        files = Path(self.ground.environment["RELANCE_HOME"], "journal").glob("*.journal")
        return "".join(path.read_text() for path in files)


@contextlib.contextmanager
def standing(plan: Plan = CALM) -> Iterator[Office]:
    """Servers, an empty installation, contacts and a sequence."""
    with grounds.standing(plan) as ground, run._environment(ground.environment):
        if not plan.embedded:
            app.upgrade_database(Settings())
        with Relance() as relance:
            people = sales.Sales(plan, ground, relance)
            people.open()
            office = Office(ground, relance, people.people)
            try:
                yield office
            finally:
                office.crew.end()
