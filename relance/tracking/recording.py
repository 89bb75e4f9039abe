"""Hits on their way to the desk: what waits is recorded in one transaction, and then its visitors are answered.

One call of the desk at a time takes whatever has come in during the last one, with no timer: under load many hits share
a commit, and a single one is recorded at once. A visitor waits for that, so that more hits than can be recorded are held
back and not thrown away. While the desk cannot take any (its database is away or stands still) nobody waits: so many
hits are kept for later, and what is more is dropped, counted and told.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable, Sequence

from relance import clock, errors
from relance.tracking.hits import Hit

log = logging.getLogger(__name__)

BATCH = 500
# Hits that share one transaction, at most.
MAX_WAITING = 2000
# Hits held in memory; beyond that visitors wait for room, and where the desk is away new hits are dropped: they are counts.
OF_A_NETWORK = 300
# Hits of one network that are recorded in a minute. A mail service's picture proxy has many networks.
RETRY_SECONDS = 5.0
PATIENCE = 2.0  # seconds the desk may be at it before its visitors are answered all the same


class NetworkShares:
    """How much of what is recorded one network may have."""

    def __init__(self, now: Callable[[], float] = clock.elapsed) -> None:
        self._now = now
        self._minute = -1
        self._of: Counter[str] = Counter()

    def takes(self, network: str) -> bool:
        """Count a hit; False when its network has had its share of this minute."""
        if not network:
            return True
        minute = int(self._now() // 60)
        if minute != self._minute:
            self._minute = minute
            self._of.clear()
        self._of[network] += 1
        return self._of[network] <= OF_A_NETWORK


Entry = tuple[Hit | None, asyncio.Future[None]]
# A hit, and what its visitor waits for.


class Recorder:
    """Belongs to one event loop."""

    def __init__(self, record: Callable[[Sequence[Hit]], Awaitable[None]]) -> None:
        self._record = record
        self._shares = NetworkShares()
        self._waiting: deque[Entry] = deque()
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._away = False  # whether the desk could not take the last, or keeps somebody waiting for too long
        self.dropped = 0

    async def add(self, hit: Hit | None) -> None:
        """Have a hit recorded; returns when that was tried, or when the desk has been at it for too long.

        None takes a turn like a hit and records nothing: a link that is not ours is answered no sooner than one that is.
        """
        if hit is not None and not self._shares.takes(hit.network):
            self._drop()
            return
        while self._full and not self._away:
            self._room.clear()
            await self._room.wait()
        if not self._full:
            tried = self._put(hit)
            if not self._away:
                await tried
        elif hit is not None:
            self._drop()

    async def close(self) -> None:
        """The batch under way is ended, and what is waiting is tried once more."""
        self._closing.set()
        self._news.set()
        if self._task is not None:
            await self._task
        while self._waiting and await self._some():
            pass

    @property
    def _full(self) -> bool:
        return len(self._waiting) >= MAX_WAITING

    def _put(self, hit: Hit | None) -> asyncio.Future[None]:
        loop = asyncio.get_running_loop()
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._run())
        tried = loop.create_future()
        self._waiting.append((hit, tried))
        self._news.set()
        return tried

    def _drop(self) -> None:
        self.dropped += 1
        log.warning("an open or a click was not recorded: too many at once, or too many from one network")

    async def _run(self) -> None:
        while not self._closing.is_set():
            await self._news.wait()
            if self._waiting and not await self._some():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), RETRY_SECONDS)
            elif not self._waiting:
                self._news.clear()

    async def _some(self) -> bool:
        """Record the oldest; False when the desk cannot take anything now."""
        some = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
        alarm = asyncio.get_running_loop().call_later(PATIENCE, self._give_up, some)
        try:
            self._away = not await self._took(some)
        finally:
            alarm.cancel()
        _answer(self._waiting if self._away else some)
        self._room.set()
        return not self._away

    async def _took(self, some: Sequence[Entry]) -> bool:
        """Whether the desk took these, or never will: an unexpected error costs this batch."""
        try:
            await self._record([hit for hit, _ in some if hit is not None])
        except errors.Unreachable:
            log.warning("opens and clicks cannot be recorded just now; this will be tried again")
            self._waiting.extendleft(reversed(some))
            return False
        except Exception:
            log.warning("opens and clicks were lost", exc_info=True)
        return True

    def _give_up(self, some: Sequence[Entry]) -> None:
        """The desk keeps these for too long: nobody waits any more, until it has answered."""
        self._away = True
        _answer(some)
        _answer(self._waiting)
        self._room.set()


def _answer(entries: Iterable[Entry]) -> None:
    for _, tried in entries:
        if not tried.done():
            tried.set_result(None)
