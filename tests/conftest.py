"""The test grounds: fresh databases and brokers, the closing line, and the guard that keeps tests on this machine."""

from __future__ import annotations

import gc
import os
import shutil
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

from relance import wording
from tests import reworded, stored_sentences
from tests.servers import browser, compiled, finder, loopback, migrated, postgres, redis, warm

# Two slow cores must not fail a property: time is not what properties are about.
hypothesis.settings.register_profile("dev", max_examples=50, deadline=None)
hypothesis.settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True, print_blob=True)

MEMORY = Path("/dev/shm")
MEMORY_ENOUGH = 2 * 2**30
# Bytes. A run needs some hundred millions: a test that passed leaves no files.


def pytest_configure(config: pytest.Config) -> None:
    """Choose how hard Hypothesis looks, and close the doors. Tests read English, whatever this machine speaks."""
    os.environ["LC_ALL"] = "C.UTF-8"
    os.environ.pop("RELANCE_LANGUAGE", None)
    hypothesis.settings.load_profile("ci" if _require_all() else "dev")
    _files_in_memory()
    loopback.install()
    compiled.share()
    warm.share()
    reworded.as_wanted()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Eleven thousand tests are a million objects, which stay: no look for garbage goes through them, while they are collected or
    later. Each would take half a second."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The slowest go first, for one that is begun last is waited for by all. Where every sentence is a key, what is about wording is
    left out, and counted."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    if reworded.wanted():
        about = [each for each in items if each.get_closest_marker("wording")]
        items[:] = [each for each in items if each not in set(about)]
        config.hook.pytest_deselected(items=about)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Where every sentence is a key, no test may leave one in a database."""
    yield
    if reworded.wanted() and not item.get_closest_marker("own_words"):
        assert stored_sentences.of_item(item) == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None]:
    """A browser stays for the tests of pages that come next."""
    yield
    browser.close_unless_wanted(item.path, nextitem.path if nextitem else None)


def _english_again() -> Iterator[None]:
    """What a test made this process speak, and the clock it made it tell times by, the next one need not read."""
    zone = wording.shown_zone()
    yield
    wording.speak("en")
    wording.show_times_in(zone)


_after_a_test = pytest.fixture(autouse=True)(_english_again)
_after_a_file = pytest.fixture(autouse=True, scope="module")(_english_again)
# Of what a fixture of a whole file opens, the clock stays until the file is over.


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Postgres]:
    """The PostgreSQL server of this test process, started when the first test asks."""
    with postgres.running() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: postgres.Postgres) -> Iterator[str]:
    """The SQLAlchemy URL of an empty PostgreSQL database of this test's own."""
    with postgres_server.fresh() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The SQLAlchemy URL of an SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'relance.db'}"


@pytest.fixture(scope="session")
def _migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "relance.db"
    migrated.build(f"sqlite:///{path}")
    return path


@pytest.fixture
def migrated_sqlite_url(_migrated_file: Path, tmp_path: Path) -> str:
    """The SQLAlchemy URL of an SQLite file that has the schema and nothing else."""
    return migrated.copied(_migrated_file, tmp_path)


@pytest.fixture
def migrated_postgres_url(postgres_server: postgres.Postgres) -> Iterator[str]:
    """The SQLAlchemy URL of the PostgreSQL database that has the schema and nothing else. One test at a time has it."""
    with migrated.emptied(postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def migrated_url(request: pytest.FixtureRequest) -> str:
    """A database with the schema and nobody in it, once of each kind we promise to run on."""
    url: str = request.getfixturevalue(f"migrated_{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database, once of each kind we promise to run on."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="session")
def redis_server() -> Iterator[redis.Redis]:
    """The Redis server of this test process, started when the first test asks."""
    with redis.running() as server:
        yield server


@pytest.fixture
def redis_url(redis_server: redis.Redis) -> str:
    """The URL of an empty Redis database."""
    redis_server.flush()
    return redis_server.url


def _files_in_memory() -> None:
    """As of the servers, nothing of a test's files has to survive a power cut: no commit to an SQLite file waits for a disk."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_ENOUGH:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def _require_all() -> bool:
    return os.environ.get(finder.REQUIRE_ALL, "") not in ("", "0")


def _missing(report: pytest.TestReport | pytest.CollectReport) -> str | None:
    """Why a skipped test was not run for want of a server; None for every other report."""
    if not report.skipped or not isinstance(report.longrepr, tuple):
        return None
    reason = str(report.longrepr[2]).removeprefix("Skipped: ")
    return reason.removeprefix(finder.NOT_RUN) if reason.startswith(finder.NOT_RUN) else None


def _insist(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Where everything is required, what could not be run has failed."""
    reason = _missing(report)
    if reason is not None and _require_all():
        report.outcome = "failed"
        report.longrepr = f"not run, though {finder.REQUIRE_ALL} is set: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _insist(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _insist(report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The closing line: how much of the suite this machine could not run, and why."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(reason for reason in map(_missing, skipped) if reason is not None)
    words = "; ".join(f"{count} x {reason}" for reason, count in sorted(reasons.items()))
    terminalreporter.write_line(f"not run: {reasons.total()}" + (f" ({words})" if words else ""))
