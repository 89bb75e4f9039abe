"""A scripted SMTP server that can fail at each of twelve points of a transaction, and records what it accepted.

An acceptance is recorded (and, with a file, fsynced) before its 250 is written, as a real server must. Tests start it in
process; chaos runs start it as `python -m tests.servers.fault_smtp --record accepted.jsonl --rate 0.1 --seed 7`.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import hashlib
import json
import os
import random
import select
import signal
import socket
import ssl
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path


class Point(StrEnum):
    """Where the server can fail. Up to DATA the fault takes the place of that reply."""

    BANNER = "banner"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    AFTER_354 = "after 354"  # the 354 was written, nothing of the body was read
    BODY = "body"  # a part of the body was read
    DOT = "dot"  # the whole body was read, nothing was recorded
    ACCEPTED = "accepted"  # the mail is recorded, its 250 was not written
    AFTER_250 = "after 250"  # the 250 was written


class Kind(StrEnum):
    """How the server fails."""

    STOP = "stop"  # close the connection in an orderly way
    DROP = "drop"  # reset it
    STALL = "stall"  # say nothing until the client goes
    GARBLE = "garble"  # say something that is no reply, then carry on
    DELAY = "delay"  # do the right thing, late
    REPLY = "reply"  # say `words` (a 4xx or 5xx) in place of the right thing


@dataclass(frozen=True)
class Fault:
    """One failure, at one point, of connections and transactions as long as `times` lasts."""

    point: Point
    kind: Kind
    words: str = ""
    seconds: float = 0.2
    times: int = 1


@dataclass(frozen=True)
class Accepted:
    """A mail the server took responsibility for."""

    sender: str
    recipient: str
    raw: bytes  # as the client stored it: dots unstuffed
    login: str
    connection: int


@dataclass
class Behaviour:
    """What the server offers and how it fails."""

    extensions: Sequence[str] = ("8BITMIME", "ENHANCEDSTATUSCODES")
    starttls: bool = True
    auth: str | None = "PLAIN LOGIN"
    login: tuple[str, str] = ("ada@firm.example", "secret")
    need_login: bool = True
    lenient: bool = False  # says 354 though no recipient was taken
    faults: list[Fault] = field(default_factory=list)
    rate: float = 0.0  # besides `faults`: the chance of a random fault in each transaction
    kinds: Sequence[Kind] = (Kind.STOP, Kind.DROP, Kind.STALL, Kind.GARBLE, Kind.DELAY)
    # Seconds after which a stalled connection is closed; none: when the client goes.
    patience: float | None = None

    def lets_in(self, name: str, secret: str) -> bool:
        """Whether this is a login."""
        return (name, secret) == self.login


class _Gone(Exception):
    """This connection is over."""


class FaultServer:
    """The server, a thread a connection. Everything it saw is on it, under `lock` while it runs."""

    def __init__(
        self,
        behaviour: Behaviour | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        direct_tls: bool = False,
        record: Path | None = None,
        seed: int = 0,
        port: int = 0,
    ) -> None:
        self.behaviour = behaviour or Behaviour()
        self.tls, self.direct_tls = tls, direct_tls
        self.lock = threading.Lock()
        self.changed = threading.Condition(self.lock)
        self.accepted: list[Accepted] = []
        self.accepted_count = 0
        self.commands: list[str] = []  # verbs in order, over all connections; never a password
        self.envelopes: list[str] = []  # MAIL and RCPT lines, whole
        self.talks: list[
            list[str]
        ] = []  # of each connection: its verbs, and "354" and "body" where they came
        self.connections = 0
        self.ended = 0
        self.injected: Counter[str] = Counter()
        self.keep_raw = record is None  # a long run keeps digests in its file, not bodies in memory
        self._random = random.Random(seed)
        self._record = record.open("ab") if record else None
        self._listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._closing = threading.Event()
        self._acceptor = threading.Thread(target=self._accept, name="fault-smtp", daemon=True)
        self._acceptor.start()

    def __enter__(self) -> FaultServer:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End every connection and thread."""
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self.lock:
            sockets = list(self._open)
        for each in sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._acceptor.join(5)
        for thread in self._threads:
            thread.join(5)
        if self._record:
            self._record.close()

    def fail(self, *faults: Fault) -> None:
        """Add faults to those still to come."""
        with self.lock:
            self.behaviour.faults.extend(faults)

    def wait_for(self, condition: Callable[[], bool], seconds: float = 5) -> None:
        """Wait until `condition` holds (it is asked under the lock); fail loudly when it does not."""
        with self.changed:
            assert self.changed.wait_for(condition, seconds), "the fault server did not get that far"

    def count(self, verb: str) -> int:
        """How often a command was received."""
        with self.lock:
            return self.commands.count(verb)

    # --- used by connections ---

    def take_fault(self, point: Point, drawn: Fault | None) -> Fault | None:
        """The fault due at this point, if one is: a scripted one, else the one drawn for this transaction."""
        with self.changed:
            for index, fault in enumerate(self.behaviour.faults):
                if fault.point is point:
                    left = fault.times - 1
                    self.behaviour.faults[index : index + 1] = (
                        [Fault(**{**asdict(fault), "times": left})] if left else []
                    )
                    return self._injected(fault)
            return self._injected(drawn) if drawn and drawn.point is point else None

    def draw(self) -> Fault | None:
        """A random fault for the transaction that begins, by the server's seed and rate."""
        with self.lock:
            if self._random.random() >= self.behaviour.rate:
                return None
            point = self._random.choice([Point.MAIL, *list(Point)[4:]])
            return Fault(
                point, self._random.choice(list(self.behaviour.kinds)), seconds=self._random.random()
            )

    def note(self, number: int, verb: str, line: str) -> None:
        self.happened(number, verb)
        with self.changed:
            if self.keep_raw:
                self.commands.append(verb)
                self.envelopes += [line] if verb in ("MAIL", "RCPT") else []
            self.changed.notify_all()

    def happened(self, number: int, what: str) -> None:
        """Note what came next on one connection."""
        with self.lock:
            if self.keep_raw:
                self.talks[number - 1].append(what)

    def take(self, mail: Accepted) -> None:
        """Record an acceptance durably; only then may the 250 be written."""
        with self.changed:
            self.accepted_count += 1
            if self.keep_raw:
                self.accepted.append(mail)
            if self._record:
                self._record.write(_line(mail))
                self._record.flush()
                os.fsync(self._record.fileno())
            self.changed.notify_all()

    def exchanged(self, plain: socket.socket, secure: socket.socket) -> None:
        """A connection goes on under TLS, as another object."""
        with self.lock:
            self._open.discard(plain)
            self._open.add(secure)

    @property
    def closing(self) -> threading.Event:
        return self._closing

    def _injected(self, fault: Fault) -> Fault:
        self.injected[f"{fault.point}: {fault.kind}"] += 1
        self.changed.notify_all()
        return fault

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
                self.talks.append([])
                self._open.add(connection)
                number = self.connections
            thread = threading.Thread(target=self._serve, args=(connection, number), daemon=True)
            self._threads = [each for each in self._threads if each.is_alive()] + [thread]
            thread.start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        talk = _Connection(self, connection, number)
        try:
            talk.run()
        except (_Gone, OSError, ValueError):
            pass
        finally:
            with self.lock:
                self._open.discard(talk.socket)
            talk.close()
            with self.changed:
                self.ended += 1
                self.changed.notify_all()


