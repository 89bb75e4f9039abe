"""The ground a world stands on: the real engine over a real SQLite file, with seams where the simulation takes hold."""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import datetime as dt
import functools
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection

from relance import clock, errors
from relance.engine.context import Context, Options
from relance.engine.db import ids, machine_time, tables
from relance.engine.db.database import Database
from relance.engine.db.sqlite import opening as sqlite_opening
from relance.engine.db.vault import Vault
from relance.engine.definition.reading import load
from relance.engine.journal import findings, journal
from relance.engine.journal.journal import Journal
from relance.engine.journal.opt_outs import OptOuts
from relance.engine.journal.own_message_ids import OwnMessageIds
from relance.engine.runtime.sequence_cache import SequenceCache
from relance.engine.schedule.timezones import Workspace
from relance.engine.sequences import clock_jumps
from relance.engine.store.contacts import contacts, suppressions
from relance.engine.store.mailboxes import leases, mailboxes
from relance.engine.store.sequences import sequences
from relance.mailbox.smtp.outcome import Outcome, SendResult
from relance.tracking.links import Links
from relance.tracking.tokens import Signer
from tests.simulation import people
from tests.simulation.baton import Process
from tests.simulation.database import Base
from tests.simulation.post import Inbox, Outbox
from tests.simulation.sim import START, Sim

SECRET = b"only for simulation: 32 bytes ok"
FAST = Path("/dev/shm")
SYNC_EVERY = dt.timedelta(hours=4)
WAIT = dt.timedelta(hours=3)
# Between any two mails of a sequence.
ATTEMPTS = 3

_HEAD = """
language: en
send: {days: mon-sun, hours: "00:00-24:00", zone: UTC, holidays: none}
"""
SEQUENCES = {
    "plain": _HEAD
    + """
sequence: plain
steps:
  - {id: first, subject: "a question about {{ company }}", body: "marker-plain-first for {{ email }}"}
  - {id: second, after: 3 hours, thread: reply, body: "marker-plain-second for {{ email }}"}
  - {id: call, after: 1 hour, task: "call {{ email }}"}
  - {id: third, after: 3 hours, thread: reply, body: "marker-plain-third for {{ email }}"}
""",
    "forked": _HEAD
    + """
sequence: forked
stop: {company: any reply}
steps:
  - {id: opener, subject: "a word on {{ company }}", body: "marker-forked-opener for {{ email }}"}
  - id: fork
    when: clicked("opener")
    then:
      - {id: warm, after: 3 hours, thread: reply, body: "marker-forked-warm for {{ email }}"}
    else:
      - {id: cold, after: 3 hours, subject: "something else", body: "marker-forked-cold for {{ email }}"}
""",
}
STEPS = {"plain": ("first", "second", "third"), "forked": ("opener", "cold")}
"""The mails of each sequence, in the order a person gets them (nobody clicks here)."""


class Diary(Journal):
    """A process's real journal, which knows what of it a lost host would lose."""

    def __init__(self, sim: Sim, folder: Path, owner: str) -> None:
        super().__init__(folder, owner)
        self.sim = sim
        self.synced: dict[Path, int] = {}
        self.told: list[tuple[int, int]] = []  # ends written, not yet sure
        self.took: list[int] = []  # of these the mails that a server took

    def turn(self, mailbox_id: int, fence: int) -> None:
        self.sim.step("journal turn")
        super().turn(mailbox_id, fence)

    def begin(self, message: int, fence: int) -> None:
        self.sim.step("journal begin")
        super().begin(message, fence)
        self.sim.note("journal begun")

    def ended(self, message: int, fence: int, result: SendResult) -> None:
        super().ended(message, fence, result)
        self.told.append((message, fence))
        if result.outcome is Outcome.ACCEPTED:
            self.took.append(message)

    def sure(self) -> None:
        self.sim.step("journal accepted")
        super().sure()
        if self._file is not None:
            self.synced[Path(self._file.name)] = self._file.tell()
        self.sim.note("journal synced")
        self.sim.world.journaled.update(self.told)
        self.told.clear()
        self.sim.world.journaled_taken.update(self.took)
        self.took.clear()

    def over(self, mailbox_id: int, fence: int, *, clean: bool) -> None:
        self.sim.step("journal over")
        super().over(mailbox_id, fence, clean=clean)

    def kill(self) -> None:
        """The process is gone: its files stay as they are, its lock is let go of."""
        self._clean = False
        self.close()

    def lose(self) -> None:
        """The host is gone: what was not synced never was."""
        self.kill()
        for path in self._folder.glob(f"{self._owner}.*.journal"):
            with path.open("ab") as file:
                file.truncate(self.synced.get(path, 0))


