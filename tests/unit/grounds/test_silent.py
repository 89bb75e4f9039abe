"""The proxy of the tests that falls silent: bytes pass, are then swallowed though acknowledged, and pass again."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.servers import silent
from tests.servers.ports import LOOPBACK, wait_until


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that says what it hears."""
    with socket.create_server((LOOPBACK, 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(peer,), daemon=True).start()

        def answer(peer: socket.socket) -> None:
            with peer:
                while data := peer.recv(100):
                    peer.sendall(data)

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def _connect(port: int) -> socket.socket:
    return socket.create_connection((LOOPBACK, port), timeout=5)


def test_a_silenced_connection_takes_bytes_and_answers_nothing_and_a_new_one_speaks(echo: int) -> None:
    with silent.running(echo) as proxy, _connect(proxy.port) as old:
        old.sendall(b"one")
        assert old.recv(3) == b"one"
        proxy.silence(new=True)
        old.sendall(b"two")
        wait_until(lambda: proxy.swallowed == 3, seconds=5)
        with _connect(proxy.port) as deaf:
            deaf.sendall(b"three")
            wait_until(lambda: proxy.swallowed == 8, seconds=5)
        proxy.speak()
        with _connect(proxy.port) as new:
            new.sendall(b"four")
            assert new.recv(4) == b"four"
        old.settimeout(0.05)
        with pytest.raises(TimeoutError):  # silenced for good, and not closed
            old.recv(1)
