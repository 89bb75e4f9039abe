"""Telemetry of a process that nobody measures yet: what is counted is kept for whoever does, what lasts is not."""

from __future__ import annotations

import threading
from collections import Counter

from relance.engine.ports import Telemetry


class _Unmeasured:
    def end(self) -> None:
        """Nobody wants to know."""


class Unmeasured:
    """Keeps counts until they are handed over."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, tuple[tuple[str, str], ...]]] = Counter()
        self._guard = threading.Lock()

    def span(self, name: str, **attributes: str) -> _Unmeasured:
        """Not measured."""
        del name, attributes
        return _Unmeasured()

    def count(self, name: str, value: float = 1, **attributes: str) -> None:
        """So many more."""
        with self._guard:
            self._counts[name, tuple(attributes.items())] += value  # type: ignore[assignment]

    def hand_over(self, telemetry: Telemetry) -> None:
        """Tell it all there was so far, and forget it."""
        with self._guard:
            counts, self._counts = self._counts, Counter()
        for (name, attributes), value in counts.items():
            telemetry.count(name, value, **dict(attributes))
