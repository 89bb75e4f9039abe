"""What a process counts about itself, on a registry of its own, and the small server that shows it to Prometheus."""

from __future__ import annotations

import contextlib
import functools
import socket
import socketserver
import threading
from collections.abc import Iterator, Sequence
from typing import Any
from wsgiref import simple_server

import prometheus_client

from relance import clock
from relance.scheduler import app_protocol
from relance.scheduler.monitoring.listener import Listener

TURN_BUCKETS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 180.0, 660.0)
WINDOW_BUCKETS = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0, 240.0, 660.0)
READERS = 8  # requests for the figures at once
READER_SECONDS = 5.0  # for a request's line and headers
AGE_BUCKETS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 600.0)


class Meters:
    """The figures of one process: its scheduling, and what the engine tells of its work (`relance.engine.ports.Telemetry`)."""

    def __init__(self) -> None:
        self.registry = prometheus_client.CollectorRegistry()
        self.guard = threading.Lock()
        self.longest: dict[str, float] = {}
        # Each mail asks for several, and the client's own way to them takes longer than what is done with them.
        self._labelled = functools.lru_cache(maxsize=256)(_labelled)
        self._of_hints()
        self._of_turns()
        self._of_mails()
        self._of_rounds()
        self.stalls = self._counter(
            "stalls",
            "Times that something was found stuck: loop, turn, hands (every thread of a worker), web.",
            "what",
        )

    def _of_hints(self) -> None:
        self.hints = self._counter(
            "hints",
            "Hints by what happened to them: sent, coalesced (one is on its way already), dropped (queue full), "
            "lost (broker away), stale (too old when read).",
            "fate",
        )
        self.hint_age = self._histogram(
            "hint_age_seconds", "How long a hint waited for a worker.", AGE_BUCKETS
        )
        self.broker_away = self._gauge("broker_away", "1 while the broker does not answer.")
        self.listening = self._gauge("mailboxes_listened_to", "Mailboxes listened to by IDLE.")
        self.news = self._counter("news", "Times a mailbox was called because a server announced mail.")

    def _of_turns(self) -> None:
        self.turns = self._counter("turns", "Mailboxes' turns by how they ended.", "end")
        self.turn_seconds = self._histogram("turn_seconds", "How long a turn took.", TURN_BUCKETS)
        self.running = self._gauge("turns_running", "Turns under way.")
        self.workers = self._gauge("worker_threads", "Live worker threads.")

    def _of_mails(self) -> None:
        self.counted = {"mails": self._counter("mails", "Mails by how their attempts ended.", "outcome")}
        self.window_seconds = self._histogram(
            "window_seconds",
            "The two moments SMTP leaves open, for each mail. unseen: from the last look whether it may go to its body's "
            "first byte. unrecorded: from there until its end is in the database.",
            WINDOW_BUCKETS,
            "window",
        )
        self.window_longest = self._gauge(
            "window_longest_seconds", "The longest of them since this process began.", "window"
        )
        self.smtp = self._counter(
            "smtp",
            "What mails took of their servers, by what: connections, logins, bodies begun, and withdrawn (a 354 whose body "
            "did not follow, which costs the connection).",
            "what",
        )

    def _of_rounds(self) -> None:
        self.rounds = self._counter("rounds", "Rounds of the scheduler's loop by how they ended.", "end")
        self.round_seconds = self._histogram(
            "round_seconds", "How long a round of the loop took.", TURN_BUCKETS
        )
        self.last_round = self._gauge("last_round_timestamp_seconds", "When the last whole round ended.")

    def _counter(self, name: str, what: str, *labels: str) -> prometheus_client.Counter:
        return prometheus_client.Counter(f"relance_{name}", what, labels, registry=self.registry)

    def _gauge(self, name: str, what: str, *labels: str) -> prometheus_client.Gauge:
        return prometheus_client.Gauge(f"relance_{name}", what, labels, registry=self.registry)

    def _histogram(
        self, name: str, what: str, buckets: Sequence[float], *labels: str
    ) -> prometheus_client.Histogram:
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


class _Server(socketserver.ThreadingMixIn, simple_server.WSGIServer):
    """Few at once, and none for long: what is open here is not there for mail."""

    daemon_threads = True

    def __init__(self, *address: Any) -> None:
        super().__init__(*address)
        self.places = threading.BoundedSemaphore(READERS)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, if a place is free."""
        if self.places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and give the place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader that went away is nobody's concern."""


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(simple_server.WSGIRequestHandler):
    timeout = READER_SECONDS

    def log_message(self, format: str, *args: Any) -> None:
        """Who reads the figures is nobody's concern."""


def _server(host: str, port: int, registry: prometheus_client.CollectorRegistry) -> _Server:
    kind = _Server6 if ":" in host else _Server
    return simple_server.make_server(host, port, prometheus_client.make_wsgi_app(registry), kind, _Handler)


class Board(Listener):
    """Shows the figures over HTTP under /metrics. A part of a daemon."""

    name, what, setting, path = "metrics", "The metrics", "metrics_port", "/metrics"

    def __init__(self, meters: Meters, host: str, port: int) -> None:
        super().__init__(host, port)
        self.meters = meters

    def opened(self) -> _Server:
        """One that answers with the figures as they are then."""
        return _server(self.host, self.port, self.meters.registry)
