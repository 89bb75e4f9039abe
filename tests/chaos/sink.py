"""The mail server of a chaos run: accepts durably, files Sent copies as a provider does, and fails at every point.

Its record is the truth of the run: one fsynced line for each mail, written before the 250. The Sent copy is filed before
the line, so that nobody can look for a copy of an accepted mail in vain. SIGUSR1 cuts every connection.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import itertools
import json
import os
import random
import signal
import ssl
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from relance.sandbox.letters import letter
from tests.servers import fault_smtp, faults
from tests.servers.fault_smtp import Accepted, Behaviour, Fault, Kind, Point

SENT = ".Wys&AUI-ane"  # Dovecot's folder on the disk: the name in modified UTF-7 (RFC 3501, 5.1.3)
BEFORE_ANY_MAIL = (Point.BANNER, Point.EHLO, Point.STARTTLS, Point.AUTH)
LATER = "451 4.3.0 try again later"


@dataclass
class Provider(Behaviour):
    """Several accounts, and faults of every kind."""

    accounts: Mapping[str, str] = field(default_factory=dict)

    def lets_in(self, name: str, secret: str) -> bool:
        return self.accounts.get(name) == secret


@dataclass(frozen=True)
class Filing:
    """Where Sent copies go, and whose files they must be."""

    homes: Path
    owner: tuple[int, int] | None
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    def file(self, login: str, raw: bytes) -> None:
        """As Maildir wants it: written aside, then moved into the folder in one step."""
        folder = self.homes / login / "Maildir" / SENT
        for part in ("tmp", "new", "cur"):
            self._make(folder / part)
        name = f"{time.time():.6f}.{os.getpid()}_{next(self.numbers)}.sink"
        aside = folder / "tmp" / name
        aside.write_bytes(raw)
        if self.owner:
            os.chown(aside, *self.owner)
        aside.rename(folder / "new" / name)

    def _make(self, folder: Path) -> None:
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for each in missing if self.owner else ():
            os.chown(each, *self.owner)  # type: ignore[misc]


class Sink(fault_smtp.FaultServer):
    """The server. A body that comes to its end later than `grace` seconds after its 354 is not taken any more."""

    def __init__(self, behaviour: Provider, record: Path, filing: Filing | None, *, grace: float, seed: int, tls: ssl.SSLContext | None) -> None:  # fmt: skip
        self._lines = record.open("ab")
        self._filing, self._grace = filing, grace
        self._strikes = random.Random(seed)
        self._began: dict[int, float] = {}  # by thread, which is by connection
        super().__init__(behaviour, tls=tls, seed=seed)
        self.keep_raw = False
        self.reply_after = 0.0  # seconds between the record and its 250

    def draw(self) -> Fault | None:
        """A fault for a transaction; now and then one for a connection to come, or a polite "not now"."""
        drawn = super().draw()
        with self.lock:
            chance = self._strikes.random()
            if chance < self.behaviour.rate / 10 and len(self.behaviour.faults) < 3:
                kind = self._strikes.choice(list(self.behaviour.kinds))
                self.behaviour.faults.append(Fault(self._strikes.choice(BEFORE_ANY_MAIL), kind))
            if drawn is None and chance > 1 - self.behaviour.rate / 5:
                point = self._strikes.choice((Point.MAIL, Point.RCPT, Point.DATA, Point.DOT))
                return Fault(point, Kind.REPLY, LATER)
        return drawn

    def take_fault(self, point: Point, drawn: Fault | None) -> Fault | None:
        """Each fault due; and a slow server is slow with every 250."""
        found = super().take_fault(point, drawn)
        if found is None and point is Point.ACCEPTED and self.reply_after:
            return Fault(point, Kind.DELAY, seconds=self.reply_after)
        return found

    def note(self, number: int, verb: str, line: str) -> None:
        """When each connection's DATA began."""
        if verb == "DATA":
            self._began[threading.get_ident()] = time.monotonic()
        super().note(number, verb, line)

    def take(self, mail: Accepted) -> None:
        """File the copy, then write the line; both before the 250."""
        if time.monotonic() - self._began.pop(threading.get_ident()) > self._grace:
            raise faults.Gone  # a server gives a client up that takes so long over a body
        found = letter.read(mail.raw)
        if self._filing:
            self._filing.file(mail.login, mail.raw)
        line = {
            "at": time.time(),
            "recipient": mail.recipient,
            "login": mail.login,
            "message_id": found.message_id,
            "sha256": hashlib.sha256(mail.raw).hexdigest(),
            "step": (found.text.strip().splitlines() or [""])[0],
        }
        with self.changed:
            self.accepted_count += 1
            self._lines.write(json.dumps(line).encode() + b"\n")
            self._lines.flush()
            os.fsync(self._lines.fileno())
            self.changed.notify_all()

    def cut(self) -> None:
        """Cut every connection."""
        with self.lock:
            sockets = list(self._open)
        for each in sockets:
            with contextlib.suppress(OSError):
                each.shutdown(2)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run until SIGTERM; the first line of output says the port, the last which faults were injected."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--record", type=Path, required=True)
    parser.add_argument("--accounts", type=Path, required=True, help="a JSON object: name to password")
    parser.add_argument("--homes", type=Path, help="Dovecot's homes, to file Sent copies in")
    parser.add_argument("--owner", help="UID:GID of those files")
    parser.add_argument("--cert", type=Path)
    parser.add_argument("--rate", type=float, default=0.03)
    parser.add_argument("--grace", type=float, default=3.0)
    parser.add_argument("--reply-after", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    owner = tuple(map(int, chosen.owner.split(":"))) if chosen.owner else None
    filing = Filing(chosen.homes, owner) if chosen.homes else None  # type: ignore[arg-type]
    context = None
    if chosen.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chosen.cert)
    provider = Provider(
        starttls=context is not None,
        rate=chosen.rate,
        patience=chosen.grace,
        accounts=json.loads(chosen.accounts.read_text()),
    )
    with Sink(provider, chosen.record, filing, grace=chosen.grace, seed=chosen.seed, tls=context) as sink:
        sink.reply_after = chosen.reply_after
        signal.signal(signal.SIGUSR1, lambda *_: threading.Thread(target=sink.cut).start())
        signal.signal(signal.SIGUSR2, lambda *_: _calm(sink))
        print(f"listening on {sink.port}", flush=True)
        over.wait()
        print(json.dumps(dict(sink.injected)), file=sys.stdout, flush=True)


def _calm(sink: Sink) -> None:
    """SIGUSR2: no faults any more."""
    sink.behaviour.rate = 0.0
    sink.behaviour.faults.clear()


if __name__ == "__main__":
    main()
