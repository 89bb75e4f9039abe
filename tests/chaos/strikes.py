"""What is done to the processes, drawn from the seed. A strike that is a crash kills, restarts or freezes something."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.chaos.fleet import REST_SECONDS, Daemon, Fleet
from tests.chaos.grounds import Grounds, Server_
from tests.chaos.plan import Plan
from tests.servers import meddling_imap, silent


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
        self.first = plan.first
        self.crashes = 0
        self.later: list[tuple[float, Callable[[], None]]] = []  # what is put right again, and when
        self.kept_up = time.monotonic()
        self.kinds = self._embedded() if plan.embedded else self._scaled_out()

    def strike(self) -> None:
        """One strike; the first time, those that the plan wants first come with it."""
        wanted, self.first = self.first, ()
        drawn = self.rng.choices(self.kinds, [each.weight for each in self.kinds])
        for kind in (*(each for each in self.kinds if each.name in wanted), *drawn):
            if kind.act():
                self.told[kind.name] += 1
                self.crashes += kind.crash

    def effects(self) -> dict[str, int]:
        """How often those faults that need somebody to meet them were met."""
        told, plan = self.grounds.imap_proxy.told, self.plan
        mail, database = (
            self._mail_servers(),
            [self.grounds.database_proxy] if self.grounds.database_proxy else [],
        )
        silenced = sum(each.silenced for each in (*mail, *database))
        return {kind: told[kind] for kind in meddling_imap.KINDS} | {
            "connections silenced": silenced,
            "of them given up by our own bound: mail": _given_up(mail, plan.mail_answer_seconds),
            "database": _given_up(database, plan.answer_seconds),
        }

    def look(self) -> None:
        """Put right what was struck down long enough ago."""
        now = time.monotonic()
        due = [each for each in self.later if each[0] <= now]
        self.later = [each for each in self.later if each not in due]
        for _, mend in due:
            mend()
        self._keep_up()

    def _embedded(self) -> list[Strike]:
        return [
            Strike("kill -9", 16, True, lambda: self._kill(self._pick("run"))),
            Strike("frozen past its lease", 2, True, lambda: self._freeze(self._pick("run"), 1.3)),
            Strike("mail connections cut", 3, False, lambda: _done(self.grounds.cut_mail)),
            *self._mail(2),
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
            Strike("database connections silent", 2, False, self._silence_database),
            Strike("database silent", 1, False, lambda: self._silence_database(new=True)),
            *self._mail(3),
        ]

    def _mail(self, weight: int) -> list[Strike]:
        """What a mail server does that is up and gives nothing away."""
        return [
            Strike("FETCHes refused", 2 * weight, False, self._refuse_fetches),
            Strike("UIDNEXT set back", weight, False, self._set_back),
            Strike("mail connections silent", weight, False, self._silence_mail),
            Strike("mail connections silent for long", weight - 1, False, self._silence_mail_for_long),
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
        if database is None or self._down():
            return False
        database.kill(signal.SIGQUIT)  # PostgreSQL's immediate shutdown
        self._mend(0.2 + self.rng.random(), database.start)
        return True

    def _restart_broker(self) -> bool:
        broker = self.grounds.broker
        if broker is None or self._down():
            return False
        broker.kill()
        self._mend(self.rng.random() * 3, broker.start)
        return True

    def _down(self) -> bool:
        """Whether a server is away and will be started again."""
        return any(act == server.start for _, act in self.later for server in self._servers().values())

    def _servers(self) -> dict[str, Server_]:
        servers = {"PostgreSQL": self.grounds.database, "Redis": self.grounds.broker}
        return {name: each for name, each in servers.items() if each}

    def _keep_up(self) -> None:
        """A server that nobody struck and that ended all the same is started again, and it is told."""
        if self._down() or time.monotonic() < self.kept_up + REST_SECONDS:
            return
        self.kept_up = time.monotonic()
        for name, server in self._servers().items():
            if not server.process.alive:
                self.told[f"{name} ended by itself"] += 1
                server.start()

    def _refuse_fetches(self) -> bool:
        """For a moment most UID FETCHes get a NO or BAD, and an answer lacks a mail now and then."""
        mood = self.grounds.imap_proxy.mood
        mood.refuses, mood.leaves_out = self.rng.uniform(0.3, 1), self.rng.uniform(0, 0.5)
        self._mend(self.rng.uniform(0.5, 4), self._give_again)
        return True

    def _give_again(self) -> None:
        mood = self.grounds.imap_proxy.mood
        mood.refuses = mood.leaves_out = 0.0

    def _set_back(self) -> bool:
        """Every folder's UIDNEXT is lower than it was, under the same UIDVALIDITY."""
        self.grounds.imap_proxy.mood.back = self.rng.randint(1, 30)
        self._mend(self.rng.uniform(0.5, 4), self._set_right)
        return True

    def _set_right(self) -> None:
        self.grounds.imap_proxy.mood.back = 0

    def _silence_mail(self) -> bool:
        """New ones, too, for less than our own bound; a reset ends it."""
        self._silence(self._mail_servers(), self.rng.uniform(0.2, 0.9) * self.plan.mail_answer_seconds)
        return True

    def _silence_mail_for_long(self) -> bool:
        """New ones, too, on one server or on both, and until our own bound ends it: for about a lease or longer."""
        proxies = self._mail_servers()
        found = self.rng.choice([proxies, *([each] for each in proxies)])
        bound = self.plan.mail_answer_seconds
        for proxy in found:
            proxy.silence(new=True)
        latest = time.monotonic() + 10 * bound
        self._mend(self.rng.uniform(1.5, 3) * bound, lambda: self._speak_once_met(found, latest))
        return True

    def _speak_once_met(self, proxies: list[silent.SilentProxy], latest: float) -> None:
        """Speak again, but stay silent while nobody has waited out our own bound, as after a kill of who waited."""
        bound = self.plan.mail_answer_seconds
        if time.monotonic() < latest and not _given_up(proxies, bound):
            self._mend(0.5, lambda: self._speak_once_met(proxies, latest))
            return
        for proxy in proxies:
            proxy.speak()
            proxy.forget()

    def _mail_servers(self) -> list[silent.SilentProxy]:
        return [self.grounds.imap_proxy, self.grounds.smtp_proxy]

    def _silence_database(self, *, new: bool = False) -> bool:
        """Until our own bound ends it. Only then the server hears that they are gone, or it would run out of places."""
        if self.grounds.database_proxy is None:
            return False
        self._silence([self.grounds.database_proxy], 3 * self.plan.answer_seconds, new=new)
        return True

    def _silence(self, proxies: Iterable[silent.SilentProxy], seconds: float, *, new: bool = True) -> None:
        for proxy in proxies:
            proxy.silence(new=new)
            self._mend(seconds, proxy.speak)
            self._mend(seconds, proxy.forget)

    def _mend(self, seconds: float, act: Callable[[], None]) -> None:
        self.later.append((time.monotonic() + seconds, act))


def _given_up(proxies: Iterable[silent.SilentProxy], bound: float) -> int:
    """How many silent connections were closed by us when the bound had passed; earlier, the process was struck."""
    return sum(seconds > bound - 0.5 for proxy in proxies for seconds in proxy.given_up)


def _done(act: Callable[[], None]) -> bool:
    act()
    return True
