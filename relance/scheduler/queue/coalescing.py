"""Marks: which mailboxes have a hint under way already, or should rest for a while. A mark fades by itself.

They only save work. A mark lost means a needless hint, a mark left behind means a mailbox hinted a minute later.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Protocol

import redis

from relance import clock

FADE_SECONDS = 60.0  # how late a mailbox comes whose hint was lost with the worker that held it (its lease may take longer)
KEY = "relance:hinted:"
NEVER = -1  # what TTL answers for a key that does not fade
LONG_FADES = 2  # after so many times its fading a mark is looked at; turns that fail rest longer, and lose nothing by it


class Marks(Protocol):
    """One mark a mailbox."""

    def take(self, ids: Iterable[int]) -> list[int]:
        """Mark every id that has no mark, and return those."""

    def release(self, mailbox_id: int) -> None:
        """Take the mark away."""

    def rest(self, mailbox_id: int, seconds: float) -> None:
        """Leave the mark for so long, whoever asks."""

    def knock(self) -> None:
        """Return when marks can be set."""

    def apart(self, what: str) -> Marks:
        """Marks of the same sort for other numbers than those of mailboxes."""


class LocalMarks:
    """Marks of one process."""

    def __init__(self, elapsed: Callable[[], float] = clock.elapsed) -> None:
        self.until: dict[int, float] = {}
        self.lock = threading.Lock()
        self.elapsed = elapsed

    def take(self, ids: Iterable[int]) -> list[int]:
        """Mark every id that has no mark, and return those."""
        now = self.elapsed()
        with self.lock:
            self.until = {mailbox: until for mailbox, until in self.until.items() if until > now}
            fresh = [mailbox for mailbox in dict.fromkeys(ids) if mailbox not in self.until]
            self.until.update((mailbox, now + FADE_SECONDS) for mailbox in fresh)
        return fresh

    def release(self, mailbox_id: int) -> None:
        """Take the mark away."""
        with self.lock:
            self.until.pop(mailbox_id, None)

    def rest(self, mailbox_id: int, seconds: float) -> None:
        """Leave the mark for so long."""
        with self.lock:
            self.until[mailbox_id] = self.elapsed() + seconds

    def knock(self) -> None:
        """They always can."""

    def apart(self, what: str) -> Marks:
        """Marks of the same sort."""
        del what
        return LocalMarks(self.elapsed)


class RedisMarks:
    """Marks all processes share. Raises `redis.RedisError` while Redis is away."""

    def __init__(
        self,
        client: redis.Redis,
        fade_seconds: float = FADE_SECONDS,
        elapsed: Callable[[], float] = clock.elapsed,
        key: str = KEY,
    ) -> None:
        self.client = client
        self.key = key
        self.fade_seconds = fade_seconds
        self.elapsed = elapsed
        self.marked: dict[int, float] = {}  # since when each was found marked, at every look

    def take(self, ids: Iterable[int]) -> list[int]:
        """Mark every id that has no mark, and return those. One round trip."""
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return []
        with self.client.pipeline(transaction=False) as pipe:
            for mailbox in wanted:
                pipe.set(f"{self.key}{mailbox}", 1, nx=True, px=int(self.fade_seconds * 1000))
            answers = pipe.execute()
        fresh = [mailbox for mailbox, taken in zip(wanted, answers, strict=True) if taken]
        self._mend(set(wanted) - set(fresh))
        return fresh

    def _mend(self, marked: set[int]) -> None:
        """A mark that does not fade (restored without its time, or no mark at all) would silence its mailbox for ever."""
        now = self.elapsed()
        self.marked = {mailbox: self.marked.get(mailbox, now) for mailbox in marked}
        for mailbox, since in self.marked.items():
            old = now - since > LONG_FADES * self.fade_seconds
            if old and self.client.ttl(f"{self.key}{mailbox}") == NEVER:
                self.client.expire(f"{self.key}{mailbox}", max(1, int(self.fade_seconds)))

    def release(self, mailbox_id: int) -> None:
        """Take the mark away."""
        self.client.delete(f"{self.key}{mailbox_id}")

    def rest(self, mailbox_id: int, seconds: float) -> None:
        """Leave the mark for so long."""
        self.client.set(f"{self.key}{mailbox_id}", 1, px=max(1, int(seconds * 1000)))

    def knock(self) -> None:
        """One question."""
        self.client.ping()

    def apart(self, what: str) -> Marks:
        """Marks under other keys."""
        return RedisMarks(self.client, self.fade_seconds, self.elapsed, f"{self.key}{what}:")
