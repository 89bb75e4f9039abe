"""A TCP proxy that can fall silent: it goes on taking bytes (so that TCP acknowledges them) and hands none on.

What a pooler, a load balancer or a firewall does that has forgotten a connection. Connections that were silenced stay so.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Iterator

from tests.servers.ports import LOOPBACK

CHUNK = 65536


class SilentProxy:
    """Connections to `port` reach `upstream`, until they are silenced. Use `running`."""

    def __init__(self, upstream: int, host: str = LOOPBACK, port: int = 0) -> None:
        self.upstream = (host, upstream)
        self.listener = socket.create_server((LOOPBACK, port))
        self.port: int = self.listener.getsockname()[1]
        self.deaf = False  # whether new connections are accepted and say nothing
        self.accepted = 0  # connections so far
        self.silenced = 0  # connections that fell silent so far
        self.given_up: list[
            float
        ] = []  # of those, after how many seconds each was closed by the side that had connected
        self.swallowed = 0  # bytes that were acknowledged and never handed on
        self._peers: dict[socket.socket, socket.socket] = {}
        self._near: set[socket.socket] = set()  # the sides that connected to us
        self._silent: dict[socket.socket, float] = {}  # and since when
        self._forgotten: set[socket.socket] = set()  # silent ones that are to be closed
        self._lock = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self.listener, selectors.EVENT_READ)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="silent-proxy", daemon=True)

    @property
    def open(self) -> int:
        """How many connections stand."""
        with self._lock:
            return len(self._peers) // 2

    def silence(self, *, new: bool = False) -> None:
        """Every connection that stands falls silent both ways for good; `new` ones, too, until `speak`."""
        with self._lock:
            fell = self._peers.keys() - self._silent.keys()
            self._silent |= dict.fromkeys(fell, time.monotonic())
            self.silenced += len(fell & self._near)
            self.deaf = new

    def forget(self) -> None:
        """Silent connections are reset, as by a firewall that starts anew. What was swallowed stays so."""
        with self._lock:
            self._forgotten.update(self._silent)

    def speak(self) -> None:
        """New connections are handed on again."""
        with self._lock:
            self.deaf = False

    def start(self) -> None:
        """Begin to accept."""
        self._thread.start()

    def stop(self) -> None:
        """Close everything."""
        self._over.set()
        self._thread.join(5)
        for each in (*self._peers, self.listener):
            each.close()
        self._selector.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            for key, _ in self._selector.select(0.05):
                found = key.fileobj
                assert isinstance(found, socket.socket)
                if found is self.listener:
                    self._accept()
                elif found in self._peers:
                    self._pass_on(found)
            self._close_forgotten()

    def _close_forgotten(self) -> None:
        with self._lock:
            closing, self._forgotten = self._forgotten, set()
            for each in closing:
                self._peers.pop(each, None)
        for each in closing:
            with contextlib.suppress(KeyError):
                self._selector.unregister(each)
            self._drop(each)

    def _drop(self, side: socket.socket) -> None:
        with self._lock:
            self._silent.pop(side, None)
            self._near.discard(side)
        self.parted(side)
        side.close()

    # For proxies that read what they hand on.

    def joined(self, near: socket.socket, far: socket.socket) -> None:
        """A connection began."""

    def parted(self, side: socket.socket) -> None:
        """A side of a connection has gone."""

    def change(self, data: bytes, side: socket.socket, *, asks: bool) -> tuple[bytes, bytes]:
        """What is handed on of it, and what is said back to the side it came from."""
        del side, asks
        return data, b""

    def _accept(self) -> None:
        near, _ = self.listener.accept()
        self.accepted += 1
        try:
            far = socket.create_connection(self.upstream, timeout=5)
        except OSError:
            near.close()
            return
        self.joined(near, far)
        with self._lock:
            self._near.add(near)
            self.silenced += self.deaf
        for each, other in ((near, far), (far, near)):
            each.settimeout(5)
            with self._lock:
                self._peers[each] = other
                if self.deaf:
                    self._silent[each] = time.monotonic()
            self._selector.register(each, selectors.EVENT_READ)

    def _pass_on(self, side: socket.socket) -> None:
        with self._lock:
            other, silent = self._peers[side], side in self._silent
        try:
            data = side.recv(CHUNK)
            if data and silent:
                self.swallowed += len(data)
            elif data:
                on, back = self.change(data, side, asks=side in self._near)
                other.sendall(on)
                side.sendall(back)
        except OSError:
            data = b""
        if not data:
            self._hang_up(side, None if silent else other)

    def _hang_up(self, side: socket.socket, other: socket.socket | None) -> None:
        """One side has gone. The other one hears of it only where the connection still speaks."""
        self._selector.unregister(side)
        if other is None:
            if side in self._near:
                self.given_up.append(time.monotonic() - self._silent[side])
            return
        with self._lock:
            for each in (side, other):
                self._peers.pop(each, None)
        with contextlib.suppress(KeyError):
            self._selector.unregister(other)
        self._drop(side)
        self._drop(other)


@contextlib.contextmanager
def running(upstream: int, port: int = 0) -> Iterator[SilentProxy]:
    """A proxy before a loopback port, closed at the end. Port 0 lets the system pick one."""
    proxy = SilentProxy(upstream, port=port)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
