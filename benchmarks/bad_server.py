"""What a bad mail server does to its healthy neighbours: `python -m benchmarks.bad_server`, or `make bench-servers`.

Mailboxes of one provider that is silent, cuts, refuses, lies, or falls silent after the login, beside healthy ones of
another, in one process with its scheduler, workers and database as in production. First mails fall due one after another
in the healthy mailboxes; what is measured is how long after its due time each is in the server's hands.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import sqlalchemy as sa

from relance.app import Relance
from relance.config import Settings, make_home
from relance.engine.contacts import service as contact_service
from relance.engine.db.tables import contact, enrollment
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.store.mailboxes import mailboxes
from relance.scheduler import embedded
from relance.scheduler.web_server import web
from tests import engine_house
from tests.servers import ports, scripted_imap
from tests.servers.fault_smtp import Accepted, Behaviour, Fault, FaultServer, Kind, Point
from tests.servers.scripted_imap import Script

BAR = 5.0
# Seconds that the healthy ones' 99th percentile may take.
SEQUENCE = """
sequence: Trial
send: {days: mon-sun, hours: "00:00-24:00"}
steps:
  - {id: intro, subject: "Hello", body: "Hello"}
"""
KINDS = ("silent", "cut", "refusing", "lying", "mute")
"""Says nothing; resets every connection; says no at the door; talks nonsense; falls silent after the login."""


@dataclass(frozen=True)
class Plan:
    """How much of what."""

    bad: int = 12  # mailboxes of the bad server
    healthy: int = 9
    mails: int = 6  # of each healthy mailbox
    seconds: float = 20.0  # over which they fall due
    threads: int = 8


@dataclass(frozen=True)
class Result:
    """Delays of the healthy ones' mails, in seconds."""

    kind: str
    delays: tuple[float, ...]
    missing: int  # mails that did not arrive at all
    bad_connections: int
    stopped: float  # seconds the process took to stop, its bad server still there

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.delays, n=100)[98] if len(self.delays) > 1 else float("inf")


class Door:
    """A listening socket whose every connection is met by `meet`."""

    def __init__(self, meet: Callable[[socket.socket], None]) -> None:
        self.meet = meet
        self.connections = 0
        self.held: list[socket.socket] = []
        self.socket = socket.create_server((ports.LOOPBACK, 0), backlog=128)
        self.port: int = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                self.connections += 1
                self.held.append(connection)
                with contextlib.suppress(OSError):
                    self.meet(connection)

    def close(self) -> None:
        """Cut everything."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        for each in (self.socket, *self.held):
            each.close()
        self.thread.join(5)


def _cut(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()


def _says(words: bytes) -> Callable[[socket.socket], None]:
    def meet(connection: socket.socket) -> None:
        connection.sendall(words)
        connection.shutdown(socket.SHUT_WR)

    return meet


@dataclass
class Bad:
    """The ports of a bad server and how many have come to it."""

    smtp: int
    imap: int
    connections: Callable[[], int] = field(default=lambda: 0)


@contextmanager
def bad(kind: str) -> Iterator[Bad]:
    """A bad server of this kind, SMTP and IMAP."""
    if kind == "mute":
        with _mute() as found:
            yield found
        return
    meets = {
        "silent": (lambda _: None,) * 2,
        "cut": (_cut,) * 2,
        "refusing": (_says(b"421 4.7.0 too busy\r\n"), _says(b"* BYE Too many connections\r\n")),
        "lying": (_says(b"220 ok\r\n999 \xff what\r\n" * 3), _says(b"* OK hi\r\n* 1 FETCH ((((\r\n" * 3)),
    }[kind]
    doors = [Door(meet) for meet in meets]
    try:
        yield Bad(doors[0].port, doors[1].port, lambda: sum(door.connections for door in doors))
    finally:
        for door in doors:
            door.close()


@contextmanager
def _mute() -> Iterator[Bad]:
    """Lets everybody in and says nothing more."""
    script = Script()
    script.instead |= {"LIST": lambda *_: b"", "STATUS": lambda *_: b"", "EXAMINE": lambda *_: b""}
    behaviour = _Welcome(starttls=False, need_login=False)
    behaviour.faults.append(Fault(Point.MAIL, Kind.STALL, times=1000))
    with FaultServer(behaviour) as smtp, scripted_imap.running(script) as imap:
        yield Bad(smtp.port, imap.port, lambda: smtp.connections)


class _Welcome(Behaviour):
    """Every login is right."""

    def lets_in(self, name: str, secret: str) -> bool:
        return bool(name and secret)


class _Timed(FaultServer):
    """A server that knows when it took each mail."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}
        super().__init__(_Welcome(starttls=False))

    def take(self, mail: Accepted) -> None:
        self.at.setdefault(mail.recipient, time.monotonic())
        super().take(mail)


