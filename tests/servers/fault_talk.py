"""One client of the server that fails on purpose: its lines, the answers, and the failures."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import select
import socket
import struct
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.servers.faults import Accepted, Fault, Gone, Kind, Point

if TYPE_CHECKING:
    from tests.servers.fault_smtp import FaultServer


class Connection:
    """One client: reads lines, answers, fails where it is told to."""

    def __init__(self, server: FaultServer, connection: socket.socket, number: int) -> None:
        self.server, self.socket, self.number = server, connection, number
        self.buffer = b""
        self.secure = False
        self.login = ""
        self.sender = self.recipient = ""
        self.drawn: Fault | None = None

    def run(self) -> None:
        if self.server.direct_tls:
            self._secure()
        self._fault_or(Point.BANNER, "220 fault.example ESMTP")
        for line in self._lines():
            verb, _, rest = line.partition(" ")
            verb = verb.upper()
            self.server.note(self.number, verb, line)
            getattr(self, f"do_{verb.lower()}", self._unknown)(rest)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.socket.close()

    # --- commands ---

    def do_ehlo(self, _: str) -> None:
        behaviour = self.server.behaviour
        offers = ["fault.example", *behaviour.extensions]
        if behaviour.starttls and self.server.tls and not self.secure:
            offers.append("STARTTLS")
        if behaviour.auth and (self.secure or not behaviour.starttls):
            offers.append(f"AUTH {behaviour.auth}")
        marks = ["-"] * (len(offers) - 1) + [" "]
        self._fault_or(
            Point.EHLO, "\r\n".join(f"250{mark}{each}" for mark, each in zip(marks, offers, strict=True))
        )

    def do_starttls(self, _: str) -> None:
        if self._fault_or(Point.STARTTLS, "220 go ahead"):
            self._secure()

    def do_auth(self, rest: str) -> None:
        mechanism, _, first = rest.partition(" ")
        if mechanism.upper() == "PLAIN":
            _, name, secret = base64.b64decode(first).decode().split("\0")
        else:
            name, secret = self._challenge("Username:"), self._challenge("Password:")
        if not self.server.behaviour.lets_in(name, secret):
            self._say("535 5.7.8 wrong name or password")
            return
        if self._fault_or(Point.AUTH, "235 2.7.0 welcome"):
            self.login = name

    def do_mail(self, rest: str) -> None:
        self.drawn = self.server.draw()
        if self.server.behaviour.need_login and not self.login:
            self._say("530 5.7.0 log in first")
        elif self._fault_or(Point.MAIL, "250 2.1.0 ok"):
            self.sender, self.recipient = _path(rest), ""

    def do_rcpt(self, rest: str) -> None:
        if not self.sender:
            self._say("503 5.5.1 MAIL first")
        elif self._fault_or(Point.RCPT, "250 2.1.5 ok"):
            self.recipient = _path(rest)

    def do_data(self, _: str) -> None:
        if not self.recipient and not self.server.behaviour.lenient:
            self._say("554 5.5.1 no valid recipients")
            return
        if not self._fault_or(Point.DATA, "354 go ahead"):
            return
        self.server.happened(self.number, "354")
        self._fault_or(Point.AFTER_354, "")
        raw = self._body()
        mail = Accepted(self.sender, self.recipient, raw, self.login, self.number)
        self.sender = self.recipient = ""
        if not self._fault_or(Point.DOT, ""):
            return
        self.server.take(mail)
        self._fault_or(Point.ACCEPTED, f"250 2.0.0 queued as {hashlib.sha256(raw).hexdigest()[:12]}")
        self._fault_or(Point.AFTER_250, "")

    def do_rset(self, _: str) -> None:
        self.sender = self.recipient = ""
        self._say("250 2.0.0 ok")

    def do_noop(self, _: str) -> None:
        self._say("250 2.0.0 ok")

    def do_quit(self, _: str) -> None:
        self._say("221 2.0.0 bye")
        raise Gone

    def _unknown(self, _: str) -> None:
        self._say("500 5.5.2 what?")

    def _challenge(self, words: str) -> str:
        self._say("334 " + base64.b64encode(words.encode()).decode())
        return base64.b64decode(next(self._lines())).decode()

    # --- wire ---

    def _fault_or(self, point: Point, words: str) -> bool:
        """Say the words, or fail as told at this point; True when the words were said."""
        fault = self.server.take_fault(point, self.drawn)
        if fault is None or fault.kind is Kind.DELAY:
            if fault is not None:
                self.server.closing.wait(fault.seconds)
            self._say(words)
            return True
        self._fail(fault)
        carries_on = (Point.AFTER_354, Point.BODY, Point.AFTER_250)
        return fault.kind is Kind.GARBLE and point in carries_on

    def _fail(self, fault: Fault) -> None:
        if fault.kind is Kind.DROP:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif fault.kind is Kind.STALL:
            self._stall()
        elif fault.kind is Kind.GARBLE:
            self._say(fault.words or "25\x00~ Zażółć\xff")
            return
        elif fault.kind is Kind.REPLY:
            self._say(fault.words)
            return
        raise Gone

    def _stall(self) -> None:
        """Read nothing and say nothing until the client has gone, or for as long as the server's patience lasts."""
        patience = self.server.behaviour.patience
        end = None if patience is None else time.monotonic() + patience
        poll = select.poll()
        poll.register(
            self.socket.fileno(), select.POLLRDHUP
        )  # an end or a reset, whatever lies unread before it
        while not poll.poll(100) and not self.server.closing.is_set():
            if end is not None and time.monotonic() > end:
                return

    def _say(self, words: str) -> None:
        if words:
            self.socket.sendall(words.encode("utf-8", "surrogateescape") + b"\r\n")

    def _receive(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise Gone
        self.buffer += data

    def _lines(self) -> Iterator[str]:
        while True:
            while b"\r\n" not in self.buffer:
                self._receive()
            line, _, self.buffer = self.buffer.partition(b"\r\n")
            yield line.decode("utf-8", "replace")

    def _body(self) -> bytes:
        """The body up to its dot, unstuffed. The fault of point BODY strikes once a part of it was read."""
        while not self.buffer:
            self._receive()
        self.server.happened(self.number, "body")
        self._fault_or(Point.BODY, "")
        while not (self.buffer.startswith(b".\r\n") or b"\r\n.\r\n" in self.buffer):
            self._receive()
        if self.buffer.startswith(b".\r\n"):
            raw, self.buffer = b"", self.buffer[3:]
        else:
            raw, _, self.buffer = self.buffer.partition(b"\r\n.\r\n")
            raw += b"\r\n"
        return (
            raw[1:].replace(b"\r\n..", b"\r\n.") if raw.startswith(b".") else raw.replace(b"\r\n..", b"\r\n.")
        )

    def _secure(self) -> None:
        if self.server.tls is None:
            raise Gone
        self.buffer = b""
        plain = self.socket
        if not plain.recv(
            1, socket.MSG_PEEK
        ):  # who went before the handshake would leave a half-made TLS socket behind
            raise Gone
        self.socket = self.server.tls.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        self.server.exchanged(plain, self.socket)
        self.socket.do_handshake()
        self.secure = True


def _path(rest: str) -> str:
    return rest[rest.index("<") + 1 : rest.index(">")]
