"""A full disk and a read-only home: what is there can be looked at, and a daemon says so and goes on by itself."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from relance import config
from relance.app import Relance
from relance.cli import tree
from relance.clock import Clock
from relance.engine.journal.opt_outs import OptOut
from relance.engine.mailboxes.service import MailboxSpec
from relance.mailbox.account import Security, Server
from relance.sandbox.world import World
from tests.reworded import in_english
from tests.servers import command, disks, ports

SEQUENCE = """
sequence: Practice
language: en
send: {days: mon-sun, hours: "00:00-24:00", holidays: none}
steps:
  - {id: hello, subject: "A word", body: "Hello, shall we talk?"}
  - {id: bump, after: 2 minutes, thread: reply, body: "Did you see my mail?"}
"""
NOBODY = Server("127.0.0.1", 1, Security.PLAIN)
STANDS = (0, 3)  # `status` may end with 3 where nobody is at work
Refusing = Callable[[], contextlib.AbstractContextManager[None]]


def home_at(place: Path, spec: MailboxSpec) -> Path:
    """A home with somebody under way."""
    home = config.make_home(place / "home").home
    (place / "seq.yaml").write_text(SEQUENCE)
    with Relance(config.Settings(home=home)) as relance:
        relance.mailboxes.add(spec, anyway=True)
        relance.contacts.add("ada@acme.example", company="Acme")
        relance.sequences.publish(place / "seq.yaml")
        relance.enroll("Practice")
    return home


def crashed(home: Path) -> None:
    """As a process leaves it that is killed: the WAL holds what the database does not."""
    with Relance(config.Settings(home=home)) as relance:
        relance.contacts.add("bo@bolt.example", company="Bolt")
        relance._context.journal.turn(1, 1)
        relance._context.noes.keep(
            OptOut("ada@acme.example", 1, relance.clock.now())
        )  # a wish waits to be carried out
        image = home.with_name("image")
        shutil.copytree(home, image)
    shutil.rmtree(home)
    image.rename(home)
    assert (home / "relance.db-wal").stat().st_size > 0


@pytest.fixture(params=["full", "read-only", "no right to write"])
def refusing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, Refusing]]:
    """A place for a home, and how to make it refuse."""
    mount = request.param != "no right to write"
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(disks.small(tmp_path / "disk")) if mount else tmp_path

        @contextlib.contextmanager
        def refuse() -> Iterator[None]:
            if request.param == "full":
                disks.fill(place)
            elif request.param == "read-only":
                disks.make_read_only(place)
            with contextlib.nullcontext() if mount else disks.writing_nothing():
                yield

        yield place, refuse


@pytest.mark.parametrize("left", ["closed", "killed"])
def test_status_and_explain_work_where_nothing_can_be_written(
    refusing: tuple[Path, Refusing], left: str
) -> None:
    place, refuse = refusing
    home = home_at(place, MailboxSpec("me@sales.example", "Me", "me", "hunter2", NOBODY, NOBODY))
    if left == "killed":
        crashed(home)

    def type_(*words: str) -> Result:
        done = CliRunner().invoke(tree.build(words), ["--home", str(home), *words])
        assert not any(odd in done.stderr for odd in ("nobody foresaw", "unexpected error")), done.stderr
        return done

    with refuse():
        status = type_("status")
        assert status.exit_code == 3, status.stderr
        assert "me@sales.example" in status.stdout
        assert in_english("cannot be written") in status.stderr
        assert len(status.stderr.splitlines()) == 1
        assert "Relance is not running" not in status.stderr
        told = json.loads(type_("status", "--json").stdout)
        kinds = [each["kind"] for each in told["concerns"]]
        assert kinds.count("unwritable") == 1
        assert "absent" not in kinds
        explained = type_("explain", "ada@acme.example")
        assert explained.exit_code in STANDS
        assert "Practice" in explained.stdout
        assert "Relance is not running" not in explained.stderr
        if left == "killed":
            assert "bo@bolt.example" in type_("contacts", "show", "bo@bolt.example").stdout
        refused = type_("pause", "ada@acme.example")
        assert refused.exit_code == 1
        assert in_english("cannot be written") in refused.stderr


class Daemon:
    """`relance run`, heard through a pipe: a log that is a file could not be written either."""

    def __init__(self, home: Path, *, refused: bool = False) -> None:
        now = dt.datetime.now(dt.UTC).isoformat()
        self.environment = {
            "PATH": os.environ["PATH"],
            "RELANCE_HOME": str(home),
            "RELANCE_WEB_PORT": "0",
            "RELANCE_CONSOLE": "false",
            "RELANCE_CLOCK_ORIGIN": now,
            "RELANCE_CLOCK_START": now,
            "RELANCE_CLOCK_SCALE": "20",
            "RELANCE_LOG_FORMAT": "json",
        }
        with disks.writing_nothing() if refused else contextlib.nullcontext():  # a child inherits it
            self.process = subprocess.Popen(
                command.relance("run"),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=self.environment,
                text=True,
            )
        self.lines: list[str] = []
        self.ear = threading.Thread(target=self._listen, daemon=True)
        self.ear.start()

    def _listen(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append(line)

    def said(self, words: str) -> bool:
        return any(words in line for line in list(self.lines))

    def asked(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Another process of the same installation, from outside."""
        return subprocess.run(
            command.relance(*words),
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=60,
            check=False,
        )

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.ear.join()
        if self.process.stdout:
            self.process.stdout.close()


