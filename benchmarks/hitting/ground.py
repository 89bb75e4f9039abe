"""What the visitors knock at: an installation with mails to look at, its web server, and the same server with nothing to do."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa

from benchmarks.hitting.visitors import LONGEST_SECONDS
from benchmarks.sending import meters, stock
from relance import config
from relance.app import Relance, upgrade_database
from relance.engine.context import Context
from relance.engine.db import ids
from relance.engine.db.database import Database
from relance.engine.db.tables import enrollment, hit
from relance.engine.states import MessageState
from relance.engine.store.sending import messages
from relance.engine.store.sending.messages import Message
from tests.servers import command, ports, postgres, processes

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60.0
MAIL_BYTES = 5000


@dataclass(frozen=True)
class Told:
    """What the visitors say, times in seconds, and what the server used of the CPU meanwhile."""

    count: int
    seconds: float
    p50: float
    p99: float
    most: float
    statuses: Mapping[str, int]
    cpu: float

    @property
    def rate(self) -> float:
        return self.count / self.seconds


@dataclass(frozen=True)
class Ground:
    """Where everything is."""

    folder: Path
    settings: config.Settings
    opens: Sequence[str]
    clicks: Sequence[str]

    def recorded(self) -> int:
        """How many hits the database has."""
        database = Database(self.settings.database_url)
        try:
            with database.read() as conn:
                return int(conn.execute(sa.select(sa.func.count()).select_from(hit)).scalar_one())
        finally:
            database.close()

    @contextlib.contextmanager
    def web(self) -> Iterator[tuple[int, processes.Process]]:
        """`relance web` of the installation."""
        port = ports.free_port()
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": str(ROOT),
            "RELANCE_HOME": str(self.settings.home),
            "RELANCE_DATABASE_URL": self.settings.database_url,
            "RELANCE_LOG_LEVEL": "warning",
        }
        with self._started(command.relance("web", "--port", str(port)), environment) as process:
            yield port, process

    @contextlib.contextmanager
    def constant(self) -> Iterator[tuple[int, processes.Process]]:
        """The same server with nothing to do."""
        port = ports.free_port()
        words = [sys.executable, "-m", "benchmarks.hitting.constant", str(port)]
        with self._started(words, {"PATH": os.defpath, "PYTHONPATH": str(ROOT)}) as process:
            yield port, process

    @contextlib.contextmanager
    def _started(self, words: Sequence[str], environment: Mapping[str, str]) -> Iterator[processes.Process]:
        log = self.folder / "server.log"
        log.unlink(missing_ok=True)
        process = processes.Process(processes.Program(words, log, environment=environment))
        try:
            process.wait_ready(lambda: ": ready" in process.log(), READY_SECONDS)
            yield process
        finally:
            process.stop(30.0)
            for line in [line for line in process.log().splitlines() if ": ready" not in line][:5]:
                print("the server said:", line[:300], file=sys.stderr)

    def visit(self, server: tuple[int, processes.Process], paths: Sequence[str], *how: str) -> Told:
        """Let the visitors ask for these paths."""
        port, process = server
        file = self.folder / "paths"
        file.write_text("\n".join(paths))
        words = [sys.executable, "-m", "benchmarks.hitting.visitors", str(port), str(file), *how]
        before = meters.cost([process.pid]).whole
        said = subprocess.run(words, check=True, capture_output=True, cwd=ROOT, timeout=LONGEST_SECONDS)
        return Told(**json.loads(said.stdout), cpu=meters.cost([process.pid]).whole - before)


@contextlib.contextmanager
def laid(database: str, mails: int) -> Iterator[Ground]:
    """Start everything; end everything."""
    with contextlib.ExitStack() as stack:
        folder = processes.scratch("hits")
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        url = f"sqlite:///{folder / 'relance.db'}"
        if database == "postgresql":
            url = stack.enter_context(
                stack.enter_context(postgres.private(settings=postgres.DURABLE)).fresh()
            )
        config.make_home(folder / "home")
        settings = config.Settings(
            home=folder / "home", database_url=url, base_url="https://go.sales.example"
        )
        upgrade_database(settings)
        with Relance(settings) as relance:
            numbers = _mails(relance._context, mails)
            links = relance._context.links
            opens = [urlsplit(links.open_url(number)).path for number in numbers]
            target = "https://sales.example/pricing?from=mail"
            clicks = [urlsplit(links.click_url(number, 0, target)).path for number in numbers]
        yield Ground(folder, settings, opens, clicks)


def _mails(house: Context, count: int) -> list[int]:
    """So many accepted mails, with bytes of the usual size."""
    stock.fill(house, count, 20, 1)
    now, raw = house.clock.now(), os.urandom(MAIL_BYTES // 2).hex().encode()
    first = ids.message(now)
    with house.database.read() as conn:
        rows = conn.execute(
            sa.select(enrollment.c.id, enrollment.c.contact_id, enrollment.c.mailbox_id)
        ).all()
    made = [
        Message(
            id=number,
            enrollment_id=row.id,
            step="intro",
            variant="main",
            contact_id=row.contact_id,
            mailbox_id=row.mailbox_id,
            state=MessageState.ACCEPTED,
            message_id=f"<{number}@sales.example>",
            thread=f"<{number}@sales.example>",
            recipient="somebody@acme.example",
            subject="Hello",
            body="Hello",
            raw=raw,
            links=[{"target": "https://sales.example/pricing?from=mail", "label": "pricing"}],
            attempts=1,
            fence=1,
            prepared_at=now,
            transmitting_at=now,
            settled_at=now,
        )
        for number, row in enumerate(rows, first)
    ]
    with house.database.write() as conn:
        messages.add(conn, made)
    return [each.id for each in made]