@dataclasses.dataclass
class Ground:
    """One seed's database, journals and processes."""

    sim: Sim
    folder: Path
    real: Database
    library: SequenceCache
    vault: Vault
    beside: sqlite3.Connection  # for what nobody simulated asks
    born: int = 0

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """The rows of a statement made `aside.plain`, between two things that happen."""
        return self.beside.execute(statement).fetchall()

    def house(self, process: Process) -> Context:
        """The engine as one process runs it."""
        self.born += 1
        owner = f"{process.name}-{self.born}"
        together = self.sim.profile.together
        options = Options(
            batch=6, together=together, sync_every=SYNC_EVERY, attempts=ATTEMPTS, allow_test_domains=True
        )
        return Context(
            database=Base(self.sim, self.real),
            clock=self.sim.reads,
            vault=self.vault,
            links=links(),
            own_ids=OwnMessageIds({1: SECRET}, 1),
            journal=Diary(self.sim, self.folder / f"journal-{process.host}", owner),
            noes=OptOuts(self.folder / f"noes-{process.host}"),
            owner=owner,
            open_outbox=functools.partial(Outbox, self.sim),
            open_inbox=functools.partial(Inbox, self.sim),
            options=options,
            workspace=Workspace("UTC", "PL"),
            library=self.library,
        )


@functools.cache
def signer() -> Signer:
    return Signer({1: SECRET}, 1)


@functools.cache
def links() -> Links:
    return Links("http://127.0.0.1:9", signer())


@functools.cache
def _vault() -> Vault:
    return Vault({1: SECRET}, 1)


@functools.cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="relance-simulation-", dir=FAST if FAST.is_dir() else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def template() -> Path:
    """A database with the schema, two mailboxes, two sequences and the people; nobody is enrolled."""
    return _template("template.db")


def template_without_wall() -> Path:
    """The same, but one step of one person may have several mails; their ids, which are made of it, too."""
    constraints = tables.message.constraints
    walls = {each for each in constraints if isinstance(each, sa.UniqueConstraint)}
    constraints.difference_update(walls)
    try:
        return _template("open.db")
    finally:
        constraints.update(walls)


@functools.cache
def _template(name: str) -> Path:
    path = _folder() / name
    base = Database(f"sqlite:///{path}")
    tables.metadata.create_all(base.engine)
    with base.write() as conn:
        for name, text in SEQUENCES.items():
            found = load.read(text, name)
            assert found.sequence is not None, found.problems
            sequences.publish(conn, name, name, found.sequence.model_dump(mode="json", by_alias=True), START)
        contacts.add(conn, [_contact(email) for email in (*people.PEOPLE, people.POISONED)], START)
        for email in people.SENDERS.values():
            _mailbox(conn, email)
    with base.engine.connect() as conn:
        conn.exec_driver_sql("pragma wal_checkpoint(truncate)")
    base.close()
    return path


def _contact(email: str) -> dict[str, object]:
    domain = email.partition("@")[2]
    blank: dict[str, object] = dict.fromkeys(contacts.FIELDS, "")
    return {
        **blank,
        "email": email,
        "original": email,
        "organisation": domain,
        "company": domain,
        "fields": {},
    }


