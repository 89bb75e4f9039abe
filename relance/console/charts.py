"""Charts, drawn here: an SVG for the eye, and the table of its numbers for everybody else (and for print)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from relance.wording import dates

WIDTH, HEIGHT, HEAD, FOOT = 640, 152, 12, 26
# Units of the drawing; it is as wide as its place. Above the highest line of the scale and below the lowest is room for words.
MOST_LABELS = 8
MOST_LINES = 4
# Of the scale, above its zero.
DIGIT, GAP = 12, 10
# The width of a digit where the drawing is small (a phone), and the room between a number of the scale and the bars.


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


def scale(most: int) -> list[int]:
    """The numbers at the side, from 0 to `most` or a little above: whole ones, evenly apart, no more than `MOST_LINES` above 0."""
    ten = 1
    while True:
        for step in (ten, 2 * ten, 5 * ten):
            lines = max(1, -(-most // step))
            if lines <= MOST_LINES:
                return [step * line for line in range(lines + 1)]
        ten *= 10


def bars(found: Sequence[Bar], *, limit: int | None = None) -> Markup:
    """Bars over a scale, and a line at what is possible (`limit`); what it all means stands in the table beside it."""
    lines = scale(max([limit or 0, 1, *(each.whole for each in found)]))
    side = DIGIT * max(len(dates.count(each)) for each in lines) + GAP
    step = (WIDTH - side) / max(1, len(found))
    drawn = [_scale(lines, side)]
    drawn += [_bar(each, side + number * step, step, lines[-1]) for number, each in enumerate(found)]
    drawn.append(_labels(found, side, step))
    if limit:
        drawn.append(_line("limit", side, _y(limit, lines[-1])))
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" aria-hidden="true" focusable="false">{}</svg>'
    ).format(WIDTH, HEIGHT, Markup("").join(drawn))


def _scale(lines: Sequence[int], side: int) -> Markup:
    shown = []
    for number in lines:
        y = _y(number, lines[-1])
        words = Markup('<text class="axis" x="{}" y="{:.1f}" text-anchor="end">{}</text>')
        shown += [
            _line("base" if number == 0 else "grid", side, y),
            words.format(side - GAP, y + 4, dates.count(number)),
        ]
    return Markup("<g>{}</g>").format(Markup("").join(shown))


def _line(kind: str, side: int, y: float) -> Markup:
    return Markup('<line class="{}" x1="{}" x2="{}" y1="{y:.1f}" y2="{y:.1f}"/>').format(
        kind, side, WIDTH, y=y
    )


def _labels(found: Sequence[Bar], side: int, step: float) -> Markup:
    """What the bars stand for, as many as there is room for; the first begins where the bars do."""
    every = -(-len(found) // MOST_LABELS) if found else 1
    shown = [
        Markup('<text class="axis" x="{:.1f}" y="{}" text-anchor="{}">{}</text>').format(
            side + ((number + 0.5) * step if number else 0.0),
            HEIGHT - 4,
            "middle" if number else "start",
            each.label,
        )
        for number, each in enumerate(found)
        if number % every == 0
    ]
    return Markup('<g class="along">{}</g>').format(Markup("").join(shown))


def _bar(each: Bar, left: float, step: float, top: int) -> Markup:
    x, width = left + step * 0.15, step * 0.7
    done, whole = _y(each.done, top), _y(each.whole, top)
    shown = [
        Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
            escape(kind), x, upper, width, lower - upper
        )
        for kind, upper, lower in (("done", done, _y(0, top)), ("planned", whole, done))
        if lower - upper > 0.05
    ]
    return Markup("").join(shown)


def _y(value: int, top: int) -> float:
    return HEAD + (HEIGHT - HEAD - FOOT) * (1 - value / top)
