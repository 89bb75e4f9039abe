"""Sentences as they were stored, read back: what cannot be read is somebody's words, and never an error. Pure."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

KNOWN_AS = "known_as"
# The key of a stored sentence under which its code stands; `code` says what kind of row it is.
T = TypeVar("T")


@dataclass(frozen=True)
class Makers(Generic[T]):
    """How sentences of each kind are made (`relance.wording.text`)."""

    kind: type[T]
    prose: Callable[[object], T]
    within: Callable[..., T]
    plural: Callable[..., T]
    together: Callable[..., T]
    ended: Callable[[T], T]
    coded: Callable[[T, str], T]


def read(stored: object, make: Makers[T]) -> T:
    """The sentence of a row, of a row as JSON text, or of plain words. Never raises."""
    if isinstance(stored, make.kind):
        return stored
    if isinstance(stored, str) and stored.startswith("{"):
        try:
            return read(_object(stored), make)
        except (ValueError, RecursionError):
            return make.prose(stored)
    if isinstance(stored, Mapping):
        try:
            return _read(stored, make)
        except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError):
            return make.prose(json.dumps(stored, default=str, ensure_ascii=False))
    return make.prose("" if stored is None else stored)


def _object(stored: str) -> Mapping[str, Any]:
    found = json.loads(stored)
    if not isinstance(found, Mapping):
        raise ValueError("no row")
    return found


def _read(row: Mapping[str, Any], make: Makers[T]) -> T:
    if KNOWN_AS in row:
        plain = {name: value for name, value in row.items() if name != KNOWN_AS}
        return make.coded(_read(plain, make), str(row[KNOWN_AS]))
    code = row.get("code")
    if code == "prose":
        return make.prose(row["text"])
    if code == "together":
        return make.together(*(read(each, make) for each in row["texts"]), by=str(row["by"]))
    if code == "ended":
        return make.ended(read(row["of"], make))
    msgid = row["text"]
    params = {str(name): _value(value, make) for name, value in row.get("params", {}).items()}
    if not isinstance(msgid, str):
        raise TypeError("no sentence")
    if "many" in row:
        return make.plural(msgid, str(row["many"]), int(row["count"]), **params)
    return make.within(str(row.get("context", "")), msgid, **params)


def _value(stored: Any, make: Makers[T]) -> Any:
    if not isinstance(stored, Mapping):
        return stored
    if "at" in stored:
        return dt.datetime.fromisoformat(stored["at"])
    if "day" in stored:
        return dt.date.fromisoformat(stored["day"])
    if "seconds" in stored:
        return dt.timedelta(seconds=stored["seconds"])
    return read(stored, make)
