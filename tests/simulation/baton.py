"""Actors in threads of their own, of which one runs at a time: who holds the baton goes on until it hands it over."""

from __future__ import annotations

import datetime as dt
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

PATIENCE_SECONDS = 60.0
# Machine time nobody may hold the baton for: longer means a deadlock, in the engine or here.


NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Killed(BaseException):
    """The process was killed. Raised from every call of its actors from then on, so that no `finally` changes anything."""


@dataclass(eq=False)
class Process:
    """One simulated operating system process."""

    name: str
    host: str
    dead: bool = False
    frozen_until: dt.datetime | None = None


@dataclass(eq=False)
class Actor:
    """One thread of a process with one thing to do."""

    name: str
    process: Process
    work: Callable[[], object]
    hand: Hand
    frozen_until: dt.datetime | None = None
    in_transaction: bool = False
    in_body: bool = False  # between a body's first byte and the server's last word
    commits: list[Callable[[int], None]] = field(default_factory=list)  # what to note once the commit is made
    resolved: Callable[[int], None] | None = None  # what the next commit means to the world
    last_commit: int = 0
    last_commit_at: dt.datetime = NEVER

    def ready(self, now: dt.datetime) -> bool:
        """Whether it can go on."""
        if self.process.dead:
            return True  # to its end
        return all(until is None or until <= now for until in (self.frozen_until, self.process.frozen_until))


class Hand:
    """A thread that waits for work, kept from one seed to the next."""

    def __init__(self) -> None:
        self.gate = threading.Lock()
        self.gate.acquire()
        self.job: Callable[[], None] = lambda: None
        threading.Thread(target=self._run, name="simulated", daemon=True).start()

    def _run(self) -> None:
        while True:
            self.wait()
            self.job()

    def go(self) -> None:
        """Let it go on."""
        self.gate.release()

    def wait(self) -> None:
        """Until somebody says `go`."""
        self.gate.acquire()


_IDLE: list[Hand] = []


@dataclass(eq=False)
class Stage:
    """The actors of one world. `run` plays until none can go on."""

    rng: random.Random
    now: Callable[[], dt.datetime]
    actors: list[Actor] = field(default_factory=list)
    current: Actor | None = None
    faults: list[tuple[str, BaseException]] = field(default_factory=list)
    home: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.home.acquire()

    def enter(self, name: str, process: Process, work: Callable[[], object]) -> Actor:
        """A new actor; it begins when it is given the baton for the first time."""
        hand = _IDLE.pop() if _IDLE else Hand()
        actor = Actor(name, process, work, hand)
        hand.job = lambda: self._live(actor)
        self.actors.append(actor)
        return actor

    def run(self) -> None:
        """Play until every actor is done or frozen. Called by the one thread that is no actor."""
        first = self._pick()
        if first is None:
            return
        self._hand_over(first)
        if not self.home.acquire(timeout=PATIENCE_SECONDS):
            raise RuntimeError(f"{self.current.name if self.current else 'nobody'} never came back")

    def choose(self) -> None:
        """The actor that runs hands the baton to anybody, perhaps to itself."""
        me = self.current
        assert me is not None
        chosen = self._pick()
        if chosen is not me:
            self._hand_over(chosen)
            me.hand.wait()
        if me.process.dead:
            raise Killed

    def _pick(self) -> Actor | None:
        now = self.now()
        ready = [actor for actor in self.actors if actor.ready(now)]
        if len(ready) < 2:
            return ready[0] if ready else None
        return ready[int(self.rng.random() * len(ready))]

    def _hand_over(self, actor: Actor | None) -> None:
        self.current = actor
        if actor is None:
            self.home.release()
        else:
            actor.hand.go()

    def _live(self, actor: Actor) -> None:
        try:
            if not actor.process.dead:
                actor.work()
        except Killed:
            pass
        except BaseException as fault:
            self.faults.append((actor.name, fault))
        self.actors.remove(actor)
        _IDLE.append(actor.hand)
        self._hand_over(self._pick())
