"""The small server that shows a process's figures to Prometheus, where it has a port for it."""

from __future__ import annotations

import socket
import socketserver
import threading
from typing import Any
from wsgiref import simple_server

import prometheus_client

from relance.scheduler.monitoring.listener import Listener

READERS = 8  # requests for the figures at once
READER_SECONDS = 5.0  # for a request's line and headers


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

    def __init__(self, registry: prometheus_client.CollectorRegistry, host: str, port: int) -> None:
        super().__init__(host, port)
        self.registry = registry

    def opened(self) -> _Server:
        """One that answers with the figures as they are then."""
        return _server(self.host, self.port, self.registry)
