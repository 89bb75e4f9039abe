"""For which mailboxes this very process works now: a lease in its name for any other one is a leftover it may take up."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from relance.engine.store.mailboxes.leases import Lease


class ActiveTurns:
    """The turns under way in this process. Shared by its threads."""

    def __init__(self) -> None:
        self._turns: Counter[int] = Counter()
        self._leases: dict[int, Lease] = {}
        self._bodies: set[int] = set()  # mailboxes with a body begun whose end is not recorded
        self._left: set[Lease] = set()  # by which no body begins any more
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
                if not self._turns[mailbox_id]:
                    self._bodies.discard(mailbox_id)
                    self._leases.pop(mailbox_id, None)

    def holds(self, lease: Lease) -> None:
        """A turn under way works by this lease."""
        with self._guard:
            self._leases[lease.mailbox_id] = lease

    def begin(self, lease: Lease) -> bool:
        """A body is about to begin by this lease; False: this process is leaving, and it may not."""
        with self._guard:
            if lease not in self._left:
                self._bodies.add(lease.mailbox_id)
            return lease not in self._left

    def recorded(self, mailbox_id: int) -> None:
        """The ends of all its bodies are in the database."""
        with self._guard:
            self._bodies.discard(mailbox_id)

    def leave(self) -> int:
        """No turn under way begins a body any more; returns for how many mailboxes one is under way or not recorded."""
        with self._guard:
            self._left.update(self._leases.values())
            return len(self._bodies)

    def leases(self) -> list[Lease]:
        """The leases of turns under way that have begun no body they did not record."""
        with self._guard:
            return [lease for number, lease in self._leases.items() if number not in self._bodies]

    def mailboxes(self) -> list[int]:
        """Those with a turn under way."""
        with self._guard:
            return [number for number, turns in self._turns.items() if turns]
