"""Raw mails that lie in files: single ones (.eml), mbox files, maildirs and folders of any of these.

Nothing is written, locked or renamed, and of each mail only so much is read as the parser looks at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from relance.mailbox.parsing import mime

_LINE = 1024 * 1024
# Bytes of one line read at once; a longer one is read in pieces.
_FROM_LINE = re.compile(rb"From \S[^\r\n]*\b\d{1,2}:\d{2}(?::\d{2})?\b[^\r\n]*\b\d{4}\b")
_QUOTED_FROM = re.compile(rb">+From ")


@dataclass(frozen=True)
class Filed:
    """One mail in a file: which one of it (counted from 1), its bytes or their beginning, and its whole size."""

    file: str
    number: int
    raw: bytes
    size: int


def mails(path: Path) -> Iterator[Filed]:
    """Every mail of a file or a folder, in order of name. Raises `OSError` where something cannot be opened."""
    if not path.is_dir():
        yield from _of_file(path)
        return
    for each in _files(path):
        yield from _of_file(each)


def _files(folder: Path) -> Iterator[Path]:
    """A maildir's mails lie in `cur` and `new`; what is in `tmp` is not delivered yet."""
    for each in sorted(folder.rglob("*")):
        maildir = (each.parent.parent / "cur").is_dir() and (each.parent.parent / "new").is_dir()
        undelivered = maildir and each.parent.name == "tmp"
        if each.is_file() and not undelivered and not _is_note(each):
            yield each


def _is_note(path: Path) -> bool:
    """Hidden files, and those a mail server keeps beside the mails."""
    keeps = path.name.startswith(("dovecot", "maildir", "courierimap"))
    return path.name.startswith(".") or (keeps and (path.parent / "cur").is_dir())


def _of_file(path: Path) -> Iterator[Filed]:
    with path.open("rb") as stream:
        if _FROM_LINE.match(stream.read(512)):
            stream.seek(0)
            yield from _of_mbox(str(path), stream)
            return
        stream.seek(0)
        raw = stream.read(mime.MAX_RAW)
        yield Filed(str(path), 1, raw, max(len(raw), stream.seek(0, 2)))


def _of_mbox(name: str, stream: BinaryIO) -> Iterator[Filed]:
    """Mails begin at a `From ` line with a date, after an empty line (RFC 4155); `>From ` in a body is `From `."""
    kept: list[bytes] = []
    number = size = held = 0
    blank = True
    while line := stream.readline(_LINE):
        if blank and _FROM_LINE.match(line):
            if number:
                yield Filed(name, number, b"".join(kept), size)
            kept, size, held, number = [], 0, 0, number + 1
            continue
        blank = not line.strip(b"\r\n")
        line = line[1:] if _QUOTED_FROM.match(line) else line
        size += len(line)
        if held < mime.MAX_RAW:
            kept.append(line)
            held += len(line)
    yield Filed(name, number, b"".join(kept), size)
