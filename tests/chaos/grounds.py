"""The servers of a run, and the settings its processes share."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import re
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis as redis_client
import sqlalchemy as sa

from relance.clock import Clock
from relance.config import make_home
from relance.mailbox.account import Security, Server
from tests.chaos.audit import Taken
from tests.chaos.plan import START, Plan
from tests.servers import dovecot, meddling_imap, postgres, processes, redis, silent
from tests.servers.ports import LOOPBACK, wait_until

ROOT = Path(__file__).parents[2]
_LOGIN = re.compile(r"^(\w{3} \d\d \d\d:\d\d:\d\d) imap-login: Info: Login: user=<([^>]+)>")


class Server_:
    """A server that can be killed and comes back as it was, on the same port."""

    def __init__(self, process: processes.Process, answers: str) -> None:
        self.process = process
        self.url = answers

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        os.kill(self.process.pid, number)
        with contextlib.suppress(TimeoutError):
            wait_until(lambda: not self.process.alive, seconds=10)
        self.process.kill()

    def start(self) -> None:
        self.process = processes.Process(self.process.program)

    def stop(self) -> None:
        self.process.stop(3)


@dataclass
class Grounds:
    """Everything a run stands on. `environment` is what every process of ours is given.

    Our processes reach Dovecot, the sink and PostgreSQL through proxies that can fall silent; the count reaches them itself.
    """

    folder: Path
    environment: dict[str, str]
    accounts: Mapping[str, str]  # address to password
    mail: dovecot.Dovecot
    sink: processes.Process
    imap_proxy: meddling_imap.MeddlingProxy
    smtp_proxy: silent.SilentProxy
    database_proxy: silent.SilentProxy | None = None
    direct: dict[str, str] = field(default_factory=dict)  # what our own `Relance` is given instead
    database: Server_ | None = None
    broker: Server_ | None = None
    _taken: list[Taken] = field(default_factory=list)
    _read: int = 0  # bytes of the record

    @property
    def imap(self) -> Server:
        return Server("localhost", self.imap_proxy.port, Security.PLAIN)

    @property
    def smtp(self) -> Server:
        return Server("localhost", self.smtp_proxy.port, Security.STARTTLS)

    def taken(self) -> list[Taken]:
        """The sink's record so far. Only what is new is read: it is asked for many times a second."""
        with (self.folder / "accepted.jsonl").open("rb") as record:
            record.seek(self._read)
            for line in record:
                if not line.endswith(b"\n"):
                    break  # it is being written
                self._taken.append(Taken(**json.loads(line)))
                self._read += len(line)
        return self._taken

    def fallen(self) -> str:
        """A server that nobody strikes and that has ended all the same, with its last words; empty: none."""
        for name, server in (("the sink", self.sink), ("Dovecot", self.mail.process)):
            if not server.alive:
                return f"{name} has ended: {server.log()[-2000:]}"
        return ""

    def logins(self) -> dict[str, list[float]]:
        """When each mailbox was logged into, as Dovecot's log tells it."""
        found: dict[str, list[float]] = {}
        year = time.localtime().tm_year
        for line in (self.mail.root / "dovecot.log").read_text(errors="replace").splitlines():
            if told := _LOGIN.match(line):
                at = time.mktime(time.strptime(f"{year} {told[1]}", "%Y %b %d %H:%M:%S"))
                found.setdefault(told[2], []).append(at)
        return found

    def last_words(self, lines: int = 20) -> Iterator[str]:
        """What the servers that are struck said last: for when one does not answer in the end."""
        for name, server in (("PostgreSQL", self.database), ("Redis", self.broker)):
            for line in server.process.log().splitlines()[-lines:] if server else ():
                yield f"{name}: {line}"

    def calm(self) -> None:
        """No more faults at the sink."""
        os.kill(self.sink.pid, signal.SIGUSR2)

    def cut_mail(self) -> None:
        os.kill(self.sink.pid, signal.SIGUSR1)

    def cut_database(self) -> None:
        """Every connection to PostgreSQL is terminated by an administrator."""
        if self.database:
            with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.database.url) as conn:
                conn.execute("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'")  # fmt: skip

    def empty_broker(self) -> None:
        with self._redis() as client:
            client.flushall()

    def cut_broker(self) -> None:
        with self._redis() as client:
            client.client_kill_filter(_type="normal", skipme=True)

    def cut_inboxes(self) -> None:
        """Every IMAP session ends without a word."""
        for pid in group(self.mail.process.pid):
            with contextlib.suppress(OSError):
                if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"dovecot/imap\0"):
                    os.kill(pid, signal.SIGKILL)

    @contextmanager
    def _redis(self) -> Iterator[redis_client.Redis]:
        if self.broker:
            with contextlib.suppress(redis_client.RedisError), redis_client.Redis.from_url(self.broker.url) as client:  # fmt: skip
                yield client


