"""A scripted SMTP server that can fail at each of twelve points of a transaction, and records what it accepted.

An acceptance is recorded (and, with a file, fsynced) before its 250 is written, as a real server must. Tests start it in
process; chaos runs start it as `python -m tests.servers.fault_smtp --record accepted.jsonl --rate 0.1 --seed 7`.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import signal
import socket
import ssl
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from tests.servers.fault_talk import Connection
from tests.servers.faults import Accepted, Behaviour, Fault, Gone, Kind, Point

__all__ = ["Accepted", "Behaviour", "Fault", "FaultServer", "Kind", "Point"]


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
        self.greetings: list[str] = []  # what EHLO said
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
                self.greetings += [line.partition(" ")[2]] if verb == "EHLO" else []
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
        talk = Connection(self, connection, number)
        try:
            talk.run()
        except (Gone, OSError, ValueError):
            pass
        finally:
            with self.lock:
                self._open.discard(talk.socket)
            talk.close()
            with self.changed:
                self.ended += 1
                self.changed.notify_all()


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
