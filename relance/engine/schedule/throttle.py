"""How many mails a mailbox may send now, and when the next. Pure.

Providers count in rolling windows, not in calendar days or hours, so the caps do too. A mail whose fate is unknown
counts as sent; one that was deferred or refused does not.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from relance.engine.schedule import leaves
from relance.engine.schedule.leaves import Leave
from relance.engine.schedule.pace.ramp_up import DAY as A_DAY
from relance.engine.schedule.pace.ramp_up import RampUp, reached
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

DAY, HOUR, MINUTE = dt.timedelta(hours=24), dt.timedelta(hours=1), dt.timedelta(minutes=1)
NO_TIME = dt.timedelta(0)
LONGEST_GAP = DAY
# Between two mails, and of what is added at random: no mail that left earlier is looked at.
MOST_MAILS = 1_000_000
# Of a cap: no mailbox can do more, and both databases can store it.


@dataclass(frozen=True)
class Window:
    """At most `most` mails in any `span`. `until`: when a ramp-up may allow more; None: it is the mailbox's own limit."""

    most: int
    span: dt.timedelta
    until: dt.datetime | None = None

    @property
    def bound(self) -> Text:
        """As people read it."""
        if self.span == MINUTE:
            return Text.plural(
                "this mailbox's provider takes {count} mail in a minute",
                "this mailbox's provider takes {count} mails in a minute",
                self.most,
            ).coded(SentenceCode.PACE_PROVIDER)
        if self.until is not None:
            return Text.plural(
                "this mailbox's ramp-up allows {count} mail in 24 hours today",
                "this mailbox's ramp-up allows {count} mails in 24 hours today",
                self.most,
            ).coded(SentenceCode.PACE_RAMP_UP)
        if self.span == HOUR:
            return Text.plural(
                "this mailbox's limit is {count} mail in an hour",
                "this mailbox's limit is {count} mails in an hour",
                self.most,
            ).coded(SentenceCode.PACE_HOURLY)
        return Text.plural(
            "this mailbox's limit is {count} mail in 24 hours",
            "this mailbox's limit is {count} mails in 24 hours",
            self.most,
        ).coded(SentenceCode.PACE_DAILY)

    def free_at(self, sent: Sequence[dt.datetime], now: dt.datetime) -> dt.datetime:
        """From when on one more may go, given when mails left (oldest first)."""
        if self.most <= 0:
            return now + self.span
        frees = sent[-self.most] + self.span if len(sent) >= self.most else now
        return frees if self.until is None else min(frees, self.until)


@dataclass(frozen=True)
class Pace:
    """A mailbox's own limits: at most `cap` mails in any 24 hours and `hourly` in any hour (None: no limit), at least `gap` between
    two. After each mail the gap is longer by a part of `jitter`, which `seed` and the time of that mail decide. Nothing leaves on
    the days of `leaves`; while it begins slowly (`ramp`), fewer than `cap`."""

    cap: int | None
    gap: dt.timedelta
    hourly: int | None = None
    jitter: dt.timedelta = NO_TIME
    seed: int = 0
    leaves: tuple[Leave, ...] = ()
    ramp: RampUp | None = None

    @property
    def spaced(self) -> bool:
        """Whether mails keep a distance from each other."""
        return self.gap > NO_TIME or self.jitter > NO_TIME

    def windows(self, at: dt.datetime | None = None) -> Iterator[Window]:
        """Its caps at an instant; None: when it has ramped up."""
        ramped = None if self.ramp is None or at is None else self._ramped(self.ramp, at)
        if ramped is not None:
            yield ramped
        elif self.cap is not None:
            yield Window(self.cap, DAY)
        if self.hourly is not None:
            yield Window(self.hourly, HOUR)

    def daily(self, at: dt.datetime) -> int | None:
        """The most mails in the 24 hours before an instant."""
        return next((each.most for each in self.windows(at) if each.span == DAY), None)

    def _ramped(self, ramp: RampUp, at: dt.datetime) -> Window | None:
        today = ramp.date(at)
        most = ramp.on(today)
        if most is None or reached(most, self.cap):
            return None
        return Window(most, DAY, ramp.begins(today + A_DAY))

    def gap_after(self, left_at: dt.datetime) -> dt.timedelta:
        """How long after a mail that left then the next may: whoever asks again is told the same."""
        if self.jitter <= NO_TIME:
            return self.gap
        digest = hashlib.sha256(f"{self.seed} {left_at.astimezone(dt.UTC).isoformat()}".encode()).digest()
        return self.gap + self.jitter * (int.from_bytes(digest[:4]) / 2**32)


