"""How the mails of this process ended, counted by outcome; for metrics, and for nothing that decides."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping


class OutcomeCounts:
    """Counts. Safe to share between threads."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._guard = threading.Lock()

    def add(self, names: Iterable[str]) -> None:
        """One more of each."""
        with self._guard:
            self._counts.update(names)

    def counts(self) -> Mapping[str, int]:
        """All so far."""
        with self._guard:
            return dict(self._counts)
