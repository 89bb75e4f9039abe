"""How a daemon stands: starts its parts in order, waits for a signal or trouble, stops them in reverse."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Protocol

import structlog

from relance import clock
from relance.wording import _

LOOK_SECONDS = 1.0  # between two looks at the parts
LOOKED_AT = (20_000, 20, 50)
# Objects made beyond those that ended, and rounds, between two looks of the garbage collector, by generation. Its own are for
# scripts: with 700, a worker spends a twentieth of its time on them.
LEFT_AT_ONCE = 130  # exit code after a second signal
SIGNALS = (signal.SIGTERM, signal.SIGINT)


class DaemonPart(Protocol):
    """Something that runs in threads of its own."""

    @property
    def name(self) -> str:
        """What it is, in the log."""

    def start(self) -> None:
        """Start; returns when ready."""

    def trouble(self) -> str | None:
        """What is wrong, if anything; asked every second."""

    def stop(self, seconds: float) -> None:
        """Stop within so many seconds."""


class ConsolePart(DaemonPart, Protocol):
    """The web console, as a part of a daemon."""

    @property
    def url(self) -> str:
        """Where it is served; empty where it is not yet."""


def _line(words: str) -> bytes:
    return f"relance: {words}\n".encode()


class Bell:
    """Rings at SIGTERM and SIGINT. At the second ring the process ends at once.

    That is safe: what was sent is in the journal or the database, and what hung between is settled later as unknown.
    """

    def __init__(self, last: Callable[[], None] = lambda: None) -> None:
        self.rung = threading.Event()
        self.last = last
        self.stopping = self.stopped = b""

    def hang(self) -> None:
        """Take the signals, where this is allowed (a program that embeds us may call from another thread). What is said then is
        made now, in the reader's language: a handler must not meet a lock of the catalogue."""
        self.stopping = _line(
            _("Stopping once the mails being sent are finished. The same signal again stops at once.")
        )
        self.stopped = _line(_("Stopped at once."))
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                signal.signal(number, self.ring)

    def ring(self, number: int, frame: FrameType | None) -> None:
        """The signal handler. Does nothing that could meet a lock held by the code it interrupts."""
        del number, frame
        if self.rung.is_set():
            self.again()
        else:
            os.write(2, self.stopping)
            self.rung.set()

    def again(self) -> None:
        """A further ring."""
        os.write(2, self.stopped)
        self.last()
        os._exit(LEFT_AT_ONCE)

    def trouble(self) -> str | None:
        """What is wrong with the world around this process."""
        return None


class ChildBell(Bell):
    """A worker process under another. It hears one stop twice (a terminal or a service manager tells the whole group, and
    its parent tells it again), so that only its parent may end it at once. It stops by itself when that one has died.
    """

    def __init__(self) -> None:
        super().__init__()
        # Not `os.getppid()` alone: a parent that died while this process was starting is not its parent any more, and who
        # forked it may be another process (`supervisor`), without which its parent hears nothing of it.
        self.parent = multiprocessing.parent_process()
        self.forked_by = os.getppid()

    def again(self) -> None:
        """A further ring: heeded only when there is no parent left to decide."""
        if self.trouble():
            super().again()

    def trouble(self) -> str | None:
        """What is wrong with the world around this process."""
        lives = self.parent is not None and self.parent.is_alive() and os.getppid() == self.forked_by
        return None if lives else "the process that started this one has died"


def announce(line: str) -> None:
    """A line on standard output, at once. A reader that went away is no reason to stop."""
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except OSError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - else the exit would fail on it


def stand(
    parts: Sequence[DaemonPart],
    bell: Bell,
    seconds: float,
    *,
    ready: str,
    say: Callable[[str], None] = announce,
) -> int:
    """Run the parts until the bell rings; returns the exit code: 0, or 1 when a part was in trouble.

    `ready` is said when everything has started: on standard output, for supervisors and scripts.
    """
    log = structlog.get_logger(__name__)
    bell.hang()
    started: list[DaemonPart] = []
    trouble: str | None = None
    try:
        for part in parts:
            part.start()
            started.append(part)
        keep_what_is_here()
        say(ready)
        trouble = _wait(started, bell)
        if trouble:
            log.critical("stopping, for a supervisor to start again", reason=trouble)
    finally:
        _stop(started, seconds)
    log.info("stopped")
    return 1 if trouble else 0


def keep_what_is_here() -> None:
    """Modules, tables and everything else that a process has when it is ready stay until it ends: the garbage collector
    need not look through them again and again, which is a fifth of the work of a busy one. What comes after lives for one
    mail and ends without its help: it looks seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*LOOKED_AT)


def _wait(parts: Sequence[DaemonPart], bell: Bell) -> str | None:
    while not bell.rung.wait(LOOK_SECONDS):
        for look in (bell.trouble, *(part.trouble for part in parts)):
            words = look()
            if words:
                return words
    return None


def _stop(parts: Sequence[DaemonPart], seconds: float) -> None:
    deadline = clock.elapsed() + seconds
    for part in reversed(parts):
        part.stop(max(1.0, deadline - clock.elapsed()))
