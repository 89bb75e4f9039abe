"""How many mails one receiving domain, or one company, gets from all mailboxes together. Pure.

A company is everybody behind the domain that it registered; where anybody can have a mailbox, there is no company, and the domain counts.
What leaves is counted as a mailbox counts it: in rolling windows, what may have arrived included.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relance import late
from relance.engine.reasons import Code, Reason, because
from relance.engine.schedule.throttle import DAY, HOUR, NO_TIME, Pace, Window

if TYPE_CHECKING:
    from relance.mailbox import address
else:  # for those who send
    (address,) = late.modules("relance.mailbox.address")

MAX_FREES = 1_000
# Places that are looked for ahead.


@dataclass(frozen=True)
class ReceiverCaps:
    """The most mails to one receiving domain, and to the people of one company, in any 24 hours and in any hour; None: any number."""

    domain_daily: int | None = None
    domain_hourly: int | None = None
    company_daily: int | None = None
    company_hourly: int | None = None

    def windows(self, receiver: str) -> tuple[Window, ...]:
        """What bounds the mails to one receiver, as `address.receiver` names it."""
        return tuple(self.pace(receiver).windows())

    def pace(self, receiver: str) -> Pace:
        """The same, as a mailbox's limits are told."""
        daily, hourly = [self.domain_daily], [self.domain_hourly]
        if address.organisation(receiver) is not None:
            daily, hourly = [*daily, self.company_daily], [*hourly, self.company_hourly]
        return Pace(_least(daily), NO_TIME, _least(hourly))

    def slowest(self, receiver: str, hours: dt.timedelta) -> Reason | None:
        """What lets the fewest mails go to a receiver in a day with so many sending hours; None: nothing bounds them."""
        windows = self.windows(receiver)
        least = min(
            windows, key=lambda each: each.most * max(1, -(-min(hours, DAY) // each.span)), default=None
        )
        return None if least is None else told(receiver, least)

    def crowds(self, addresses: Iterable[str]) -> Counter[str]:
        """How many of these addresses each receiver has, of those that anything bounds."""
        found = Counter(map(address.receiver, addresses))
        return Counter({name: count for name, count in found.items() if self.windows(name)})

    def bounded(self, addresses: Iterable[str]) -> list[str]:
        """The receivers of some addresses that anything bounds, in order."""
        return [each for each in sorted(set(map(address.receiver, addresses))) if self.windows(each)]


def _least(caps: Iterable[int | None]) -> int | None:
    return min((each for each in caps if each is not None), default=None)


class ReceiverRoom:
    """What may still go to each receiver at an instant: taken from, mail by mail."""

    def __init__(
        self, caps: ReceiverCaps, left: Mapping[str, Iterable[dt.datetime]], now: dt.datetime
    ) -> None:
        """`left`: when mails left to each receiver in the last 24 hours; whatever clock says that one will, it left."""
        self._caps, self._now = caps, now
        self._left = {name: sorted(min(at, now) for at in times) for name, times in left.items()}
        self._frees: dict[str, list[dt.datetime]] = {}  # of those asked about since one was taken

    def full(self, email: str) -> Reason | None:
        """Why no more may go to an address now; None: one may."""
        name = address.receiver(email)
        times = self._left.get(name, [])
        full = [(each.free_at(times, self._now), each) for each in self._caps.windows(name)]
        frees, window = max(full, key=lambda each: each[0], default=(self._now, None))
        if window is None or frees <= self._now:
            return None
        return told(name, window)

    def take(self, email: str) -> None:
        """One goes there."""
        name = address.receiver(email)
        insort(self._left.setdefault(name, []), self._now)
        self._frees.pop(name, None)

    def frees(self, email: str) -> Sequence[dt.datetime]:
        """When a place comes free at the receiver of an address in the next 24 hours, one time for each place, if each is taken at once."""
        name = address.receiver(email)
        if name not in self._frees:
            self._frees[name] = self._ahead(name)
        return self._frees[name]

    def _ahead(self, name: str) -> list[dt.datetime]:
        found, times = list[dt.datetime](), list(self._left.get(name, ()))
        windows = self._caps.windows(name)
        while windows and len(found) < MAX_FREES:
            at = max(self._now, *(each.free_at(times, self._now) for each in windows))
            if at > self._now + DAY:
                break
            times.append(at)
            found.append(at)
        return found


def told(receiver: str, window: Window) -> Reason:
    """What keeps mails to a receiver, as `address.receiver` names it."""
    code = Code.RECEIVER_HOURLY_CAP if window.span == HOUR else Code.RECEIVER_DAILY_CAP
    return because(code, receiver=receiver, count=window.most)


Offered = tuple[dt.datetime, int]
"""The place at a receiver that was offered last, and how many were offered for that time."""


def offered(last: MutableMapping[str, Offered], receiver: str, frees: Sequence[dt.datetime]) -> dt.datetime:
    """When somebody who waits is tried again: at the place behind the one offered last, of those that come free (in order, at least one);
    behind the last of them at the first again.

    Were all tried whenever one place comes free, thousands would be turned away for each mail. What is offered is no promise: whoever comes
    first takes it, and who finds it taken is offered another. So every process may count for itself."""
    before, count = last.get(receiver, (frees[0], 0))
    place = bisect_left(frees, before) + count
    at = frees[place] if place < len(frees) else frees[0]
    last[receiver] = (at, count + 1 if at == before and place < len(frees) else 1)
    return at
