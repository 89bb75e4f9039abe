"""Which language the reader reads: one for the process, and another for the length of a request."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator

from relance.wording import catalogue

ENGLISH = catalogue.ENGLISH


class _Process:
    """What the process speaks; a class, so that nobody binds the value by importing it."""

    language = ENGLISH


_request: contextvars.ContextVar[str | None] = contextvars.ContextVar("relance_language", default=None)


def language() -> str:
    """The language spoken here and now: that of the request, else that of the process."""
    return _request.get() or _Process.language


def speak(wanted: str | None) -> str:
    """Speak a language in this process from now on (English where it is not known); returns the one spoken."""
    _Process.language = matched(wanted) or ENGLISH
    return _Process.language


@contextlib.contextmanager
def speaking(wanted: str | None) -> Iterator[str]:
    """Speak a language within this block, in this thread or task only; one that is not known changes nothing."""
    token = _request.set(matched(wanted) or _request.get())
    try:
        yield language()
    finally:
        _request.reset(token)


def is_english() -> bool:
    """Whether sentences, times and numbers are written as in the source."""
    return language() in (ENGLISH, catalogue.SOURCE)


def as_in_the_source(words: object) -> str:
    """In English whatever is spoken here: for a release before this one, which knows sentences and no codes."""
    token = _request.set(catalogue.SOURCE)
    try:
        return str(words)
    finally:
        _request.reset(token)


def matched(wanted: str | None) -> str | None:
    """The language of ours that a name means ("pl", "pl-PL", "pl_PL.UTF-8"), or None."""
    if not wanted:
        return None
    name = wanted.strip().replace("-", "_").partition(".")[0].partition("@")[0].partition("_")[0].lower()
    return name if name in catalogue.languages() else None
