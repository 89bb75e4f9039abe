"""A table, as Markdown writes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(rows: Iterable[Sequence[str]]) -> str:
    """The rows, the heads and the line below them among them."""
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