@dataclass(frozen=True)
class Allowance:
    """How many may go in this turn; when none or no more may, from when on, and what bound it."""

    count: int
    next_at: dt.datetime | None = None
    bound: Text | str = ""


def needs_history(pace: Pace) -> bool:
    """Whether the times of earlier mails matter at all."""
    return pace.spaced or any(True for _ in pace.windows())


def most(pace: Pace, batch: int) -> int:
    """How many `allowance` may let go at most, whatever was sent before."""
    return min(1, batch) if pace.spaced else batch


def allowance(pace: Pace, sent: Sequence[dt.datetime], now: dt.datetime, batch: int) -> Allowance:
    """What may go at `now`, given when mails left in the last 24 hours (oldest first); never more than `batch`."""
    back = leaves.back_at(pace.leaves, now)
    if back is not None:
        return Allowance(0, back, leaves.told(pace.leaves, back).coded(SentenceCode.PACE_ON_LEAVE))
    recent = [min(at, now) for at in sent if at > now - DAY]  # it left, whatever clock says that it will
    room, full = batch, list[tuple[dt.datetime, Window]]()
    for window in pace.windows(now):
        inside = [at for at in recent if at > now - window.span]
        room = min(room, window.most - len(inside))
        if len(inside) >= window.most:
            full.append((window.free_at(inside, now), window))
    if full:
        frees, window = max(full, key=lambda each: each[0])
        return Allowance(0, frees, window.bound)
    return _spaced(pace, recent, now, min(room, batch)) if pace.spaced else Allowance(room)


def _spaced(pace: Pace, recent: Sequence[dt.datetime], now: dt.datetime, room: int) -> Allowance:
    gap = pace.gap_after(recent[-1]) if recent else NO_TIME
    free_at = recent[-1] + gap if recent else now
    if free_at > now:
        seconds = int(gap.total_seconds())
        words = Text.plural("{count} second between two mails", "{count} seconds between two mails", seconds)
        return Allowance(0, free_at, words.coded(SentenceCode.PACE_GAP))
    return Allowance(min(1, room), now + pace.gap)


def matters(limit: Window, pace: Pace) -> bool:
    """Whether a mailbox with such a pace could ever exceed what its provider takes. Its mails follow one another, so `most` + 1 of them
    arrive at least `most` - 1 gaps apart, however long each takes."""
    return (limit.most - 1) * pace.gap < limit.span


def within(allowed: Allowance, limit: Window, ended: Sequence[dt.datetime], now: dt.datetime) -> Allowance:
    """What may go where the provider takes no more than `limit`: it counts when mails arrive, which is somewhere between their marks and
    their ends. `ended`: when the last ones ended (oldest first; what is under way ends now)."""
    inside = [min(at, now) for at in ended if at > now - limit.span]
    if len(inside) < limit.most:
        return replace(allowed, count=min(allowed.count, limit.most - len(inside)))
    frees = limit.free_at(inside, now)
    if allowed.count == 0 and allowed.next_at is not None and allowed.next_at >= frees:
        return allowed
    return Allowance(0, frees, limit.bound)


def since(pace: Pace, allowed: Allowance, left_at: dt.datetime) -> Allowance:
    """What was allowed, when the last of it left at `left_at`: a little later than when it was asked about. Whoever came
    back by the earlier time would come too early, and for nothing."""
    if not pace.spaced or allowed.next_at is None:
        return allowed
    return replace(allowed, next_at=max(allowed.next_at, left_at + pace.gap_after(left_at)))
