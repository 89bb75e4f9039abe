"""The acceptance journal: what a process knows about mails under way before the database does.

A few files a process, appended only. `begin` is written before a body's first byte and survives a killed process; how an
attempt ended for certain (accepted, refused, put off, not sent) is written after the server's last word and fsynced before
the database hears of it. At the next start, or when a lease has lapsed, `look_up` tells what of that is known.

Lines speak of one attempt: a message and the fence under which it was marked. An acceptance counts for every attempt.

That a mail had *not* begun says something only if it cannot begin any more: a worker may be frozen between its mark
and its body. So each process holds a lock while it lives, and each turn says when it is over.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import functools
import glob
import json
import os
import stat
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from relance import errors
from relance.engine.db.network_disks import network_filesystem
from relance.engine.journal import lines as journal_lines
from relance.engine.journal.lines import Kind, Line
from relance.mailbox.smtp.outcome import Outcome, SendResult

ROTATE_AFTER = 4 * 1024 * 1024
# Bytes. Then a new file is begun.
KEPT = 3
# Full files that are kept though everything begun in them is settled: a turn that ended badly may need its lines soon.

NEVER = SendResult(Outcome.NOT_SENT, "data", text="the worker stopped before the mail's body")


@dataclass(frozen=True)
class Entry:
    """What the journals say about one attempt."""

    began: bool = False
    end: SendResult | None = None  # how it ended for certain


Attempts = Mapping[int | None, Entry]
# By fence; None: in a line of an earlier release, which did not say it.


@dataclass(frozen=True)
class Findings:
    """What the journals in a folder say about some messages, and of which turns they tell everything."""

    entries: Mapping[int, Attempts]
    whole: frozenset[tuple[int, int]]  # (mailbox id, fence): no body began there that is not written here

    def of(self, message: int, fence: int) -> Entry:
        """What is known of one attempt at a message; an acceptance is known of all of them."""
        attempts = self.entries.get(message, {})
        taken = (each for each in attempts.values() if each.end and each.end.outcome is Outcome.ACCEPTED)
        return next(taken, None) or attempts.get(fence) or attempts.get(None) or Entry()

    def end(self, message: int, mailbox_id: int, fence: int) -> SendResult | None:
        """How the attempt of that turn ended for certain; None: nothing here can tell."""
        known = self.of(message, fence)
        if known.end is None and not known.began and (mailbox_id, fence) in self.whole:
            return NEVER
        return known.end


@dataclass(frozen=True)
class Memory:
    """Every mail that a server took, and the highest fence of each mailbox."""

    accepted: Mapping[int, SendResult]
    fences: Mapping[int, int]

    def __bool__(self) -> bool:
        return bool(self.accepted or self.fences)


class Journal:
    """This process's files, and everybody's lines when asked. Safe to share between threads."""

    def __init__(self, folder: Path, owner: str) -> None:
        self._folder = folder  # made when the first line is written: who only looks writes nothing
        self._owner = owner
        self._number = 0
        self._file: IO[bytes] | None = None
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
        with self._guard, _telling(self._folder):
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
            self._append({"turn": mailbox_id, "fence": fence, "boot": _boot_id()})

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
                with _telling(self._folder):
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
            self._drop(min(self._turns.values(), default=self._number) - KEPT)

    def close(self) -> None:
        """Close the files. Where every mail is settled and every turn ended well they go; else a later start reads them."""
        with self._guard:
            used = self._file is not None or self._alive is not None
            if used and self._clean and not self._under_way and not self._turns:
                self._drop(self._number + 1)
                _remove(self._lock_of(self._owner))
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
                _note(line, wanted, here)
            _merge(here, found)
            if whole:
                told |= _told(lines, dead=dead)
        return Findings(found, frozenset(told))

    def memory(self) -> Memory:
        """What every line in this folder knows that a database which was put back may have forgotten."""
        accepted: dict[int, SendResult] = {}
        fences: dict[int, int] = {}
        for paths in self._owners().values():
            for line in journal_lines.read(paths)[0]:
                if line.end is not None and line.end.outcome is Outcome.ACCEPTED:
                    accepted[line.number] = line.end
                elif line.kind in (Kind.TURN, Kind.OVER) and line.fence is not None:
                    fences[line.number] = max(line.fence, fences.get(line.number, 0))
        return Memory(accepted, fences)

    def sweep(
        self, open_mails: Collection[int], open_turns: Collection[tuple[int, int]], before: float
    ) -> int:
        """Remove the files of processes that ended before an instant (seconds since 1970) and say nothing of mails that
        are open still, nor of turns that marked one; returns how many processes that were."""
        gone = 0
        for owner, paths in self._owners().items():
            if not all(_older(path, before) for path in paths) or not self._dead(owner):
                continue
            if any(_speaks_of(line, open_mails, open_turns) for line in journal_lines.read(paths)[0]):
                continue
            for path in (*paths, self._lock_of(owner)):
                _remove(path)
            gone += 1
        self._sweep_locks(before)
        return gone

    def _sweep_locks(self, before: float) -> None:
        """Of processes that ended before they wrote a line."""
        owners = self._owners()
        for path in (*self._folder.glob("*.lock"), *self._folder.glob("*.new")):
            if path.stem not in owners and _older(path, before) and self._dead(path.stem):
                _remove(path)

    def _append(self, line: dict[str, object]) -> None:
        with _telling(self._folder):
            self._write(line)

    def _write(self, line: Mapping[str, object]) -> None:
        if self._file is None:
            self._live()
            self._file = open(self._path(self._number), "ab", buffering=0, opener=_for_us_alone)  # noqa: SIM115
            _keep_names(self._folder)
        data = (b"\n" if self._torn else b"") + json.dumps(line, separators=(",", ":")).encode() + b"\n"
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
                file = undo.enter_context(open(nameless, "ab", opener=_for_us_alone))
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                nameless.replace(self._lock_of(self._owner))
                undo.pop_all()
            self._alive = file

    def _make_folder(self) -> None:
        if not self._folder.is_dir():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _keep_names(self._folder.parent)

    def _dead(self, owner: str) -> bool:
        """Whether a process has ended for certain."""
        try:
            with open(self._lock_of(owner), "rb", opener=_without_waiting) as file:
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
        needed = set(self._under_way.values())
        for path in self._folder.glob(f"{glob.escape(self._owner)}.*.journal"):
            if _number(path) < below and _number(path) not in needed:
                _remove(path)

    def _path(self, number: int) -> Path:
        return self._folder / f"{self._owner}.{number}.journal"

    def _lock_of(self, owner: str) -> Path:
        return self._folder / f"{owner}.lock"


@contextlib.contextmanager
def _telling(folder: Path) -> Iterator[None]:
    """`errors.Unwritable` for what the disk refuses: no mail leaves that is not written down first."""
    try:
        yield
    except OSError as refused:
        raise errors.Unwritable(
            f"the journal in {folder} cannot be written: {refused.strerror}. Make room on its disk, or make it writable; "
            "no mail leaves that is not written down first."
        ) from refused


def _for_us_alone(path: str, flags: int) -> int:
    """Servers' words about people stand in it."""
    return os.open(path, flags, 0o600)


