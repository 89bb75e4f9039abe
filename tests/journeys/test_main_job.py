"""The main job from end to end, as `make demo` plays it: in one process, and with daemons on PostgreSQL and Redis.

Of the play in one process, once on each database, everything is asked that a whole play can tell: it takes half a minute.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from relance import wording
from relance.engine.db.database import Database
from relance.engine.db.tables import enrollment, event
from relance.engine.event_log.actors import ActorKind
from relance.engine.event_log.kinds import EventKind
from relance.sandbox import play
from relance.wording import Text
from tests import engine_house, english, stored_sentences
from tests.journeys import apart
from tests.pages import everything
from tests.pages.events import fields
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.slow


def judge(outcome: play.Outcome) -> None:
    """What must be true at the end of every play, whoever did the work."""
    assert outcome.audit.findings == ()
    assert outcome.left == 0
    assert outcome.story.mishaps == ()
    # How far so many days get in a minute depends on the machine; what was promised does not.
    assert outcome.audit.mails_arrived > outcome.enrolled.enrolled // 3
    assert outcome.enrolled.enrolled == outcome.imported.added
    assert outcome.imported.rejected
    kinds = {placed.kind.value for placed in outcome.story.placed}
    assert {"answer", "out of office"} <= kinds


@dataclass(frozen=True)
class Played:
    """Three weeks in one process, and the database they left."""

    url: str
    writer: str  # the language of that process, in which it has a key for every sentence
    reader: str  # the other one
    outcome: play.Outcome
    ended: dt.datetime
    left: dt.datetime  # the time at which it is left to be looked at


def _played(url: str, writer: str, reader: str) -> Played:
    plan = play.Plan(play.SEQUENCE, seed=3, contacts=40, seconds=15, database_url=url)
    left: list[dt.datetime] = []
    scenes: list[play.Scene] = []
    wording.speak(writer)
    with stored_sentences.keys_in_place_of(writer):
        assert stored_sentences.KEY.search(str(Text("paused by a person")))
        outcome = play.play(plan, scenes.append, stay=lambda app, _: left.append(app.clock.now()))
    wording.speak("en")
    return Played(url, writer, reader, outcome, scenes[-1].now, left[0])


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return _played(f"sqlite:///{tmp_path_factory.mktemp('played') / 'relance.db'}", "en", "pl")


@pytest.fixture(scope="module")
def on_postgres(postgres_server: Postgres) -> Iterator[Played]:
    with postgres_server.fresh() as url:
        yield _played(url, "pl", "en")


@pytest.fixture(params=["sqlite", "postgres"])
def played(request: pytest.FixtureRequest) -> Played:
    found: Played = request.getfixturevalue(f"on_{request.param}")
    return found


def test_three_weeks_in_one_process_keep_every_promise(played: Played) -> None:
    judge(played.outcome)


def test_time_stands_still_where_the_play_ended(played: Played) -> None:
    """While everybody went home at the play's pace, a week passed in which nobody worked: all that was planned was overdue."""
    assert dt.timedelta() <= played.left - played.ended < dt.timedelta(days=1)


def test_no_sentence_is_stored(played: Played) -> None:
    """As `engine/test_stored_sentences.py` asks of those worlds that store most."""
    assert played.outcome.story.placed
    assert stored_sentences.of_database(played.url) == []


def test_every_event_is_of_a_kind_of_the_list_with_its_data_and_names_who_did_it(played: Played) -> None:
    """And nothing is due in a far year."""
    with closing(Database(played.url)) as database, database.read() as conn:
        told = conn.execute(sa.select(event.c.kind, event.c.data, event.c.actor_kind, event.c.actor)).all()
        due = conn.execute(sa.select(enrollment.c.due_at)).scalars().all()
    assert len(told) > 50
    for each in told:
        known = {name for name, _ in fields(EventKind(each.kind))} | {"why", "whys"}
        assert set(each.data) <= known, each
        assert ActorKind(each.actor_kind) is ActorKind.RECIPIENT or each.actor, each
    assert all(at is None or at.year == 2026 for at in due)


NAME = "First meeting"
# Of the sequence played: its writer's own word, though one of the starters is called so, too.


@pytest.mark.wording
def test_the_daemon_speaks_one_language_and_the_salesperson_reads_another(
    played: Played, tmp_path: Path
) -> None:
    foreign = {"en": english.polish, "pl": english.sentences}[played.reader]
    with engine_house.build(played.url, tmp_path, played.ended) as house:
        wording.speak(played.reader)
        shown = list(everything.read(house, NAME))
        assert len(shown) > played.outcome.enrolled.enrolled
        assert {found: said for said in shown for found in foreign(said) if found != NAME} == {}
        assert [said for said in shown if stored_sentences.KEY.search(said)] == []
        wording.speak(played.writer)
        assert any(foreign(said) for said in everything.read(house, NAME))  # which is what is looked for


def test_ten_days_with_two_worker_processes_on_postgresql_and_redis_keep_every_promise(
    postgres_url: str, redis_url: str
) -> None:
    plan = play.Plan(
        play.SEQUENCE,
        seed=4,
        contacts=40,
        days=10,  # here the clock waits for nobody: fewer days leave a slow machine more time for each
        seconds=45,
        lead_seconds=5,
        database_url=postgres_url,
        redis_url=redis_url,
        whole=False,  # its sequence takes three weeks
    )
    judge(play.play(plan, lambda scene: None, apart.hire(workers=2)))
