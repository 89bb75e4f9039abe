"""Repeated lines of the log: the first few are told, the rest are counted, whoever writes them.

A stranger's requests, a broker that is away or a full table of open files can make a library say the same thing ten
thousand times a minute, which fills the disk that the journal needs.
"""

from __future__ import annotations

import logging
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from relance import clock

WINDOW_SECONDS = 60.0
OURS = "relance"


@dataclass(frozen=True)
class Share:
    """How much a logger may say within a window: lines of one kind (alike but for the values in them), and in all."""

    of_a_kind: int
    in_all: int


SHARES = {True: Share(of_a_kind=5, in_all=500), False: Share(of_a_kind=1, in_all=50)}
# Ours and a library's, which repeats itself every few seconds while a server is away.

_VALUE = re.compile(r"%(?:\(\w+\))?[#0 +-]*[\d.*]*[a-zA-Z]")
# Where a value stood in a line (printf-style formatting, as `logging` does it); a summary has none to show.

Kind = tuple[str, int, str, str]


@dataclass
class Said:
    """How often something was said within the window."""

    told: int = 0
    hidden: int = 0


class Summary(logging.LogRecord):
    """How many lines of a kind were left out."""


class Repeats(logging.Filter):
    """Lets every logger say its share in a window, then says how many more lines of each kind there were: `tell` is given
    that line. Safe to use from several threads."""

    def __init__(
        self, tell: Callable[[logging.LogRecord], Any], now: Callable[[], float] = clock.elapsed
    ) -> None:
        super().__init__()
        self._tell = tell
        self._now = now
        self._lock = threading.Lock()
        self._since = now()
        self._said: dict[Kind, Said] = {}
        self._of_logger: Counter[str] = Counter()
        self._alarm: threading.Timer | None = None

    def filter(self, record: logging.LogRecord) -> bool:
        """False for a line that was said often enough."""
        if isinstance(record, Summary):
            return True
        with self._lock:
            left_out = self._turn_over()
            told = self._counted(record)
            if not told and self._alarm is None:
                self._alarm = threading.Timer(WINDOW_SECONDS, self.flush)
                self._alarm.daemon = True
                self._alarm.start()
        self._report(left_out)
        return told

    def flush(self) -> None:
        """Say what was left out so far, also where nobody has anything else to say."""
        with self._lock:
            self._alarm = None
            left_out = self._taken()
        self._report(left_out)

    def _counted(self, record: logging.LogRecord) -> bool:
        kind = _kind(record)
        share = SHARES[record.name.partition(".")[0] == OURS]
        spent = self._of_logger[record.name] >= share.in_all
        if kind not in self._said and spent:
            kind = (record.name, record.levelno, "other lines", "")  # bounds what is remembered, too
        said = self._said.setdefault(kind, Said())
        if said.told >= share.of_a_kind or spent:
            said.hidden += 1
            return False
        said.told += 1
        self._of_logger[record.name] += 1
        return True

    def _turn_over(self) -> list[Summary]:
        return self._taken() if self._now() - self._since >= WINDOW_SECONDS else []

    def _taken(self) -> list[Summary]:
        """What the window left out; a new one begins."""
        left_out = [_summary(kind, said.hidden) for kind, said in self._said.items() if said.hidden]
        self._said.clear()
        self._of_logger.clear()
        self._since = self._now()
        return left_out

    def _report(self, left_out: Iterable[Summary]) -> None:
        for line in left_out:
            self._tell(line)


def _kind(record: logging.LogRecord) -> Kind:
    """What makes two lines the same: who says it, the words without their values, and the fault."""
    said: Any = record.msg
    words, about = str(said)[:200], ""
    if isinstance(said, dict):  # one of structlog's, on its way to the formatter
        words, about = str(said.get("event", ""))[:200], str(said.get("mailbox", ""))[:50]
    fault = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
    return record.name, record.levelno, words, f"{about} {fault}"


def _summary(kind: Kind, count: int) -> Summary:
    name, level, words, _ = kind
    said = _VALUE.sub("...", words.splitlines()[0]) if words else ""
    return Summary(name, level, "", 0, "and %d more of these: %s", (count, said), None)
