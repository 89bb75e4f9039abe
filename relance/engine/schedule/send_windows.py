"""When mail may leave, as a person writes it: "mon-fri", "08:30-11:30, 13:00-16:30". Pure.

Times are minutes after local midnight; an interval is half open (16:30 itself is outside "13:00-16:30").
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from relance.wording import Text

SHORT = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = 24 * 60
_NAMES = {name: index for index, name in enumerate(SHORT)} | {
    name: index
    for index, name in enumerate(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    )
}
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})")
_TWELVE = re.compile(r"\d\s*[ap]\.?m", re.IGNORECASE)


class Interval(NamedTuple):
    """A stretch of one day, in minutes after midnight: `start` is in it, `end` is not."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"{clock_text(self.start)}-{clock_text(self.end)}"


@dataclass(frozen=True)
class Week:
    """The intervals of each day, Monday first; a day without any is not a sending day."""

    days: tuple[tuple[Interval, ...], ...]

    def __post_init__(self) -> None:
        if len(self.days) != 7:
            raise ValueError("a week has seven days")


def clock_text(minute: int) -> str:
    """Minutes after midnight as "08:30"."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def parse_time(text: str) -> int:
    """Minutes after midnight of "08:30"; ValueError with a sentence."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        if _TWELVE.search(text):
            raise ValueError(
                Text('"{value}": use the 24-hour clock, for instance `"16:30"`', value=text.strip())
            )
        raise ValueError(
            Text('"{value}" is not a time of day: write for instance `"08:30"`', value=text.strip())
        )
    hour, minute = int(found[1]), int(found[2])
    if minute > 59 or hour * 60 + minute > MIDNIGHT:
        raise ValueError(
            Text('"{value}" is not on the clock: times run from 00:00 to 24:00', value=text.strip())
        )
    return hour * 60 + minute


def parse_intervals(text: str) -> tuple[Interval, ...]:
    """The intervals of "08:30-11:30, 13:00-16:30", in order and apart; ValueError with a sentence."""
    found = sorted(_interval(part) for part in text.split(",") if part.strip())
    if not found:
        raise ValueError(Text('no hours given: write for instance `"08:30-16:30"`'))
    for before, after in itertools.pairwise(found):
        if after.start < before.end:
            raise ValueError(Text("{first} and {second} overlap", first=str(before), second=str(after)))
        if after.start == before.end:
            raise ValueError(
                Text(
                    "{first} and {second} touch: write {whole}",
                    first=str(before),
                    second=str(after),
                    whole=str(Interval(before.start, after.end)),
                )
            )
    return tuple(found)


def _interval(part: str) -> Interval:
    ends = re.split(r"\s*[-–—]\s*", part.strip())
    if len(ends) != 2:
        raise ValueError(
            Text('"{value}" is not a period of a day: write for instance `"08:30-11:30"`', value=part.strip())
        )
    start, end = parse_time(ends[0]), parse_time(ends[1])
    if start >= end:
        raise ValueError(
            Text(
                "{value} ends before it begins: mail is not sent past midnight; write two periods",
                value=part.strip(),
            )
        )
    return Interval(start, end)


def parse_days(text: str) -> tuple[int, ...]:
    """The weekdays of "mon-fri" or "mon, wed-fri", Monday 0, in order; ValueError with a sentence."""
    days: set[int] = set()
    for part in text.lower().split(","):
        ends = [_day(name) for name in re.split(r"\s*[-–—]\s*", part.strip())]
        if len(ends) > 2:
            raise ValueError(
                Text('"{value}" is not a part of a week: write for instance "mon-fri"', value=part.strip())
            )
        first, last = ends[0], ends[-1]
        days.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    return tuple(sorted(days))


def _day(name: str) -> int:
    if name not in _NAMES:
        raise ValueError(
            Text('"{name}" is not a weekday: write mon, tue, wed, thu, fri, sat or sun', name=name)
        )
    return _NAMES[name]


def days_text(days: tuple[int, ...]) -> str:
    """Weekdays as "mon-fri" or "mon-tue, thu"."""
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(SHORT[run[0]] if len(run) == 1 else f"{SHORT[run[0]]}-{SHORT[run[-1]]}" for run in runs)


def intervals_text(intervals: tuple[Interval, ...]) -> str:
    """Intervals as "08:30-11:30, 13:00-16:30"."""
    return ", ".join(str(interval) for interval in intervals)


def same_hours(days: tuple[int, ...], intervals: tuple[Interval, ...]) -> Week:
    """A week with the same hours on each of `days`."""
    return Week(tuple(intervals if day in days else () for day in range(7)))


def by_day(hours: Mapping[str, str]) -> Week:
    """A week from {"mon-thu": "08:30-16:30", "fri": "08:30-13:00"}; ValueError with a sentence."""
    week: list[tuple[Interval, ...]] = [()] * 7
    for key, text in hours.items():
        for day in parse_days(key):
            if week[day]:
                raise ValueError(Text("{day} has hours twice", day=SHORT[day]))
            week[day] = parse_intervals(text)
    if not any(week):
        raise ValueError(Text('no hours given: write for instance `mon-thu: "08:30-16:30"`'))
    return Week(tuple(week))
