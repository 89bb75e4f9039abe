"""Wishes to get no more mail, kept on this host's disk until the database has them.

A wish is written here, and flushed to the disk, before the database is asked: if that is locked, away or slow, it is kept
all the same, and whoever said no is told so. It is carried out as soon as the database answers; until then the gate asks
here, so that no mail leaves this host for them. One file a person: saying no again changes nothing.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import logging
import os
import secrets
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from relance import clock
from relance.engine.reasons import Code, Reason, because

log = logging.getLogger(__name__)

ENDING = ".no"
UNFINISHED = ".part"
OLD_SECONDS = 3600
# An unfinished file so old was left by a process that died; nobody was told anything about it.
MAX_WAITING = 10_000
# Persons kept at once: links are signed, so that nobody can make up more of them than we wrote to.
MAX_BYTES = 4096
# Bytes of a file of ours.
UNHEARD = because(Code.UNSUBSCRIBED_UNHEARD)


@dataclass(frozen=True)
class OptOut:
    """Who wants no more, by the link of which mail, and when they said so (business time)."""

    recipient: str
    message: int
    at: dt.datetime


class OptOuts:
    """The folder. Safe to share between threads and processes; without a folder nothing can be kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def keep(self, no: OptOut) -> None:
        """Write it down; it survives a power cut when this returns. Raises `OSError` where that cannot be."""
        if self._folder is None:
            raise OSError("there is no folder for unsubscribe requests")
        self._folder.mkdir(mode=0o700, exist_ok=True)
        path = self._folder / _name(no.recipient)
        if not path.exists() and len(self._names()) >= MAX_WAITING:
            raise OSError(f"{MAX_WAITING} unsubscribe requests are already waiting for the database")
        text = json.dumps({"recipient": no.recipient, "message": no.message, "at": no.at.isoformat()})
        beside = path.with_suffix(f".{secrets.token_hex(4)}{UNFINISHED}")
        _write(beside, text)
        beside.replace(path)
        _flush(self._folder)

    def drop(self, recipient: str) -> None:
        """The database has it."""
        if self._folder is not None:
            (self._folder / _name(recipient)).unlink(missing_ok=True)

    def opted_out(self, recipients: Collection[str]) -> dict[str, Reason]:
        """Those of these people who said no, with the reason. Asked before each body: a look into an empty folder."""
        waiting = set(self._names())
        return {each: UNHEARD for each in recipients if _name(each) in waiting} if waiting else {}

    def waiting(self) -> Iterator[OptOut]:
        """Every wish that can be read, in no order."""
        for name in self._names(UNFINISHED):
            self._tidy(name)
        for name in self._names():
            no = self._read(name)
            if no is not None:
                yield no

    def not_stored(self, seconds: float) -> int:
        """How many wait for longer than so many seconds (machine time), those that cannot be read among them."""
        since, count = clock.machine_now().timestamp() - seconds, 0
        with contextlib.suppress(OSError):  # where the folder may not be looked into nothing is known of it
            for name in self._names():
                with contextlib.suppress(FileNotFoundError):
                    count += ((self._folder or Path()) / name).stat().st_mtime < since
        return count

    def _tidy(self, name: str) -> None:
        path = (self._folder or Path()) / name
        with contextlib.suppress(OSError):
            if clock.machine_now().timestamp() - path.stat().st_mtime > OLD_SECONDS:
                path.unlink()

    def _names(self, ending: str = ENDING) -> Sequence[str]:
        try:
            # A third of what `scandir` takes, and of what `Path` does.
            here = os.listdir(self._folder) if self._folder is not None else ()  # noqa: PTH208
        except FileNotFoundError:
            return ()
        return [name for name in here if name.endswith(ending)]

    def _read(self, name: str) -> OptOut | None:
        path = (self._folder or Path()) / name
        try:
            with path.open("rb") as file:
                no = _parsed(file.read(MAX_BYTES))
            if _name(no.recipient) != name:
                raise ValueError("its name belongs to another recipient")
        except FileNotFoundError:
            return None  # carried out in the meantime
        except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as odd:
            log.error("an unsubscribe request cannot be read; look at the file %s: %s", path, odd)
            return None
        return no


def _parsed(raw: bytes) -> OptOut:
    found = json.loads(raw)
    recipient, message, at = found["recipient"], found["message"], dt.datetime.fromisoformat(found["at"])
    if not isinstance(recipient, str) or type(message) is not int or at.tzinfo is None:
        raise ValueError("it does not say who, by which mail and when")
    return OptOut(recipient, message, at)


def _name(recipient: str) -> str:
    """No address in the name: folders are listed in more places than files are read."""
    return hashlib.sha256(recipient.encode()).hexdigest()[:40] + ENDING


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(handle)


def _flush(folder: Path) -> None:
    """The name of a new file is on the disk once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
