"""A stranger's web server is asked by https, briefly, and only at public addresses."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep

import pytest
import trustme

from relance.mailbox.providers.web import PublicWeb, is_public
from tests.servers import ports

HOST = "autoconfig.firm.pl"
URL = f"https://{HOST}/mail/config-v1.1.xml"
FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<x/>"
Talk = Callable[[socket.socket], None]


class Names:
    """DNS that says one thing."""

    def __init__(self, *found: str) -> None:
        self.found = found or (ports.LOOPBACK,)

    def addresses(self, host: str) -> tuple[str, ...]:
        return self.found


@contextmanager
def serving(
    talk: Talk, name: str = HOST, *, tls: bool = True
) -> Iterator[tuple[int, Callable[[], ssl.SSLContext]]]:
    """A server for one connection; its port, and what trusts it."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(server)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    door = socket.create_server((ports.LOOPBACK, 0))

    def serve() -> None:
        try:
            link, _ = door.accept()
            with server.wrap_socket(link, server_side=True) if tls else link as met:
                talk(met)
        except OSError:
            return  # it was hung up on, or nobody came

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield door.getsockname()[1], lambda: trusting
    finally:
        door.close()
        thread.join(5)


def answering(answer: bytes, heard: list[bytes] | None = None) -> Talk:
    def talk(link: socket.socket) -> None:
        asked = link.recv(4096)
        if heard is not None:
            heard.append(asked)
        link.sendall(answer)

    return talk


def got(
    talk: Talk, *, name: str = HOST, tls: bool = True, seconds: float = 8.0, largest: int = 1000
) -> bytes | None:
    with serving(talk, name, tls=tls) as (port, trusting):
        return PublicWeb(Names(), seconds=seconds, fit=lambda _: True, context=trusting, port=port).get(
            URL, largest
        )


def test_a_document_is_fetched_under_the_hosts_own_name() -> None:
    heard: list[bytes] = []
    assert got(answering(FINE, heard)) == b"<x/>"
    assert f"Host: {HOST}".encode() in heard[0]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\n<x/>",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001,
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n" + b"x" * 1001,
        b"nonsense\r\n\r\n",
        b"",
    ],
)
def test_what_is_no_small_document_counts_as_none(answer: bytes) -> None:
    assert got(answering(answer)) is None


def test_a_certificate_of_another_name_counts_as_no_answer() -> None:
    assert got(answering(FINE), name="autoconfig.elsewhere.net") is None


def _drip(link: socket.socket) -> None:
    link.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        link.sendall(b"x")
        sleep(0.02)  # a server that is slow, not a test that waits


def _mute(link: socket.socket) -> None:
    while link.recv(4096):
        pass


@pytest.mark.parametrize(("talk", "tls"), [(_drip, True), (_mute, True), (_mute, False)])
def test_a_server_that_drips_or_says_nothing_is_left_in_time(talk: Talk, tls: bool) -> None:
    begun = monotonic()
    assert got(talk, tls=tls, seconds=0.4, largest=10**6) is None
    assert monotonic() - begun < 4


@pytest.mark.parametrize("found", [(ports.LOOPBACK,), ("93.184.215.14", "10.0.0.1"), ("64:ff9b::7f00:1",)])
def test_no_connection_goes_to_an_address_of_this_house(found: tuple[str, ...]) -> None:
    """One that is not public among several is enough to ask nobody."""
    met: list[bytes] = []
    with serving(answering(FINE, met)) as (port, trusting):
        assert PublicWeb(Names(*found), fit=is_public, context=trusting, port=port).get(URL, 1000) is None
    assert met == []


def test_a_search_is_bounded_as_a_whole() -> None:
    class NotAsked(Names):
        def addresses(self, host: str) -> tuple[str, ...]:
            raise AssertionError(host)

    assert PublicWeb(NotAsked(), seconds=0.0).get(URL, 1000) is None
    assert PublicWeb(NotAsked()).get("http://firm.pl/", 1000) is None
