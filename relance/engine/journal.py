"""The acceptance journal: what a process knows about mails under way before the database does.

A few files a process, appended only. `begin` is written before a body's first byte and survives a killed process;
`accepted` is written and fsynced after the server's 250 and before the database hears of it. At the next start, or
when a lease has lapsed, `look_up` tells which mails had begun and which were accepted.

That a mail had *not* begun says something only if it can not begin any more: a worker may be frozen between its mark
and its body. So each process holds a lock while it lives, and each turn says when it is over.
"""

from __future__ import annotations

import errno
import fcntl
import functools
import json
import os
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROTATE_AFTER = 4 * 1024 * 1024
# Bytes. Then a new file is begun.
KEPT = 3
# Full files that are kept though everything begun in them is settled: a turn that ended badly may need its lines soon.


@dataclass(frozen=True)
class Entry:
    """What the journals say about one message."""

    began: bool = False
    accepted: str | None = None  # the server's words


@dataclass(frozen=True)
class Findings:
    """What the journals in a folder say about some messages, and of which turns they tell everything."""

    entries: Mapping[int, Entry]
    whole: frozenset[tuple[int, int]]  # (mailbox id, fence): no body began there that is not written here

    def of(self, message: int) -> Entry:
        """What is known of one message."""
        return self.entries.get(message, Entry())


