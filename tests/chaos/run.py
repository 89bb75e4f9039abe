"""One run from beginning to end: set up, strike, settle, count, say."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from relance import app as application
from relance import errors
from relance.app import Relance
from relance.config import Settings
from relance.engine.db.tables import contact, enrollment, message, own_reply
from relance.engine.reasons import read, said
from relance.engine.reporting.step_outcomes import StepAccount
from relance.engine.states import FINAL, MessageState, State
from tests.chaos import audit, fleet, grounds, replies, sales, strikes
from tests.chaos.asking import Answer, ask
from tests.chaos.plan import Plan

SHARE_ENROLLED = 0.75
# Of the strikes' time: everybody is enrolled by then, so that follow-ups fall due under strikes too.
LOOK_SECONDS = 0.05
LEAVE_SECONDS = 20.0  # for the mails under way, of daemons that are asked to go
ASK_SECONDS = 2.0
PATIENCE = 4
# Pauses after which a strike comes though no mail has left since the last.

Say = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    findings: audit.Findings
    crashes: int
    told: dict[str, int]
    effects: dict[str, int]  # how often faults that need somebody to meet them were met
    settle_seconds: float | None  # from the last strike until nothing was overdue or unknown; None: never
    finished: bool  # every enrollment came to its end in time
    seconds: float

    @property
    def clean(self) -> bool:
        """Whether every promise was kept: nothing twice, nothing lost, nothing left for a person to decide."""
        return self.findings.clean and not self.findings.unknown

    def line(self) -> str:
        """The last line."""
        found = self.findings
        settled = "never" if self.settle_seconds is None else f"{self.settle_seconds:.1f} s"
        effects = "".join(f"{what}: {times}, " for what, times in self.effects.items())
        return (
            f"crashes injected: {self.crashes}, {effects}steps due: {found.due}, accepted: {found.accepted}, replies sent: {found.replies}, "
            f"duplicates: {len(found.duplicates)}, lost: {len(found.lost)}, after an answer: {len(found.after_answer)}, "
            f"held as unknown: {len(found.unknown)}, held otherwise: {len(found.held)}, time to settle: {settled}, "
            f"whole run: {self.seconds:.0f} s{'' if self.finished else self._cut()}"
        )

    def _cut(self) -> str:
        return f" (ended by its time limit: {len(self.findings.not_yet)} steps that fell due after that are not sent yet)"


def run(plan: Plan, say: Say) -> Outcome:
    """Carry out a plan. Every process it started has ended when this returns, however it returns."""
    began = time.monotonic()
    with grounds.standing(plan) as ground, _environment(ground.environment | ground.direct):
        if not plan.embedded:
            application.upgrade_database(Settings())
        crew = fleet.of(ground.environment, ground.folder, embedded=plan.embedded)
        try:
            with Relance() as relance:
                return _Run(plan, ground, crew, relance, say, began).whole()
        except errors.RelanceError:
            for line in ground.last_words():
                say(line)
            raise
        finally:
            crew.end()


@contextlib.contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Our own `Relance` reads the same settings as the daemons."""
    before = dict(os.environ)
    for name in before:
        if name.startswith("RELANCE_"):
            del os.environ[name]
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@dataclass(frozen=True)
class Backlog:
    """What is still open."""

    active: int
    overdue: int
    in_doubt: int
    replies: int  # that are still to leave

    @property
    def settled(self) -> bool:
        return not (self.overdue or self.in_doubt)


