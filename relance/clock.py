"""Time: the only reader of the wall clock.

Two times are told apart. *Machine time* is what the computer's clock says; leases and timeouts count in it.
*Business time* is what salespeople mean by "tomorrow at nine"; due times, events and pace count in it. In daily work
the two are equal. For the demo business time runs faster, and tests hold it still.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from dataclasses import dataclass, field

from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

UTC = dt.UTC
NEVER = dt.datetime(1, 1, 1, tzinfo=UTC)
# Before anything happened.


def machine_now() -> dt.datetime:
    """The computer's clock, aware, in UTC."""
    return dt.datetime.now(UTC)


def elapsed() -> float:
    """Seconds on a clock that never jumps, for measuring how long something took."""
    return time.monotonic()


def believed(stored: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    """A stored time, or None where it is ahead of now: a clock was wrong when it was written, or is wrong now, and
    nothing may rest on it. Pure."""
    return None if stored is None or stored > now else stored


JUMP_SECONDS = 5.0
# What the wall clock and the steady one may drift apart between two readings: NTP slews by 0.5 ms a second.
SETTLE_SECONDS = 120.0
# How long a clock that jumped must then stay as it is, before anything is done by it.


@dataclass(frozen=True)
class Reading:
    """Both clocks at one moment: the one that can be set, and the one that only ever goes on."""

    wall: dt.datetime
    steady: float  # seconds

    @classmethod
    def now(cls) -> Reading:
        """As they stand."""
        return cls(machine_now(), elapsed())


def jumped(before: Reading, after: Reading) -> float:
    """Seconds by which the wall clock was set forward (negative: back) between two readings; 0 where it was not. Pure.

    A host that slept or was paused looks the same, for then the steady clock stands still.
    """
    by = (after.wall - before.wall).total_seconds() - (after.steady - before.steady)
    return by if abs(by) > JUMP_SECONDS else 0.0


NO_DOUBT = Text.prose("")


class Watch:
    """Notices in one process that the computer's clock jumped, and doubts it for a while. Shared by threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._last = Reading.now()
        self._until = float("-inf")
        self._words = NO_DOUBT
        self._untold = False

    def doubt(self) -> Text:
        """Why nothing should be done by the clock now; empty (false) when it can be relied on."""
        with self._guard:
            here = Reading.now()
            by = jumped(self._last, here)
            self._last = here
            if by:
                self._untold = True
                self._until = here.steady + SETTLE_SECONDS
                self._words = _said(by)
            return self._words if here.steady < self._until else NO_DOUBT

    def news(self) -> bool:
        """Whether a jump was noticed since this was last asked: it is told once."""
        with self._guard:
            untold, self._untold = self._untold, False
            return untold


def _said(by: float) -> Text:
    places = {"span": dt.timedelta(seconds=round(abs(by))), "seconds": round(SETTLE_SECONDS)}
    if by > 0:
        return Text(
            "this computer's clock jumped forward by {span}; nothing is sent for {seconds} seconds, until it is clear that the new time stays",
            **places,
        ).coded(SentenceCode.CLOCK_JUMPED_FORWARD)
    return Text(
        "this computer's clock jumped back by {span}; nothing is sent for {seconds} seconds, until it is clear that the new time stays",
        **places,
    ).coded(SentenceCode.CLOCK_JUMPED_BACK)


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

    @property
    def stands(self) -> bool:
        """Whether it does not run any more: what waits for a time waits for ever."""
        return False

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
