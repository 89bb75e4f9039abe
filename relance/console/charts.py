"""Charts, drawn here: an SVG for the eye, and the table of its numbers for everybody else (and for print)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH, HEIGHT, FOOT = 640, 128, 26
# Units of the drawing; it is as wide as its place.
MOST_LABELS = 8


@dataclass(frozen=True)
class Bar:
    """One bar: what it stands for, how much of it is done and how much is to come."""

    label: str
    done: int
    planned: int = 0

    @property
    def whole(self) -> int:
        """How high it is."""
        return self.done + self.planned


def bars(found: Sequence[Bar], *, limit: int | None = None) -> Markup:
    """Bars, and a line at what is possible (`limit`); no words, which stand in the table beside it."""
    top = max([limit or 0, 1, *(each.whole for each in found)])
    step = WIDTH / max(1, len(found))
    shown = [part for number, each in enumerate(found) for part in _bar(each, number, step, top)]
    every = -(-len(found) // MOST_LABELS) if found else 1
    shown += [
        Markup('<text class="axis" x="{:.1f}" y="{}" text-anchor="{}">{}</text>').format(
            (number + 0.5) * step if number else 0.0, HEIGHT - 4, "middle" if number else "start", each.label
        )
        for number, each in enumerate(found)
        if number % every == 0
    ]
    if limit:
        y = _y(limit, top)
        shown.append(
            Markup('<line class="limit" x1="0" x2="{}" y1="{y:.1f}" y2="{y:.1f}"/>').format(WIDTH, y=y)
        )
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" aria-hidden="true" focusable="false">{}</svg>'
    ).format(WIDTH, HEIGHT, Markup("").join(shown))


def _bar(each: Bar, number: int, step: float, top: int) -> list[Markup]:
    x, width = number * step + step * 0.15, step * 0.7
    base = HEIGHT - FOOT
    done, whole = _y(each.done, top), _y(each.whole, top)
    found = []
    for kind, upper, lower in (("done", done, base), ("planned", whole, done)):
        if lower - upper > 0.05:
            found.append(
                Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
                    escape(kind), x, upper, width, lower - upper
                )
            )
    return found


def _y(value: int, top: int) -> float:
    return (HEIGHT - FOOT) * (1 - value / top * 0.96)
