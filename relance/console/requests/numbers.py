"""Numbers of rows, as a browser sends them back."""

from __future__ import annotations

_DIGITS = 18  # a bigint holds as many in any case


def row(typed: str) -> int | None:
    """The number of a row; None for what is none, and for one that no database holds. Pure."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _DIGITS else None
