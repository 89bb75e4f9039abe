"""An IMAP server that behaves as badly as it is told: for what no real server would do on request.

It knows one folder, INBOX, with `mails`; a `Script` says what to do differently. One thread a connection.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from relance.mailbox.account import Account, Security, Server
from relance.mailbox.auth import Password
from tests.servers import ports

Reply = bytes | None  # None: say nothing and close
DEFAULT_CAPABILITIES = "IMAP4rev1 IDLE UIDPLUS AUTH=PLAIN"


@dataclass
class Script:
    """What this server has and how it misbehaves.

    `instead` maps the beginning of a command (upper case, without its tag) to what is sent in its place; `{tag}` in it
    is the command's tag. `pieces` cuts everything sent into pieces of that many bytes.
    """

    mails: dict[int, bytes] = field(default_factory=dict)
    capabilities: str = DEFAULT_CAPABILITIES
    greeting: str = "* OK ready"
    uidvalidity: int = 7
    uidnext: int | None = None
    instead: dict[str, Callable[[str, str], Reply]] = field(default_factory=dict)
    pieces: int = 0
    before: bytes = b""  # unsolicited responses put before every tagged one
    idle: tuple[bytes, ...] = ()  # sent together with, then after, the `+`
    deaf_to_done: bool = False  # never leaves IDLE, as when the network is gone
    heard: list[str] = field(default_factory=list)

    def next_uid(self) -> int:
        return self.uidnext or max(self.mails, default=0) + 1


class Refused(Exception):
    """The server hangs up."""


class _Session:
    def __init__(self, connection: socket.socket, script: Script) -> None:
        self.connection = connection
        self.script = script
        self.lines = connection.makefile("rb")

    def run(self) -> None:
        self.send(f"{self.script.greeting}\r\n".encode())
        for line in self.lines:
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            tag, _, command = text.partition(" ")
            self.script.heard.append(command)
            self.answer(tag, command)
            if command.upper().startswith("LOGOUT"):
                return

    def send(self, data: bytes) -> None:
        size = self.script.pieces or len(data) or 1
        for start in range(0, len(data), size):
            self.connection.sendall(data[start : start + size])

    def answer(self, tag: str, command: str) -> None:
        upper = command.upper()
        instead = next(
            (said for begins, said in self.script.instead.items() if upper.startswith(begins)), None
        )
        if instead is not None:
            reply = instead(tag, command)
            if reply is None:
                raise Refused
            self.send(reply.replace(b"{tag}", tag.encode()))
            if reply.startswith(b"* BYE"):
                raise Refused
            return
        word = upper.removeprefix("UID ").partition(" ")[0].lower()
        handler: Callable[[str], bytes] = getattr(self, f"on_{word}", lambda _: b"")
        said = handler(command)
        self.send(said + self.script.before + f"{tag} OK done\r\n".encode())

    def on_capability(self, command: str) -> bytes:
        return f"* CAPABILITY {self.script.capabilities}\r\n".encode()

    def on_authenticate(self, command: str) -> bytes:
        self.send(b"+ \r\n")
        self.lines.readline()
        return b""

    def on_list(self, command: str) -> bytes:
        return b'* LIST (\\HasNoChildren) "/" INBOX\r\n'

    def on_status(self, command: str) -> bytes:
        script = self.script
        numbers = f"UIDVALIDITY {script.uidvalidity} UIDNEXT {script.next_uid()} MESSAGES {len(script.mails)}"
        return f"* STATUS INBOX ({numbers})\r\n".encode()

    def on_examine(self, command: str) -> bytes:
        script = self.script
        return (
            f"* {len(script.mails)} EXISTS\r\n* OK [UIDVALIDITY {script.uidvalidity}] x\r\n"
            f"* OK [UIDNEXT {script.next_uid()}] x\r\n"
        ).encode()

    def on_search(self, command: str) -> bytes:
        found = re.search(r"UID (\d+):(\d+|\*)$", command)
        assert found, command
        low, high = int(found[1]), found[2]
        last = max(self.script.mails, default=0)
        top = last if high == "*" else int(high)
        hits = [uid for uid in self.script.mails if low <= uid <= top]
        if high == "*" and not hits and last:
            hits = [last]  # RFC 3501, 6.4.8
        return ("* SEARCH" + "".join(f" {uid}" for uid in sorted(hits)) + "\r\n").encode()

    def on_fetch(self, command: str) -> bytes:
        wanted = [int(uid) for uid in command.split()[2].split(",")]
        order = sorted(self.script.mails)
        answers = []
        for uid in wanted:
            if uid in self.script.mails:
                answers.append(fetch_line(order.index(uid) + 1, uid, self.script.mails[uid], command))
        return b"".join(answers)

    def on_idle(self, command: str) -> bytes:
        first, *later = self.script.idle or (b"",)
        self.send(b"+ idling\r\n" + first)
        for piece in later:
            if piece == b"close":
                raise Refused
            self.send(piece)
        while self.script.deaf_to_done or self.lines.readline().strip().upper() != b"DONE":
            if self.script.deaf_to_done and not self.lines.readline():
                raise Refused
        return b""


def fetch_line(sequence: int, uid: int, raw: bytes, command: str) -> bytes:
    """One FETCH answer with the items that were asked for."""
    header, _, text = raw.partition(b"\r\n\r\n")
    items = [f"UID {uid}".encode()]
    if "RFC822.SIZE" in command:
        items.append(f"RFC822.SIZE {len(raw)}".encode())
    if "INTERNALDATE" in command:
        items.append(b'INTERNALDATE "01-Mar-2026 10:00:00 +0100"')
    if asked := re.search(
        r"BODY\.PEEK(\[HEADER[^\]]*\])", command
    ):  # the fields asked for, and the others, too
        items.append(_literal(f"BODY{asked[1]}<0>", header + b"\r\n\r\n"))
    if "[TEXT]" in command:
        items.append(_literal("BODY[TEXT]<0>", text))
    return f"* {sequence} FETCH (".encode() + b" ".join(items) + b")\r\n"


def _literal(name: str, data: bytes) -> bytes:
    return f"{name} {{{len(data)}}}\r\n".encode() + data


@dataclass(frozen=True)
class Scripted:
    """A running server and its script, which may be changed while it runs."""

    port: int
    script: Script

    def account(self) -> Account:
        """An account here, unprotected, which is allowed on loopback only."""
        server = Server(ports.LOOPBACK, self.port, Security.PLAIN)
        return Account("ada@sales.example", "Ada", Password("ada", "s3same"), server, server)


class _Listener:
    """Accepts connections, one thread each, until it is closed; then every one of them is cut."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.socket = socket.create_server((ports.LOOPBACK, 0))
        self.port: int = self.socket.getsockname()[1]
        self.connections: list[socket.socket] = []
        self.threads = [threading.Thread(target=self.accept, daemon=True)]
        self.threads[0].start()

    def accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                self.connections.append(connection)
                self.threads.append(threading.Thread(target=self.serve, args=(connection,), daemon=True))
                self.threads[-1].start()

    def serve(self, connection: socket.socket) -> None:
        session = _Session(connection, self.script)
        with contextlib.suppress(Refused, OSError, ValueError):
            session.run()
        _cut(connection)
        session.lines.close()
        connection.close()

    def close(self) -> None:
        _cut(self.socket)
        self.socket.close()
        for connection in self.connections:
            _cut(connection)
        for thread in self.threads:
            thread.join(5)


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def running(script: Script) -> Iterator[Scripted]:
    """Serve this script on a loopback port until the block ends; every connection is cut then."""
    listener = _Listener(script)
    try:
        yield Scripted(listener.port, script)
    finally:
        listener.close()
