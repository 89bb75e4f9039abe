"""The main job, played from end to end in the mail world: what `relance demo` runs and the journeys test.

Everything of ours is the real thing: the settings, the database, the daemons, the mail over SMTP and IMAP on loopback,
the tracking over HTTP. Only the people are invented, and the clock runs fast; in one process it waits for the work.
"""

from __future__ import annotations

import datetime as dt
import socket
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Protocol

from relance import clock as clocks
from relance import wording
from relance.app import Relance, upgrade_database
from relance.config import Settings, make_home
from relance.engine.contacts.importer import ImportReport
from relance.engine.mailboxes.service import MailboxSpec
from relance.engine.reporting.sequence_report import Report
from relance.engine.reporting.status import HeldView, Status
from relance.engine.reporting.timeline import EventView
from relance.engine.sequences.enroll import EnrollReport
from relance.engine.states import State
from relance.engine.turn_stages import TurnReport
from relance.sandbox import accounting, pacing
from relance.sandbox.audit import Audit, audit
from relance.sandbox.cast import behaviour, people
from relance.sandbox.prospects import Prospects
from relance.sandbox.record import Story
from relance.sandbox.world import World
from relance.scheduler import embedded
from relance.scheduler.logging import logs
from relance.scheduler.web_server import web

START = dt.datetime(2026, 3, 1, 4, 0, tzinfo=dt.UTC)
# A Sunday: setting up takes a moment, and a moment of ours is hours of theirs.
REPS = (
    ("ada@northwind.example", "Ada Lind"),
    ("marek@northwind.example", "Marek Wolny"),
    ("jonas@northwind.example", "Jonas Weber"),
)
SEQUENCE = Path(str(resources.files("relance.sandbox") / "first-meeting.yaml"))
# The same file as examples/first-meeting.yaml (a test compares); inside the package, so that an installed one has it.
LOOK_SECONDS = 0.2
# How often the play is looked at.
BEHIND = dt.timedelta(hours=4)
# Where work has waited for so long, the machine does not keep up, and the clock waits for it.
STILL_SECONDS = 90.0
# Where nothing at all has happened for so long, nothing will.
DAILY_CAP = 60
SYNC_EVERY = dt.timedelta(hours=6)
BATCH = 8
# Mails of one turn: a small batch keeps the time between reading and sending short, of which the clock makes a lot.


@dataclass(frozen=True)
class Plan:
    """What to play: business days of it, in so many seconds and the time the work takes."""

    sequence: Path
    seed: int = 1
    contacts: int = 200
    days: float = 25.0
    seconds: float = 60.0
    lead_seconds: float = (
        0.0  # how long before the play's first day the clock starts: for whoever is slow to arrive
    )
    database_url: str | None = None  # None: SQLite in a folder that goes with the play
    redis_url: str | None = None  # None: everything in this process
    whole: bool = True  # whether it goes on after its days until everybody's sequence has come to an end

    @property
    def scale(self) -> float:
        """How much faster than ours the clock runs."""
        return self.days * 86400 / self.seconds


@dataclass(frozen=True)
class Scene:
    """How it stands at one moment, for a live view."""

    now: dt.datetime
    done: float  # of the whole, 0 to 1
    status: Status
    news: Sequence[EventView]  # since the last scene


@dataclass(frozen=True)
class Outcome:
    """How it ended."""

    imported: ImportReport
    enrolled: EnrollReport
    report: Report
    held: Sequence[HeldView]
    explained: Sequence[
        Sequence[str]
    ]  # one held, one stopped and one still open case, in `relance explain`'s sentences
    audit: Audit
    story: Story
    seconds: float
    left: int = 0  # people who were still to be written to when nothing happened any more

    @property
    def sound(self) -> bool:
        """Whether every promise was kept, as far as it got, and nothing went wrong in the world itself."""
        return self.audit.clean and not self.story.mishaps

    @property
    def clean(self) -> bool:
        """Whether every promise was kept, to the end of the play."""
        return self.sound and not self.left


class Unhurried(Relance):
    """The whole product in one process, on a clock that takes its time during a mailbox's turn."""

    clock: pacing.PatientClock

    def turn(self, mailbox_id: int, stop: Callable[[], bool] = lambda: False) -> TurnReport:
        """One mailbox's turn, unhurried."""
        with self.clock.at_work():
            return super().turn(mailbox_id, stop)


class Backstage(Protocol):
    """Who does the work while the play goes on."""

    def check(self) -> None:
        """Raise when it is no longer done."""


Hire = Callable[[Relance, socket.socket], AbstractContextManager[Backstage]]


def together(relance: Relance, bound: socket.socket) -> AbstractContextManager[Backstage]:
    """Everything in this process, as `relance run` does it."""
    return embedded.running(relance, [bound], threads=len(REPS))


def _gone(relance: Relance, outcome: Outcome) -> None:
    """Nobody stays to look."""
    del relance, outcome


