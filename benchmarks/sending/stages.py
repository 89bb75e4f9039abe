"""Where a worker's CPU goes, by stage: watches put around the product's functions from outside.

A stage begun within another stops the outer one's watch, so that the stages add up. Each watch reads the thread's CPU
clock twice, about a microsecond: some five of a mail's hundreds.
"""

from __future__ import annotations

import functools
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from relance import templates
from relance.engine import turn, turn_stages
from relance.engine.journal.journal import Journal
from relance.engine.sending import compose as sending_compose
from relance.engine.sending import deliver, prepare
from relance.engine.store.sending import claims
from relance.mailbox.composing import compose
from relance.mailbox.smtp import client as smtp_client

ORDER = ("turn", "claim", "prepare", "write", "render", "compose", "smtp", "journal", "mark+record")
WATCHED: tuple[tuple[Any, str, str], ...] = (
    (turn, "take_turn", "turn"),  # lease, look, release
    (turn_stages.Turn, "_send", "claim"),
    (claims, "claim", "claim"),
    (prepare, "prepare", "prepare"),  # read the cases, insert the mails, commit
    (sending_compose, "draft", "write"),  # values, links, ids
    (templates.Compiled, "render", "render"),
    (templates, "with_footer", "render"),
    (compose, "compose", "compose"),
    (smtp_client.Outbox, "connect", "smtp"),
    (smtp_client.Outbox, "offer", "smtp"),
    (smtp_client.Outbox, "transmit", "smtp"),
    (smtp_client.Outbox, "close", "smtp"),
    (Journal, "turn", "journal"),
    (Journal, "begin", "journal"),
    (Journal, "ended", "journal"),
    (Journal, "sure", "journal"),
    (Journal, "settled", "journal"),
    (deliver.Delivery, "deliver", "mark+record"),  # and the last record of the turn
)


class Stages:
    """CPU nanoseconds by stage, over all threads of this process."""

    def __init__(self) -> None:
        self._all: list[dict[str, int]] = []
        self._here = threading.local()

    def install(self) -> None:
        """Put the watches on."""
        for owner, name, stage in WATCHED:
            setattr(owner, name, self._watched(getattr(owner, name), stage))

    def write(self, path: Path) -> None:
        """The sums, as JSON."""
        sums: dict[str, int] = defaultdict(int)
        for thread in self._all:
            for stage, spent in thread.items():
                sums[stage] += spent
        path.write_text(json.dumps(sums))

    def _watched(self, work: Callable[..., Any], stage: str) -> Callable[..., Any]:
        @functools.wraps(work)
        def watched(*args: Any, **values: Any) -> Any:
            spent = self._spent()
            began, inner = time.thread_time_ns(), self._here.inner
            self._here.inner = 0
            try:
                return work(*args, **values)
            finally:
                whole = time.thread_time_ns() - began
                spent[stage] += whole - self._here.inner
                self._here.inner = inner + whole

        return watched

    def _spent(self) -> dict[str, int]:
        """This thread's own sums, so that threads need no lock."""
        spent: dict[str, int] | None = getattr(self._here, "spent", None)
        if spent is None:
            spent = self._here.spent = defaultdict(int)
            self._here.inner = 0
            self._all.append(spent)
        return spent
