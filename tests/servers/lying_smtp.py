"""A mail server that offers PIPELINING and loses count: of commands that come together, answers are missing or too many."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Sequence

Said = list[tuple[str, str]]
# What is due: the verb and the true answer.
Lie = Callable[[Said], Sequence[str]]


def swallow(verb: str) -> Lie:
    """One command's answer is left out."""
    return lambda due: [words for each, words in due if each != verb]


def twice(verb: str) -> Lie:
    """One command is answered twice."""
    return lambda due: [words for each, words in due for _ in range(1 + (each == verb))]


def backwards(due: Said) -> Sequence[str]:
    """The last command is answered first."""
    return [words for _, words in reversed(due)]


def rotated(due: Said) -> Sequence[str]:
    """The first answer comes last."""
    return [words for _, words in (*due[1:], due[0])]


def only_first(due: Said) -> Sequence[str]:
    """What came together with a command is thrown away, as some servers empty their input."""
    return [due[0][1]]


def greeted_again(due: Said) -> Sequence[str]:
    """An answer that nobody asked for comes before the others."""
    return ["250 2.0.0 here I am", *(words for _, words in due)]


def said_later(due: Said) -> Sequence[str]:
    """An answer that nobody asked for comes after the others."""
    return [*(words for _, words in due), "250 2.0.0 and so on"]


class LyingServer:
    """Serves one connection after the other. `together` counts groups of several commands, `taken` the bodies that came."""

    def __init__(self, lie: Lie, refuse: Sequence[str] = ()) -> None:
        self.lie, self.refuse = lie, set(refuse)
        self.together, self.taken = 0, 0
        self.bodies = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self) -> LyingServer:
        return self

    def __exit__(self, *exc: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.settimeout(10)
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        connection.sendall(b"220 lying.example\r\n")
        while (group := connection.recv(65536)) != b"":
            while not group.endswith(b"\r\n"):
                group += connection.recv(65536)
            due = [self._due(line) for line in group.decode().splitlines()]
            envelope = any(verb == "DATA" for verb, _ in due) and len(due) > 1
            self.together += envelope
            said = self.lie(due) if envelope else [words for _, words in due]
            connection.sendall("".join(f"{words}\r\n" for words in said).encode())
            if said and said[-1].startswith("354"):
                self._take(connection)

    def _due(self, line: str) -> tuple[str, str]:
        verb = line.split(" ")[0].upper()
        if verb == "EHLO":
            return verb, "250-lying.example\r\n250 PIPELINING"
        if verb == "DATA" and self.refuse:
            return verb, "503 5.5.1 no recipient"
        if verb in self.refuse:
            return verb, "550 5.1.1 no such user" if verb == "RCPT" else "550 5.7.1 not yours"
        return verb, "354 go ahead" if verb == "DATA" else "250 2.1.0 ok"

    def _take(self, connection: socket.socket) -> None:
        body = b""
        while not body.endswith(b"\r\n.\r\n"):
            more = connection.recv(65536)
            if not more:
                return
            body += more
            self.bodies += more
        self.taken += 1
        connection.sendall(b"250 2.0.0 queued\r\n")
