"""Words as people read them: somebody else's as sentences of ours, numbers with their nouns, spans of time."""

from __future__ import annotations

import datetime as dt
from typing import overload

from relance.wording.text import Ended, Text, closed


@overload
def ended(words: Text) -> Text: ...  # type: ignore[overload-overlap]
@overload
def ended(words: object) -> str: ...
def ended(words: object) -> str | Text:
    """Words as a whole sentence: ended by a full stop, where no mark of their own ends them. Of a Text, a Text. Pure."""
    return Ended(words) if isinstance(words, Text) else closed(str(words))


def capital(words: object) -> str:
    """Words as a heading or a label begins: their first letter large, the rest as it is. Pure, but for a Text's language."""
    said = str(words)
    return said[:1].upper() + said[1:]


def quoted(words: object) -> Text:
    """Somebody else's words between the quotes of the reader's language."""
    return Text('"{words}"', words=str(words))


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun, in English only: 1 mail, 2 mails. Where people read it, `n_` says it in their language."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def span(length: dt.timedelta) -> str:
    """A span of time by its two largest units, rounded down, whichever its sign: "29 days and 23 hours"."""
    left = int(abs(length).total_seconds())
    if left < 1:
        return str(Text("less than a second"))
    sizes = (86_400, 3600, 60, 1)
    first = next(number for number, size in enumerate(sizes) if left >= size)
    told = []
    for number in range(first, min(first + 2, len(sizes))):
        count, left = divmod(left, sizes[number])
        told += [str(_unit(number, count))] if count else []
    return told[0] if len(told) == 1 else str(Text("{longer} and {shorter}", longer=told[0], shorter=told[1]))


def _unit(number: int, count: int) -> Text:
    """So many days, hours, minutes or seconds."""
    return (
        Text.plural("{count} day", "{count} days", count),
        Text.plural("{count} hour", "{count} hours", count),
        Text.plural("{count} minute", "{count} minutes", count),
        Text.plural("{count} second", "{count} seconds", count),
    )[number]
