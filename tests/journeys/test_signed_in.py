"""A mailbox that signs in through its provider, with the commands as people start them and real mail servers: its tokens run out and are
renewed while mail leaves, once for all processes; it says what to do where that ends; and no secret is ever seen."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
import subprocess
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from relance.app import Relance
from relance.clock import machine_now
from relance.config import Settings, make_home
from relance.engine.db.tables import mailbox, oauth_grant
from relance.engine.definition.sequence import Sequence as Definition
from relance.engine.mailboxes.settings.changing import MailboxChange
from relance.engine.mailboxes.sign_ins import lifetimes
from relance.engine.mailboxes.sign_ins.lifetimes import Granted
from relance.engine.reasons import Code
from relance.engine.store.mailboxes import grants
from relance.mailbox.oauth.grants import Grant, OAuthClient
from relance.scheduler.signing_in import SignIns
from tests import dumps, engine_house
from tests.reworded import in_english
from tests.servers import command, dovecot, ports, postfix, processes, token_service
from tests.servers.token_service import CLIENT, SECRET, Service

ADA = dovecot.USER
PEOPLE = [f"p{number}@acme{number}.example" for number in range(6)]
DEFINITION = {
    "sequence": "Hello",
    "send": {"days": "mon-sun", "hours": "00:00-24:00", "holidays": "none"},
    "track": {"opens": False, "clicks": False},
    "steps": [
        {"id": "intro", "subject": "Hello", "body": "Hello {{ first_name }}."},
        {"id": "bump", "after": "3 days", "thread": "reply", "body": "Did it reach you?"},
    ],
}
pytestmark = pytest.mark.slow


class Desk:
    """A home, the commands in it, and what they said."""

    def __init__(self, folder: Path, **settings: str) -> None:
        known = {name.removeprefix("RELANCE_").lower(): value for name, value in settings.items()}
        self.settings = Settings(
            home=make_home(folder / "home").home,
            allow_test_domains=True,
            zone="UTC",
            country="PL",
            **known,  # type: ignore[arg-type]
        )
        self.folder = folder
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ},
            "RELANCE_HOME": str(self.settings.home),
            "RELANCE_ALLOW_TEST_DOMAINS": "true",
            "RELANCE_ZONE": "UTC",
            "RELANCE_WEB_PORT": "0",
            "RELANCE_CONSOLE": "false",
            "RELANCE_LANGUAGE": "en",
            **settings,
        }
        self.said: list[str] = []
        self.running: list[processes.Process] = []

    @contextmanager
    def open(self) -> Iterator[Relance]:
        """The installation, in this process."""
        with Relance(self.settings) as relance:
            yield relance

    def tell(self, *words: str, given: str = "") -> str:
        """What a command says."""
        done = subprocess.run(
            command.relance(*words),
            input=given,
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=60,
        )
        self.said.append(done.stdout + done.stderr)
        return self.said[-1]

    def start(self, *words: str) -> processes.Process:
        """A daemon, once it is ready."""
        log = self.folder / f"daemon-{len(self.running)}.log"
        program = processes.Program(command.relance(*words), log, environment=self.environment)
        self.running.append(processes.Process(program))
        self.running[-1].wait_ready(lambda: "ready pid=" in self.running[-1].log(), seconds=60)
        return self.running[-1]

    def row(self, table: sa.Table) -> sa.Row[tuple[object, ...]]:
        """The only one of it."""
        with self.open() as relance, relance._context.database.read() as conn:
            return conn.execute(sa.select(table)).one()

    def set_grant(self, **values: object) -> None:
        with self.open() as relance, relance._context.database.write() as conn:
            conn.execute(sa.update(oauth_grant).values(**values))

    def refresh_token(self) -> str:
        """What is stored of it."""
        with self.open() as relance, relance._context.database.read() as conn:
            stored = grants.of(conn, 1)
        assert stored is not None
        secret = relance._context.vault.open(stored.sealed, f"grant/{ADA}")
        return Grant.read(secret).refresh_token

    def end(self) -> None:
        for process in self.running:
            process.stop()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.end()


def sign_in(desk: Desk, at: Service, out: postfix.Postfix) -> None:
    """With the command, by somebody who opens the link it prints."""
    words = command.relance(
        *(
            "mailbox",
            "sign-in",
            ADA,
            "--name",
            "Ada",
            "--no-browser",
            "--client-id",
            CLIENT,
            "--client-secret",
        ),
        *("--authorization-url", f"{at.url}/authorize", "--token-url", f"{at.url}/token", "--scope", "mail"),
        *("--smtp-host", "localhost", "--smtp-port", str(out.submission), "--smtp-security", "starttls"),
        *("--imap-host", "localhost", "--imap-port", str(out.mail.imaps), "--imap-security", "tls"),
        *("--ca-file", out.mail.ca_file),
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(words, text=True, env=desk.environment, **pipes) as child:  # type: ignore[call-overload]
        child.stdin.write(f"{SECRET}\n")
        child.stdin.close()
        told = ""
        while not (found := re.search(r"^http\S+$", told, re.MULTILINE)):
            line = child.stderr.readline()
            assert line, told
            told += line
        urllib.request.urlopen(found[0], timeout=30).close()
        desk.said.append(told + child.stderr.read() + child.stdout.read())
        assert child.wait(60) == 0, desk.said[-1]


def enroll(desk: Desk, people: list[str]) -> None:
    with desk.open() as relance:
        if not relance.sequences.list():
            relance.sequences.publish(Definition.model_validate(DEFINITION))
            relance.mailboxes.change(ADA, MailboxChange(gap_seconds=0, daily_cap=0))
        for person in people:
            relance.contacts.add(person, first_name="Ola")
        assert relance.enroll("Hello", people).enrolled == len(people)


class World:
    """Every other domain; takes all that Postfix passes on."""

    def __init__(self) -> None:
        self.arrived: Counter[str] = Counter()

    async def handle_DATA(self, server: object, session: object, envelope: Envelope) -> str:
        del server, session
        self.arrived.update(envelope.rcpt_tos)
        return "250 2.0.0 OK"


@contextmanager
def outside() -> Iterator[tuple[World, int]]:
    """The world, and its port."""
    world = World()
    controller = Controller(world, hostname=ports.LOOPBACK, port=ports.free_port())
    controller.start()
    try:
        yield world, controller.port
    finally:
        controller.stop()


def test_tokens_run_out_in_mid_run_and_a_withdrawn_consent_says_what_to_do(desk: Desk) -> None:
    with (
        token_service.running(life=6.0) as at,
        outside() as (world, port),
        dovecot.running(tokens=dovecot.Tokens(f"{at.url}/introspect")) as mail,
        postfix.running(mail, port) as out,
    ):
        sign_in(desk, at, out)
        enroll(desk, PEOPLE[:2])
        desk.start("run")
        ports.wait_until(lambda: world.arrived.total() == 2, seconds=60)
        ports.wait_until(lambda: at.refreshed() >= 2, seconds=60)  # what it began with is of no use any more
        enroll(desk, PEOPLE[2:4])
        ports.wait_until(lambda: world.arrived.total() == 4, seconds=60)
        at.expire()  # before its time
        enroll(desk, PEOPLE[4:])
        ports.wait_until(lambda: world.arrived.total() == 6, seconds=60)
        assert world.arrived == Counter(PEOPLE)  # each once
        at.revoke()
        ports.wait_until(lambda: desk.row(mailbox).state == "paused", seconds=60)
        told = desk.tell("mailbox", "show", ADA)
        assert in_english("Sign in to it again") in told
        assert in_english("Sign in to it again") in desk.tell("status")
        nothing_shows(desk, at)


def nothing_shows(desk: Desk, at: Service) -> None:
    """Neither in what commands said and wrote, nor in a log, nor in any file of the home as it lies on the disk, nor in a dump."""
    for words in (("mailbox", "list"), ("timeline", PEOPLE[0]), ("config",), ("messages", "list")):
        assert desk.tell(*words, "--json")
    desk.tell("--debug", "mailbox", "test", ADA, "--no-probe")
    desk.end()
    files = [each for each in desk.settings.home.rglob("*") if each.is_file()]
    raw = [each.read_bytes() for each in (*files, *(each.program.log for each in desk.running))]
    seen = [*raw, *(each.encode() for each in desk.said)]
    assert any(ADA.encode() in each for each in raw)
    secrets = [
        SECRET,
        *at.tokens,
        *at.refresh,
        *(each["refresh_token"] for each in at.asked if "refresh_token" in each),
    ]
    assert len(secrets) > 6
    assert [each[:6] for each in secrets for text in seen if each.encode() in text] == []
    dump = dumps.of(desk.settings.database_url)
    assert dumps.told(dump, [ADA, *secrets]) == [ADA[:6]]


# --- by one process at a time ---


@pytest.fixture
def shared(tmp_path: Path, migrated_postgres_url: str, redis_url: str) -> Iterator[Desk]:
    """As it is with several processes: on PostgreSQL and Redis."""
    desk = Desk(tmp_path, RELANCE_DATABASE_URL=migrated_postgres_url, RELANCE_REDIS_URL=redis_url)
    yield desk
    desk.end()


def due(desk: Desk, at: Service) -> None:
    """Ada's mailbox, whose token is to be renewed now."""
    given, now = at.issue(ADA), machine_now()
    grant = Grant(
        OAuthClient(CLIENT, f"{at.url}/token", ("mail",), SECRET),
        given["refresh_token"],
        given["access_token"],
    )
    lives = grants.Lifetimes(now + dt.timedelta(minutes=5), now - dt.timedelta(minutes=1), None)
    with desk.open() as relance:
        engine_house.add_mailbox(relance._context, ADA, next_turn_at=None)
        with relance._context.database.write() as conn:
            lifetimes.keep(relance._context, conn, (1, ADA), Granted(grant, lives))


