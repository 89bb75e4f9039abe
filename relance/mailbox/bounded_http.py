"""Questions over HTTP that end within so many seconds, however slowly they are answered, and answers of so many bytes."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator

from relance.mailbox import tls

_PIECE = 4096


class BoundedLink(http.client.HTTPConnection):
    """A connection that can be cut from another thread at any moment."""

    # Kept here: http.client forgets its socket as soon as an answer ends with the connection.
    met: socket.socket | None = None
    was_cut = False
    """What came looks like all of it then, where the end of the connection ends an answer."""

    def connect(self) -> None:
        """As always."""
        super().connect()
        self.met = self.sock

    def cut(self) -> None:
        """Whoever drips is as good as silent."""
        self.was_cut = True
        link = self.met or self.sock
        if link is not None:
            with contextlib.suppress(OSError):  # it has ended by itself
                link.shutdown(socket.SHUT_RDWR)


class SecureBoundedLink(BoundedLink, http.client.HTTPSConnection):
    """The same over TLS."""


def link(host: str, port: int | None, seconds: float, *, secure: bool) -> BoundedLink:
    """A connection to a host; it is made when it is first asked."""
    if secure:
        return SecureBoundedLink(host, port, timeout=seconds, context=tls.context())
    return BoundedLink(host, port, timeout=seconds)


@contextlib.contextmanager
def within(seconds: float, asked: BoundedLink) -> Iterator[None]:
    """Whatever goes on there is cut after so many seconds, and the connection closed at the end."""
    watch = threading.Timer(seconds, asked.cut)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
        asked.close()


def body(answer: http.client.HTTPResponse, largest: int) -> bytes | None:
    """All that it holds; None where that is more than `largest` bytes."""
    found = b""
    while piece := answer.read(_PIECE):
        found += piece
        if len(found) > largest:
            return None
    return found