class _Connection:
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
        raise _Gone

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
        raise _Gone

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
            raise _Gone
        self.buffer += data

    def _lines(self) -> Iterator[str]:
        while True:
            while b"\r\n" not in self.buffer:
                self._receive()
            line, _, self.buffer = self.buffer.partition(b"\r\n")
            yield line.decode("ascii", "replace")

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
            raise _Gone
        self.buffer = b""
        plain = self.socket
        self.socket = self.server.tls.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        self.server.exchanged(plain, self.socket)
        self.socket.do_handshake()
        self.secure = True


def _path(rest: str) -> str:
    return rest[rest.index("<") + 1 : rest.index(">")]


def _line(mail: Accepted) -> bytes:
    head = mail.raw.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
    found = next((line for line in head.split("\r\n") if line.lower().startswith("message-id:")), "")
    entry = {
        "at": time.time(),
        "sender": mail.sender,
        "recipient": mail.recipient,
        "login": mail.login,
        "message_id": found.partition(":")[2].strip(),
        "sha256": hashlib.sha256(mail.raw).hexdigest(),
        "size": len(mail.raw),
    }
    return json.dumps(entry).encode() + b"\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run until SIGTERM; the first line of output says the port, the last what was done."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument(
        "--record", type=Path, help="append one JSON object a line for every acceptance, fsynced"
    )
    parser.add_argument(
        "--rate", type=float, default=0.0, help="chance of a random fault in each transaction"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", default="stop,drop,stall,garble,delay")
    parser.add_argument("--login", default="ada@firm.example:secret", help="NAME:PASSWORD, or empty for none")
    parser.add_argument("--pipelining", action="store_true")
    parser.add_argument("--cert", help="PEM file with certificate and key; without it no STARTTLS is offered")
    chosen = parser.parse_args(arguments)
    context = None
    if chosen.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chosen.cert)
    name, _, secret = chosen.login.partition(":")
    behaviour = Behaviour(
        extensions=("8BITMIME", "ENHANCEDSTATUSCODES", *(("PIPELINING",) if chosen.pipelining else ())),
        starttls=context is not None,
        auth="PLAIN LOGIN" if name else None,
        login=(name, secret),
        need_login=bool(name),
        rate=chosen.rate,
        kinds=[Kind(each) for each in chosen.kinds.split(",")],
    )
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    with FaultServer(
        behaviour, tls=context, record=chosen.record, seed=chosen.seed, port=chosen.port
    ) as server:
        print(f"listening on {server.port}", flush=True)
        over.wait()
    print(f"accepted {server.accepted_count}, injected {dict(server.injected)}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
