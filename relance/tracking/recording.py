"""Hits on their way to the desk: many in one call, kept for a while where it cannot take them, and never without bound."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence

from relance import clock, errors
from relance.tracking.hits import Hit

log = logging.getLogger(__name__)

BATCH = 100
# Hits that share one transaction.
MOST_WAITING = 2000
# Hits held in memory; beyond that new ones are dropped: they are counts, and the visitor has been served.
OF_A_NETWORK = 300
# Hits of one network that are recorded in a minute. A mail service's picture proxy has many networks.
RETRY_SECONDS = 5.0


class Shares:
    """How much of what is recorded one network may have."""

    def __init__(self, now: Callable[[], float] = clock.elapsed) -> None:
        self._now = now
        self._minute = -1
        self._of: Counter[str] = Counter()

    def takes(self, network: str) -> bool:
        """Count a hit; False when its network has had its share of this minute."""
        minute = int(self._now() // 60)
        if minute != self._minute:
            self._minute = minute
            self._of.clear()
        self._of[network] += 1
        return not network or self._of[network] <= OF_A_NETWORK


class Recorder:
    """Belongs to one event loop."""

    def __init__(self, record: Callable[[Sequence[Hit]], Awaitable[None]]) -> None:
        self._record = record
        self._shares = Shares()
        self._waiting: deque[tuple[Hit, asyncio.Future[None]]] = deque()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.dropped = 0

    def add(self, hit: Hit) -> asyncio.Future[None] | None:
        """Take a hit; the future is done once it was tried to record it. None: it was dropped."""
        if len(self._waiting) >= MOST_WAITING or not self._shares.takes(hit.network):
            self.dropped += 1
            log.warning("an open or a click was not recorded: too many at once, or too many from one network")
            return None
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())
        tried: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((hit, tried))
        self._news.set()
        return tried

    async def close(self) -> None:
        """One last try for what is waiting."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        while self._waiting and await self._some():
            pass

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            if not await self._some():
                await asyncio.sleep(RETRY_SECONDS)
            elif not self._waiting:
                self._news.clear()

    async def _some(self) -> bool:
        """Record the oldest; False when the desk cannot take anything now. What nobody foresaw costs this batch."""
        some = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
        worked = True
        try:
            await self._record([hit for hit, _ in some])
        except errors.Unreachable:
            log.warning("opens and clicks cannot be recorded just now; this will be tried again")
            self._waiting.extendleft(reversed(some))
            worked = False
        except asyncio.CancelledError:
            self._waiting.extendleft(reversed(some))
            raise
        except Exception:
            log.warning("opens and clicks were lost", exc_info=True)
        for _, tried in some:
            if not tried.done():
                tried.set_result(None)
        return worked
