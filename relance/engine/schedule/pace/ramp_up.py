"""A mailbox that begins slowly: so many mails in 24 hours on its first sending day, more on each one after, up to its own cap. Pure.

A sending day is one on which mail left. Weekends, pauses and empty days do not count: who receives the mail judges by what arrives, and
after a silence a plan that had gone on alone would look like the burst that it is there to avoid.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

DAY = dt.timedelta(days=1)
LONGEST = 120
# Sending days of a plan that is written as a list.
SHOWN = 60
# Days of a plan that are told, at most.
MOST_MAILS = 100_000
_WRITTEN = re.compile(r"\s*(\d{1,6}(?:\s*,\s*\d{1,6})*)\s*(?:\+\s*(\d{1,6})\s*)?")


@dataclass(frozen=True)
class RampPlan:
    """The caps of the first sending days, and by how much it grows on each one behind them (0: there is no cap behind them)."""

    caps: tuple[int, ...]
    step: int = 0

    @classmethod
    def read(cls, written: str) -> RampPlan | None:
        """`10+5`: ten on the first day, five more on each; `10, 15, 25`: day by day; None where it is neither."""
        found = _WRITTEN.fullmatch(written)
        if found is None:
            return None
        plan = cls(tuple(map(int, found[1].split(","))), int(found[2] or 0))
        return plan if plan._sound() else None

    def _sound(self) -> bool:
        grows = len(self.caps) > 1 or self.step > 0
        return grows and len(self.caps) <= LONGEST and all(0 < each <= MOST_MAILS for each in self.caps)

    def __str__(self) -> str:
        days = ", ".join(map(str, self.caps))
        return f"{days}+{self.step}" if self.step else days

    def cap(self, number: int) -> int | None:
        """On a sending day, the first of which is 0; None: behind the last."""
        if number < len(self.caps):
            return self.caps[number]
        return self.caps[-1] + self.step * (number - len(self.caps) + 1) if self.step else None


def reached(ramped: int | None, cap: int | None) -> bool:
    """Whether a plan that allows so many (None: it has ended) no longer bounds a mailbox with that cap of its own."""
    return ramped is None or (cap is not None and ramped >= cap)


@dataclass(frozen=True)
class PlannedDay:
    """A day to come, and how many mails may leave in the 24 hours before each of its moments."""

    day: dt.date
    cap: int


@dataclass(frozen=True)
class RampUp:
    """Where a mailbox stands in its plan: `days` sending days were over when the day `counted` began, by the clock of `zone`."""

    plan: RampPlan
    days: int
    counted: dt.date
    zone: str

    @classmethod
    def of_row(cls, row: Mapping[str, Any] | None) -> RampUp | None:
        """As it was stored; None where there is none."""
        plan = RampPlan.read(row["plan"]) if row else None
        if row is None or plan is None:
            return None
        return cls(plan, row["days"], dt.date.fromisoformat(row["counted"]), row["zone"])

    def row(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "plan": str(self.plan),
            "days": self.days,
            "counted": self.counted.isoformat(),
            "zone": self.zone,
        }

    def date(self, at: dt.datetime) -> dt.date:
        """The day of an instant."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    def begins(self, day: dt.date) -> dt.datetime:
        """The instant in which a day begins."""
        return dt.datetime.combine(day, dt.time(), ZoneInfo(self.zone)).astimezone(dt.UTC)

    def counting(self, left: Iterable[dt.datetime], now: dt.datetime) -> RampUp:
        """As it stands today, given when mails left since the day it was counted last."""
        today = self.date(now)
        over = {self.date(at) for at in left}
        days = self.days + sum(self.counted <= day < today for day in over)
        return replace(self, days=days, counted=max(today, self.counted))

    def on(self, day: dt.date) -> int | None:
        """The cap on a day, if mail leaves on every business day (Monday to Friday) before it; None: none any more."""
        return self.plan.cap(self.days + _business_days(self.counted, day))

    def over(self, cap: int | None) -> bool:
        """Whether the mailbox's own cap is all that counts."""
        return reached(self.plan.cap(self.days), cap)

    def ahead(
        self, cap: int | None, sends: Callable[[dt.date], bool] = lambda _day: True
    ) -> Iterator[PlannedDay]:
        """The days of the plan from the day it was counted on, up to the first on which the mailbox's own cap is reached. `sends`: whether
        anything leaves on a day at all."""
        number, day, told = self.days, self.counted, 0
        while told < SHOWN:
            if day.weekday() < 5 and sends(day):
                ramped = self.plan.cap(number)
                last = reached(ramped, cap)
                most = cap if last else ramped
                if most is not None:
                    yield PlannedDay(day, most)
                if last:
                    return
                number, told = number + 1, told + 1
            day += DAY


def _business_days(first: dt.date, day: dt.date) -> int:
    """From the first on, before the day."""
    if day <= first:
        return 0
    weeks, rest = divmod((day - first).days, 7)
    return weeks * 5 + sum((first + number * DAY).weekday() < 5 for number in range(rest))