def play(kind: str, plan: Plan) -> Result:
    """One run against one kind of bad server."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        foe = stack.enter_context(contextlib.ExitStack())
        enemy = foe.enter_context(bad(kind))
        smtp, imap = _Timed(), stack.enter_context(scripted_imap.running(Script()))
        stack.enter_context(smtp)
        settings = Settings(
            home=make_home(folder / "home").home,
            zone="UTC",
            sync_seconds=10,
            worker_threads=plan.threads,
            listen_mailboxes=0,
        )
        relance = stack.enter_context(Relance(settings))
        _fill(relance, plan, (smtp.port, imap.port), (enemy.smtp, enemy.imap))
        due = _fall_due(relance, plan)
        running = stack.enter_context(contextlib.ExitStack())
        running.enter_context(embedded.running(relance, [web.listen(ports.LOOPBACK, 0)], plan.threads))
        last = max(due.values())
        while len(smtp.at) < len(due) and time.monotonic() < last + 30:
            time.sleep(0.05)
        begun = time.monotonic()
        running.close()
        stopped = time.monotonic() - begun
        foe.close()  # whoever still waits for it hears of its end
        ports.wait_until(lambda: not relance._context.at_work.mailboxes(), seconds=90)
        delays = [smtp.at[who] - at for who, at in due.items() if who in smtp.at]
        return Result(
            kind,
            tuple(sorted(delays)),
            len(due) - len(delays),
            enemy.connections(),
            stopped,
        )


def _fill(relance: Relance, plan: Plan, good: tuple[int, int], poor: tuple[int, int]) -> None:
    """The mailboxes, those of the bad server first: the most overdue ones."""
    house = relance._context
    publish.publish(house, SEQUENCE)
    now = house.clock.now()
    for number in range(plan.bad + plan.healthy):
        smtp, imap = poor if number < plan.bad else good
        engine_house.add_mailbox(
            house,
            f"rep{number}@sales.example",
            smtp_host=ports.LOOPBACK,
            smtp_port=smtp,
            smtp_security="plain",
            imap_host=ports.LOOPBACK,
            imap_port=imap,
            imap_security="plain",
            daily_cap=None,
            gap_seconds=0,
            synced_at=now,
        )
    for number in range((plan.bad + plan.healthy) * plan.mails):
        contact_service.add(house, f"person{number}@firm{number}.example", {})
    enroll.enroll(house, EnrollRequest("Trial"))


def _fall_due(relance: Relance, plan: Plan) -> dict[str, float]:
    """Spread the healthy ones' mails over the run, one after another; the bad ones' are all due at once.

    Returns when each of the healthy ones' mails is due: {recipient: `time.monotonic()`}.
    """
    house, due = relance._context, {}
    with house.database.write() as conn:
        query = sa.select(enrollment.c.id, enrollment.c.mailbox_id, contact.c.email).join(
            contact, contact.c.id == enrollment.c.contact_id
        )
        rows = list(conn.execute(query.order_by(enrollment.c.id)))
        now, here = house.clock.now(), time.monotonic()
        healthy = [row for row in rows if row.mailbox_id > plan.bad]
        for row in rows:
            after = 0.0
            if row.mailbox_id > plan.bad:
                after = 1.0 + plan.seconds * healthy.index(row) / len(healthy)
                due[row.email] = here + after
            at = now + dt.timedelta(seconds=after)
            conn.execute(sa.update(enrollment).where(enrollment.c.id == row.id).values(due_at=at))
        for number in range(1, plan.bad + plan.healthy + 1):
            mailboxes.change(conn, number, next_turn_at=now + dt.timedelta(seconds=number > plan.bad))
    return due


def words(result: Result) -> str:
    """One line."""
    delays = result.delays or (float("inf"),)
    verdict = "ok" if result.p99 <= BAR and not result.missing else "TOO SLOW"
    return (
        f"{result.kind:10}{len(result.delays):6}{result.missing:9}{statistics.median(delays):9.2f}{result.p99:8.2f}"
        f"{max(delays):8.2f}{result.bad_connections:13}{result.stopped:9.1f}   {verdict}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bad_server", description=__doc__)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--bad", type=int, default=Plan.bad, help="mailboxes of the bad server")
    parser.add_argument("--healthy", type=int, default=Plan.healthy)
    parser.add_argument("--mails", type=int, default=Plan.mails, help="of each healthy mailbox")
    parser.add_argument("--seconds", type=float, default=Plan.seconds, help="over which they fall due")
    parser.add_argument("--threads", type=int, default=Plan.threads)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    plan = Plan(chosen.bad, chosen.healthy, chosen.mails, chosen.seconds, chosen.threads)
    if not chosen.json:
        print(f"{plan.healthy} healthy mailboxes beside {plan.bad} of a bad server, {plan.threads} threads")
        print(
            "server     mails  missing   median     p99     max  connections  stopped   (seconds; the bar is 5)"
        )
    results = []
    for kind in chosen.kinds.split(","):
        results.append(play(kind, plan))
        if not chosen.json:
            print(words(results[-1]), flush=True)
    if chosen.json:
        print(json.dumps([asdict(each) | {"p99": each.p99} for each in results], indent=2))
    return 0 if all(each.p99 <= BAR and not each.missing for each in results) else 1


if __name__ == "__main__":
    sys.exit(main())
