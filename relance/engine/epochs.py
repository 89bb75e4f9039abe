"""Noticing a database that was restored from a backup: it has forgotten mails that were sent.

An *epoch* is counted up in the database and copied to a file outside it. A database whose epoch is lower than the
file's has gone back in time. Then nothing is sent until a person has looked, and what was due meanwhile is held, for
it may have been sent after the backup was made.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from relance.engine.database import Database
from relance.engine.house import House
from relance.engine.states import Event
from relance.engine.store import enrollments, events, marks

INSTALLATION, EPOCH, HALTED = "installation", "epoch", "halted"


@dataclass(frozen=True)
class Seen:
    """What the file outside the database says."""

    installation: str
    epoch: int


def went_back(seen: Seen | None, installation: str, epoch: int) -> bool:
    """Whether this database is an older state of the one the file speaks of. Pure."""
    return seen is not None and seen.installation == installation and seen.epoch > epoch


def beat(database: Database, file: Path) -> str | None:
    """Count the epoch up and copy it out; returns why the installation stands still, if it does."""
    seen = _read(file)
    with database.write() as conn:
        marks.lock(conn)  # or two that count at once count once, and the file outruns the database
        installation = marks.get(conn, INSTALLATION)
        if installation is None:
            installation = secrets.token_hex(8)
            marks.put(conn, INSTALLATION, installation)
        epoch = int(marks.get(conn, EPOCH) or 0)
        if went_back(seen, installation, epoch):
            words = f"the database is older than it was (epoch {epoch}; it had reached {seen.epoch if seen else '?'})"
            marks.put(conn, HALTED, f"{words}: was it restored from a backup?")
        halted = marks.get(conn, HALTED)
        if halted is None:
            epoch += 1
            marks.put(conn, EPOCH, str(epoch))
    if halted is None:
        _write(file, Seen(installation, epoch))
    return halted


def halted(database: Database) -> str | None:
    """Why nothing is sent, if so."""
    with database.read() as conn:
        return marks.get(conn, HALTED)


def confirm(house: House, file: Path, *, hold_due: bool = True) -> int:
    """A person has looked: go on. What fell due is held first, unless `hold_due` is off; returns how many that were."""
    now = house.clock.now()
    with house.database.write() as conn:
        words = marks.get(conn, HALTED) or "confirmed by a person"
        due = enrollments.gone_on(conn, now) if hold_due else []
        reason = "the database was restored; this step may have been sent after the backup was made"
        enrollments.apply(conn, [row.id for row in due], Event.HELD, now, reason=reason)
        seen = _read(file)
        marks.put(conn, EPOCH, str(max(int(marks.get(conn, EPOCH) or 0), seen.epoch if seen else 0)))
        marks.drop(conn, HALTED)
        events.add(conn, [events.News("restore confirmed", now, data={"reason": words, "held": len(due)})])
    return len(due)


def _read(file: Path) -> Seen | None:
    try:
        found = json.loads(file.read_text())
        return Seen(str(found["installation"]), int(found["epoch"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(file: Path, seen: Seen) -> None:
    """Replace the file in one step, so that nobody ever reads half of it."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=file.name)
    with os.fdopen(handle, "w") as out:
        json.dump({"installation": seen.installation, "epoch": seen.epoch}, out)
        out.flush()
        os.fsync(handle)
    Path(name).replace(file)
