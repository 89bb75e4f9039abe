"""When a step may go, and what bound it. Pure: the same question always has the same answer, with its reasons.

Days are counted on the contact's own dates and only then given a time; instants are UTC. A local time that does not
exist (clocks going forward) becomes the first instant after the gap; one that comes twice (clocks going back) is its
first coming, once. Windows are half open.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from relance import errors
from relance.engine.schedule import holiday_names, holidays, leaves, send_windows, waits
from relance.engine.schedule.holidays import Region
from relance.engine.schedule.timezones import ContactZone
from relance.engine.schedule.waits import Unit, Wait
from relance.wording import Text, moment_in

UTC = dt.UTC
# Longer than any wait plus any run of closed days: beyond it the rule never opens.
HORIZON = dt.timedelta(days=800)
MINUTE = dt.timedelta(minutes=1)
# Long enough that 200 first mails do not stand in one minute, short enough that "in the morning" stays true.
DEFAULT_SPREAD = 45


class BoundKind(StrEnum):
    """What moved a step's time."""

    WAIT = "wait"  # the span the author asked for
    AWAY = "away"  # out of office
    AT = "at"  # the time of day the author asked for
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    CLOSED = "closed"  # a day the author took out
    LEAVE = "leave"  # of the mailbox's owner
    WINDOW = "window"  # outside the sending hours
    DAY = "day"  # no sending hours on this weekday
    CLOCK = "clock"  # the clocks change
    SPREAD = "spread"  # so that not everybody is written to in the same minute


@dataclass(frozen=True)
class Bound:
    """One reason, in the order it took effect: its kind, a sentence part, and the instant it moved things to."""

    kind: BoundKind
    words: Text
    until: dt.datetime
    was: dt.datetime | None = None  # when it would go if the leave were none


@dataclass(frozen=True)
class When:
    """An answer: the instant in UTC, the same on the contact's clock, the zone, and every reason."""

    at: dt.datetime
    local: dt.datetime
    zone: str
    bound: tuple[Bound, ...]

    def __str__(self) -> str:
        return moment_in(self.at, self.zone)


@dataclass(frozen=True)
class SendingRule:
    """When a step may go: hours by weekday, closed days, not before `at` (minutes of the day), spread in minutes."""

    week: send_windows.Week
    closed: frozenset[dt.date] = frozenset()
    at: int | None = None
    spread: int = DEFAULT_SPREAD

    def intervals(self, day: dt.date) -> tuple[send_windows.Interval, ...]:
        """The sending hours of that date, holidays apart."""
        hours = self.week.days[day.weekday()]
        if self.at is None:
            return hours
        return tuple(
            send_windows.Interval(max(hour.start, self.at), hour.end) for hour in hours if hour.end > self.at
        )


def next_time(
    rule: SendingRule,
    after: dt.datetime,
    wait: Wait,
    place: ContactZone,
    *,
    key: str = "",
    away_until: dt.date | None = None,
) -> When:
    """The first time a step may go, `wait` after `after` (aware), and everything that bound it.

    `key` (an enrollment and a step) scatters steps over the first minutes of a window, always to the same minute;
    without it nothing is scattered. `away_until` is the first day the contact is back.
    """
    return scattered(first_opening(rule, after, wait, place, away_until=away_until), key)


@dataclass(frozen=True)
class Opening:
    """When a step may go first, before steps are scattered, and when that window closes. Of a wait that is counted in days it
    is the same for all who began it in the same minute."""

    rule: SendingRule
    place: ContactZone
    at: dt.datetime
    closes: dt.datetime
    shared: bool  # by all who wait for it: they are scattered
    bound: tuple[Bound, ...]


def first_opening(
    rule: SendingRule,
    after: dt.datetime,
    wait: Wait,
    place: ContactZone,
    *,
    away_until: dt.date | None = None,
) -> Opening:
    """`next_time`, up to where one step differs from another."""
    ask = _Asking(rule, place, zoneinfo.ZoneInfo(place.zone))
    earliest = ask.wait_over(after.astimezone(UTC), wait)
    earliest = ask.back(earliest, away_until)
    at, closes = ask.opening(earliest)
    return Opening(rule, place, at, closes, at > earliest or wait.in_days, tuple(ask.bound))


