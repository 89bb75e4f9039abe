"""What SQLite's faults mean: which ask for room on a disk, which pass, and which for a backup."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from relance import errors
from relance.wording import Text


def unwritable(fault: object, file: str | None) -> bool:
    """Whether the disk is full, failing or read-only; SQLite also says so when it cannot make the files beside its own."""
    kind = _kind(fault)
    if kind == sqlite3.SQLITE_CANTOPEN:
        return Path(str(file)).is_file()
    return kind in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR)


def unavailable(fault: object) -> bool:
    """Whether it cannot be opened, or others hold it."""
    return "unable to open" in str(fault) or "locked" in str(fault)


def refuse_damaged(fault: object, file: str | None) -> None:
    """Raise `errors.Broken` where a fault of SQLite's says that the file is damaged, or another program's.

    sqlite.org/rescode.html: SQLITE_CORRUPT, SQLITE_NOTADB.
    """
    if _kind(fault) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        raise errors.Broken(
            Text(
                "the database {file} is damaged, or is not an SQLite database. Keep a copy of it, then restore a backup: "
                'see "Backups and restores" in docs/operations.md.',
                file=file,
            )
        )


def _kind(fault: object) -> int:
    """SQLite's primary result code (sqlite.org/rescode.html); 0 where it is no fault of its own."""
    return (getattr(fault, "sqlite_errorcode", None) or 0) & 0xFF
