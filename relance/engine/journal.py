"""The acceptance journal: what a process knows about mails under way before the database does.

One file a process, appended only. `begin` is written before a body's first byte and survives a killed process;
`accepted` is written and fsynced after the server's 250 and before the database hears of it. At the next start, or
when a lease has lapsed, `read_all` tells which mails had begun and which were accepted.
"""

from __future__ import annotations

import functools
import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROTATE_AFTER = 4 * 1024 * 1024
# Bytes. A process whose mails are all recorded starts a new file then, and the old one goes.


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
    """This process's file, and everybody's lines when asked."""

    def __init__(self, folder: Path, owner: str) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{owner}.journal"
        self._file: IO[bytes] | None = None
        self._under_way: set[int] = set()
        self._lock = threading.Lock()  # the turns of one process share its file

    def turn(self, mailbox_id: int, fence: int) -> None:
        """A turn begins here; from now on every body it sends is written down first."""
        self._append({"turn": mailbox_id, "fence": fence, "boot": _boot_id()})

    def begin(self, message: int) -> None:
        """The body of this message is about to leave. Survives a killed process, not a lost host: it is not fsynced."""
        self._under_way.add(message)
        self._append({"begin": message})

    def accepted(self, accepted: Iterable[tuple[int, str]]) -> None:
        """The server has taken these; on the disk when this returns."""
        lines = [{"accepted": message, "reply": reply} for message, reply in accepted]
        for line in lines:
            self._append(line)
        with self._lock:
            if lines and self._file is not None:
                os.fsync(self._file.fileno())

    def settled(self, messages: Iterable[int]) -> None:
        """The database knows how these ended. Once nothing is under way and the file has grown, a new one begins."""
        with self._lock:
            self._under_way.difference_update(messages)
            if self._file is not None and not self._under_way and self._file.tell() > ROTATE_AFTER:
                self._file.close()
                self._file = None
                self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file. One whose every mail is settled goes; any other stays for a later start to read."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
                if not self._under_way:
                    self._path.unlink(missing_ok=True)

    def look_up(self, messages: Iterable[int]) -> Findings:
        """What any process that kept its journal in this folder knows about these messages."""
        wanted = set(messages)
        found: dict[int, Entry] = {}
        whole = set()
        for line in self._lines():
            number = line.get("begin", line.get("accepted"))
            if isinstance(number, int) and number in wanted:
                known = found.get(number, Entry())
                found[number] = Entry(True, str(line["reply"]) if "reply" in line else known.accepted)
            elif "turn" in line and line.get("boot") == _boot_id():
                whole.add((int(str(line["turn"])), int(str(line["fence"]))))
        return Findings(found, frozenset(whole))

    def _append(self, line: dict[str, object]) -> None:
        with self._lock:
            if self._file is None:
                self._file = self._path.open("ab", buffering=0)
            self._file.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")

    def _lines(self) -> Iterator[dict[str, object]]:
        for path in sorted(self._folder.glob("*.journal")):
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
