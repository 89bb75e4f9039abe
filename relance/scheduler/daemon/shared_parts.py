"""What every daemon has around its own parts: a heartbeat, a watchdog, health, and figures of the whole where it schedules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from relance import late
from relance.engine.reporting.concerns import Concern, InstallationFacts, concerns
from relance.engine.store.processes import DUTIES
from relance.scheduler import app_protocol
from relance.scheduler.daemon import heartbeat, lifecycle
from relance.scheduler.daemon import watchdog as scheduler_watchdog
from relance.scheduler.monitoring import metrics
from relance.scheduler.queue import hints

if TYPE_CHECKING:
    from relance.scheduler.monitoring import gauges, health
else:  # what asks how all stands, for whoever schedules; a web server of its own, where a port is set for it
    gauges, health = late.modules(
        "relance.scheduler.monitoring.gauges", "relance.scheduler.monitoring.health"
    )


class Vitals:
    """What one process knows of itself, by the facts it meets anyway: no question to the database of its own."""

    def __init__(
        self,
        role: str,
        present: heartbeat.Presence,
        watchdog: scheduler_watchdog.Watchdog,
        shown: gauges.Gauges | None,
    ) -> None:
        self.role = role
        self.duties = DUTIES.get(role, {role})
        self.present = present
        self.watchdog = watchdog
        self.gauges = shown

    def concerns(self) -> tuple[Concern, ...]:
        """What is wrong here, and what the last look at the whole found."""
        sender = self.present.hints
        own = concerns(
            InstallationFacts(
                database="" if self.present.unwritable else self.present.missed,
                unwritable=self.present.missed if self.present.unwritable else "",
                broker=sender is None or sender.away_since is None,
                refused=sender.refused if sender is not None else "",
                stalled=tuple(sorted(self.watchdog.said)),
                halted=self.present.halted,
            )
        )
        known = {(each.kind, each.subject) for each in own}
        whole = self.gauges.known.values() if self.gauges is not None else ()
        return (*own, *(each for each in whole if (each.kind, each.subject) not in known))

    def answer(self, path: str) -> health.HealthAnswer:
        """What health says."""
        return health.answer(path, self.role, self.duties, self.concerns(), self.watchdog.kinds())


def around(
    app: app_protocol.App,
    role: str,
    figures: metrics.Meters,
    parts: Sequence[lifecycle.DaemonPart],
    *,
    hearts: Sequence[Callable[[], Iterable[scheduler_watchdog.Pulse]]],
    sender: hints.Hints | None = None,
) -> list[lifecycle.DaemonPart]:
    """These parts, with everything a daemon of this role has around them, in the order of their start."""
    settings = app.settings
    app.measure(figures)
    present = heartbeat.Presence(app, role, sender)
    watchdog = scheduler_watchdog.Watchdog(figures, app.reconnect, [*hearts, present.pulses])
    shown = gauges.Gauges(app, figures) if "scheduler" in DUTIES.get(role, {role}) else None
    vitals = Vitals(role, present, watchdog, shown)
    first: list[lifecycle.DaemonPart] = [present]
    if settings.health_port is not None:
        first.append(health.Health(settings.health_host, settings.health_port, vitals.answer))
    return [*first, *parts, *([shown] if shown is not None else []), watchdog]