def test_a_daemon_says_that_it_can_not_write_and_goes_on_by_itself(tmp_path: Path) -> None:
    """One person, a follow-up two minutes later on a clock twenty times as quick; and a disk that refuses in between."""
    arrived: list[str] = []
    with World(Clock()) as world, contextlib.ExitStack() as stack:
        rep = world.add_rep("ada@northwind.example", "Ada Lind", "a password")
        world.on_arrival(lambda mail: arrived.append(mail.subject))
        daemon = Daemon(home_at(tmp_path, MailboxSpec.of(rep, gap_seconds=0)))
        stack.callback(daemon.end)
        ports.wait_until(lambda: arrived == ["A word"], seconds=60, what="the first mail")
        disks.let_write(daemon.process.pid, False)
        ports.wait_until(lambda: daemon.said("cannot be written"), seconds=60, what="its words")
        ports.wait_until(lambda: daemon.said("nothing is sent"), seconds=60, what="what follows from it")
        assert arrived == ["A word"]
        disks.let_write(daemon.process.pid, True)
        ports.wait_until(lambda: len(arrived) > 1, seconds=60, what="the follow-up")
        assert arrived == ["A word", "Re: A word"]
        assert daemon.process.poll() is None
        assert not daemon.said("Traceback")
        assert not daemon.said("unexpected error")


def test_a_disk_that_fills_up_under_a_daemon_is_told_to_whoever_asks_from_outside(tmp_path: Path) -> None:
    arrived: list[str] = []
    with World(Clock()) as world, contextlib.ExitStack() as stack:
        place = stack.enter_context(disks.small(tmp_path / "disk"))
        rep = world.add_rep("ada@northwind.example", "Ada Lind", "a password")
        world.on_arrival(lambda mail: arrived.append(mail.subject))
        daemon = Daemon(home_at(place, MailboxSpec.of(rep, gap_seconds=0)))
        stack.callback(daemon.end)
        ports.wait_until(lambda: arrived == ["A word"], seconds=60, what="the first mail")
        ports.wait_until(
            lambda: '"message.accepted"' in daemon.asked("timeline", "ada@acme.example", "--json").stdout,
            seconds=60,
            what="its record",
        )
        disks.fill(place)
        ports.wait_until(lambda: daemon.said("cannot be written"), seconds=60, what="its words")
        status, explained = daemon.asked("status"), daemon.asked("explain", "ada@acme.example")
        assert status.returncode == 3, status.stderr
        assert in_english("cannot be written") in status.stderr
        assert "Relance is not running" not in status.stderr + explained.stderr
        assert explained.returncode in STANDS
        assert in_english('1 mail has been sent so far, the last ("hello")') in explained.stdout
        assert arrived == ["A word"]
        disks.free(place)
        ports.wait_until(lambda: len(arrived) > 1, seconds=60, what="the follow-up")
        assert arrived == ["A word", "Re: A word"]
        ports.wait_until(lambda: daemon.asked("status").returncode == 0, seconds=60, what="all to be well")
        assert daemon.process.poll() is None
        assert not daemon.said("Traceback")


def test_a_daemon_that_starts_on_a_full_disk_waits_for_room(tmp_path: Path) -> None:
    home = home_at(tmp_path, MailboxSpec("me@sales.example", "Me", "me", "hunter2", NOBODY, NOBODY))
    with contextlib.ExitStack() as stack:
        daemon = Daemon(home, refused=True)
        stack.callback(daemon.end)
        ports.wait_until(lambda: daemon.said("waiting until it answers"), seconds=60, what="its words")
        assert daemon.said(in_english("cannot be written"))
        disks.let_write(daemon.process.pid, True)
        ports.wait_until(lambda: daemon.said("relance run: ready"), seconds=60, what="its readiness")
        assert not daemon.said("Traceback")