@contextmanager
def standing(plan: Plan) -> Iterator[Grounds]:
    """The servers, started; and ended in any case."""
    accounts = {f"rep{number}@sales.test": f"password {number}" for number in range(plan.mailboxes)}
    with ExitStack() as stack:
        folder = processes.scratch("chaos")
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        mail = stack.enter_context(dovecot.running(accounts, extra="mail_max_userip_connections = 500\n"))
        sink = _sink(plan, folder, accounts, mail)
        stack.callback(sink.stop, 3)
        found = re.search(r"listening on (\d+)", sink.log())
        assert found, sink.log()
        smtp = stack.enter_context(silent.running(int(found[1])))
        imap = stack.enter_context(meddling_imap.running(mail.imap, seed=plan.seed))
        grounds = Grounds(folder, _environment(plan, folder), accounts, mail, sink, imap, smtp)
        if not plan.embedded:
            _scaled_out(grounds, stack)
        yield grounds


def _sink(plan: Plan, folder: Path, accounts: Mapping[str, str], mail: dovecot.Dovecot) -> processes.Process:
    names = folder / "accounts.json"
    names.write_text(json.dumps(accounts))
    cert = folder / "sink.pem"
    mail.ca.issue_cert("localhost", LOOPBACK).private_key_and_cert_chain_pem.write_to_path(str(cert))
    command = [sys.executable, "-m", "tests.chaos.sink", "--record", str(folder / "accepted.jsonl")]
    command += ["--accounts", str(names), "--homes", str(mail.root / "home"), "--cert", str(cert)]
    command += ["--rate", str(plan.fault_rate), "--grace", str(plan.grace_seconds), "--seed", str(plan.seed)]
    command += ["--reply-after", str(plan.reply_seconds)]
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        command += ["--owner", f"{nobody.pw_uid}:{nobody.pw_gid}"]
    (folder / "accepted.jsonl").touch()
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    sink = processes.Process(processes.Program(command, folder / "sink.log", environment=environment))
    sink.wait_ready(lambda: "listening on" in sink.log())
    return sink


def _environment(plan: Plan, folder: Path) -> dict[str, str]:
    home = make_home(folder / "home").home
    clock = Clock.scaled(plan.scale, START)
    return {
        "PATH": os.environ["PATH"],
        "RELANCE_HOME": str(home),
        "RELANCE_ALLOW_TEST_DOMAINS": "true",
        "RELANCE_CLOCK_ORIGIN": clock.origin.isoformat(),
        "RELANCE_CLOCK_START": clock.start.isoformat(),
        "RELANCE_CLOCK_SCALE": str(clock.scale),
        "RELANCE_SYNC_SECONDS": str(2 * plan.scale),  # two seconds of ours
        "RELANCE_LEASE_SECONDS": str(plan.lease_seconds),
        "RELANCE_DRAIN_SECONDS": "5",
        "RELANCE_DATABASE_ANSWER_SECONDS": str(plan.answer_seconds),
        "RELANCE_MAIL_ANSWER_SECONDS": str(plan.mail_answer_seconds),
        "RELANCE_WEB_PORT": "0",
        "RELANCE_CONSOLE": "false",
        "RELANCE_BASE_URL": "http://127.0.0.1:9",
        "RELANCE_LOG_LEVEL": "warning",
        "RELANCE_LOG_FORMAT": "json",
    }


def _scaled_out(grounds: Grounds, stack: ExitStack) -> None:
    database = stack.enter_context(postgres.private(settings=postgres.DURABLE))
    broker = stack.enter_context(redis.private())
    assert database.process
    assert broker.process
    url = sa.make_url(database.database_url("postgres"))
    proxy = stack.enter_context(silent.running(url.port or 5432))
    grounds.database_proxy = proxy
    through = url.set(host=LOOPBACK, port=proxy.port).render_as_string(hide_password=False)
    grounds.environment |= {"RELANCE_DATABASE_URL": through, "RELANCE_REDIS_URL": broker.url}
    grounds.direct = {"RELANCE_DATABASE_URL": url.render_as_string(hide_password=False)}
    grounds.database = Server_(database.process, database.url)
    grounds.broker = Server_(broker.process, broker.url)
    stack.callback(grounds.database.stop)
    stack.callback(grounds.broker.stop)


def group(leader: int) -> list[int]:
    """The living processes of a group. One that has ended keeps its number until it is waited for (`processes.Process`)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                state, _, led_by = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
                if int(led_by) == leader and state not in "ZX":
                    found.append(int(entry.name))
    return found
