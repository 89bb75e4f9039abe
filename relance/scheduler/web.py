"""The tracking server's place in a daemon: uvicorn in a thread, on sockets that are bound before it starts."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from typing import Any

import uvicorn

from relance import clock, errors
from relance.scheduler.stalls import Pulse

START_SECONDS = 30.0
BACKLOG = 2048
BEAT_SECONDS = 5  # between two signs that requests are looked at
STILL_SECONDS, END_SECONDS = 60.0, 120.0  # nothing in there computes for so long


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 lets the system pick one. Raises `errors.Unreachable` with the reason."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        both = host == "::" and socket.has_dualstack_ipv6()
        return socket.create_server((host, port), family=family, backlog=BACKLOG, dualstack_ipv6=both)
    except OSError as refused:
        raise errors.Unreachable(
            f"The web server can not listen on {host} port {port}: {refused.strerror or refused}. "
            "Set web_port (or --port) to a free one; 0 lets the system pick."
        ) from refused


def address(bound: socket.socket) -> str:
    """How to reach a bound socket from this machine."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Web:
    """A part of a daemon."""

    name = "web"

    def __init__(self, application: Any, sockets: Sequence[socket.socket]) -> None:
        self.sockets = list(sockets)
        self.moved = clock.elapsed()
        self.server = uvicorn.Server(
            uvicorn.Config(
                application,
                log_config=None,
                access_log=False,  # it would name people's tokens and addresses
                server_header=False,
                timeout_graceful_shutdown=10,
                callback_notify=self._moved,
                timeout_notify=BEAT_SECONDS,
            )
        )
        self.thread = threading.Thread(
            target=self.server.run, kwargs={"sockets": self.sockets}, name="relance-web", daemon=True
        )

    async def _moved(self) -> None:
        self.moved = clock.elapsed()

    def pulses(self) -> list[Pulse]:
        """Whether the server looks at its requests."""
        return [Pulse("web", "the web server", clock.elapsed() - self.moved, STILL_SECONDS, END_SECONDS)]

    def start(self) -> None:
        """Serve; returns when requests are answered."""
        self.moved = clock.elapsed()
        self.thread.start()
        deadline = clock.elapsed() + START_SECONDS
        while not self.server.started:
            self.thread.join(0.01)
            if not self.thread.is_alive() or clock.elapsed() > deadline:
                raise errors.Broken("The web server did not start; the log says why.")

    def trouble(self) -> str | None:
        """What is wrong with this part, if anything."""
        return None if self.thread.is_alive() else "the web server has stopped"

    def stop(self, seconds: float) -> None:
        """Finish the requests under way and stop."""
        self.server.should_exit = True
        self.thread.join(min(seconds, 15.0))
        for bound in self.sockets:
            bound.close()
