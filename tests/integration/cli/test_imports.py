"""What a process loads: modules it has no use for cost every worker megabytes, and every command a part of a second."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from relance.app import Relance
from relance.config import Settings, make_home
from relance.engine.db import migrate
from tests import reworded
from tests.servers import ports, processes

TOLD = (
    "import atexit, sys\n"
    "atexit.register(lambda: print('LOADED', *sorted(sys.modules), flush=True))\n"
    "from relance.cli import main\n"
    "main()\n"
)
FOR_OTHERS = {"alembic", "mako", "starlette", "uvicorn", "holidays", "babel", "rich", "relance.sandbox"}
FOR_POSTGRESQL = {"psycopg", "sqlalchemy.dialects.postgresql"}
FOR_SQLITE = {"sqlite3", "_sqlite3", "sqlalchemy.dialects.sqlite", "relance.engine.db.sqlite.opening"}
FOR_ONLOOKERS = {
    "prometheus_client", "http.server", "http.client", "urllib.request", "wsgiref", "multiprocessing.connection",
    "relance.engine.reporting.status",
}  # fmt: skip
# Who reads a worker's figures or health, asks how all stands, or watches over several.
FOR_WORK = {
    "dramatiq", "redis", "structlog", "prometheus_client", "psycopg", "aiosmtplib", "imapclient", "selectolax", "jinja2", "yaml",
    "email_validator", "publicsuffixlist", "mailparser_reply", "flufl", "cryptography", "relance.app.services",
    "relance.engine.turn", "relance.engine.definition.steps", "relance.engine.inbound.apply",
    "relance.mailbox.classification.chain", "relance.mailbox.smtp.client", "relance.mailbox.imap.client",
    "relance.engine.sending.settle", "relance.templates.compiling", "relance.tracking.pages",
}  # fmt: skip


def started(tmp_path: Path, *words: str, **environment: str) -> processes.Process:
    """A command that tells at its end what it has loaded."""
    command = [sys.executable, "-c", TOLD, *words]
    given = {**os.environ, "LANG": "C.UTF-8", "COLUMNS": "100", **environment}
    return processes.Process(processes.Program(command, tmp_path / "said", environment=given))


def ended(process: processes.Process) -> None:
    try:
        ports.wait_until(lambda: not process.alive, seconds=60, what="the command's end")
    finally:
        process.stop()


def loaded(process: processes.Process) -> set[str]:
    """What it has loaded, without what puts keys in place of sentences where a run plays so."""
    [line] = [line for line in process.log().splitlines() if line.startswith("LOADED ")]
    return set(line.split()[1:]) - {each.stem for each in reworded.FOLDER.glob("*.py")}


def home(tmp_path: Path) -> Path:
    made = make_home(tmp_path / "home", {"zone": "UTC"}).home
    Relance(Settings(home=made)).close()  # its database is there, as it is for every command but the first
    return made


def worked(tmp_path: Path, redis_url: str, **environment: str) -> set[str]:
    """What a worker has loaded that was ready and was stopped."""
    there = str(home(tmp_path))
    process = started(tmp_path, "--home", there, "worker", RELANCE_REDIS_URL=redis_url, **environment)
    try:
        process.wait_ready(lambda: ": ready" in process.log(), 60)
    finally:
        process.stop(30)
    return loaded(process)


def test_a_worker_holds_no_web_server_migrations_holidays_or_translations(
    tmp_path: Path, redis_url: str
) -> None:
    found = worked(tmp_path, redis_url)
    assert not (FOR_OTHERS | FOR_POSTGRESQL | FOR_ONLOOKERS) & found
    assert {"sqlalchemy", "dramatiq", "relance.engine.turn"} <= found


def test_a_worker_on_postgresql_holds_nothing_of_sqlite(
    tmp_path: Path, redis_url: str, migrated_postgres_url: str
) -> None:
    found = worked(tmp_path, redis_url, RELANCE_DATABASE_URL=migrated_postgres_url)
    assert not FOR_SQLITE & found
    assert found >= FOR_POSTGRESQL


def test_a_worker_whose_figures_are_read_counts_them(tmp_path: Path, redis_url: str) -> None:
    found = worked(tmp_path, redis_url, RELANCE_METRICS_PORT="0")
    assert {"prometheus_client", "relance.scheduler.monitoring.board"} <= found


def test_a_process_loads_what_speaks_to_its_own_database_alone(
    tmp_path: Path, migrated_postgres_url: str
) -> None:
    there = home(tmp_path)
    process = started(tmp_path, "--home", str(there), "status", RELANCE_DATABASE_URL=migrated_postgres_url)
    ended(process)
    found = loaded(process)
    assert found >= FOR_POSTGRESQL
    assert not FOR_SQLITE & found


def test_status_loads_nothing_that_sends_reads_or_judges(tmp_path: Path) -> None:
    process = started(tmp_path, "--home", str(home(tmp_path)), "status")
    ended(process)
    found = loaded(process)
    assert not (FOR_OTHERS | FOR_WORK | FOR_POSTGRESQL) & found
    assert "relance.engine.engagement.hits" not in found  # nobody's no is waiting
    assert "relance.engine.reporting.status" in found
    assert "relance.engine.definition.fields" not in found  # a sequence is not read
    assert len(found) < 610  # half a second of CPU


def test_help_loads_neither_the_engine_nor_the_settings(tmp_path: Path) -> None:
    process = started(tmp_path, "--help")
    ended(process)
    found = loaded(process)
    assert not {
        name for name in found if name.startswith(("relance.engine", "relance.app", "sqlalchemy", "pydantic"))
    }
    assert len(found) < 350


def test_a_command_loads_no_other_command(tmp_path: Path) -> None:
    process = started(tmp_path, "--home", str(home(tmp_path)), "task", "list")
    ended(process)
    files = {name for name in loaded(process) if name.startswith("relance.cli.")}
    assert files - {name for name in files if name.startswith("relance.cli.terminal")} == {
        "relance.cli.tasks",
        "relance.cli.tree",
    }


def test_the_newest_revision_is_what_alembic_takes_it_for() -> None:
    """A process that opens the database knows it by the names of the files."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(migrate._config())
    assert migrate.revisions() == [each.revision for each in scripts.walk_revisions()]
