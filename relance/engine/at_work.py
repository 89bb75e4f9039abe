"""For which mailboxes this very process works now: a lease in its name for any other one is a leftover it may take up."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class AtWork:
    """The turns under way in this process. Shared by its threads."""

    def __init__(self) -> None:
        self._turns: Counter[int] = Counter()
        self._guard = threading.Lock()

    @contextmanager
    def entered(self, mailbox_id: int) -> Iterator[bool]:
        """While a turn of a mailbox is tried or under way; whether no other one is."""
        with self._guard:
            alone = not self._turns[mailbox_id]
            self._turns[mailbox_id] += 1
        try:
            yield alone
        finally:
            with self._guard:
                self._turns[mailbox_id] -= 1

    def mailboxes(self) -> list[int]:
        """Those with a turn under way."""
        with self._guard:
            return [number for number, turns in self._turns.items() if turns]
