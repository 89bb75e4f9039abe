"""How many mails a mailbox may send now, and when the next. Pure.

Providers count in rolling windows of 24 hours, not in calendar days, so the cap does too. A mail whose fate is unknown
counts as sent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from relance.wording import Text

DAY = dt.timedelta(hours=24)


@dataclass(frozen=True)
class Pace:
    """A mailbox's own limits: at most `cap` mails in any 24 hours (None: no limit), at least `gap` between two."""

    cap: int | None
    gap: dt.timedelta


@dataclass(frozen=True)
class Allowance:
    """How many may go in this turn; when none or no more may, from when on, and what bound it."""

    count: int
    next_at: dt.datetime | None = None
    bound: Text | str = ""


def needs_history(pace: Pace) -> bool:
    """Whether the times of earlier mails matter at all."""
    return pace.cap is not None or pace.gap > dt.timedelta(0)


def most(pace: Pace, batch: int) -> int:
    """How many `allowance` may let go at most, whatever was sent before."""
    return min(1, batch) if pace.gap > dt.timedelta(0) else batch


def allowance(pace: Pace, sent: Sequence[dt.datetime], now: dt.datetime, batch: int) -> Allowance:
    """What may go at `now`, given when mails left in the last 24 hours (oldest first); never more than `batch`."""
    recent = [min(at, now) for at in sent if at > now - DAY]  # it left, whatever clock says that it will
    room = batch if pace.cap is None else pace.cap - len(recent)
    if pace.cap is not None and room <= 0:
        frees = recent[len(recent) - pace.cap] + DAY if pace.cap else now + DAY
        return Allowance(
            0,
            frees,
            Text.plural(
                "this mailbox's limit is {count} mail in 24 hours",
                "this mailbox's limit is {count} mails in 24 hours",
                pace.cap,
            ),
        )
    if pace.gap <= dt.timedelta(0):
        return Allowance(min(room, batch))
    free_at = recent[-1] + pace.gap if recent else now
    if free_at > now:
        return Allowance(
            0,
            free_at,
            Text.plural(
                "{count} second between two mails",
                "{count} seconds between two mails",
                int(pace.gap.total_seconds()),
            ),
        )
    return Allowance(min(1, batch), now + pace.gap)


def since(pace: Pace, allowed: Allowance, left_at: dt.datetime) -> Allowance:
    """What was allowed, when the last of it left at `left_at`: a little later than when it was asked about. Whoever came
    back by the earlier time would come too early, and for nothing."""
    if pace.gap <= dt.timedelta(0) or allowed.next_at is None:
        return allowed
    return replace(allowed, next_at=max(allowed.next_at, left_at + pace.gap))
