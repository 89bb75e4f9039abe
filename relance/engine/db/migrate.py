"""Bringing a database's schema to this release's, and saying how far it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance import errors
from relance.engine.db import migrations
from relance.engine.db.database import Database
from relance.wording import Text

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = 7305_1965_2026
# An advisory lock of PostgreSQL, so that of several processes starting at once only one migrates.


@dataclass(frozen=True)
class SchemaState:
    """How far a database's schema is: its revision, this release's, and the changes still to come."""

    current: str | None
    newest: str
    pending: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Whether this release can work on it."""
        return not self.pending


def state(database: Database) -> SchemaState:
    """How far the schema is; `errors.Broken` when it is newer than this release."""
    with database.read() as conn:
        current = _current(conn)
    known = revisions()
    if current is not None and current not in known:
        raise errors.Broken(
            Text(
                "the database was made by a newer Relance (schema {current}); this one knows up to {known}. "
                "Update Relance.",
                current=current,
                known=known[0],
            )
        )
    pending = known if current is None else known[: known.index(current)]
    return SchemaState(current, known[0], tuple(reversed(pending)))


def revisions() -> list[str]:
    """The revisions this release knows, newest first, by the names of their files: every process asks when it opens the
    database, and Alembic, which would read all of them, is for those that change it."""
    names = (each.name for each in (resources.files(migrations) / "versions").iterdir())
    return sorted((found[1] for name in names if (found := _NUMBERED.fullmatch(name))), reverse=True)


_NUMBERED = re.compile(r"(\d{4})_\w+\.py")
_VERSION = sa.text("select version_num from alembic_version")


def _current(conn: Connection) -> str | None:
    if not sa.inspect(conn).has_table("alembic_version"):
        return None
    found: str | None = conn.execute(_VERSION).scalar_one_or_none()
    return found


def upgrade(database: Database) -> SchemaState:
    """Apply what is missing. Safe to call from several processes at once, and when nothing is missing."""
    if state(database).pending:
        with database.write() as conn:
            if conn.dialect.name == "postgresql":
                conn.execute(sa.text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
                conn.execute(sa.text("set local lock_timeout = '5s'"))
            _climb(conn)
    return state(database)


def _climb(conn: Connection) -> None:
    from alembic import command

    config = _config()
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


def require(database: Database) -> None:
    """`errors.Misconfigured` unless the schema is this release's."""
    found = state(database)
    if not found.ready:
        raise errors.Misconfigured(
            Text(
                "the database's schema is {current}, this release needs {newest}. Run `relance db upgrade`.",
                current=found.current or Text.within("schema", "empty"),
                newest=found.newest,
            )
        )


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(resources.files(migrations)))
    return config
