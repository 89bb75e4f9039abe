"""A table that decides has a row for every case; one that lacks a row does not import. What a later release stored is none of the
cases. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

Case = TypeVar("Case")
Row = TypeVar("Row")
Code = TypeVar("Code", bound=StrEnum)


def complete(cases: Iterable[Case], table: Mapping[Case, Row]) -> Mapping[Case, Row]:
    """The table, read-only. Raises `LookupError` where a case has no row: a new one must not mean "nothing happens"."""
    missing = [str(case) for case in cases if case not in table]
    if missing:
        raise LookupError(f"a table that decides has no row for: {', '.join(missing)}")
    return MappingProxyType(dict(table))


def stored(cases: type[Code], code: str) -> Code:
    """A code as it is stored. One that only a later release knows is a value that is none of the cases: no table has a row for it, it is
    in no set of them, and it is written back as it was. It is to be shown as such, and nothing is decided by it."""
    try:
        return cases(code)
    except ValueError:
        later = str.__new__(cases, code)
        later._name_, later._value_ = "OF_A_LATER_RELEASE", code
        return later
