"""Words as people read them: somebody else's as sentences of ours, numbers with their nouns, spans of time."""

from __future__ import annotations

import datetime as dt

_ENDS = (".", "!", "?", "…")
_QUOTES = "”\"'"


def ended(words: object) -> str:
    """Words as a whole sentence: ended by a full stop, where no mark of their own ends them. Pure."""
    text = str(words).rstrip()
    return text if not text or text.rstrip(_QUOTES).endswith(_ENDS) else f"{text}."


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 mail, 2 mails. `many` where it is not `one` with an s. Pure."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))


def span(length: dt.timedelta) -> str:
    """A span of time by its two largest units, rounded down, whichever its sign: "29 days and 23 hours". Pure."""
    left = int(abs(length).total_seconds())
    if left < 1:
        return "less than a second"
    first = next(number for number, (_, seconds) in enumerate(_UNITS) if left >= seconds)
    told = []
    for name, seconds in _UNITS[first : first + 2]:
        count, left = divmod(left, seconds)
        told += [counted(count, name)] if count else []
    return " and ".join(told)
