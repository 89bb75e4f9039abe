"""Who is at work (the rule): every daemon says so in the database every few seconds, and who has not said so for a while is gone."""

from __future__ import annotations

import datetime as dt
import os
import socket
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from relance.engine.db.database import SKEW
from relance.engine.store.processes import Process
from relance.version import VERSION
from relance.wording import moment

BEAT_SECONDS = 20.0
# Between two heartbeats of a process (machine time).
ALIVE = dt.timedelta(seconds=75)
# Who was seen since then is at work: a beat may wait for a busy database, and one may be lost.
NEEDED = ("scheduler", "worker")
# Without both nothing is sent and nothing is read.


@dataclass(frozen=True)
class Attendance:
    """Who is at work now, which duties nobody does, and who was there last where nobody is."""

    processes: tuple[Process, ...] = ()
    missing: tuple[str, ...] = NEEDED
    last: Process | None = None
    blind: bool = False  # no heartbeat can be written: who was not seen may be at work all the same
    several: bool = False  # the database takes several hosts: the work is done by daemons of their own

    @property
    def absent(self) -> bool:
        """Whether it is known that nobody does a part of the work."""
        return bool(self.missing) and not self.blind

    @property
    def unsure(self) -> bool:
        """Whether nobody can tell if all of the work is done."""
        return bool(self.missing) and self.blind

    def __str__(self) -> str:
        if self.unsure:
            return f"It is not known whether Relance is running, because no heartbeat can be written.{self._seen()}"
        if not self.processes:
            return f"Relance is not running: nothing is sent and nothing is read.{self._last()}"
        here = self._here()
        if not self.missing:
            return f"Running: {here}."
        lacking = " and no ".join(self.missing)
        return f"No {lacking} is running: nothing is sent and nothing is read. Running: {here}."

    def _here(self) -> str:
        return ", ".join(f"{each.role} on {each.host} (pid {each.pid})" for each in self.processes)

    def _seen(self) -> str:
        if self.processes:
            return f" Running: {self._here()}."
        return self._last() if self.last else ""

    def _last(self) -> str:
        if self.last is None:
            if self.several:
                return " `relance scheduler`, `relance worker` and `relance web` do the work."
            return " `relance run` starts everything."
        how = "stopped" if self.last.stopped_at else "was last seen"
        at = moment(self.last.seen_at)
        return f" `relance {self.last.role}` on {self.last.host} {how} on {at}."


def attendance(
    known: Iterable[Process],
    now: dt.datetime,
    *,
    blind: bool = False,
    several: bool = False,
    dead: Collection[str] = (),
) -> Attendance:
    """Who of them is at work at `now` (machine time). Pure. A time ahead of now is not believed.

    `blind`: heartbeats cannot be written now, so that nobody is gone for not having been seen.
    `dead`: the names of those that have ended for certain, however lately they were seen.
    """
    rows = sorted(known, key=lambda each: each.seen_at, reverse=True)
    here = [each for each in rows if each.name not in dead and _seen_lately(each, now)]
    done = {duty for each in here for duty in each.duties}
    return Attendance(
        processes=tuple(sorted(here, key=lambda each: (each.role, each.host, each.pid))),
        missing=tuple(duty for duty in NEEDED if duty not in done),
        last=rows[0] if rows and not here else None,
        blind=blind,
        several=several,
    )


def _seen_lately(process: Process, now: dt.datetime) -> bool:
    return process.stopped_at is None and -SKEW <= now - process.seen_at <= ALIVE


def myself(name: str, role: str, now: dt.datetime) -> Process:
    """This very process as it begins."""
    return Process(name, role, socket.gethostname(), os.getpid(), VERSION, now, now)
