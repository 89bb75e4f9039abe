"""What is done to the processes, drawn from the seed. A strike that is a crash kills, restarts or freezes something."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tests.chaos.fleet import Daemon, Fleet
from tests.chaos.grounds import Grounds
from tests.chaos.plan import Plan


@dataclass(frozen=True)
class Strike:
    """One kind: how often it is drawn, whether it counts as a crash, and what it does (False: could not)."""

    name: str
    weight: int
    crash: bool
    act: Callable[[], bool]


class Strikes:
    """Draws and carries out strikes, and counts them."""

    def __init__(self, plan: Plan, grounds: Grounds, fleet: Fleet) -> None:
        self.plan, self.grounds, self.fleet = plan, grounds, fleet
        self.rng = random.Random(plan.seed)
        self.told: Counter[str] = Counter()
        self.crashes = 0
        self.later: list[tuple[float, Callable[[], None]]] = []  # what is put right again, and when
        self.kinds = self._embedded() if plan.embedded else self._scaled_out()

    def strike(self) -> None:
        """One strike."""
        kind = self.rng.choices(self.kinds, [each.weight for each in self.kinds])[0]
        if kind.act():
            self.told[kind.name] += 1
            self.crashes += kind.crash

    def look(self, *, all_now: bool = False) -> None:
        """Put right what was struck down long enough ago."""
        now = time.monotonic()
        due = [each for each in self.later if all_now or each[0] <= now]
        self.later = [each for each in self.later if each not in due]
        for _, mend in due:
            mend()

    def _embedded(self) -> list[Strike]:
        return [
            Strike("kill -9", 16, True, lambda: self._kill(self._pick("run"))),
            Strike("frozen past its lease", 2, True, lambda: self._freeze(self._pick("run"), 1.3)),
            Strike("mail connections cut", 3, False, lambda: _done(self.grounds.cut_mail)),
        ]

    def _scaled_out(self) -> list[Strike]:
        singles, every = ("worker-a", "worker-b"), ("worker-a", "worker-b", "workers", "scheduler")
        workers = ("worker-a", "worker-b", "workers")
        return [
            Strike("worker killed", 34, True, lambda: self._kill(self._pick(*singles))),
            Strike("worker child killed", 8, True, lambda: self._kill_child(self._pick("workers"))),
            Strike("parent of workers killed", 7, True, lambda: self._kill_parent(self._pick("workers"))),
            Strike("whole group killed", 7, True, lambda: self._kill(self._pick("workers"))),
            Strike("scheduler killed", 10, True, lambda: self._kill(self._pick("scheduler"))),
            Strike("everything killed", 2, True, self._kill_all),
            Strike("worker frozen past its lease", 8, True, lambda: self._freeze(self._pick(*workers), 1.6)),
            Strike("worker frozen", 5, True, lambda: self._freeze(self._pick(*every), 0.3)),
            Strike("PostgreSQL shut down at once", 5, True, self._restart_database),
            Strike("Redis killed, back empty", 5, True, self._restart_broker),
            Strike("Redis emptied", 5, False, lambda: _done(self.grounds.empty_broker)),
            Strike("Redis connections cut", 4, False, lambda: _done(self.grounds.cut_broker)),
            Strike("database connections cut", 5, False, lambda: _done(self.grounds.cut_database)),
            Strike("mail connections cut", 6, False, lambda: _done(self.grounds.cut_mail)),
            Strike("inbox connections cut", 4, False, lambda: _done(self.grounds.cut_inboxes)),
            Strike("worker asked to stop", 4, False, lambda: self._ask(self._pick(*workers))),
        ]

    def _pick(self, *names: str) -> Daemon:
        name = self.rng.choice(names)
        return next(each for each in self.fleet.daemons if each.name == name)

    def _kill(self, daemon: Daemon) -> bool:
        if not daemon.ready or daemon.process is None:
            return False
        daemon.frozen_until = None
        daemon.process.signal(signal.SIGKILL)
        return True

    def _kill_all(self) -> bool:
        return all([self._kill(daemon) for daemon in self.fleet.daemons])

    def _kill_child(self, daemon: Daemon) -> bool:
        children = daemon.children()
        if not daemon.ready or not children:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.rng.choice(children), signal.SIGKILL)
        return True

    def _kill_parent(self, daemon: Daemon) -> bool:
        """Its children live on for a moment and find out by themselves."""
        if not daemon.ready or daemon.process is None or daemon.frozen_until is not None:
            return False
        os.kill(daemon.process.pid, signal.SIGKILL)
        return True

    def _freeze(self, daemon: Daemon, leases: float) -> bool:
        if not daemon.ready or daemon.frozen_until is not None:
            return False
        daemon.freeze(self.plan.lease_seconds * leases)
        return True

    def _ask(self, daemon: Daemon) -> bool:
        if not daemon.ready or daemon.process is None or daemon.frozen_until is not None:
            return False
        os.kill(daemon.process.pid, signal.SIGTERM)
        return True

    def _restart_database(self) -> bool:
        database = self.grounds.database
        if self.later or database is None:
            return False
        database.kill(signal.SIGQUIT)  # PostgreSQL's immediate shutdown
        self._mend(0.2 + self.rng.random(), database.start)
        return True

    def _restart_broker(self) -> bool:
        broker = self.grounds.broker
        if self.later or broker is None:
            return False
        broker.kill()
        self._mend(self.rng.random() * 3, broker.start)
        return True

    def _mend(self, seconds: float, act: Callable[[], None]) -> None:
        self.later.append((time.monotonic() + seconds, act))


def _done(act: Callable[[], None]) -> bool:
    act()
    return True
