"""Whose first mails leave next, and how many: as many as their follow-ups can be served, shared between sequences by weight. Pure.

Every first mail is a promise of follow-ups on the days their steps ask for. One is admitted only where each of these days, with what
is promised already, stays within what the mailbox sends in a day; so follow-ups, which go first, leave when they should.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from relance.engine.schedule.throttle import DAY, Pace

Capacity = Callable[[dt.date], int | None]
# How many mails a mailbox sends on a day; None: any number.


@dataclass(frozen=True)
class WaitingSequence:
    """A sequence with first mails due in a mailbox."""

    sequence_id: int
    weight: int  # its share beside the others': at least 1
    waiting: int  # first mails that are due
    lately: int  # first mails of it that left in the last 24 hours
    days: tuple[dt.date, ...]  # of the follow-ups of a person whose first mail leaves now


def per_day(pace: Pace, hours: dt.timedelta) -> int | None:
    """How many mails a mailbox can send in a day with so many sending hours; None: any number."""
    open_for = min(hours, DAY)
    limits = [window.most * max(1, -(-open_for // window.span)) for window in pace.windows()]
    if pace.spaced:  # one when they begin, and one more after every gap
        limits.append(open_for // (pace.gap + pace.jitter / 2) + 1)
    return min(limits, default=None)


def capacity(pace: Pace, hours: dt.timedelta) -> Capacity:
    """`per_day` on each day, while a mailbox ramps up and after."""
    steady, ramp = per_day(pace, hours), pace.ramp

    def on(day: dt.date) -> int | None:
        limits = (steady, ramp.on(day) if ramp is not None else None)
        return min((each for each in limits if each is not None), default=None)

    return on


@dataclass(frozen=True)
class Promised:
    """What a mailbox has sent, and owes to people it wrote to before."""

    today: dt.date
    sent: int  # in the last 24 hours
    follow_ups: Mapping[dt.date, int]  # by the day they are to leave; what is overdue counts today


def admitted(
    waiting: Sequence[WaitingSequence], promised: Promised, capacity: Capacity, most: int
) -> tuple[int, ...]:
    """The sequences whose first mails leave next, one for each mail, in order; at most `most`."""
    load, lately = Counter(promised.follow_ups), {each.sequence_id: each.lately for each in waiting}
    left = {each.sequence_id: each.waiting for each in waiting}
    load[promised.today] += promised.sent
    chosen: list[int] = []
    while len(chosen) < most:
        able = [
            each for each in waiting if left[each.sequence_id] > 0 and _fits(each, load, promised, capacity)
        ]
        if not able:
            break
        best = min(able, key=lambda each: ((lately[each.sequence_id] + 1) / each.weight, each.sequence_id))
        chosen.append(best.sequence_id)
        left[best.sequence_id] -= 1
        lately[best.sequence_id] += 1
        load.update((promised.today, *best.days))
    return tuple(chosen)


def _fits(each: WaitingSequence, load: Mapping[dt.date, int], promised: Promised, capacity: Capacity) -> bool:
    limits = ((load.get(day, 0), capacity(day)) for day in {promised.today, *each.days})
    return all(most is None or count < most for count, most in limits)
