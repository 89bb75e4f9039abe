"""All that a person can ask of an installation, as programs print it, without the codes."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator

from relance.engine.contacts import service as contacts
from relance.engine.context import Context
from relance.engine.inbound.corrections import inbox
from relance.engine.reporting import explain, sequence_report, status, timeline


def read(house: Context, sequence: str) -> Iterator[str]:
    """How it stands, who is held, what happened, why, what came in, what came of it."""
    yield from map(as_json, (status.status(house), *status.held(house), *inbox.page(house, limit=1000)))
    yield from map(as_json, timeline.page(house, "", 1000).events)
    for person in contacts.page(house, limit=1000):
        yield from map(as_json, explain.explain(house, person.email))
    yield as_json(sequence_report.report(house, sequence))


CODES = frozenset({"kind", "judged_kind", "rule", "match", "matched_by"})
# Fields that programs read: the same in every language, and named for people by the command.


def as_json(found: object) -> str:
    """What `--json` prints of it, which are the words that stand in a table, without the codes."""
    return json.dumps(without_codes(dataclasses.asdict(found)), default=str, ensure_ascii=False)  # type: ignore[call-overload]


def without_codes(value: object) -> object:
    """The rest of a value."""
    if isinstance(value, dict):
        return {name: without_codes(each) for name, each in value.items() if name not in CODES}
    return [without_codes(each) for each in value] if isinstance(value, (list, tuple)) else value
