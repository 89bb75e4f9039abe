"""Where an enrollment stands: the step to do next, when it is due and what bound that. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Position:
    """Where an enrollment stands next: the step to do, when, and what bound the time."""

    step: str | None
    step_kind: str
    due_at: dt.datetime | None
    bound: Sequence[Any] = ()
    stepped_at: dt.datetime | None = None  # when the step before was done; empty: unchanged
    wrote: bool = False  # whether the step before was a mail
    new_thread: bool = False  # whether the next mail from here on begins a thread, whichever way it goes
