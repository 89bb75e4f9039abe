"""Where a browser on this machine is sent back to (RFC 8252, 7.3): a port that waits for one answer, for a bounded time."""

from __future__ import annotations

import socket
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from relance import clock

HOST = "127.0.0.1"
_LARGEST = 16 * 1024  # bytes of a request
_REQUEST_SECONDS = 5.0
_HEADERS = b"Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n"


class Landing:
    """The port, and the address that a provider sends the browser back to."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.redirect_uri = f"http://{HOST}:{listener.getsockname()[1]}/"

    def wait(
        self, seconds: float, ours: Callable[[str], bool], page: Callable[[str], str], strange: str
    ) -> str | None:
        """The query of the first request that is `ours`; None once the time is up. `page`: what the browser shows then.

        Any page in the browser and anybody on this machine can ask here: a state that is not ours gets the words `strange`, and
        ends nothing.
        """
        deadline = clock.elapsed() + seconds
        while (left := deadline - clock.elapsed()) > 0:
            self._listener.settimeout(left)
            try:
                link, _ = self._listener.accept()
            except TimeoutError:
                return None
            with link:
                query = _query(link)
                if query is None:
                    _answer(link, b"404 Not Found", "")
                elif not ours(query):
                    _answer(link, b"400 Bad Request", strange)
                else:
                    _answer(link, b"200 OK", page(query))
                    return query
        return None


@contextmanager
def landing(port: int = 0) -> Iterator[Landing]:
    """A port on this machine alone; 0: any that is free."""
    with socket.create_server((HOST, port)) as listener:
        yield Landing(listener)


def _query(link: socket.socket) -> str | None:
    """What a request for `/` asks with, where it brings a state; browsers ask for an icon, too."""
    deadline, request = clock.elapsed() + _REQUEST_SECONDS, b""
    try:
        while (
            b"\r\n\r\n" not in request
            and len(request) <= _LARGEST
            and (left := deadline - clock.elapsed()) > 0
        ):
            link.settimeout(left)
            piece = link.recv(4096)
            if not piece:
                break
            request += piece
    except OSError:
        return None
    method, _, rest = request.partition(b"\r\n")[0].decode("ascii", "replace").partition(" ")
    try:
        parts = urllib.parse.urlsplit(rest.partition(" ")[0])
    except ValueError:  # no address at all, such as //[
        return None
    found = method == "GET" and parts.path == "/" and "state" in urllib.parse.parse_qs(parts.query)
    return parts.query if found else None


def _answer(link: socket.socket, status: bytes, text: str) -> None:
    body = text.encode()
    head = b"HTTP/1.1 " + status + b"\r\n" + _HEADERS + b"Content-Length: %d\r\n\r\n" % len(body)
    try:
        link.settimeout(_REQUEST_SECONDS)
        link.sendall(head + body)
    except OSError:
        return  # the browser has gone; what it brought counts
