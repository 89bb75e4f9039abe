"""Where a page of a list ends, as one word that its reader hands back. It is checked where it is used."""

from __future__ import annotations

import datetime as dt

from relance import errors
from relance.wording import Text, typed

BEGINNING = ""
# What a list begins with, and what stands where nothing follows.
_DIGITS = 18  # a bigint holds as many in any case
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_TICK = dt.timedelta(microseconds=1)
_LATEST = (dt.datetime(9999, 12, 31, tzinfo=dt.UTC) - _EPOCH) // _TICK


def written(of: str, *numbers: int) -> str:
    """The place behind a row: what is listed (a letter), and the row's numbers in the list's order."""
    return "-".join([of, *map(str, numbers)])


def read(of: str, cursor: str, count: int = 1) -> tuple[int, ...] | None:
    """The numbers of a cursor of this list; None for the beginning. Raises `errors.WrongUse` for anything else."""
    if cursor == BEGINNING:
        return None
    kind, *numbers = cursor.split("-")
    if kind != of or len(numbers) != count or not all(map(_is_number, numbers)):
        raise errors.WrongUse(
            Text(
                "{cursor} is not a cursor of this list: leave it out for the first page, and continue with the one you were given.",
                cursor=typed(cursor),
            )
        )
    return tuple(map(int, numbers))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS


def ticks(at: dt.datetime) -> int:
    """An instant as a number of a cursor."""
    return (at - _EPOCH) // _TICK


def instant(ticks: int) -> dt.datetime:
    """The instant again; what is beyond all time is the end of it."""
    return _EPOCH + min(ticks, _LATEST) * _TICK
