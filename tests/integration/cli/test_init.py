"""`init` through the real engine: a home that somebody made beforehand, and a database that is PostgreSQL's."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from relance import config, errors
from relance.app import Relance
from relance.cli import tree
from tests.reworded import in_english, worded

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    for name in [name for name in os.environ if name.startswith("RELANCE_")]:
        if not name.startswith("RELANCE_TEST_"):
            monkeypatch.delenv(name)

    def call(*words: str, code: int = 0) -> Result:
        done = CliRunner().invoke(tree.build(words), list(words))
        assert done.exit_code == code, f"{words}: {done.exit_code}\n{done.output}\n{done.exception!r}"
        return done

    return call


@pytest.fixture
def open_home() -> Iterator[Path]:
    """A home that exists already, as `mkdir` makes it, where everybody on the machine comes by; the usual umask."""
    place = Path(tempfile.mkdtemp(prefix="relance-open-"))
    before = os.umask(0o022)
    try:
        place.chmod(0o755)
        (place / "home").mkdir()
        yield place / "home"
    finally:
        os.umask(before)
        shutil.rmtree(place)


def open_ones(folder: Path) -> list[str]:
    """What others may read or write in a folder."""
    return sorted(
        path.name
        for path in folder.rglob("*")
        if path.name != "sandbox-ca.pem" and path.stat().st_mode & 0o066
    )


def test_a_home_made_beforehand_holds_nothing_that_others_may_read(run: Run, open_home: Path) -> None:
    assert stat.S_IMODE(open_home.stat().st_mode) == 0o755
    run("init", str(open_home))
    with Relance(config.Settings(home=open_home)) as relance:
        relance.contacts.add("ada@acme.example")
        relance._context.journal.turn(
            1, 1
        )  # its file is there, and the database's WAL with somebody's name in it
        assert {"relance.db", "relance.db-wal", "relance.db-shm"} <= {
            path.name for path in open_home.iterdir()
        }
        assert list((open_home / "journal").iterdir())
        assert open_ones(open_home) == []


@pytest.mark.parametrize("name", ["relance.db", "journal", "relance.db-wal", "epoch.json"])
def test_what_stands_open_is_refused_at_every_start_and_closed_by_init(
    run: Run, open_home: Path, name: str
) -> None:
    run("init", str(open_home))
    path = open_home / name
    path.touch()
    path.chmod(0o755 if path.is_dir() else 0o644)
    shown = run("--home", str(open_home), "status", code=2).stderr
    assert in_english(f"chmod go= {path}") in shown
    with pytest.raises(errors.Misconfigured, match=worded("Other users of this machine")):
        Relance(config.Settings(home=open_home))
    assert in_english(f"closed {path} to others") in run("init", str(open_home)).stdout
    run("--home", str(open_home), "status", code=3)  # it works; nobody is at work


def test_a_folder_that_is_closed_closes_what_is_in_it(run: Run, open_home: Path) -> None:
    run("init", str(open_home))
    (open_home / "relance.db").chmod(0o644)
    open_home.chmod(0o700)
    run("--home", str(open_home), "status", code=3)  # it works; nobody is at work


def test_a_settings_file_with_a_password_is_private_and_one_without_is_not(run: Run, open_home: Path) -> None:
    run("init", str(open_home))
    file = open_home / "relance.toml"
    file.write_text('redis_url = "redis://127.0.0.1:1/0"\n')
    file.chmod(0o644)
    run("--home", str(open_home), "status", code=3)  # it works; nobody is at work
    file.write_text('redis_url = "redis://:hunter2@127.0.0.1:1/0"\n')
    shown = run("--home", str(open_home), "status", code=2).stderr
    assert str(file) in shown
    assert "hunter2" not in shown


def test_init_on_an_empty_postgresql_makes_its_tables_in_one_go(
    run: Run, tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELANCE_DATABASE_URL", postgres_url)
    shown = run("init", str(tmp_path / "home")).stdout
    assert in_english("made  the tables of postgresql") in shown
    assert in_english("Next: relance mailbox add") in shown
    assert not (tmp_path / "home" / "relance.db").exists()
    run("--home", str(tmp_path / "home"), "status", code=3)  # it works; nobody is at work
    again = run("init", str(tmp_path / "home"))
    assert "tables" not in again.stdout
    assert "key" not in again.stderr


def test_tables_of_an_earlier_release_wait_for_their_operator(
    run: Run, tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELANCE_DATABASE_URL", postgres_url)
    engine = sa.create_engine(postgres_url)
    with engine.begin() as conn:  # as far as the first release went, as far as anybody can tell
        conn.execute(sa.text("create table alembic_version (version_num varchar(32) primary key)"))
        conn.execute(sa.text("insert into alembic_version values ('0001')"))
    shown = run("init", str(tmp_path / "home"))
    assert in_english("made") in shown.stdout
    assert in_english("`relance db upgrade`") in shown.stderr
    assert in_english("Next: relance db upgrade") in shown.stdout
    with engine.begin() as conn:
        assert sa.inspect(conn).get_table_names() == ["alembic_version"]
    engine.dispose()


def test_a_second_host_is_told_about_its_new_key(
    run: Run, tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELANCE_DATABASE_URL", postgres_url)
    run("init", str(tmp_path / "first"))
    assert in_english("RELANCE_SECRET_KEY") in run("init", str(tmp_path / "second")).stderr
    monkeypatch.setenv("RELANCE_SECRET_KEY", (tmp_path / "first" / "relance.key").read_text().strip())
    third = run("init", str(tmp_path / "third"))
    assert third.stderr == ""
    assert in_english("environment RELANCE_SECRET_KEY") in third.stdout
    assert not (tmp_path / "third" / "relance.key").exists()


def test_a_database_that_is_away_leaves_a_home_that_is_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELANCE_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    shown = run("init", str(tmp_path / "home"), code=1)
    assert "relance.key" in shown.stdout
    assert in_english("does not answer") in shown.stderr


@pytest.mark.parametrize(
    ("country", "near"), [("XX", "XK"), ("pl", "PL?"), ("Poland", "PL?"), ("Qqq", "such as PL")]
)
def test_a_country_nobody_knows_is_refused_before_anything_is_made(
    run: Run, tmp_path: Path, country: str, near: str
) -> None:
    done = run("init", str(tmp_path / "home"), "--country", country, code=2)
    assert in_english(near) in done.output
    assert not (tmp_path / "home").exists()