def _without_waiting(path: str, flags: int) -> int:
    """A pipe of that name would be waited for."""
    return os.open(path, flags | os.O_NONBLOCK)


def _number(path: Path) -> int:
    part = path.name.rsplit(".", 2)[1]
    return int(part) if part.isascii() and part.isdigit() else 0


def _older(path: Path, instant: float) -> bool:
    """Whether it is a file that was last written before; what is gone meanwhile, or is no file, is left alone."""
    try:
        found = path.stat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_mtime < instant


def _remove(path: Path) -> None:
    """A file that is needed no more. One that cannot be removed costs nothing but its place."""
    with contextlib.suppress(OSError):
        path.unlink()


def _keep_names(folder: Path) -> None:
    """What is in a new file is on the disk after its own fsync; its name only after its folder's."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _note(line: Line, wanted: set[int], found: dict[int, dict[int | None, Entry]]) -> None:
    if line.kind in (Kind.BEGUN, Kind.ENDED) and line.number in wanted:
        found.setdefault(line.number, {})[line.fence] = Entry(True, line.end)


def _told(lines: Iterable[Line], *, dead: bool) -> set[tuple[int, int]]:
    """The turns of which these lines tell everything: they are over, or their process is, and the host's memory is not."""
    begun: dict[
        tuple[int, int], str
    ] = {}  # without its beginning an end proves nothing: more of it may be gone
    over = set()
    for line in lines:
        if line.kind is Kind.TURN and line.fence is not None:
            begun[line.number, line.fence] = line.boot
        elif line.kind is Kind.OVER and line.fence is not None:
            over.add((line.number, line.fence))
    return {turn for turn, boot in begun.items() if turn in over or (dead and boot == _boot_id())}


def _merge(here: Mapping[int, Attempts], found: dict[int, dict[int | None, Entry]]) -> None:
    """What one process says, to what others say."""
    for number, attempts in here.items():
        known = found.setdefault(number, {})
        for fence, entry in attempts.items():
            known[fence] = max(known.get(fence, entry), entry, key=_weight)


def _weight(entry: Entry) -> int:
    """An acceptance stands. A body that began and has no end in its own journal leaves doubt, whatever another one knows
    of the same fence: a restored database counts its fences again."""
    if entry.end is None:
        return 1
    return 2 if entry.end.outcome is Outcome.ACCEPTED else 0


def _speaks_of(line: Line, open_mails: Collection[int], open_turns: Collection[tuple[int, int]]) -> bool:
    if line.kind in (Kind.TURN, Kind.OVER):
        return (line.number, line.fence) in open_turns
    return line.number in open_mails


@functools.cache
def _boot_id() -> str:
    """Which run of this host it is: lines of an earlier one may have been lost with its memory."""
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.exists() else ""
