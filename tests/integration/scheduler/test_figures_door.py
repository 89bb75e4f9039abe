"""The port of the figures: whoever holds connections there takes nothing that mail needs, and not for long."""

from __future__ import annotations

import contextlib
import socket
import threading
import urllib.request

import pytest

from relance import errors
from relance.scheduler.monitoring import board, metrics
from tests.servers import finder, ports


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_silent_readers_are_few_and_cut_off(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setattr(board._Handler, "timeout", 0.5)
    registry = metrics.Meters().registry
    assert registry is not None
    shown = board.Board(registry, host, 0)
    try:
        shown.start()
    except errors.Unreachable:
        finder.not_run("this machine has no IPv6 on loopback")
    try:
        port = shown.server.server_address[1]
        with contextlib.ExitStack() as stack:
            for _ in range(50):
                line = stack.enter_context(socket.create_connection((host, port), timeout=10))
                with contextlib.suppress(OSError):
                    line.sendall(b"GET /metrics HTTP/1.1\r\nX: ")
            assert sum("process_request" in thread.name for thread in threading.enumerate()) <= board.READERS
            ports.wait_until(lambda: b"relance_hints" in _read(host, port), what="the figures")
    finally:
        shown.stop(5)


def _read(host: str, port: int) -> bytes:
    place = f"[{host}]" if ":" in host else host
    with (
        contextlib.suppress(OSError),
        urllib.request.urlopen(f"http://{place}:{port}/metrics", timeout=5) as answer,
    ):
        body: bytes = answer.read()
        return body
    return b""
