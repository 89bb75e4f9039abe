"""What a process counts about itself, on a registry of its own, where a port shows it to Prometheus (`board`)."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from relance import clock, late
from relance.scheduler import app_protocol

if TYPE_CHECKING:
    import prometheus_client
else:  # with a web client and a web server: two megabytes, where nobody reads the figures
    (prometheus_client,) = late.modules("prometheus_client")

TURN_BUCKETS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 180.0, 660.0)
WINDOW_BUCKETS = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0, 240.0, 660.0)
AGE_BUCKETS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 600.0)


class _Unread:
    """A figure that nobody reads."""

    def labels(self, *_: str, **__: str) -> _Unread:
        return self

    def inc(self, _: float = 1) -> None: ...

    def set(self, _: float) -> None: ...

    def observe(self, _: float) -> None: ...

    def clear(self) -> None: ...


_UNREAD = _Unread()


class Meters:
    """The figures of one process: its scheduling, and what the engine tells of its work (`relance.engine.ports.Telemetry`)."""

    def __init__(self, *, shown: bool = True) -> None:
        """`shown`: whether anybody can read them; if not, none is kept."""
        self.registry = prometheus_client.CollectorRegistry() if shown else None
        self.guard = threading.Lock()
        self.longest: dict[str, float] = {}
        # Each mail asks for several, and the client's own way to them takes longer than what is done with them.
        self._labelled = functools.lru_cache(maxsize=256)(_labelled)
        self._of_hints()
        self._of_turns()
        self._of_mails()
        self._of_rounds()
        self.stalls = self.counter(
            "stalls",
            "Times that something was found stuck: loop, turn, hands (every thread of a worker), web.",
            "what",
        )

    def _of_hints(self) -> None:
        self.hints = self.counter(
            "hints",
            "Hints by what happened to them: sent, coalesced (one is on its way already), dropped (queue full), "
            "lost (broker away), stale (too old when read).",
            "fate",
        )
        self.hint_age = self.histogram(
            "hint_age_seconds", "How long a hint waited for a worker.", AGE_BUCKETS
        )
        self.broker_away = self.gauge("broker_away", "1 while the broker does not answer.")
        self.listening = self.gauge("mailboxes_listened_to", "Mailboxes listened to by IDLE.")
        self.news = self.counter("news", "Times a mailbox was called because a server announced mail.")

    def _of_turns(self) -> None:
        self.turns = self.counter("turns", "Mailboxes' turns by how they ended.", "end")
        self.turn_seconds = self.histogram("turn_seconds", "How long a turn took.", TURN_BUCKETS)
        self.running = self.gauge("turns_running", "Turns under way.")
        self.workers = self.gauge("worker_threads", "Live worker threads.")

    def _of_mails(self) -> None:
        self.counted = {"mails": self.counter("mails", "Mails by how their attempts ended.", "outcome")}
        self.window_seconds = self.histogram(
            "window_seconds",
            "The two moments SMTP leaves open, for each mail. unseen: from the last look whether it may go to its body's "
            "first byte. unrecorded: from there until its end is in the database.",
            WINDOW_BUCKETS,
            "window",
        )
        self.window_longest = self.gauge(
            "window_longest_seconds", "The longest of them since this process began.", "window"
        )
        self.smtp = self.counter(
            "smtp",
            "What mails took of their servers, by what: connections, logins, bodies begun, and withdrawn (a 354 whose body "
            "did not follow, which costs the connection).",
            "what",
        )

    def _of_rounds(self) -> None:
        self.rounds = self.counter("rounds", "Rounds of the scheduler's loop by how they ended.", "end")
        self.round_seconds = self.histogram(
            "round_seconds", "How long a round of the loop took.", TURN_BUCKETS
        )
        self.last_round = self.gauge("last_round_timestamp_seconds", "When the last whole round ended.")

    def counter(self, name: str, what: str, *labels: str) -> prometheus_client.Counter:
        """A new one, by the name that Prometheus has for it without "relance_"; as the next two."""
        if self.registry is None:
            return cast("prometheus_client.Counter", _UNREAD)
        return prometheus_client.Counter(f"relance_{name}", what, labels, registry=self.registry)

    def gauge(self, name: str, what: str, *labels: str) -> prometheus_client.Gauge:
        """As `counter`."""
        if self.registry is None:
            return cast("prometheus_client.Gauge", _UNREAD)
        return prometheus_client.Gauge(f"relance_{name}", what, labels, registry=self.registry)

    def histogram(
        self, name: str, what: str, buckets: Sequence[float], *labels: str
    ) -> prometheus_client.Histogram:
        """As `counter`, with the upper ends of its classes."""
        if self.registry is None:
            return cast("prometheus_client.Histogram", _UNREAD)
        return prometheus_client.Histogram(
            f"relance_{name}", what, labels, registry=self.registry, buckets=buckets
        )

    def span(self, name: str, **attributes: str) -> _Window:
        """One of the two moments SMTP leaves open."""
        del attributes
        return _Window(self, name)

    def count(self, name: str, value: float = 1, **attributes: str) -> None:
        """One of the engine's figures; those that are not shown here are nobody's."""
        if name in self.counted:
            self._labelled(self.counted[name], *attributes.items()).inc(value)

    def lasted(self, window: str, seconds: float) -> None:
        """A window is over."""
        if self.registry is None:
            return
        self._labelled(self.window_seconds, ("window", window)).observe(seconds)
        with self.guard:
            if seconds > self.longest.get(window, -1.0):
                self.longest[window] = seconds
                self.window_longest.labels(window).set(seconds)

    def used(self, usage: app_protocol.Usage) -> None:
        """What one turn's mails took of their server."""
        self.smtp.labels("connections").inc(usage.connections)
        self.smtp.labels("logins").inc(usage.logins)
        self.smtp.labels("withdrawn").inc(usage.withdrawn)
        self.smtp.labels("bodies").inc(usage.bodies)

    @contextlib.contextmanager
    def timing(self, histogram: prometheus_client.Histogram) -> Iterator[None]:
        """Measure the block, whether it fails or not."""
        begun = clock.elapsed()
        try:
            yield
        finally:
            histogram.observe(clock.elapsed() - begun)


def _labelled(metric: Any, *labels: tuple[str, str]) -> Any:
    """One of a metric's figures."""
    return metric.labels(**dict(labels))


class _Window:
    """A window under way."""

    def __init__(self, meters: Meters, name: str) -> None:
        self._meters, self._name, self._since = meters, name, clock.elapsed()

    def end(self) -> None:
        """It is over."""
        self._meters.lasted(self._name, clock.elapsed() - self._since)
