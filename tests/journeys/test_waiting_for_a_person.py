"""A step that waits for a person has no time of its own: nothing but the person moves it on."""

from __future__ import annotations

import datetime as dt
import importlib

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from relance import Relance, Task
from relance.engine.db.tables import enrollment
from relance.engine.sequences import clock_jumps
from relance.engine.store.sequences import enrollments
from tests.journeys.stage import Stage
from tests.journeys.test_rejudging import JAN, OLA, WITH_A_CALL

MIGRATION = importlib.import_module("relance.engine.db.migrations.versions.0022_no_time_of_its_own")


def waiting(stage: Stage) -> Task:
    stage.enroll(OLA, definition=WITH_A_CALL)
    stage.advance(days=4)
    [task] = stage.relance.tasks.list()
    assert stage.state(OLA) == "active"
    return task


def due(relance: Relance) -> dt.datetime | None:
    with relance._context.database.read() as conn:
        return enrollments.by_ids(conn, [1])[0].due_at


def test_nothing_shows_a_date_where_a_person_is_waited_for(stage: Stage) -> None:
    task = waiting(stage)
    [found] = stage.relance.explain(OLA)
    assert (found.when, found.enrollment.due_at) == (None, None)
    assert any("call" in each and "9999" not in each for each in found.sentences)
    assert stage.relance.pause(OLA)[0].due_at is None
    assert stage.relance.resume(OLA)[0].due_at is None
    wake = stage.relance.next_wake()
    assert wake is None or wake.year < 9999
    stage.advance(days=60)
    assert (stage.sent_to(OLA), len(stage.relance.tasks.list())) == (1, 1)
    stage.relance.tasks.done(task.id)
    stage.advance(days=10)
    assert stage.sent_to(OLA) == 2


def test_an_absence_does_not_do_the_task_a_second_time(stage: Stage) -> None:
    task = waiting(stage)
    stage.answer(
        OLA, "I am out of the office until 20 March 2026.", headers={"Auto-Submitted": "auto-replied"}
    )
    stage.look()
    assert stage.state(OLA) == "away"
    stage.advance(days=30)
    assert (stage.state(OLA), due(stage.relance), stage.kinds(OLA).count("task.created")) == (
        "active",
        None,
        1,
    )
    stage.relance.tasks.done(task.id)
    stage.advance(days=10)
    assert stage.sent_to(OLA) == 2


def test_what_a_process_of_the_release_before_writes_is_no_time_either(stage: Stage) -> None:
    waiting(stage)
    with stage.relance._context.database.write() as conn:
        conn.execute(sa.update(enrollment).values(due_at=dt.datetime(9999, 1, 1, tzinfo=dt.UTC)))
    assert due(stage.relance) is None
    assert stage.relance.explain(OLA)[0].enrollment.due_at is None


def test_the_migration_takes_the_year_9999_away_and_no_other_time(stage: Stage) -> None:
    waiting(stage)
    stage.enroll(JAN)
    far, near = dt.datetime(9999, 1, 1, tzinfo=dt.UTC), dt.datetime(9998, 12, 31, tzinfo=dt.UTC)
    mine = enrollment.c.id == 1
    with stage.relance._context.database.write() as conn:
        conn.execute(sa.update(enrollment).where(mine).values(due_at=far))
        conn.execute(sa.update(enrollment).where(~mine).values(due_at=near))
        with Operations.context(MigrationContext.configure(conn)):
            MIGRATION.upgrade()
        stored = conn.execute(sa.select(enrollment.c.due_at).order_by(enrollment.c.id)).scalars().all()
    assert stored == [None, near]


@pytest.mark.parametrize("moved", [True, False])
def test_a_clock_that_was_wrong_plans_nothing_that_waits_for_a_person(stage: Stage, moved: bool) -> None:
    waiting(stage)
    with stage.relance._context.database.read() as conn:
        row = enrollments.by_ids(conn, [1])[0]
    assert row.waits_for_a_person
    assert not clock_jumps.planned_by_it(row, moved=moved)
