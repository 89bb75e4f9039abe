"""Questions of the harness to servers that it strikes itself: asked again until they answer, for a bounded time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from relance import errors

SECONDS = 60.0  # a server that is started again after a crash reads its log first
PAUSE_SECONDS = 0.2
Answer = TypeVar("Answer")


def ask(
    question: Callable[[], Answer], *, meanwhile: Callable[[], object], seconds: float = SECONDS
) -> Answer:
    """The answer to a question that may be asked twice. `meanwhile` is called before it is asked again; the last refusal
    is raised."""
    end = time.monotonic() + seconds
    while True:
        try:
            return question()
        except errors.RelanceError:
            if time.monotonic() >= end:
                raise
        meanwhile()
        time.sleep(PAUSE_SECONDS)
