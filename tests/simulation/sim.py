"""One seed's world under way: the clock, the fate of every step, and what was noted."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import heapq
import random
from collections.abc import Callable

from relance import clock
from relance.clock import Clock, ManualClock
from tests.simulation import profile
from tests.simulation.baton import Actor, Killed, Process, Stage
from tests.simulation.world import World

START = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
CRITICAL = ("smtp body", "smtp reply", "journal", "smtp go")
# Where a crash or a freeze teaches most: it is likelier there.
CRITICAL_WEIGHT = 4
NOTHING = dt.timedelta(0)
FIRES = 0.12
# The chance, at each step, that something the world had planned happens just then.


EVERYWHERE = ""
SET_BY = tuple(
    dt.timedelta(**{unit: sign * count})
    for sign in (1, -1)
    for unit, count in (("minutes", 4), ("hours", 1), ("days", 30))
)
SET_FOR = (40, 60, 600, 7200)
# By how much a clock is set wrong, and for how many seconds.


class Wall(Clock):
    """Business time as who runs reads it: by the clock of their own host, which may be wrong."""

    def __init__(self, sim: Sim) -> None:
        super().__init__()
        object.__setattr__(self, "_sim", sim)

    def at(self, machine: dt.datetime) -> dt.datetime:
        """Machine and business time are one."""
        del machine
        sim: Sim = object.__getattribute__(self, "_sim")
        return sim.wall


class Sim:
    """Handed to everything simulated. `step` is called wherever anything may happen to the caller."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        self.profile = profile.draw(seed)
        self.clock = ManualClock(START)
        self.reads = Wall(self)
        self.stage = Stage(self.rng, lambda: self.now)
        self.world = World()
        self.order = 0
        self.root = ""  # where this process keeps its files: no part of the story
        self.lines: list[str] = []
        self.pending: list[tuple[dt.datetime, int, Callable[[], None]]] = []
        self.planned = 0
        self.boots: dict[str, int] = {}
        self.wrong: dict[str, dt.timedelta] = {}  # by host: how far its clock is ahead
        self.clock_was: list[tuple[dt.datetime, dt.timedelta]] = []  # since when it was ahead, and how far
        self.jumped_at: list[int] = []  # the orders of these
        self.settles_at = START  # until when engines that noticed a jump do nothing
        self.calm_since: dt.datetime | None = None
        self.on_crash: Callable[[Process, bool], None] = lambda _process, _host: None
        self.meddle: Callable[[str], None] = lambda _person: None
        self.unsubscribe: Callable[[str, str], None] = lambda _person, _token: None

    @property
    def now(self) -> dt.datetime:
        """The true time."""
        return self.clock.at(START)

    @property
    def wrong_by(self) -> dt.timedelta:
        """How far the clock of who runs is ahead."""
        host = self.me.process.host if self.profile.witness and self.stage.current else EVERYWHERE
        return self.wrong.get(host, NOTHING)

    @property
    def wall(self) -> dt.datetime:
        """What the clock of who runs says: machine and business time alike."""
        return self.now + self.wrong_by

    @property
    def me(self) -> Actor:
        """Who runs."""
        assert self.stage.current is not None
        return self.stage.current

    def elapsed(self) -> float:
        """Seconds of machine time."""
        return (self.now - START).total_seconds()

    def note(self, words: str) -> int:
        """A line of the story; returns its order."""
        self.order += 1
        who = self.stage.current.name if self.stage.current else "-"
        told = words.replace(self.root, "~") if self.root else words
        self.lines.append(f"{self.order} {(self.now - START)} {who}: {told}")
        return self.order

    def digest(self) -> str:
        """The story's fingerprint."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()[:16]

    def chance(self, probability: float) -> bool:
        """A throw of the seed's dice. Nothing is thrown where nothing can happen."""
        return probability > 0 and self.rng.random() < probability

    def plan(self, after: dt.timedelta, event: Callable[[], None]) -> None:
        """Something the world does by itself, at some step after then."""
        self.planned += 1
        heapq.heappush(self.pending, (self.now + after, self.planned, event))

    def fire(self) -> bool:
        """Let one thing happen whose time has come."""
        if not self.pending or self.pending[0][0] > self.now:
            return False
        heapq.heappop(self.pending)[2]()
        return True

    def step(self, what: str) -> None:
        """The caller is about to do `what`; before that anything may happen, to it or elsewhere."""
        actor = self.me
        if actor.process.dead:
            raise Killed
        if actor.in_transaction:
            self.world.breaches.append(f"{actor.name} does {what} inside a transaction")
        self.note(what)
        if self.chance(FIRES):
            self.fire()
        self._fate(actor, what)
        if actor.frozen_until is not None or actor.process.frozen_until is not None:
            self.stage.choose()
            actor.frozen_until = None
        elif self.chance(self.profile.switch):
            self.stage.choose()
        if actor.process.dead:
            raise Killed

    def _fate(self, actor: Actor, what: str) -> None:
        habits = self.profile
        weight = CRITICAL_WEIGHT if what.startswith(CRITICAL) else 1
        if self.world.crashes < habits.crashes and self.chance(habits.crash * weight):
            self.crash(actor.process, lost_host=habits.lost_hosts and self.chance(0.5))
            raise Killed
        if self.chance(habits.freeze * weight):
            self._freeze(actor)
        elif self.chance(habits.jump):
            self._jump()
        if self.chance(habits.clock):
            self._set_clock(actor)

    def crash(self, process: Process, *, lost_host: bool = False) -> None:
        """kill -9, or the whole host gone."""
        self.world.crashes += 1
        self.note(f"{'host ' + process.host if lost_host else process.name} dies")
        self.on_crash(process, lost_host)

    def _freeze(self, actor: Actor) -> None:
        self.world.freezes += 1
        # A server that waits for the rest of a body for over half an hour is no server (RFC 5321, 4.5.3.2).
        minutes = self.rng.randint(16, 28) if actor.in_body else self.rng.choice((1, 16, 20, 40, 120))
        until = self.now + dt.timedelta(minutes=minutes)
        if self.chance(0.5) or actor.in_body:
            actor.frozen_until = until
        elif not any(each.in_body for each in self.stage.actors if each.process is actor.process):
            actor.process.frozen_until = until
        self.note(f"frozen for {minutes} minutes")

    def _jump(self) -> None:
        seconds = self.rng.choice((1, 30, 130, 960, 3700))
        if any(each.in_body for each in self.stage.actors):
            seconds = min(seconds, 130)
        self.clock.move_to(self.now + dt.timedelta(seconds=seconds))
        self.note(f"{seconds} seconds pass")

    def _set_clock(self, actor: Actor) -> None:
        """Wrong for a while, then right again."""
        host = actor.process.host if self.profile.witness else EVERYWHERE
        if self.wrong.get(host):
            return
        self._set(host, self.rng.choice(SET_BY))
        self.plan(dt.timedelta(seconds=self.rng.choice(SET_FOR)), lambda: self._set(host, NOTHING))

    def _set(self, host: str, ahead: dt.timedelta) -> None:
        self.world.faults["clock set" if ahead else "clock set right"] += 1
        self.wrong[host] = ahead
        self.settles_at = self.now + dt.timedelta(seconds=clock.SETTLE_SECONDS + 1)
        order = self.note(f"the clock{' of ' + host if host else ''} is {ahead} ahead")
        if not self.profile.witness:  # or its host does no work meanwhile
            self.clock_was.append((self.now, ahead))
            self.jumped_at.append(order)

    def calm(self) -> None:
        """No further trouble."""
        self.calm_since = self.now
        self.world.spells.clear()
        self.world.mute.clear()
        for host in [host for host, ahead in self.wrong.items() if ahead]:
            self._set(host, NOTHING)
        self.profile = dataclasses.replace(self.profile, **profile.CALM)  # type: ignore[arg-type]
