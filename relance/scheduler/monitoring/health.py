"""Health over HTTP, on a port of its own: whether a process moves (`/health/live`) and can do its work (`/health/ready`)."""

from __future__ import annotations

import http.server
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from relance.engine.reporting.concerns import Concern
from relance.scheduler.monitoring.listener import Listener

REQUEST_SECONDS = 2.0
# For a request's line and headers; one is answered after the other, so that nobody can open more than one.


@dataclass(frozen=True)
class HealthAnswer:
    """What is answered: a status code, and JSON."""

    status: int
    body: dict[str, Any]


def answer(
    path: str, role: str, duties: set[str], known: Sequence[Concern], stuck: Collection[str]
) -> HealthAnswer:
    """Pure. `stuck`: the kinds of what stands still. One stuck turn is no reason to start a process again."""
    told = [{"kind": each.kind.value, "grave": each.grave, "words": each.words} for each in known]
    if path == "/health/live":
        live = not set(stuck) - {"turn"}
        return HealthAnswer(200 if live else 503, {"live": live, "role": role})
    if path == "/health/ready":
        ready = not any(each.stops(duties) for each in known)
        return HealthAnswer(200 if ready else 503, {"ready": ready, "role": role, "concerns": told})
    return HealthAnswer(404, {"paths": ["/health/live", "/health/ready"]})


class Health(Listener):
    """A part of a daemon, and of one that waits to become one."""

    name, what, setting = "health", "Health", "health_port"

    def __init__(self, host: str, port: int, ask: Callable[[str], HealthAnswer]) -> None:
        super().__init__(host, port)
        self.ask = ask

    def opened(self) -> _Server:
        """One that answers what `ask` says."""
        made = _Server((self.host, self.port), _Handler)
        made.ask = self.ask
        return made


class _Server(http.server.HTTPServer):
    ask: Callable[[str], HealthAnswer]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nobody's concern."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    timeout = REQUEST_SECONDS
    server_version, sys_version = "relance", ""

    def do_GET(self) -> None:
        """Answer and hang up."""
        found = self.server.ask(self.path.partition("?")[0])
        body = json.dumps(found.body).encode()
        self.send_response(found.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Asked every few seconds; nothing to say."""
