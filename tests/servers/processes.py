"""One child process of the test run: started as whom it must be, ended with us, its output kept for the failure."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.servers import ports

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Identity:
    """Who a server runs as: a user given up to, or a command put before it; neither means ourselves."""

    user: str | None = None
    prefix: tuple[str, ...] = ()

    def own(self, folder: Path) -> None:
        """Make a folder belong to this identity."""
        if self.user is not None:
            shutil.chown(folder, self.user, pwd.getpwnam(self.user).pw_gid)

    def options(self) -> dict[str, object]:
        """What `subprocess` needs to become this identity."""
        if self.user is None:
            return {}
        return {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "extra_groups": []}


def unprivileged() -> tuple[Identity, ...]:
    """The ways of not being root, the plainest first; ourselves when we are not root anyway."""
    if os.geteuid() != 0:
        return (Identity(),)
    known = {entry.pw_name for entry in pwd.getpwall()}
    users = tuple(Identity(user=name) for name in ("postgres", "nobody") if name in known)
    unshare = shutil.which("unshare")
    if unshare is None:
        return users
    return (*users, Identity(prefix=(unshare, "--user", "--map-user=1000", "--map-group=1000")))


def scratch(prefix: str, identity: Identity | None = None) -> Path:
    """A new private folder. Not below pytest's own: root's is closed to the users servers run as."""
    folder = Path(tempfile.mkdtemp(prefix=f"relance-{prefix}-"))
    (identity or Identity()).own(folder)
    return folder


@dataclass(frozen=True)
class Program:
    """What to start: the command, as whom, where its output goes, and the signal that ends it cleanly."""

    command: Sequence[str]
    log: Path
    identity: Identity = Identity()
    goodbye: signal.Signals = signal.SIGTERM
    environment: Mapping[str, str] | None = None


class Process:
    """A started program in a process group of its own; `stop` ends the whole group.

    It is waited for only when its group has been ended. Until then its number, which is the group's, belongs to nobody else:
    numbers are used again, and a late signal would hit whoever has it by then (a session of PostgreSQL leads a group, too).
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._over = False  # whether it has been waited for
        with program.log.open("ab") as log:
            self._child = subprocess.Popen(
                [*program.identity.prefix, *program.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=None if program.environment is None else dict(program.environment),
                start_new_session=True,
                preexec_fn=functools.partial(_as_from_a_terminal, program.goodbye),
                **program.identity.options(),  # type: ignore[call-overload]
            )

    @property
    def program(self) -> Program:
        """What was started; `Process(process.program)` starts it once more."""
        return self._program

    @property
    def pid(self) -> int:
        return int(self._child.pid)

    @property
    def alive(self) -> bool:
        return self.code is None

    @property
    def code(self) -> int | None:
        """What it ended with, the signal's number below zero where one ended it; None while it runs."""
        if self._over or sys.platform != "linux":
            return self._child.poll()
        ended = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is None:
            return None
        return ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status

    def log(self) -> str:
        """Everything the program wrote so far."""
        return self._program.log.read_text(errors="replace")

    def wait_ready(self, ready: Callable[[], object], seconds: float = 20.0) -> None:
        """Return once `ready()` is true; raise with the program's own words when it ends or stays silent."""
        try:
            ports.wait_until(
                lambda: not self.alive or ready(), seconds=seconds, what="the server's readiness"
            )
        except TimeoutError as late:
            self.stop()
            raise RuntimeError(f"{self._program.command[0]} did not get ready:\n{self.log()}") from late
        if not self.alive:
            raise RuntimeError(f"{self._program.command[0]} ended at once:\n{self.log()}")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole group (SIGSTOP and SIGCONT freeze and thaw a server)."""
        if not self._over:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def stop(self, seconds: float = 10.0) -> None:
        """End the group: politely, then for good. Safe to call twice."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, self._program.goodbye)
            with contextlib.suppress(TimeoutError):
                ports.wait_until(lambda: not self.alive, seconds=seconds, what="its end")
        self.kill()

    def kill(self) -> None:
        """End the group at once, as a crash would."""
        self.signal(signal.SIGKILL)
        self._child.wait()
        self._over = True


def _as_from_a_terminal(goodbye: signal.Signals) -> None:
    """In the child: Ctrl-C is heard, though the test run may have been started by a script, in the background, where it is
    ignored; and the kernel ends the child when the test run dies without a word (Linux only)."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(goodbye))
