"""The acceptance journal: what a process knows about mails under way before the database does.

A few files a process, appended only. `begin` is written before a body's first byte and survives a killed process; how an
attempt ended for certain (accepted, refused, deferred, not sent) is written after the server's last word and fsynced before
the database hears of it. At the next start, or when a lease has lapsed, `look_up` tells what of that is known.

Lines speak of one attempt: a message and the fence under which it was marked. An acceptance counts for every attempt.

That a mail had *not* begun says something only if it cannot begin any more: a worker may be frozen between its mark
and its body. So each process holds a lock while it lives, and each turn says when it is over.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import stat
import threading
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import IO

from relance import errors
from relance.engine.db.sqlite.network_disks import network_filesystem
from relance.engine.journal import files, findings
from relance.engine.journal import lines as journal_lines
from relance.engine.journal.findings import Entry, Findings, Memory
from relance.engine.journal.lines import LineKind
from relance.mailbox.smtp.outcome import Outcome, SendResult

ROTATE_AFTER = 4 * 1024 * 1024
# Bytes. Then a new file is begun.
MAX_CLOSED_FILES = 3
# Full files that are kept though everything begun in them is settled: a turn that ended badly may need its lines soon.

_written = json.JSONEncoder(separators=(",", ":")).encode
# Made once: `json.dumps` makes one for each line, and two lines are written for each mail.


class Journal:
    """This process's files, and everybody's lines when asked. Safe to share between threads."""

    def __init__(self, folder: Path, owner: str) -> None:
        self._folder = folder  # made when the first line is written: who only looks writes nothing
        self._owner = owner
        self._number = 0
        self._file: IO[bytes] | None = None
        self._kept: set[int] = set()  # numbers of the files it began that are there still
        self._alive: IO[bytes] | None = None  # locked while this process lives
        self._turns: dict[
            tuple[int, int], int
        ] = {}  # those under way: (mailbox, fence) and the file they began in
        self._under_way: dict[int, int] = {}  # mails begun and not settled, and the file that says so
        self._endless: set[int] = set()  # of these, the ones of which no line says how they ended
        self._clean = True  # whether every turn so far ended as it should
        self._torn = False
        self._owed: list[dict[str, object]] = []  # what is true all the same, and could not be written yet
        self._guard = threading.Lock()
        self.heard = threading.Event()  # whether this process has told the database what all of it remembers

    def live(self) -> None:
        """Hold this process's lock from now on: whoever takes a lease in its name can be known to be gone."""
        with self._guard, files.telling(self._folder):
            self._live()

    def stay(self) -> None:
        """Something in this process's name is open elsewhere: its lock file is kept when it closes, as proof of its end."""
        with self._guard:
            self._clean = False

    def died(self, owner: str) -> bool:
        """Whether the process of this name kept its journal here and has ended for certain.

        A frozen one holds its lock still. Where locks may be unknown to other hosts (a network filesystem) nothing is
        certain, and nor is it for a name that has no lock here.
        """
        return "/" not in owner and network_filesystem(self._folder) is None and self._dead(owner)

    def turn(self, mailbox_id: int, fence: int) -> None:
        """A turn begins here; from now on every body it sends is written down first."""
        with self._guard:
            while self._owed:
                self._append(self._owed[0])
                del self._owed[0]
            self._turns[mailbox_id, fence] = self._number
            self._append({"turn": mailbox_id, "fence": fence, "boot": findings.boot_id()})

    def begin(self, message: int, fence: int) -> None:
        """The body of this message is about to leave. Survives a killed process, not a lost host: it is not fsynced."""
        with self._guard:
            self._under_way[message] = self._number
            self._endless.add(message)
            self._append({"begin": message, "fence": fence})

    def ended(self, message: int, fence: int, result: SendResult) -> None:
        """An attempt ended for certain. Survives a killed process at once, and a lost host from `sure` on."""
        with self._guard:
            self._under_way.setdefault(message, self._number)
            self._append(journal_lines.ended(message, fence, result))
            self._endless.discard(message)

    def sure(self) -> None:
        """Everything written so far is on the disk when this returns."""
        with self._guard:
            if self._file is not None:
                with files.telling(self._folder):
                    os.fsync(self._file.fileno())

    def settled(self, messages: Iterable[int]) -> None:
        """The database knows how these ended: their lines are needed no more.

        That nobody knows how one ended is no end: that its body began must stay known as long as its turn is, which would
        else say that it never did.
        """
        with self._guard:
            for number in set(messages) - self._endless:
                self._under_way.pop(number, None)

    def over(self, mailbox_id: int, fence: int, *, clean: bool) -> None:
        """No body of this turn begins any more, however it ended. Full files nobody needs go.

        Where that cannot be written now, it is before the next turn: else a mail that never left would be in doubt.
        """
        with self._guard:
            line: dict[str, object] = {"over": mailbox_id, "fence": fence}
            try:
                self._append(line)
            except errors.Unwritable:
                self._owed.append(line)
            self._turns.pop((mailbox_id, fence), None)
            self._clean = self._clean and clean
            if self._file is not None and self._file.tell() > ROTATE_AFTER:
                self._file.close()
                self._file = None
                self._number += 1
            self._drop(min(self._turns.values(), default=self._number) - MAX_CLOSED_FILES)

    def close(self) -> None:
        """Close the files. Where every mail is settled and every turn ended well they go; else a later start reads them."""
        with self._guard:
            used = self._file is not None or self._alive is not None
            if used and self._clean and not self._under_way and not self._turns:
                self._drop(self._number + 1)
                files.remove(self._lock_of(self._owner))
            for file in (self._file, self._alive):
                if file is not None:
                    file.close()
            self._file = self._alive = None

    def look_up(self, messages: Iterable[int]) -> Findings:
        """What any process that kept its journal in this folder knows about these messages."""
        wanted = set(messages)
        found: dict[int, dict[int | None, Entry]] = {}
        told: set[tuple[int, int]] = set()
        for owner, paths in self._owners().items():
            dead = self._dead(owner)  # asked before its lines are read: what it wrote until then is in them
            lines, whole = journal_lines.read(paths)
            here: dict[int, dict[int | None, Entry]] = {}
            for line in lines:
                findings.note(line, wanted, here)
            findings.merge(here, found)
            if whole:
                told |= findings.told(lines, dead=dead)
        return Findings(found, frozenset(told))

    def memory(self) -> Memory:
        """What every line in this folder knows that a database which was put back may have forgotten."""
        accepted: dict[int, SendResult] = {}
        fences: dict[int, int] = {}
        for paths in self._owners().values():
            for line in journal_lines.read(paths)[0]:
                if line.end is not None and line.end.outcome is Outcome.ACCEPTED:
                    accepted[line.number] = line.end
                elif line.kind in (LineKind.TURN, LineKind.OVER) and line.fence is not None:
                    fences[line.number] = max(line.fence, fences.get(line.number, 0))
        return Memory(accepted, fences)

    def sweep(
        self, open_mails: Collection[int], open_turns: Collection[tuple[int, int]], before: float
    ) -> int:
        """Remove the files of processes that ended before an instant (seconds since 1970) and say nothing of mails that
        are open still, nor of turns that marked one; returns how many processes that were."""
        gone = 0
        for owner, paths in self._owners().items():
            if not all(files.older(path, before) for path in paths) or not self._dead(owner):
                continue
            if any(findings.speaks_of(line, open_mails, open_turns) for line in journal_lines.read(paths)[0]):
                continue
            for path in (*paths, self._lock_of(owner)):
                files.remove(path)
            gone += 1
        self._sweep_locks(before)
        return gone

    def _sweep_locks(self, before: float) -> None:
        """Of processes that ended before they wrote a line."""
        owners = self._owners()
        for path in (*self._folder.glob("*.lock"), *self._folder.glob("*.new")):
            if path.stem not in owners and files.older(path, before) and self._dead(path.stem):
                files.remove(path)

    def _append(self, line: dict[str, object]) -> None:
        with files.telling(self._folder):
            self._write(line)

    def _write(self, line: Mapping[str, object]) -> None:
        if self._file is None:
            self._live()
            self._file = open(self._path(self._number), "ab", buffering=0, opener=files.for_us_alone)  # noqa: SIM115
            self._kept.add(self._number)
            files.keep_names(self._folder)
        data = (b"\n" if self._torn else b"") + _written(line).encode() + b"\n"
        self._torn = self._file.write(data) != len(data)
        if self._torn:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _live(self) -> None:
        """Hold this process's lock; the kernel lets go of it when the process ends, however it ends.

        The file gets its name when it is locked: under it nobody ever finds a living process's lock free.
        """
        if self._alive is None:
            self._make_folder()
            nameless = self._folder / f"{self._owner}.new"
            with contextlib.ExitStack() as undo:
                file = undo.enter_context(open(nameless, "ab", opener=files.for_us_alone))
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                nameless.replace(self._lock_of(self._owner))
                undo.pop_all()
            self._alive = file

    def _make_folder(self) -> None:
        if not self._folder.is_dir():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            files.keep_names(self._folder.parent)

    def _dead(self, owner: str) -> bool:
        """Whether a process has ended for certain."""
        try:
            with open(self._lock_of(owner), "rb", opener=files.without_waiting) as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return stat.S_ISREG(os.fstat(file.fileno()).st_mode)
        except OSError:
            return False

    def _owners(self) -> dict[str, list[Path]]:
        found: dict[str, list[Path]] = {}
        for path in self._folder.glob("*.journal"):
            found.setdefault(path.name.rsplit(".", 2)[0], []).append(path)
        return {owner: sorted(found[owner], key=_number) for owner in sorted(found)}

    def _drop(self, below: int) -> None:
        """Files of this process with a lower number that nobody needs go. Asked at the end of each turn, and nearly always for
        nothing: the folder is not looked through for it."""
        for number in self._kept - set(self._under_way.values()):
            if number < below:
                files.remove(self._path(number))
                self._kept.discard(number)

    def _path(self, number: int) -> Path:
        return self._folder / f"{self._owner}.{number}.journal"

    def _lock_of(self, owner: str) -> Path:
        return self._folder / f"{owner}.lock"


def _number(path: Path) -> int:
    part = path.name.rsplit(".", 2)[1]
    return int(part) if part.isascii() and part.isdigit() else 0
