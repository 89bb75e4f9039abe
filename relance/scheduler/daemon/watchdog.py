"""The watchdog: measures progress, for a thread may be alive and stand still. It says so, reconnects, and ends the process
where that does not help, for a supervisor to start again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import structlog

from relance import clock
from relance.scheduler.monitoring import metrics

GAP_SECONDS = 10.0  # between two looks: this very process was frozen, and what it watches too
PARDON_SECONDS = 60.0  # after that, until it is judged again


@dataclass(frozen=True)
class Pulse:
    """When something last moved, as it is now."""

    kind: str  # loop, turn, hands, web: the label of its figure
    what: str  # in words
    age: float  # seconds since it last moved
    limit: float  # seconds after which it stands still
    end: float  # seconds after which only a new process helps


@dataclass(frozen=True)
class Diagnosis:
    """What follows from the pulses."""

    fresh: tuple[Pulse, ...] = ()  # stand still, and nobody has said so
    moving: tuple[str, ...] = ()  # were said to stand still, and do no more
    end: str | None = None  # why the process must end


def judge(pulses: Iterable[Pulse], said: Collection[str]) -> Diagnosis:
    """Pure. `said`: what was said to stand still before."""
    still = [pulse for pulse in pulses if pulse.age > pulse.limit]
    names = {pulse.what for pulse in still}
    hopeless = next((pulse for pulse in still if pulse.age > pulse.end), None)
    return Diagnosis(
        fresh=tuple(pulse for pulse in still if pulse.what not in said),
        moving=tuple(sorted(name for name in said if name not in names)),
        end=f"{hopeless.what} has not moved for {hopeless.age:.0f} seconds" if hopeless else None,
    )


class Watchdog:
    """A part of a daemon, without a thread: it is asked every second, as every part is."""

    name = "watchdog"

    def __init__(
        self,
        figures: metrics.Meters,
        reconnect: Callable[[], None],
        hearts: Sequence[Callable[[], Iterable[Pulse]]],
    ) -> None:
        self.figures = figures
        self.reconnect = reconnect
        self.hearts = hearts
        self.said: dict[str, str] = {}  # what stands still, and its kind
        self.looked = self.pardoned = clock.elapsed()
        self.log = structlog.get_logger(__name__)

    def start(self) -> None:
        """Nothing has had to move until now."""
        self.looked = self.pardoned = clock.elapsed()

    def trouble(self) -> str | None:
        """Why the process must end, if so."""
        now = clock.elapsed()
        if now - self.looked > GAP_SECONDS:
            self.pardoned = now + PARDON_SECONDS
        self.looked = now
        return self._look() if now >= self.pardoned else None

    def _look(self) -> str | None:
        verdict = judge([pulse for heart in self.hearts for pulse in heart()], self.said)
        for pulse in verdict.fresh:
            self.figures.stalls.labels(pulse.kind).inc()
            self.log.error("something is stuck; connecting again", what=pulse.what, seconds=round(pulse.age))
        if verdict.fresh:  # in a thread: what hangs must not hang the one that looks
            threading.Thread(target=self.reconnect, name="relance-reconnect", daemon=True).start()
        for what in verdict.moving:
            self.log.info("it moves again", what=what)
        still = {what: kind for what, kind in self.said.items() if what not in verdict.moving}
        self.said = {**still, **{pulse.what: pulse.kind for pulse in verdict.fresh}}
        return verdict.end

    def kinds(self) -> set[str]:
        """Of what stands still now."""
        return set(self.said.values())

    def stop(self, seconds: float) -> None:
        """Nothing to stop."""
