"""What a run of keys finds stored: a key in a database's row is a sentence that was made too early, in somebody's language.

Rows hold codes with parameters, or Texts; their sentences are made where they are shown. Two things are passed over, for
the release before this one reads them: `words` beside a `code`, and what stands beside a `why` (or in a column beside it).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import sqlalchemy as sa

KEY = re.compile(r"key-[0-9a-f]{8}")
BESIDE = re.compile(r"(INSERT INTO|UPDATE) (suppression|suppression_reason|refusal|enrollment|mailbox)\b")
# Tables whose `reason` or `words` stands beside the same as data.


def look() -> list[str]:
    """From now on whatever is stored as a sentence is put into this list, with its statement."""
    found: list[str] = []

    def executing(_conn, _cursor, statement, parameters, _context, _many) -> None:  # type: ignore[no-untyped-def]
        for place, value in _sentences(parameters):
            if "$" in place or not BESIDE.search(statement):
                found.append(f"{place} = {value!r} in {' '.join(statement.split())[:100]}")

    sa.event.listen(sa.engine.Engine, "before_cursor_execute", executing)
    return found


def _sentences(value: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Every key in the parameters of a statement with its place; `$` is JSON."""
    if isinstance(value, str):
        yield from _in_text(value, place)
    elif isinstance(value, dict):
        for name, each in _told(value).items():
            yield from _sentences(each, f"{place}.{name}")
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _sentences(each, f"{place}[]")


def _in_text(value: str, place: str) -> Iterator[tuple[str, str]]:
    if not KEY.search(value):
        return
    try:
        inside = json.loads(value) if value[:1] in "{[" else None
    except ValueError:
        inside = None
    if inside is None:
        yield place, value
    else:
        yield from _sentences(inside, f"{place}$")


def _told(row: dict[str, object]) -> dict[str, object]:
    """A row without what the release before reads."""
    if "code" in row:
        return {name: each for name, each in row.items() if name != "words"}
    if "why" in row or "whys" in row:
        return {name: each for name, each in row.items() if name in ("why", "whys")}
    return row
