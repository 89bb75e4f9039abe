"""Disks that refuse: a full one, a read-only one, and a process that may write nothing for a while."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

SMALL = "6m"


@contextlib.contextmanager
def small(point: Path) -> Iterator[Path]:
    """A small filesystem of its own, where this machine lets us mount one."""
    point.mkdir(exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL},mode=0700", "none", str(point)], capture_output=True, check=False
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("this machine lets us mount nothing; a process that may write nothing stands for it")
    try:
        yield point
    finally:
        subprocess.run(["umount", "-l", str(point)], check=True)


def fill(point: Path) -> None:
    """To the last byte."""
    with (point / "filler").open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for size in (65536, 4096, 1):
            with contextlib.suppress(OSError):
                while file.write(b"x" * size):
                    pass
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        (point / "one more").write_bytes(b"x")
    (point / "one more").unlink()


def free(point: Path) -> None:
    (point / "filler").unlink()


def make_read_only(point: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(point)], check=True)


@contextlib.contextmanager
def writing_nothing(beyond: int = 0) -> Iterator[None]:
    """No file is written by this process meanwhile, past so many bytes (setrlimit(2), RLIMIT_FSIZE; Python ignores the
    signal)."""
    let_write(os.getpid(), False, beyond)
    try:
        yield
    finally:
        let_write(os.getpid(), True)


def let_write(pid: int, allowed: bool, beyond: int = 0) -> None:
    """Take from a running process the right to write to files, or give it back."""
    hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard if allowed else beyond, hard))
