"""The bars, one a row: what was measured in this run, what it has to be, and whether it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Figures = Mapping[str, Any]
MB = 2**20


@dataclass(frozen=True)
class Bar:
    """What was measured (None: not this time), and the least or the most it may be."""

    name: str
    found: float | None
    least: float | None = None
    most: float | None = None
    unit: str = ""

    @property
    def met(self) -> bool | None:
        """None: there is no bar, or nothing was measured."""
        if self.found is None or (self.least is None and self.most is None):
            return None
        return (self.least is None or self.found >= self.least) and (
            self.most is None or self.found <= self.most
        )

    def __str__(self) -> str:
        bound = next((each for each in (self.least, self.most) if each is not None), None)
        sign = "at least" if self.least is not None else "at most"
        bar = "" if bound is None else f"{sign} {self._said(bound)}"
        verdict = {None: "" if self.found is not None else "not measured", True: "met", False: "NOT MET"}
        found = "-" if self.found is None else self._said(self.found)
        return f"{self.name:46}{found:>10}   {bar:18}{verdict[self.met]}".rstrip()

    def _said(self, value: float) -> str:
        if self.unit == "%":
            return f"{100 * value:.1f}%"
        return f"{value:.2f}" if not self.unit else f"{value:.4g} {self.unit}"


def bars(told: Mapping[str, Figures], peer: Mapping[str, float], hits: int) -> Iterator[Bar]:
    """Every bar, of the parts by their names and the peers by when they render."""
    yield from _sending(told, peer)
    yield from _paced(told["paced"])
    yield from _claims(told["claims"])
    for name in ("hits", "hits on SQLite"):
        yield from _hits(name, told[name], hits)
    yield from _memory(told)
    for name in ("looks", "looks on SQLite"):
        yield from _looks(name, told[name])
    for name in ("console", "console on SQLite"):
        yield from _console(name, told[name])


def _sending(told: Mapping[str, Figures], peer: Mapping[str, float]) -> Iterator[Bar]:
    two, one, sqlite = (
        told[name].get("mails_per_second") for name in ("two workers", "one worker", "SQLite")
    )
    yield Bar("mails, of smtp-source", told["two workers"].get("ratio"), least=0.07, unit="%")
    yield Bar("mails, of django-post-office that renders", _by(two, peer.get("sending")), least=2.5)
    yield Bar("  of one whose queue is rendered before", _by(two, peer.get("before")), least=2.5)
    yield Bar("mails on SQLite, of the one that renders", _by(sqlite, peer.get("sending")), least=1.5)
    yield Bar("  of the one rendered before", _by(sqlite, peer.get("before")), least=1.5)
    yield Bar("two workers, of one", _by(two, one), least=1.6)


def _paced(found: Figures) -> Iterator[Bar]:
    yield Bar("paced, CPU of a mail", _times(found.get("cpu"), 1000), most=6, unit="ms")
    yield Bar("paced, second mails behind their gap, p99", found.get("p99"), most=2, unit="s")


def _claims(found: Figures) -> Iterator[Bar]:
    for kind in ("claim", "first_due"):
        small = found.get("small", {}).get(kind)
        for name, most in (("large", 1.2), ("backlog", 2.0), ("snapshot", 2.0)):
            yield Bar(
                f"{kind.replace('_', ' ')}, {name} to small",
                _by(found.get(name, {}).get(kind), small),
                most=most,
            )


def _hits(name: str, found: Figures, wanted: int) -> Iterator[Bar]:
    yield Bar(f"{name}, of a constant", found.get("ratio"), least=0.6, unit="%")
    yield Bar(f"{name}, of a constant by CPU", found.get("ratio_by_cpu"), unit="%")
    half = found.get("runs", {}).get("at half the rate", {}).get("p99")
    yield Bar(f"{name}, p99 at half the rate", _times(half, 1000), most=25, unit="ms")
    yield Bar(
        f"{name}, recorded of a burst of {wanted}", _by(found.get("recorded"), wanted), least=1, unit="%"
    )


def _memory(told: Mapping[str, Figures]) -> Iterator[Bar]:
    peak = max(told["two workers"].get("memory", ()), default=None)
    yield Bar("peak memory of a worker", _times(peak, 1 / MB), most=80, unit="MB")
    yield Bar("  of its libraries alone", _by(peak, told["footprint"].get("libraries_working")))
    for name in ("footprint", "footprint on SQLite"):
        where = name.removeprefix("footprint")
        yield Bar(f"a worker that waits{where}", _times(told[name].get("idle"), 1 / MB), most=70, unit="MB")
        yield Bar(
            f"  of its libraries alone{where}", _by(told[name].get("idle"), told[name].get("libraries"))
        )
        yield Bar(
            f"  of its own, where several wait{where}",
            _times(told[name].get("several_alone"), 1 / MB),
            unit="MB",
        )
        yield Bar(f"CPU of relance status{where}", told[name].get("status"), most=0.4, unit="s")


def _looks(name: str, found: Figures) -> Iterator[Bar]:
    where = name.removeprefix("looks")
    for what, seconds in found.get("looks", {}).items():
        whole = what in ("status", "report", "held")
        yield Bar(f"{what}{where}", 1000 * seconds, most=300 if whole else 50, unit="ms")


def _console(name: str, found: Figures) -> Iterator[Bar]:
    """The slowest of the lists, and what the first page weighs."""
    pages = found.get("pages", {})
    slowest = max(pages, key=pages.__getitem__, default="")
    what = f"page, p95 of the slowest list ({slowest})" if slowest else "page, p95 of the slowest list"
    yield Bar(f"{name}: {what}", _times(pages.get(slowest), 1000), most=50, unit="ms")
    yield Bar(f"{name}: first page, compressed", _times(found.get("weight"), 0.001), most=100, unit="KB")


def _by(ours: float | None, theirs: float | None) -> float | None:
    return ours / theirs if ours is not None and theirs else None


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor
