from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from relance import config
from relance.engine.db import migrate
from relance.engine.db.database import Database
from relance.scheduler.logging import logs


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def told(tmp_path: Path, **settings: str) -> io.StringIO:
    out = io.StringIO()
    logs.configure(config.Settings(home=tmp_path, **settings), out)
    return out


def test_json_where_no_person_looks(tmp_path: Path) -> None:
    out = told(tmp_path)
    structlog.get_logger("relance.x").info("something", mailbox=3)
    logging.getLogger("library").warning("from %s", "outside")
    ours, theirs = map(json.loads, out.getvalue().splitlines())
    assert ours["event"] == "something"
    assert ours["mailbox"] == 3
    assert theirs["event"] == "from outside"
    assert theirs["level"] == "warning"


def test_words_for_people(tmp_path: Path) -> None:
    out = told(tmp_path, log_format="console")
    structlog.get_logger("relance.x").warning("something", mailbox=3)
    assert "something" in out.getvalue()
    assert "mailbox=3" in out.getvalue()


def test_a_library_does_not_repeat_itself(tmp_path: Path) -> None:
    out = told(tmp_path)
    for _ in range(5):
        logging.getLogger("dramatiq.worker").critical("Consumer encountered a connection error: %s", "x")
        logging.getLogger("relance.y").warning("ours is always told")
    assert out.getvalue().count("connection error") == 1
    assert out.getvalue().count("\n") == 6
    assert out.getvalue().count("always told") == 5


@pytest.mark.parametrize(("level", "told_of"), [("info", False), ("debug", True)])
def test_what_migrations_say_is_for_who_looks_for_a_fault(tmp_path: Path, level: str, told_of: bool) -> None:
    out = told(tmp_path, log_level=level)
    opened = Database(f"sqlite:///{tmp_path / 'relance.db'}")
    migrate.upgrade(opened)
    opened.close()
    assert ("alembic" in out.getvalue()) is told_of


def test_the_level_counts(tmp_path: Path) -> None:
    out = told(tmp_path, log_level="error")
    structlog.get_logger("relance.x").warning("hush")
    assert out.getvalue() == ""
