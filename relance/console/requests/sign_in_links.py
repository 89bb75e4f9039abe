"""Links that sign in whoever opens them first: once, on this machine, for some minutes. Kept in this process and nowhere else."""

from __future__ import annotations

import datetime as dt
import secrets
import threading

from relance.clock import elapsed
from relance.engine.users import sign_in

GOOD_FOR = dt.timedelta(minutes=30)


class SignInLinks:
    """The links that are open. Safe to share between threads; none is, unless somebody makes one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, tuple[str, float]] = {}  # by the hash of what the link holds

    def make(self, session: str) -> str:
        """The path of a new link for a session that has begun; `session` is what its cookie holds."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._open[sign_in.digest(token)] = session, elapsed() + GOOD_FOR.total_seconds()
        return f"/enter/{token}"

    def use(self, token: str) -> str | None:
        """What the cookie of its session holds, once; None where the link is not good, or no longer."""
        with self._lock:
            session, until = self._open.pop(sign_in.digest(token), ("", 0.0))
        return session if session and elapsed() <= until else None
