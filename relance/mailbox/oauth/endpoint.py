"""One question to an endpoint of a provider: by https (or to this machine), bounded in time and bytes, and redirected nowhere."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import urllib.parse
from dataclasses import dataclass

from relance.mailbox import tls

SECONDS = 20.0  # for the whole question, however slowly an endpoint answers
LARGEST = 64 * 1024  # bytes of an answer; those with tokens take a few kilobytes
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
_PIECE = 4096


class UnfitAddress(ValueError):
    """An endpoint's address to which no secret may be sent."""


class NoAnswer(Exception):
    """The endpoint did not answer in full; whether it has done what it was asked is not known."""


@dataclass(frozen=True)
class Answer:
    """What an endpoint answered."""

    status: int
    body: bytes


def is_fit(url: str) -> bool:
    """Whether secrets may be sent to that address: https with a host and nothing odd, or http on this machine. Pure."""
    try:
        parts = urllib.parse.urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = all("!" <= letter <= "~" for letter in url) and not parts.username and not parts.fragment
    return (
        plain
        and bool(host)
        and (parts.scheme == "https" or (parts.scheme == "http" and tls.is_loopback(host)))
    )


def post(url: str, form: str, *, seconds: float = SECONDS) -> Answer:
    """The answer to a form. Raises `UnfitAddress`, and `NoAnswer` where none came, or none that can be trusted."""
    if not is_fit(url):
        raise UnfitAddress(url)
    parts = urllib.parse.urlsplit(url)
    link = _link(parts, seconds)
    watch = threading.Timer(seconds, _cut, (link,))
    watch.daemon = True
    watch.start()
    try:
        path = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
        link.request("POST", path, form.encode("ascii"), _FORM)
        response = link.getresponse()
        return Answer(response.status, _body(response))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(str(error) or type(error).__name__) from error
    finally:
        watch.cancel()
        link.close()


def _link(parts: urllib.parse.SplitResult, seconds: float) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    if parts.scheme == "https":
        return http.client.HTTPSConnection(host, parts.port, timeout=seconds, context=tls.context())
    return http.client.HTTPConnection(host, parts.port, timeout=seconds)


def _cut(link: http.client.HTTPConnection) -> None:
    """An endpoint that drips is as good as silent."""
    if link.sock is not None:
        with contextlib.suppress(OSError):  # it has ended by itself
            link.sock.shutdown(socket.SHUT_RDWR)


def _body(response: http.client.HTTPResponse) -> bytes:
    found = b""
    while piece := response.read(_PIECE):
        found += piece
        if len(found) > LARGEST:
            raise ValueError("the answer is too large")
    return found
