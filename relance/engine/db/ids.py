"""Identifiers made before the row exists, because they must stand in the bytes the row holds."""

from __future__ import annotations

import datetime as dt
import secrets

_EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_RANDOM_BITS = 22


def message(now: dt.datetime, *, after: int = 0) -> int:
    """A message's id: milliseconds since 2026 and 22 random bits, so that the index grows at its end (62 bits). It is larger
    than `after`, which was made before, be it in the same millisecond."""
    return max(first_message(now) | secrets.randbits(_RANDOM_BITS), after + 1)


def first_message(at: dt.datetime) -> int:
    """The lowest id that a message written in this millisecond can have."""
    milliseconds = max(0, int((at - _EPOCH).total_seconds() * 1000))
    return (milliseconds & ((1 << 40) - 1)) << _RANDOM_BITS


def token() -> str:
    """120 random bits: nobody can guess what bears them without having seen it."""
    return secrets.token_hex(15)