def play(
    plan: Plan,
    watch: Callable[[Scene], None],
    hire: Hire = together,
    stay: Callable[[Relance, Outcome], None] = _gone,
) -> Outcome:
    """Play it to the end; `watch` is called a few times a second. `hire` says who does the work, `stay` is given what was
    played, while its time stands still, before it is all thrown away."""
    began = clocks.elapsed()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="relance-demo-")))
        bound = stack.enter_context(closing(web.listen("127.0.0.1", 0)))
        settings = _settings(plan, folder, bound.getsockname()[1])
        relance = stack.enter_context(_product(plan, settings))
        world = stack.enter_context(World(relance.clock, plan.seed))
        roster = people.roster(plan.contacts, plan.seed)
        logs.configure(settings)
        # The people go first: whoever still clicks must find the web server.
        with hire(relance, bound) as parts, Prospects(world, behaviour.cast(roster.people, plan.seed)):
            with relance.clock.at_work() if isinstance(relance, Unhurried) else nullcontext():
                imported, enrolled = _set_up(relance, world, roster, plan, folder)
            left = _watch(relance, plan, parts, watch)
            if isinstance(relance, Unhurried):
                # While everybody goes home, a week of theirs would pass in which nobody works.
                stack.enter_context(relance.clock.at_work())
        if isinstance(relance, Unhurried):
            relance.clock.stop()
        story = world.record.story()
        steps = accounting.steps(relance)
        found = audit(story, steps, [address for address, _ in REPS])
        name = relance.sequences.list()[0].name
        outcome = Outcome(
            imported,
            enrolled,
            relance.report(name),
            relance.held(1000),
            _explained(relance),
            found,
            story,
            clocks.elapsed() - began,
            left,
        )
        stay(relance, outcome)
        return outcome


def _product(plan: Plan, settings: Settings) -> Relance:
    """Daemons in other processes agree about a straight clock only; alone, time can wait for the work."""
    if plan.redis_url is not None:
        return Relance(settings, actor="demo")
    return Unhurried(settings, clock=pacing.PatientClock(plan.scale, _early(plan)))


def _early(plan: Plan) -> dt.datetime:
    return START - dt.timedelta(seconds=plan.lead_seconds * plan.scale)


def _explained(relance: Relance) -> list[Sequence[str]]:
    """`explain` asked for the first person found in each of three states."""
    by_state = {each.state: each.email for each in reversed(relance.due_steps())}
    wanted = ("not sent, held", "not sent, replied", "not sent, away")
    people = [by_state[state] for state in wanted if state in by_state]
    return [relance.explain(email)[0].sentences for email in people]


def _settings(plan: Plan, folder: Path, port: int) -> Settings:
    """Written to the home's file, so that daemons in other processes agree about everything, the clock included."""
    scaled = clocks.Clock.scaled(plan.scale, _early(plan))
    values: dict[str, str | int | float | bool] = {
        "base_url": f"http://127.0.0.1:{port}",
        "web_port": port,
        "zone": "Europe/Warsaw",
        "country": "PL",
        "language": wording.language(),  # the reader of the play's
        "clock_origin": scaled.origin.isoformat(),
        "clock_start": scaled.start.isoformat(),
        "clock_scale": scaled.scale,
        "sync_seconds": SYNC_EVERY.total_seconds(),
        "turn_batch": BATCH,
        "log_level": "error",
    }
    if plan.database_url is not None:
        values["database_url"] = plan.database_url
    if plan.redis_url is not None:
        values["redis_url"] = plan.redis_url
    settings = Settings(home=make_home(folder / "home", values).home)
    upgrade_database(settings)
    return settings


def _set_up(
    relance: Relance, world: World, roster: people.Roster, plan: Plan, folder: Path
) -> tuple[ImportReport, EnrollReport]:
    for address, name in REPS:
        account = world.add_rep(address, name, f"password of {name}")
        # No gap: a minute of theirs is too short for us to see.
        spec = MailboxSpec.of(account, daily_cap=DAILY_CAP, gap_seconds=0)
        relance.mailboxes.add(spec, anyway=True)  # the servers are ours
    file = folder / "people.csv"
    roster.write(file)
    imported = relance.contacts.import_file(file, errors_to=folder / "people.errors.csv")
    published = relance.sequences.publish(plan.sequence)
    return imported, relance.enroll(published.name)


def _watch(relance: Relance, plan: Plan, parts: Backstage, watch: Callable[[Scene], None]) -> int:
    """Look until the days are over and nobody is to be written to any more, however long that takes. Returns how many people
    still are: none, but where nothing happened for `STILL_SECONDS`."""
    pulse = threading.Event()  # nobody sets it: it only measures the time between two looks
    cursor, end, moved = "", START + dt.timedelta(days=plan.days), clocks.elapsed()
    while True:
        parts.check()
        now = relance.clock.now()
        page = relance.events(cursor, 500)
        cursor = page.cursor
        status = relance.status()
        left = status.states.get(State.ACTIVE, 0) if plan.whole else 0
        moved = clocks.elapsed() if page.events else moved
        watch(Scene(now, _done(now, end, left), status, page.events))
        if now >= end and not page.events and (not left or clocks.elapsed() - moved > STILL_SECONDS):
            return left
        if isinstance(relance, Unhurried):
            relance.clock.wait_for_work(waits=_behind(status, now))
        pulse.wait(LOOK_SECONDS)


def _done(now: dt.datetime, end: dt.datetime, left: int) -> float:
    """Of the whole: never all of it while somebody is still to be written to. Pure."""
    return min(0.99 if left else 1.0, max(0.0, (now - START) / (end - START)))


def _behind(status: Status, now: dt.datetime) -> bool:
    """Whether the machine does not keep up with the clock. Pure."""
    return status.waiting_since is not None and now - status.waiting_since > BEHIND