def scattered(opening: Opening, key: str) -> When:
    """The time of one step."""
    ask = _Asking(opening.rule, opening.place, zoneinfo.ZoneInfo(opening.place.zone))
    ask.bound.extend(opening.bound)
    at = ask.spread(opening.at, opening.closes, key) if key and opening.shared else opening.at
    return ask.answer(at)


def next_opening(rule: SendingRule, place: ContactZone, now: dt.datetime) -> When:
    """The first time at or after `now` when this rule lets mail out; its `at` is `now` itself while it is open."""
    return next_time(rule, now, waits.AT_ONCE, place)


# A campaign asks for the same few days, hours and zones thousands of times.
@functools.lru_cache(maxsize=8192)
def instant(day: dt.date, minute: int, zone: dt.tzinfo) -> dt.datetime:
    """The one instant (UTC) of a local time: in a gap the first after it, in a fold the first of the two."""
    wall = dt.datetime.combine(day, dt.time()) + minute * MINUTE
    found = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    # The wall time is skipped: fold 1 reads it with the offset after the change, and so lands before the change.
    return _change_between(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), found, zone)


def _change_between(before: dt.datetime, after: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """The first instant in (before, after] with the later offset, to the second."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > dt.timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


def _rest(rule: SendingRule, place: ContactZone, day: dt.date) -> tuple[BoundKind, Text] | None:
    """Why nobody works on that date, or None."""
    if day in rule.closed and not holidays.holiday(place.region, day):
        return BoundKind.CLOSED, Text("the sequence excludes {day}", day=day)
    return _rest_of(place.region, day)


@functools.lru_cache(maxsize=8192)
def _rest_of(region: Region | None, day: dt.date) -> tuple[BoundKind, Text] | None:
    if name := holidays.holiday(region, day):
        called = Text(
            "{day} is {holiday} ({region})", day=day, holiday=holiday_names.shown(name), region=str(region)
        )
        return BoundKind.HOLIDAY, called
    if day.weekday() in holidays.weekend(region, day.year):
        return BoundKind.WEEKEND, Text("{day} is a weekend day", day=day)
    return None


class _Asking:
    """One question being answered: collects the reasons as it goes."""

    def __init__(self, rule: SendingRule, place: ContactZone, zone: zoneinfo.ZoneInfo) -> None:
        self.rule = rule
        self.place = place
        self.zone = zone
        self.bound: list[Bound] = []

    def note(self, kind: BoundKind, words: Text, until: dt.datetime) -> None:
        self.bound.append(Bound(kind, words, until))

    def answer(self, at: dt.datetime) -> When:
        return When(at, at.astimezone(self.zone), self.place.zone, tuple(self.bound))

    # Stage 1: the wait the author asked for.

    def wait_over(self, after: dt.datetime, wait: Wait) -> dt.datetime:
        if wait.count == 0 and wait.unit is not Unit.WEEKDAY:
            return after
        if not wait.in_days:
            over = after + wait.count * (MINUTE if wait.unit is Unit.MINUTES else dt.timedelta(hours=1))
        else:
            over = self.start_of(self.date_after(after.astimezone(self.zone).date(), wait))
        since = after.astimezone(self.zone)
        words = Text("{wait} from {day} {time}", wait=wait.text, day=since.date(), time=f"{since:%H:%M}")
        self.bound.insert(0, Bound(BoundKind.WAIT, words, over))
        return over

    def date_after(self, day: dt.date, wait: Wait) -> dt.date:
        if wait.unit is Unit.BUSINESS_DAYS:
            return self.business_days_after(day, wait.count)
        if wait.unit is Unit.WEEKDAY:
            return day + dt.timedelta(days=(wait.count - day.weekday() - 1) % 7 + 1)
        return day + dt.timedelta(days=wait.count * (7 if wait.unit is Unit.WEEKS else 1))

    def business_days_after(self, day: dt.date, count: int) -> dt.date:
        while count:
            day += dt.timedelta(days=1)
            rest = _rest(self.rule, self.place, day)
            if rest is None:
                count -= 1
            elif day.weekday() not in holidays.weekend(self.place.region, day.year):
                words = Text("{rest} and not counted", rest=rest[1])
                self.note(rest[0], words, self.start_of(day + dt.timedelta(days=1)))
        return day

    def start_of(self, day: dt.date) -> dt.datetime:
        return instant(day, 0, self.zone)

    # Stage 2: the contact's absence.

    def back(self, earliest: dt.datetime, away_until: dt.date | None) -> dt.datetime:
        if away_until is None or (back := self.start_of(away_until)) <= earliest:
            return earliest
        self.note(BoundKind.AWAY, Text("out of office until {day}", day=away_until), back)
        return back

    # Stage 3: the first window that is open.

    def opening(self, earliest: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
        """The first open instant at or after `earliest`, and when that window closes."""
        first = earliest.astimezone(self.zone).date()
        for step in range(HORIZON.days):
            day = first + dt.timedelta(days=step)
            if self.shut(day):
                continue
            for start, end in self.windows(day):
                if end > earliest:
                    back = leaves.back_at(self.place.leaves, max(start, earliest))
                    if back is not None:
                        return self.opening(self.on_leave(max(start, earliest), back))
                    if start > earliest:
                        self.note_opening(day, start, earliest)
                    return max(start, earliest), end
            self.note(
                BoundKind.WINDOW,
                Text("the sending hours of {day} are over", day=day),
                self.start_of(day + dt.timedelta(days=1)),
            )
        raise errors.Invalid(
            Text(
                "These sending hours never occur: for two years, every day with sending hours is a weekend day, a holiday or excluded."
            )
        )

    def on_leave(self, at: dt.datetime, back: dt.datetime) -> dt.datetime:
        words = leaves.told(self.place.leaves, back)
        self.bound.append(Bound(BoundKind.LEAVE, words, back, at))
        return back

    def shut(self, day: dt.date) -> bool:
        """Whether nothing leaves on that date at all; if so it is noted why."""
        rest = _rest(self.rule, self.place, day)
        if not self.rule.intervals(day):
            # A Saturday without hours is shut for being weekend; a Friday without hours for having none.
            words = rest or (BoundKind.DAY, Text("{day} has no sending hours", day=day))
        elif rest is None or rest[0] is BoundKind.WEEKEND:
            return False  # hours given for a weekend day are meant
        else:
            words = rest
        self.note(*words, self.start_of(day + dt.timedelta(days=1)))
        return True

    def windows(self, day: dt.date) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        for interval in self.rule.intervals(day):
            start, end = instant(day, interval.start, self.zone), instant(day, interval.end, self.zone)
            if start < end:
                yield start, end
            else:
                self.note(
                    BoundKind.CLOCK,
                    Text("the clocks skip {hours} on {day}", hours=str(interval), day=day),
                    end,
                )

    def note_opening(self, day: dt.date, start: dt.datetime, earliest: dt.datetime) -> None:
        local = start.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        if all(minute != interval.start for interval in self.rule.intervals(day)):
            self.note(
                BoundKind.CLOCK,
                Text("the clocks go forward on {day} to {time}", day=day, time=f"{local:%H:%M}"),
                start,
            )
        elif minute == self.rule.at:
            self.note(BoundKind.AT, Text("not before {time}", time=f"{local:%H:%M}"), start)
        elif earliest > self.start_of(day) or self.bound:
            self.note(BoundKind.WINDOW, Text("sending hours begin at {time}", time=f"{local:%H:%M}"), start)

    # Stage 4: not everybody in the same minute.

    def spread(self, opening: dt.datetime, closes: dt.datetime, key: str) -> dt.datetime:
        room = int(min(closes - opening, self.rule.spread * MINUTE).total_seconds())
        if room < 1:
            return opening
        seed = f"{key} {opening.astimezone(self.zone).date()}".encode()
        later = dt.timedelta(seconds=int.from_bytes(hashlib.sha256(seed).digest()[:8]) % room)
        if later:
            words = Text.plural(
                "spread over the first {count} minute", "spread over the first {count} minutes", room // 60
            )
            self.note(BoundKind.SPREAD, words, opening + later)
        return opening + later