def _mailbox(conn: Connection, email: str) -> None:
    servers = {f"{kind}_{what}": value for kind in PORTS for what, value in _server(PORTS[kind])}
    secret = _vault().seal("simulated", f"mailbox/{email}")
    name = email.partition("@")[0].title()
    mailboxes.add(
        conn,
        address=email,
        name=name,
        username=email,
        secret=secret,
        created_at=START,
        synced_at=START,
        **servers,
    )


PORTS = {"smtp": 1, "imap": 2}


def _server(port: int) -> tuple[tuple[str, object], ...]:
    return (("host", "localhost"), ("port", port), ("security", "starttls"))


@functools.cache
def _database(path: Path) -> Database:
    """One engine for all seeds of this process: its compiled statements are worth more than all the rest."""
    real = Database(f"sqlite:///{path}")
    event.listen(real.engine, "connect", _careless)
    event.remove(real.engine, "begin", sqlite_opening.begin)
    event.listen(real.engine, "begin", _begin)
    return real


def _begin(conn: Connection) -> None:
    """As the engine begins, in a third of the time; nobody else ever holds the lock here, so it cannot fail."""
    writing = conn.get_execution_options().get("relance_write")
    driver = conn.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.execute("BEGIN IMMEDIATE" if writing else "BEGIN")


def _careless(connection: object, _record: object) -> None:
    connection.execute("pragma synchronous=OFF")  # type: ignore[attr-defined]


_LIBRARY = SequenceCache()


@contextmanager
def laid(sim: Sim) -> Iterator[Ground]:
    """The ground for one seed; gone afterwards."""
    root = _folder()
    sim.root = str(root)
    path = root / "relance.db"
    real = _database(path)
    real.engine.dispose()
    for each in root.glob("relance.db*"):
        each.unlink()
    shutil.copyfile(template(), path)
    folder = Path(tempfile.mkdtemp(dir=root))
    beside = sqlite3.connect(path, check_same_thread=False)  # one thread at a time has the baton
    try:
        with _seams(sim):
            yield Ground(sim, folder, real, _LIBRARY, _vault(), beside)
    finally:
        beside.close()
        real.engine.dispose()
        shutil.rmtree(folder)


class _Dice:
    """Stands in for `secrets`: the same ids for the same seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(f"ids {seed}")

    def randbits(self, count: int) -> int:
        return self.rng.getrandbits(count)

    def token_hex(self, count: int) -> str:
        return self.rng.randbytes(count).hex()


@contextmanager
def _seams(sim: Sim) -> Iterator[None]:
    """Where the engine looks at the machine, it sees the simulated one."""
    add = suppressions.add

    def noted(conn: Connection, kind: str, value: str, *rest: object) -> bool:
        if sim.stage.current is not None:
            sim.me.commits.append(lambda order: sim.world.bar(value, "suppressed", order))
        return add(conn, kind, value, *rest)  # type: ignore[arg-type]

    def boot() -> str:
        return str(sim.boots.get(sim.me.process.host, 0)) if sim.stage.current else "0"

    def witnessed(_conn: Connection) -> dt.datetime:
        """The database's own clock where it has one, as `machine_time.machine_now` asks it."""
        apart = sim.wrong_by
        if sim.profile.witness and abs(apart) > machine_time.SKEW:
            raise errors.Unreachable(machine_time.disagreeing(apart))
        return sim.now if sim.profile.witness else sim.wall

    seams: tuple[tuple[object, str, Callable[..., object] | object], ...] = (
        (clock, "machine_now", lambda: sim.wall),
        (leases, "machine_now", witnessed),
        (clock_jumps, "machine_now", witnessed),
        (clock, "elapsed", sim.elapsed),
        (ids, "secrets", _Dice(sim.seed)),
        (findings, "boot_id", boot),
        (journal, "ROTATE_AFTER", 400),
        (suppressions, "add", noted),
    )
    with contextlib.ExitStack() as stack:
        for where, name, what in seams:
            stack.enter_context(mock.patch.object(where, name, what))
        yield
