"""A healthy home looked at by somebody whose it is not: told as what it is, and not as a trouble of the daemons."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from relance import config
from relance.app import Relance
from relance.cli import tree
from tests.reworded import in_english

OWNER, STRANGER = 64_001, 64_002


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that everybody may pass through, unlike pytest's own."""
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only root can be somebody else for a while")
    place = Path(tempfile.mkdtemp(prefix="relance-"))
    place.chmod(0o755)
    yield config.make_home(place / "home").home
    shutil.rmtree(place)


@contextlib.contextmanager
def somebody_else(home: Path) -> Iterator[None]:
    """The home becomes one user's, who lets others see that it is there; and we are another one."""
    for path in (home, *home.rglob("*")):
        os.chown(path, OWNER, OWNER)
    home.chmod(0o755)
    (home / config.FILE_NAME).chmod(0o644)
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(STRANGER)
    os.seteuid(STRANGER)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


def type_(home: Path, *words: str) -> Result:
    done = CliRunner().invoke(tree.build(words), ["--home", str(home), *words])
    assert not any(odd in done.stderr for odd in ("nobody foresaw", "unexpected error")), done.stderr
    return done


def key_in_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The home's key is its owner's alone."""
    monkeypatch.setenv("RELANCE_SECRET_KEY", (home / config.KEY_NAME).read_text().strip())


def test_status_of_somebody_elses_home_says_so_and_tells_of_its_daemons(
    home: Path, migrated_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELANCE_DATABASE_URL", migrated_postgres_url)
    key_in_environment(home, monkeypatch)
    with Relance(config.Settings(home=home)) as daemon:
        daemon.beat("run")
        assert type_(home, "status").exit_code == 0  # and everything is imported
        with somebody_else(home):
            status = type_(home, "status")
            told = json.loads(type_(home, "status", "--json").stdout)
            explained = type_(home, "explain", "nobody@acme.example")
    assert status.exit_code == 0, status.stderr
    assert (
        in_english(f"{home} belongs to user {OWNER}, and user {STRANGER} may not write to it.")
        in status.stderr
    )
    assert "cannot be written" not in status.stderr
    assert in_english("Running: run on") in status.stdout
    assert [each["kind"] for each in told["concerns"]] == ["foreign"]
    assert in_english(f"Switch to user {OWNER}") in explained.stderr


def test_nobody_at_work_is_told_of_it_all_the_same(
    home: Path, migrated_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELANCE_DATABASE_URL", migrated_postgres_url)
    key_in_environment(home, monkeypatch)
    assert type_(home, "status").exit_code == 3
    with somebody_else(home):
        status = type_(home, "status")
    assert (status.exit_code, in_english("Relance is not running") in status.stderr) == (3, True)


def test_a_database_that_is_somebody_elses_alone_is_no_full_disk(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_in_environment(home, monkeypatch)
    assert type_(home, "status").exit_code == 3
    with somebody_else(home):
        status = type_(home, "status")
    assert status.exit_code == 2
    assert (
        in_english(f"relance.db belongs to user {OWNER}, and user {STRANGER} may not write to it.")
        in status.stderr
    )
    assert "Make room" not in status.stderr


def test_a_home_of_our_own_that_can_not_be_written_is_a_trouble(home: Path) -> None:
    """Whoever owns it has to mend it; so it is on a disk that is only read."""
    assert config.foreign(config.Settings(home=home)) == ""
    with somebody_else(home):
        os.seteuid(0)
        os.seteuid(OWNER)
        home.chmod(0o500)
        assert config.foreign(config.Settings(home=home)) == ""
        home.chmod(0o755)
