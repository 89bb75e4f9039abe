"""When the last first mail and the last mail of a sequence would leave a mailbox, reckoned day by day. An estimate. Pure.

Each day is filled as the admission of first mails fills it: follow-ups first, and first mails as far as theirs can be served.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from relance.engine.reasons import Reason
from relance.engine.schedule import admission
from relance.engine.schedule.admission import Capacity, Promised, WaitingSequence

HORIZON = 3 * 366  # days that are looked at
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Queue:
    """First mails of a sequence that wait in a mailbox. `days`: of all mails of a person whose first one leaves on that day; none: it
    sends none on that day."""

    sequence_id: int
    weight: int
    waiting: int
    since: dt.date  # not before
    days: Callable[[dt.date], tuple[dt.date, ...]]


@dataclass(frozen=True)
class Outgoing:
    """What a mailbox sends on a day (`capacity`) and today still (`room`; None: any number); what left it in the last 24 hours, what it
    owes to those it wrote to before, by day, and whether it sends at all on a day."""

    today: dt.date
    capacity: Capacity
    room: int | None
    sent: int
    follow_ups: Mapping[dt.date, int]
    sends: Callable[[dt.date], bool]


class Unforeseen(StrEnum):
    """Why nobody can say when the last mails leave. In EnrollReport and JobView: codes that are written stay."""

    NO_MAIL = "no_mail"  # the sequence sends none
    TOO_FAR = "too_far"  # not within `HORIZON`


@dataclass(frozen=True)
class LastMails:
    """The days of the last first mail and of the last mail, if nobody answers: about, as nobody knows who will. `bound`: what puts the
    last mail so late, where it is not the mailbox that sends it."""

    last_first: dt.date
    last: dt.date
    bound: Reason | None = None

    def beside(self, other: LastMails) -> LastMails:
        """Of two mailboxes, or of mailboxes and a receiver, together."""
        bound = self.bound if self.last >= other.last else other.bound
        return LastMails(max(self.last_first, other.last_first), max(self.last, other.last), bound)


def outlook(own: Queue, others: Sequence[Queue], box: Outgoing) -> LastMails | None:
    """Of a sequence, beside the others that wait in the same mailbox; None: not within `HORIZON`."""
    days = _Days(box, (own, *others))
    last_first = last = box.today
    for number in range(HORIZON):
        day = box.today + number * DAY
        sends = box.sends(day) and bool(own.days(day))
        if sends and days.left[own.sequence_id] > 0 and own.sequence_id in days.fill(day):
            last_first, last = day, max(last, *own.days(day))
        if days.carry(day, sends=sends) and day == last:
            last += DAY
        if days.left[own.sequence_id] <= 0 and day >= last:
            return LastMails(last_first, last)
    return None


class _Days:
    """The days of a mailbox as they fill up."""

    def __init__(self, box: Outgoing, queues: Sequence[Queue]) -> None:
        self._box, self._queues = box, queues
        self._load = Counter(box.follow_ups)
        self._load[box.today] += self._gone()
        self.left = Counter({each.sequence_id: each.waiting for each in queues})

    def _gone(self) -> int:
        """What today has no room for any more."""
        most = self._box.capacity(self._box.today)
        if most is None or self._box.room is None:
            return self._box.sent
        return max(self._box.sent, most - self._box.room)

    def fill(self, day: dt.date) -> set[int]:
        """First mails leave on that day; of which sequences."""
        plans = {each.sequence_id: each.days(day) for each in self._queues if self._waits(each, day)}
        waiting = [
            WaitingSequence(
                each.sequence_id, each.weight, self.left[each.sequence_id], 0, plans[each.sequence_id][1:]
            )
            for each in self._queues
            if plans.get(each.sequence_id)
        ]
        everybody = sum(each.waiting for each in waiting)
        order = self._admitted(waiting, day, everybody)
        for number, many in order.items():
            self.left[number] -= many
            for each in plans[number]:
                self._load[each] += many
        return set(order)

    def _waits(self, queue: Queue, day: dt.date) -> bool:
        return day >= queue.since and self.left[queue.sequence_id] > 0

    def _admitted(self, waiting: Sequence[WaitingSequence], day: dt.date, most: int) -> Mapping[int, int]:
        if self._box.capacity(day) is None:
            return {each.sequence_id: each.waiting for each in waiting}
        promised = Promised(day, 0, self._load)
        return Counter(admission.admitted(waiting, promised, self._box.capacity, most))

    def carry(self, day: dt.date, *, sends: bool) -> bool:
        """What does not fit leaves on the next day; whether there is any."""
        most = self._box.capacity(day)
        fits = self._load[day] if most is None else most
        over = self._load[day] - (fits if sends else 0)
        if over > 0:
            self._load[day + DAY] += over
        return over > 0
