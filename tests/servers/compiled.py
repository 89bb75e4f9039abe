"""Statements are compiled once a process of tests, not once for each of its thousands of databases.

A process that serves people opens one database and compiles each statement once; a test that opens its own would compile all it asks
anew, which takes longer than asking. A statement's key tells whatever its words depend on (sqlalchemy.org, "SQL Compilation Caching").
"""

from __future__ import annotations

import functools
from typing import Any

from sqlalchemy.util import LRUCache

from relance.engine.db.database import Database

KEPT = 1500
# Of either kind of database; all tests together ask fewer.


class Shared(LRUCache[Any, Any]):
    """SQLAlchemy's cache for one engine, for all engines that speak alike."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_alike(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_alike(key), value)


def _alike(key: Any) -> Any:
    """A key of SQLAlchemy's begins with the engine's own dialect: here it is what that speaks, and to which release."""
    dialect, *rest = key
    return (type(dialect), dialect.paramstyle, dialect.server_version_info, *rest)


def share() -> None:
    """From now on, in this process."""
    kept, opened = Shared(KEPT), Database.__init__

    @functools.wraps(opened)
    def opening(self: Database, *args: Any, **more: Any) -> None:
        opened(self, *args, **more)
        self.engine.update_execution_options(compiled_cache=kept)

    Database.__init__ = opening  # type: ignore[method-assign]