class Journal:
    """This process's files, and everybody's lines when asked. Safe to share between threads."""

    def __init__(self, folder: Path, owner: str) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._owner = owner
        self._number = 0
        self._file: IO[bytes] | None = None
        self._alive: IO[bytes] | None = None  # locked while this process lives
        self._turns: dict[
            tuple[int, int], int
        ] = {}  # those under way: (mailbox, fence) and the file they began in
        self._under_way: dict[int, int] = {}  # mails begun and not settled, and the file that says so
        self._clean = True  # whether every turn so far ended as it should
        self._torn = False
        self._guard = threading.Lock()

    def turn(self, mailbox_id: int, fence: int) -> None:
        """A turn begins here; from now on every body it sends is written down first."""
        with self._guard:
            self._turns[mailbox_id, fence] = self._number
            self._append({"turn": mailbox_id, "fence": fence, "boot": _boot_id()})

    def begin(self, message: int) -> None:
        """The body of this message is about to leave. Survives a killed process, not a lost host: it is not fsynced."""
        with self._guard:
            self._under_way[message] = self._number
            self._append({"begin": message})

    def took(self, message: int, reply: str) -> None:
        """The server has just taken this one. Survives a killed process at once, and a lost host from `sure` on."""
        with self._guard:
            self._append({"accepted": message, "reply": reply})

    def sure(self) -> None:
        """Everything written so far is on the disk when this returns."""
        with self._guard:
            if self._file is not None:
                os.fsync(self._file.fileno())

    def settled(self, messages: Iterable[int]) -> None:
        """The database knows how these ended: their lines are needed no more."""
        with self._guard:
            for number in messages:
                self._under_way.pop(number, None)

    def over(self, mailbox_id: int, fence: int, *, clean: bool) -> None:
        """No body of this turn begins any more, however it ended. Full files nobody needs go."""
        with self._guard:
            self._append({"over": mailbox_id, "fence": fence})
            self._turns.pop((mailbox_id, fence), None)
            self._clean = self._clean and clean
            if self._file is not None and self._file.tell() > ROTATE_AFTER:
                self._file.close()
                self._file = None
                self._number += 1
            self._drop(min(self._turns.values(), default=self._number) - KEPT)

    def close(self) -> None:
        """Close the files. Where every mail is settled and every turn ended well they go; else a later start reads them."""
        with self._guard:
            if self._file is not None and self._clean and not self._under_way and not self._turns:
                self._drop(self._number + 1)
                self._lock_of(self._owner).unlink(missing_ok=True)
            for file in (self._file, self._alive):
                if file is not None:
                    file.close()
            self._file = self._alive = None

    def look_up(self, messages: Iterable[int]) -> Findings:
        """What any process that kept its journal in this folder knows about these messages."""
        wanted = set(messages)
        found: dict[int, Entry] = {}
        told: set[tuple[int, int]] = set()
        for owner, paths in self._owners().items():
            dead = self._dead(owner)  # asked before its lines are read: what it wrote until then is in them
            for line in _lines(paths):
                _note(line, wanted, found)
                if line.get("boot") == _boot_id() and dead:
                    told.add((int(str(line["turn"])), int(str(line["fence"]))))
                elif "over" in line:
                    told.add((int(str(line["over"])), int(str(line["fence"]))))
        return Findings(found, frozenset(told))

    def sweep(
        self, open_mails: Collection[int], open_turns: Collection[tuple[int, int]], before: float
    ) -> int:
        """Remove the files of processes that ended before an instant (seconds since 1970) and say nothing of mails that
        are open still, nor of turns that marked one; returns how many processes that were."""
        gone = 0
        for owner, paths in self._owners().items():
            if max(path.stat().st_mtime for path in paths) >= before or not self._dead(owner):
                continue
            if any(_speaks_of(line, open_mails, open_turns) for line in _lines(paths)):
                continue
            for path in (*paths, self._lock_of(owner)):
                path.unlink(missing_ok=True)
            gone += 1
        return gone

    def _append(self, line: dict[str, object]) -> None:
        if self._file is None:
            self._live()
            self._file = self._path(self._number).open("ab", buffering=0)
        data = (b"\n" if self._torn else b"") + json.dumps(line, separators=(",", ":")).encode() + b"\n"
        self._torn = self._file.write(data) != len(data)
        if self._torn:
            raise OSError(errno.ENOSPC, "the journal could not be written; is the disk full?")

    def _live(self) -> None:
        """Hold this process's lock; the kernel lets go of it when the process ends, however it ends."""
        if self._alive is None:
            self._alive = self._lock_of(self._owner).open("ab")
            fcntl.flock(self._alive, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _dead(self, owner: str) -> bool:
        """Whether a process has ended for certain."""
        try:
            with self._lock_of(owner).open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _owners(self) -> dict[str, list[Path]]:
        found: dict[str, list[Path]] = {}
        for path in self._folder.glob("*.journal"):
            found.setdefault(path.name.rsplit(".", 2)[0], []).append(path)
        return {owner: sorted(found[owner], key=_number) for owner in sorted(found)}

    def _drop(self, below: int) -> None:
        needed = set(self._under_way.values())
        for path in self._folder.glob(f"{self._owner}.*.journal"):
            if _number(path) < below and _number(path) not in needed:
                path.unlink(missing_ok=True)

    def _path(self, number: int) -> Path:
        return self._folder / f"{self._owner}.{number}.journal"

    def _lock_of(self, owner: str) -> Path:
        return self._folder / f"{owner}.lock"


def _number(path: Path) -> int:
    part = path.name.rsplit(".", 2)[1]
    return int(part) if part.isdigit() else 0


def _note(line: Mapping[str, object], wanted: set[int], found: dict[int, Entry]) -> None:
    number = line.get("begin", line.get("accepted"))
    if isinstance(number, int) and number in wanted:
        known = found.get(number, Entry())
        found[number] = Entry(True, str(line["reply"]) if "reply" in line else known.accepted)


def _speaks_of(
    line: Mapping[str, object], open_mails: Collection[int], open_turns: Collection[tuple[int, int]]
) -> bool:
    return (
        line.get("begin", line.get("accepted")) in open_mails
        or (
            line.get("turn", line.get("over")),
            line.get("fence"),
        )
        in open_turns
    )


def _lines(paths: Iterable[Path]) -> Iterator[dict[str, object]]:
    for path in paths:
        for raw in path.read_bytes().splitlines():
            try:
                line = json.loads(raw)
            except ValueError:
                continue  # the last line of a process killed in mid-write
            if isinstance(line, dict):
                yield line


@functools.cache
def _boot_id() -> str:
    """Which run of this host it is: lines of an earlier one may have been lost with its memory."""
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.exists() else ""
