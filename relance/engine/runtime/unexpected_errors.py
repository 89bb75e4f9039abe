"""Unexpected faults of ours: what may be told of them, and which they are."""

from __future__ import annotations

import traceback
from pathlib import Path

import sqlalchemy as sa

from relance import errors

_HERE = Path(errors.__file__).parent


def is_one(error: BaseException) -> bool:
    """Whether it is a fault of ours, and not the world in the way, a wrong request, or the end of the process."""
    known = (errors.RelanceError, OSError, sa.exc.OperationalError, sa.exc.InterfaceError)
    return isinstance(error, Exception) and not isinstance(error, known)


def described(error: BaseException) -> str:
    """Its kind and its place; what it says itself may hold anybody's mail."""
    frames = [
        each for each in traceback.extract_tb(error.__traceback__) if _HERE in Path(each.filename).parents
    ]
    place = (
        f", relance/{Path(frames[-1].filename).relative_to(_HERE).as_posix()}:{frames[-1].lineno}"
        if frames
        else ""
    )
    return f"{type(error).__name__}{place}"
