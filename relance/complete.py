"""A table that decides has a row for every case; one that lacks a row does not import. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar

Case = TypeVar("Case")
Row = TypeVar("Row")


def complete(cases: Iterable[Case], table: Mapping[Case, Row]) -> Mapping[Case, Row]:
    """The table, read-only. Raises `LookupError` where a case has no row: a new one must not mean "nothing happens"."""
    missing = [str(case) for case in cases if case not in table]
    if missing:
        raise LookupError(f"a table that decides has no row for: {', '.join(missing)}")
    return MappingProxyType(dict(table))
