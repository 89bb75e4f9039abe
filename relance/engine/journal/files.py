"""A journal's files: opened for us alone, kept by name, refused in one sentence."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from relance import errors
from relance.wording import Text, of_system


@contextlib.contextmanager
def telling(folder: Path) -> Iterator[None]:
    """`errors.Unwritable` for what the disk refuses: no mail leaves that is not written down first."""
    try:
        yield
    except OSError as refused:
        raise errors.Unwritable(
            Text(
                "the journal in {folder} cannot be written: {strerror}. Make room on its disk, or make it writable; no mail is sent before it has been recorded there.",
                folder=folder,
                strerror=of_system(refused),
            )
        ) from refused


def for_us_alone(path: str, flags: int) -> int:
    """Servers' words about people stand in it."""
    return os.open(path, flags, 0o600)


def without_waiting(path: str, flags: int) -> int:
    """A pipe of that name would be waited for."""
    return os.open(path, flags | os.O_NONBLOCK)


def older(path: Path, instant: float) -> bool:
    """Whether it is a file that was last written before; what is gone meanwhile, or is no file, is left alone."""
    try:
        found = path.stat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_mtime < instant


def remove(path: Path) -> None:
    """A file that is needed no more. One that cannot be removed costs nothing but its place."""
    with contextlib.suppress(OSError):
        path.unlink()


def keep_names(folder: Path) -> None:
    """What is in a new file is on the disk after its own fsync; its name only after its folder's."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
