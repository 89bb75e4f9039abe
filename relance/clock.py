"""Time: the only reader of the wall clock.

Two times are told apart. *Machine time* is what the computer's clock says; leases and timeouts count in it.
*Business time* is what salespeople mean by "tomorrow at nine"; due times, events and pace count in it. In daily work
the two are equal. For the demo business time runs faster, and tests hold it still.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, field

UTC = dt.UTC


def machine_now() -> dt.datetime:
    """The computer's clock, aware, in UTC."""
    return dt.datetime.now(UTC)


def elapsed() -> float:
    """Seconds on a clock that never jumps, for measuring how long something took."""
    return time.monotonic()


@dataclass(frozen=True)
class Clock:
    """A straight line from machine time to business time: at `origin` it is `start`, then `scale` seconds a second.

    Being a frozen value, it can be handed to other processes, which then agree about the time.
    """

    origin: dt.datetime = field(default=dt.datetime(1970, 1, 1, tzinfo=UTC))
    start: dt.datetime = field(default=dt.datetime(1970, 1, 1, tzinfo=UTC))
    scale: float = 1.0

    @classmethod
    def scaled(cls, scale: float, start: dt.datetime) -> Clock:
        """A clock that reads `start` now and runs `scale` times as fast as the machine's."""
        return cls(origin=machine_now(), start=start, scale=scale)

    def now(self) -> dt.datetime:
        """Business time, aware, in UTC."""
        return self.at(machine_now())

    def at(self, machine: dt.datetime) -> dt.datetime:
        """The business time at an instant of machine time (for instance the database's own clock)."""
        return self.start + (machine - self.origin) * self.scale

    def machine_seconds(self, business: dt.timedelta) -> float:
        """How many seconds of machine time pass while `business` time passes; infinite when time stands still."""
        return business.total_seconds() / self.scale if self.scale else float("inf")


class ManualClock(Clock):
    """A clock that stands still until a test moves it. One process only."""

    def __init__(self, now: dt.datetime) -> None:
        super().__init__(origin=machine_now(), start=now, scale=0.0)
        object.__setattr__(self, "_now", now)

    def at(self, machine: dt.datetime) -> dt.datetime:
        """The time last set, whatever the machine's clock says."""
        del machine
        now: dt.datetime = object.__getattribute__(self, "_now")
        return now

    def move_to(self, now: dt.datetime) -> None:
        """Set the time; it may not run backwards."""
        if now < self.now():
            raise ValueError(f"time does not run backwards: {now} is before {self.now()}")
        object.__setattr__(self, "_now", now)

    def advance(self, **span: float) -> dt.datetime:
        """Move on by a `datetime.timedelta` given in its own words (`days=3`) and return the new time."""
        self.move_to(self.now() + dt.timedelta(**span))
        return self.now()
