"""A fast clock that takes its time while work is under way, so that a busy machine plays late and not badly."""

from __future__ import annotations

import bisect
import contextlib
import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from relance import clock

AT_WORK = 1 / 25
# Of its speed, while somebody works. A second of ours is ten hours of theirs in the demo: mails that take a second to
# leave would otherwise miss the business day they were meant for.


@dataclass(frozen=True)
class _Stretch:
    """From a moment on business time runs at one rate."""

    machine: dt.datetime
    business: dt.datetime
    rate: float

    def at(self, machine: dt.datetime) -> dt.datetime:
        return self.business + (machine - self.machine) * self.rate


class _Course:
    """Every stretch so far."""

    def __init__(self, first: _Stretch) -> None:
        self._lock = threading.Lock()
        self._stretches = [first]
        self._working = 0
        self.waited_for = False

    def at(self, machine: dt.datetime) -> dt.datetime:
        with self._lock:
            found = bisect.bisect_right(self._stretches, machine, key=lambda each: each.machine)
            return self._stretches[max(0, found - 1)].at(machine)

    def work(self, change: int, rates: tuple[float, float]) -> None:
        """One more or one fewer at work; `rates` are those of rest and of work."""
        with self._lock:
            self._working += change
            last, now = self._stretches[-1], clock.machine_now()
            rate = rates[self._working > 0]
            if rate != last.rate and now > last.machine:
                self._stretches.append(_Stretch(now, last.at(now), rate))

    @property
    def stopped(self) -> bool:
        """Whether it is always now."""
        with self._lock:
            return self._stretches[-1].rate == 0.0

    def stop(self) -> None:
        """From now on it is always now."""
        with self._lock:
            last, now = self._stretches[-1], clock.machine_now()
            self._stretches.append(_Stretch(max(now, last.machine), last.at(max(now, last.machine)), 0.0))


class PatientClock(clock.Clock):
    """A clock that runs `scale` times as fast as the machine's, and slower within `at_work`. One process only.

    What waits for a business time must look again when it has waited `machine_seconds`: they are the fewest possible.
    """

    def __init__(self, scale: float, start: dt.datetime) -> None:
        super().__init__(origin=clock.machine_now(), start=start, scale=scale)
        object.__setattr__(self, "_course", _Course(_Stretch(self.origin, start, scale)))

    def at(self, machine: dt.datetime) -> dt.datetime:
        """The business time at an instant of machine time; no later instant reads earlier."""
        course: _Course = object.__getattribute__(self, "_course")
        return course.at(machine)

    @property
    def stands(self) -> bool:
        """Whether it was stopped."""
        course: _Course = object.__getattribute__(self, "_course")
        return course.stopped

    def stop(self) -> None:
        """Time stands still from now on: what was played can be looked at as it is. Nobody may work any more."""
        course: _Course = object.__getattribute__(self, "_course")
        course.stop()

    def wait_for_work(self, *, waits: bool) -> None:
        """From now on the clock takes its time, for there is work that waits; or does so no more. One caller only."""
        course: _Course = object.__getattribute__(self, "_course")
        if waits != course.waited_for:
            course.waited_for = waits
            course.work(+1 if waits else -1, (self.scale, self.scale * AT_WORK))

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """While anybody is in here the clock takes its time."""
        course: _Course = object.__getattribute__(self, "_course")
        rates = (self.scale, self.scale * AT_WORK)
        course.work(+1, rates)
        try:
            yield
        finally:
            course.work(-1, rates)
