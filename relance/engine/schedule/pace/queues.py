"""Who gets which place at a receiver that gets only so many mails: those who wait, gone through as they are served. An estimate. Pure.

It knows who waits and what falls due within `AHEAD`. What the steps behind those bring, and what each mailbox's own pace allows, it does
not: so a place is an earliest time, and behind what it knows nobody has one.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from relance.engine.schedule.throttle import Window

AHEAD = dt.timedelta(days=7)
MAX_RANKED = 500
# Of those who wait at one receiver, whose places are told.

Opens = Callable[[dt.datetime], dt.datetime]
"""The first time at or after one at which the sending hours let a mail go."""
_Rank = tuple[bool, dt.datetime, int]


@dataclass(frozen=True)
class QueuedMail:
    """Somebody's next mail: an enrollment, whether it follows others, its plan, and when it may be tried."""

    number: int
    follows: bool
    plan: dt.datetime
    ready: dt.datetime

    @property
    def rank(self) -> _Rank:
        """Who is served first of those who may all go."""
        return (not self.follows, self.plan, self.number)


@dataclass(frozen=True)
class QueuedGroup:
    """Those for whom the same sending hours and the same clock count."""

    opens: Opens
    people: Sequence[QueuedMail]


@dataclass(frozen=True)
class QueuePlace:
    """From when on somebody's mail can leave, as far as its receiver and its sending hours go; how many mails get there before it; what
    keeps it until then (None: the receiver does not). `known`: False where more may get there before it than can be told."""

    at: dt.datetime
    ahead: int
    window: Window | None
    known: bool = True


class ReceiverQueue:
    """Those who wait at one receiver."""

    def __init__(
        self,
        windows: Sequence[Window],
        left: Iterable[dt.datetime],
        groups: Iterable[QueuedGroup],
        now: dt.datetime,
    ) -> None:
        """`left`: when mails left to it in the last 24 hours; whatever clock says that one will, it left."""
        self._windows, self._now = windows, now
        self._times = sorted(min(at, now) for at in left)
        self.full = self._free_from(now)[1]  # what of it keeps a mail now, whoever else waits
        lines = [_Line(each) for each in groups if each.people]
        self._places = dict(self._served(lines))

    def place(self, number: int) -> QueuePlace | None:
        """Of an enrollment that waits; None: it does not, or it is behind those that were looked at."""
        return self._places.get(number)

    def after(self, at: dt.datetime, opens: Opens, besides: Sequence[dt.datetime] = ()) -> QueuePlace:
        """For another mail: the first place from `at` on, within its sending hours, that neither any of them gets nor those that leave
        `besides`."""
        kept: Window | None = None
        while True:
            free, window = self._free_from(at, besides)
            kept, at = window or kept, opens(free)
            if at == free:
                return QueuePlace(at, len(self._places), kept, kept is None)

    def _free_from(
        self, at: dt.datetime, besides: Sequence[dt.datetime] = ()
    ) -> tuple[dt.datetime, Window | None]:
        """The first time from `at` on at which those that leave before it leave room, and what kept it."""
        kept, times = None, sorted([*self._times, *besides])
        while tries := [
            (inside[-each.most] + each.span, each)
            for each in self._windows
            if len(inside := [t for t in times if at - each.span < t <= at]) >= each.most
        ]:
            at, kept = max(tries, key=lambda each: each[0])
        return at, kept

    def _served(self, lines: Sequence[_Line]) -> Iterator[tuple[int, QueuePlace]]:
        at, count = self._now, 0
        while count < MAX_RANKED and (waiting := [each for each in lines if each]):
            frees = ((max(at, each.free_at(self._times, at)), each) for each in self._windows)
            free, window = max(frees, key=lambda each: each[0])
            nexts = ((each.next(free), each) for each in waiting)
            (leaves, _rank), line = min(nexts, key=lambda each: each[0])
            if leaves > self._now + AHEAD:
                return
            found, at = line.take(), leaves
            yield found.number, QueuePlace(at, count, window if free > max(self._now, found.ready) else None)
            count += 1
            self._times.append(at)


class _Line:
    """Those of a group who were not served yet."""

    def __init__(self, group: QueuedGroup) -> None:
        self._opens = group.opens
        self._to_come = sorted(group.people, key=lambda each: each.ready, reverse=True)
        self._ready: list[tuple[_Rank, QueuedMail]] = []
        self._since = min(each.ready for each in group.people)  # when the first of those may be tried
        self._asked, self._opened = self._since, group.opens(self._since)

    def __len__(self) -> int:
        return len(self._to_come) + len(self._ready)

    def next(self, free: dt.datetime) -> tuple[dt.datetime, _Rank]:
        """When the next of them can leave, if their receiver has a place from `free` on; and their rank."""
        if not self._ready:
            self._since = self._to_come[-1].ready
        leaves = self._opening(max(free, self._since))
        while self._to_come and self._to_come[-1].ready <= leaves:
            each = self._to_come.pop()
            heapq.heappush(self._ready, (each.rank, each))
        return leaves, self._ready[0][0]

    def _opening(self, at: dt.datetime) -> dt.datetime:
        """As their sending hours open: these are looked at anew only where the last look does not tell."""
        if not self._asked <= at <= self._opened:
            self._asked, self._opened = at, self._opens(at)
        return self._opened

    def take(self) -> QueuedMail:
        """Whom `next` told of."""
        return heapq.heappop(self._ready)[1]
