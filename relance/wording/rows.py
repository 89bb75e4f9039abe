"""Texts as rows: what JSON holds of them, and back. What cannot be read is somebody's words, and never an error."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

from relance.wording.text import Ended, Text


def kept(params: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """What stands in the places, fit for JSON."""
    return {name: _kept(value) for name, value in params}


def _kept(value: Any) -> Any:
    if isinstance(value, Text):
        return value.row()
    if isinstance(value, dt.datetime):
        return {"at": value.isoformat()}
    if isinstance(value, dt.date):
        return {"day": value.isoformat()}
    if isinstance(value, dt.timedelta):
        return {"seconds": value.total_seconds()}
    return value


def read(stored: object) -> Text:
    """The Text of a row, of a row as JSON text, or of plain words. Never raises."""
    if isinstance(stored, Text):
        return stored
    if isinstance(stored, str) and stored.startswith("{"):
        try:
            return read(_object(stored))
        except (ValueError, RecursionError):
            return Text.prose(stored)
    if isinstance(stored, Mapping):
        try:
            return _read(stored)
        except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError):
            return Text.prose(json.dumps(stored, default=str, ensure_ascii=False))
    return Text.prose("" if stored is None else stored)


def _object(stored: str) -> Mapping[str, Any]:
    found = json.loads(stored)
    if not isinstance(found, Mapping):
        raise ValueError("no row")
    return found


def _read(row: Mapping[str, Any]) -> Text:
    code = row.get("code")
    if code == "prose":
        return Text.prose(row["text"])
    if code == "together":
        return Text.together(*(read(each) for each in row["texts"]), by=str(row["by"]))
    if code == "ended":
        return Ended(read(row["of"]))
    msgid, params = row["text"], {str(name): _value(value) for name, value in row.get("params", {}).items()}
    if not isinstance(msgid, str):
        raise TypeError("no sentence")
    if "many" in row:
        return Text.plural(msgid, str(row["many"]), int(row["count"]), **params)
    return Text.within(str(row.get("context", "")), msgid, **params)


def _value(stored: Any) -> Any:
    if not isinstance(stored, Mapping):
        return stored
    if "at" in stored:
        return dt.datetime.fromisoformat(stored["at"])
    if "day" in stored:
        return dt.date.fromisoformat(stored["day"])
    if "seconds" in stored:
        return dt.timedelta(seconds=stored["seconds"])
    return read(stored)
