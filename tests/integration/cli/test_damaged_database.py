"""A file that is no database, and one that was damaged, are told as that, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from relance import config, errors
from relance.app import Relance
from relance.cli import tree
from relance.cli.terminal import failures
from tests.reworded import in_english


def damaged(home: Path, where: str) -> None:
    """The start of the file is another program's; or what is behind its head was overwritten."""
    file = home / "relance.db"
    if where == "start":
        file.write_bytes(b"this is not a database at all, whatever its name says" * 100)
        return
    data = bytearray(file.read_bytes())
    data[100:] = b"\x5a" * (len(data) - 100)
    file.write_bytes(bytes(data))


@pytest.mark.parametrize("where", ["start", "pages"])
@pytest.mark.parametrize("command", [["status"], ["contacts", "list"]])
def test_a_damaged_database_is_named_with_what_to_do(tmp_path: Path, where: str, command: list[str]) -> None:
    home = config.make_home(tmp_path / "home").home
    Relance(config.Settings(home=home)).close()
    damaged(home, where)
    done = CliRunner().invoke(tree.build(command), ["--home", str(home), *command])
    assert done.exit_code == failures.FAILED, done.output
    assert str(home / "relance.db") in done.output
    assert in_english("is damaged, or is not an SQLite database") in done.output
    assert in_english("docs/operations.md") in done.output
    assert "sqlalche" not in done.output


def gone(home: Path, how: str) -> Path:
    """The file of a home that has worked; moved away, or emptied by a full disk's copy."""
    file = home / "relance.db"
    Relance(config.Settings(home=home)).close()
    file.unlink()
    if how == "empty":
        file.touch()
    return file


@pytest.mark.parametrize("how", ["missing", "empty"])
@pytest.mark.parametrize(
    "command", [["status"], ["contacts", "list"], ["db", "check"], ["db", "upgrade"], ["run"]]
)
def test_no_empty_database_takes_the_place_of_one_that_is_gone(
    tmp_path: Path, how: str, command: list[str]
) -> None:
    """It would know nobody who was written to, and nobody who answered."""
    home = config.make_home(tmp_path / "home").home
    file = gone(home, how)
    done = CliRunner().invoke(tree.build(command), ["--home", str(home), *command])
    assert done.exit_code == failures.WRONG_USE, done.output
    assert in_english("is gone, and this home has worked with it") in done.output
    assert str(file) in done.output
    assert (file.stat().st_size if file.exists() else 0) == 0
    with pytest.raises(errors.Misconfigured):
        Relance(config.Settings(home=home))


def test_init_begins_anew_where_the_database_is_gone(tmp_path: Path) -> None:
    home = config.make_home(tmp_path / "home").home
    gone(home, "missing")
    done = CliRunner().invoke(tree.build(["init"]), ["init", str(home)])
    assert done.exit_code == 0, done.output
    with Relance(config.Settings(home=home)) as app:
        assert app.status().held == 0


def test_a_library_never_sends_a_reader_to_its_own_pages(capsys: pytest.CaptureFixture[str]) -> None:
    import sqlalchemy as sa

    failures.told(sa.exc.TimeoutError("no connection", code="3o7r"))
    shown = capsys.readouterr().err
    assert "no connection" in shown
    assert "Background" not in shown
