"""The acceptance journal: what a process knows about mails under way before the database does.

One file a process, appended only. `begin` is written before a body's first byte and survives a killed process;
`accepted` is written and fsynced after the server's 250 and before the database hears of it. At the next start, or
when a lease has lapsed, `read_all` tells which mails had begun and which were accepted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROTATE_AFTER = 4 * 1024 * 1024
# Bytes. A process whose mails are all recorded starts a new file then, and the old one goes.


@dataclass(frozen=True)
class Entry:
    """What the journals say about one message id."""

    began: bool = False
    accepted: str | None = None  # the server's words
    stages: tuple[str, ...] = ()


class Journal:
    """This process's file, and everybody's lines when asked."""

    def __init__(self, folder: Path, owner: str) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{owner}.journal"
        self._file: IO[bytes] | None = None

    def begin(self, message: int, fence: int) -> None:
        """The body of this message is about to leave."""
        self._append({"begin": message, "fence": fence})

    def accepted(self, accepted: Iterable[tuple[int, str]]) -> None:
        """The server has taken these; on the disk when this returns."""
        lines = [{"accepted": message, "reply": reply} for message, reply in accepted]
        for line in lines:
            self._append(line)
        if lines and self._file is not None:
            os.fsync(self._file.fileno())

    def settled(self) -> None:
        """Everything this process began is in the database now: old lines may go when there are many."""
        if self._file is not None and self._file.tell() > ROTATE_AFTER:
            self._file.close()
            self._file = None
            self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Leave the file as it is; a later start reads it."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def look_up(self, messages: Iterable[int]) -> dict[int, Entry]:
        """What any process that kept its journal in this folder knows about these messages."""
        wanted = set(messages)
        found: dict[int, Entry] = {}
        for line in self._lines():
            number = line.get("begin", line.get("accepted"))
            if number in wanted:
                known = found.get(number, Entry())
                found[number] = Entry(True, line.get("reply", known.accepted))
        return found

    def _append(self, line: dict[str, object]) -> None:
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