def test_two_schedulers_that_want_a_renewal_at_once_make_one(shared: Desk) -> None:
    with token_service.running() as at:
        due(shared, at)
        shared.set_grant(renew_at=machine_now() + dt.timedelta(hours=1))
        # The provider takes longer than either of them lets pass between two looks.
        at.before = lambda _: threading.Event().wait(SignIns.seconds + 1) and None
        shared.start("scheduler")
        shared.start("scheduler")
        shared.set_grant(renew_at=machine_now() - dt.timedelta(minutes=1))
        ports.wait_until(lambda: shared.row(oauth_grant).version == 2, seconds=60)
        shared.end()
        assert at.refreshed() == 1
        assert shared.refresh_token() in at.refresh


def test_a_scheduler_that_is_killed_between_the_answer_and_its_storing(shared: Desk) -> None:
    """What the provider gave is lost with it: that is said, and not mistaken for a withdrawn consent."""
    with token_service.running() as at:
        due(shared, at)
        answering, killed = threading.Event(), threading.Event()

        def decided(_: object) -> None:
            answering.set()
            killed.wait(60)

        at.after = decided
        first = shared.start("scheduler")
        assert answering.wait(60)
        first.signal(signal.SIGKILL)
        killed.set()
        assert shared.row(oauth_grant).version == 1
        shared.start("scheduler")
        assert at.refreshed() == 1  # nobody asks while its lease stands
        shared.set_grant(renewing_until=machine_now() - dt.timedelta(seconds=1))
        ports.wait_until(lambda: shared.row(mailbox).state == "paused", seconds=60)
        assert at.refreshed() == 2
        assert Code.SIGN_IN_CUT_OFF.value in str(shared.row(mailbox))
