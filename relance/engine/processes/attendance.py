"""Who is at work (the rule): every daemon says so in the database every few seconds, and who has not said so for a while is gone."""

from __future__ import annotations

import datetime as dt
import os
import socket
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from relance.engine.db.machine_time import SKEW
from relance.engine.store.processes import Process
from relance.version import VERSION
from relance.wording import Text, clock_time

BEAT = dt.timedelta(seconds=20)
# Between two heartbeats of a process.
QUIET = dt.timedelta(seconds=45)
# Who was not seen since then has missed one or two: it may have stopped, and is said to be at work no more without that.
ALIVE = dt.timedelta(seconds=75)
# Who was seen since then is at work: a beat may wait for a busy database, and one may be lost.
REMEMBERED = dt.timedelta(days=1)
# For so long it is known of who ended without a word: longer than any lease in their name.
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
    quiet: tuple[str, ...] = ()  # the names of those of `processes` that were not seen for `QUIET`
    gone: tuple[str, ...] = ()  # the names of those that were at work within a day and ended without a word

    @property
    def absent(self) -> bool:
        """Whether it is known that nobody does a part of the work."""
        return bool(self.missing) and not self.blind

    @property
    def unsure(self) -> bool:
        """Whether nobody can tell if all of the work is done."""
        return bool(self.missing) and self.blind

    def __str__(self) -> str:
        return str(self.text)

    @property
    def text(self) -> Text:
        """All of it, as people read it."""
        if self.unsure:
            unknown = Text("It is not known whether Relance is running, because no heartbeat can be written.")
            return Text.together(
                unknown, self._here() if self.processes else self._last() if self.last else ""
            )
        if not self.processes:
            return Text.together(_NOWHERE, self._last())
        return Text.together(self._lacking() or "", self._here())

    @property
    def plain(self) -> Text:
        """The same without what to type."""
        return self.text if self.processes or self.unsure else _NOWHERE

    def _lacking(self) -> Text | None:
        if len(self.missing) > 1:
            return Text("No scheduler and no worker is running: nothing is sent and nothing is read.")
        if "worker" in self.missing:
            return Text("No worker is running: nothing is sent and nothing is read.")
        return Text("No scheduler is running: nothing is sent and nothing is read.") if self.missing else None

    def _here(self) -> Text:
        return Text(
            "Running: {processes}.", processes=Text.together(*map(self._told, self.processes), by=", ")
        )

    def _told(self, one: Process) -> Text:
        named = {"role": one.role, "host": one.host, "pid": str(one.pid)}
        if one.name in self.quiet:
            seen = clock_time(one.seen_at)
            return Text("{role} on {host} (pid {pid}, last seen at {time})", **named, time=seen)
        return Text("{role} on {host} (pid {pid})", **named)

    def _last(self) -> Text:
        if self.last is None:
            if self.several:
                return Text("`relance scheduler`, `relance worker` and `relance web` do the work.")
            return Text("`relance run` starts everything.")
        seen = {"role": self.last.role, "host": self.last.host, "at": self.last.seen_at}
        if self.last.stopped_at:
            return Text("`relance {role}` on {host} stopped on {at}.", **seen)
        return Text("`relance {role}` on {host} was last seen on {at}.", **seen)


_NOWHERE = Text("Relance is not running: nothing is sent and nothing is read.")


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
    names = {each.name for each in here}
    return Attendance(
        processes=tuple(sorted(here, key=lambda each: (each.role, each.host, each.pid))),
        missing=tuple(duty for duty in NEEDED if duty not in done),
        last=rows[0] if rows and not here else None,
        blind=blind,
        several=several,
        quiet=tuple(each.name for each in here if now - each.seen_at > QUIET and not blind),
        gone=tuple(each.name for each in rows if each.name not in names and _left(each, now) and not blind),
    )


def _left(process: Process, now: dt.datetime) -> bool:
    return process.stopped_at is None and dt.timedelta() <= now - process.seen_at <= REMEMBERED


def _seen_lately(process: Process, now: dt.datetime) -> bool:
    return process.stopped_at is None and -SKEW <= now - process.seen_at <= ALIVE


def myself(name: str, role: str, now: dt.datetime) -> Process:
    """This very process as it begins."""
    return Process(name, role, socket.gethostname(), os.getpid(), VERSION, now, now)