class _Run:
    def __init__(
        self, plan: Plan, ground: grounds.Grounds, crew: fleet.Fleet, relance: Relance, say: Say, began: float
    ) -> None:
        self.plan, self.ground, self.crew, self.relance, self.say = plan, ground, crew, relance, say
        self.began = began
        self.people = sales.Sales(plan, ground, relance)
        self.replies = replies.Replies(plan, relance)
        self.strikes = strikes.Strikes(plan, ground, crew)
        self.pulse = threading.Event()  # nobody sets it: it only measures the time between two looks
        self.told = time.monotonic()

    def whole(self) -> Outcome:
        self.people.open()
        self.crew.start()
        self._strike()
        while self.strikes.later:  # a silence that shall outlast our bounds does so at the end, too
            self._look()
        self.ground.calm()
        settle, finished = self._settle()
        owed = None if finished else self._last_settling()
        self.crew.leave(LEAVE_SECONDS)
        outcome = Outcome(
            audit.count(self._evidence(owed)),
            self.strikes.crashes,
            dict(self.strikes.told),
            self.strikes.effects(),
            settle,
            finished,
            time.monotonic() - self.began,
        )
        if not outcome.clean:
            self._keep(outcome)
        return outcome

    def _strike(self) -> None:
        """Strikes at random moments until there were enough, while mails fall due."""
        start = following = latest = time.monotonic()
        wanted = 0.0
        while self.strikes.crashes < self.plan.crashes and self._left() > self.plan.seconds / 4:
            self._look()
            share = self.strikes.crashes / max(1, self.plan.crashes)
            self.people.enroll(min(1.0, share / SHARE_ENROLLED + 0.02))
            now = time.monotonic()
            if now >= latest or (now >= following and self.people.heard >= wanted):
                self.strikes.strike()
                # The next one comes when some more mails have left, so that strikes hit work on slow machines too.
                following = now + self.strikes.rng.uniform(0.2, 1.8) * self.plan.pause
                latest = now + PATIENCE * self.plan.pause
                wanted = (
                    self.people.heard + 0.4 * self.strikes.rng.random() * self.plan.steps / self.plan.crashes
                )
        self.say(
            f"{self.strikes.crashes} crashes in {time.monotonic() - start:.0f} s: {dict(self.strikes.told)}"
        )

    def _settle(self) -> tuple[float | None, bool]:
        """No strikes any more: until everybody's sequence has ended. Returns how long it took to have nothing overdue."""
        start, settled = time.monotonic(), None
        while self._left() > self.plan.last_seconds:
            self._look()
            self.people.enroll(1.0)
            backlog = self._backlog()
            if settled is None and backlog is not None and backlog.settled:
                settled = time.monotonic() - start
            if (
                backlog is not None
                and backlog.settled
                and not (backlog.active or backlog.replies)
                and not self.replies.unwritten(self.people.answered)
                and self.people.enrolled == len(self.people.people)
            ):
                return settled, True
        return settled, False

    def _last_settling(self) -> frozenset[audit.Owed]:
        """The time is up: nobody is enrolled any more, and what is open now has to come to an end. Returns what was open."""
        owed = still = self._open()
        self.say(f"the time is up: {len(owed)} steps are open and must leave now")
        asked = time.monotonic()
        while still and self._left() > 0:
            self._look()
            if time.monotonic() - asked > ASK_SECONDS:
                still, asked = owed & self._open(), time.monotonic()
        return owed

    def _open(self) -> frozenset[audit.Owed]:
        return self._ask(lambda: audit.open_steps(self._accounts(), self._standings()))

    def _accounts(self) -> list[StepAccount]:
        return [*self.relance.due_steps(), *replies.accounts(self.relance)]

    def _ask(self, question: Callable[[], Answer]) -> Answer:
        return ask(question, meanwhile=self.strikes.look)

    def _look(self) -> None:
        self.pulse.wait(LOOK_SECONDS)
        self.crew.look()
        self.strikes.look()
        taken = self.ground.taken()
        self.people.listen(taken)
        self.replies.write()
        if fallen := self.ground.fallen():
            raise RuntimeError(fallen)
        if time.monotonic() - self.told > 10:
            self.told = time.monotonic()
            self.say(
                f"{time.monotonic() - self.began:4.0f} s: {self.strikes.crashes} crashes, {self.people.enrolled} enrolled, "
                f"{len(taken)} accepted, {self._backlog()}"
            )

    def _left(self) -> float:
        return self.began + self.plan.seconds - time.monotonic()

    def _backlog(self) -> Backlog | None:
        now = self.relance.clock.now()
        active = enrollment.c.state.in_(
            [each.value for each in State if each not in FINAL and each is not State.HELD]
        )
        overdue = sa.and_(enrollment.c.state == "active", enrollment.c.due_at <= now)
        doubt = message.c.state.in_([MessageState.UNKNOWN.value, MessageState.TRANSMITTING.value])
        try:
            with self.relance._context.database.read() as conn:
                counts = [
                    conn.execute(sa.select(sa.func.count()).where(condition)).scalar_one()
                    for condition in (active, overdue, doubt, own_reply.c.open)
                ]
        except errors.RelanceError:
            return None
        return Backlog(*counts)

    def _evidence(self, owed: frozenset[audit.Owed] | None) -> audit.Evidence:
        return audit.Evidence(
            taken=self.ground.taken(),
            accounts=self._ask(self._accounts),
            standings=self._ask(self._standings),
            steps=sales.STEPS,
            answered=self.people.answered,
            logins=self.ground.logins(),
            owed=owed,
        )

    def _standings(self) -> list[audit.Standing]:
        latest = self.relance.clock.now() + self.plan.longest
        query = sa.select(
            contact.c.email, enrollment.c.state, enrollment.c.reasons, enrollment.c.step, enrollment.c.due_at
        ).join(enrollment, enrollment.c.contact_id == contact.c.id)
        with self.relance._context.database.read() as conn:
            return [
                audit.Standing(
                    row.email,
                    row.state,
                    said(read(row.reasons)),
                    row.step,
                    row.due_at is None or row.due_at > latest,
                )
                for row in conn.execute(query)
            ]

    def _keep(self, outcome: Outcome) -> None:
        """What is needed to find out why."""
        found = outcome.findings
        wrong = (*found.duplicates, *found.lost, *found.after_answer, *found.unknown, *found.held)
        for person in dict.fromkeys(line.partition(" ")[0] for line in wrong[:8]):
            for event in self._ask(lambda person=person: self.relance.timeline(person)):  # type: ignore[misc]
                self.say(f"{person}: {event}")
        logs = {daemon.name: daemon.log.read_text(errors="replace") for daemon in self.crew.daemons}
        for name, text in logs.items():
            for line in text.splitlines()[-20:] if self.plan.verbose else ():
                self.say(f"{name}: {line[:400]}")
