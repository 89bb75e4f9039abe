"""The daemon speaks one language and the salesperson reads another, over one database: each reads their own."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from relance import wording
from relance.engine.contacts import service as contacts
from relance.engine.context import Context
from relance.engine.inbound.corrections import inbox
from relance.engine.reporting import explain, sequence_report, status, timeline
from relance.sandbox import play
from tests import engine_house, english

pytestmark = pytest.mark.wording
FOREIGN: dict[str, Callable[[str], list[str]]] = {"en": english.polish, "pl": english.sentences}
"""The sentences in a text that who reads this language should not meet."""

NAME = "First meeting"
# Of the sequence played: its writer's own word, though one of the starters is called so, too.


def read(house: Context) -> Iterator[str]:
    """Everything that a person asks for: how it stands, who is held, what happened, why, what came in, what came of it."""
    yield from map(as_json, (status.status(house), *status.held(house), *inbox.page(house, limit=1000)))
    yield from map(as_json, timeline.page(house, "", 1000).events)
    for person in contacts.page(house, limit=1000):
        yield from map(as_json, explain.explain(house, person.email))
    yield as_json(sequence_report.report(house, NAME))


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


@pytest.mark.parametrize(
    ("writer", "reader", "url"), [("pl", "en", "postgres_url"), ("en", "pl", "sqlite_url")]
)
def test_each_reads_their_own(
    request: pytest.FixtureRequest, tmp_path: Path, writer: str, reader: str, url: str
) -> None:
    database: str = request.getfixturevalue(url)
    wording.speak(writer)
    plan = play.Plan(play.SEQUENCE, seed=7, contacts=30, seconds=6, database_url=database)
    outcome = play.play(plan, lambda scene: None)
    wording.speak(reader)
    with engine_house.build(database, tmp_path, play.START + dt.timedelta(days=plan.days)) as house:
        shown = list(read(house))
        assert len(shown) > outcome.enrolled.enrolled
        assert {found: said for said in shown for found in FOREIGN[reader](said) if found != NAME} == {}
        wording.speak(writer)
        assert any(FOREIGN[reader](said) for said in read(house))  # which is what is looked for
