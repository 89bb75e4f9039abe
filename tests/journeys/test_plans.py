"""When a step should go, and when it is tried next: two times, each told with its reasons."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from relance.engine.store.sequences.enrollments import Enrollment
from tests import reading
from tests.journeys.stage import MONDAY, Stage, standing
from tests.reworded import in_english

PEOPLE = ["ewa@acme.example", "ola@apex.example", "jan@orbit.example"]
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def stage(tmp_path: Path, migrated_url: str) -> Iterator[Stage]:
    with standing(tmp_path, migrated_url) as ready:
        ready.mailbox(gap_seconds=7 * 3600)  # two mails a day
        ready.enroll(*PEOPLE)
        yield ready


def row_of(stage: Stage, person: str) -> Enrollment:
    return reading.row(stage.relance._context, person)


def told(stage: Stage, person: str) -> str:
    return " ".join(stage.relance.explain(person)[0].sentences)


def test_the_evening_puts_off_the_try_and_not_the_plan(stage: Stage) -> None:
    planned = {person: row_of(stage, person).plan for person in PEOPLE}
    stage.advance(hours=12)
    waiting = [person for person in PEOPLE if not stage.sent_to(person)]
    put_off = [row for person in waiting if (row := row_of(stage, person)).due_at != planned[person]]
    assert put_off, "somebody was to go, and the day was over"
    for row in put_off:
        assert row.due_at == dt.datetime(2026, 3, 3, 8, 0, tzinfo=dt.UTC)
        assert row.plan in planned.values()
        assert row.plan is not None
        assert row.plan < row.due_at
        assert row.planned_bound is not None
    [person] = [each for each in waiting if row_of(stage, each).id == put_off[0].id]
    said = told(stage, person)
    assert in_english("it fell due on Mon 2 March 2026") in said
    assert in_english("It is tried next on Tue 3 March 2026 09:00 Europe/Warsaw: ") in said
    view = stage.relance.explain(person)[0].enrollment
    assert (view.planned_at, view.due_at) == (put_off[0].plan, put_off[0].due_at)


def test_whoever_should_have_gone_first_goes_first_however_often_they_were_put_off(stage: Stage) -> None:
    order = sorted(PEOPLE, key=lambda person: (row_of(stage, person).plan, row_of(stage, person).id))
    stage.advance(hours=12)
    stage.contact("new@late.example")
    stage.relance.enroll("Follow up", ["new@late.example"])
    stage.advance(days=3)
    left = sorted(
        (stage.arrived(person)[0].when.at, person)
        for person in [*PEOPLE, "new@late.example"]
        if stage.sent_to(person)
    )
    assert [person for _, person in left] == [*order, "new@late.example"]


def test_the_next_step_has_a_plan_of_its_own(stage: Stage) -> None:
    stage.advance(days=2)
    row = row_of(stage, next(person for person in PEOPLE if stage.sent_to(person)))
    assert row.step == "bump"
    assert row.plan == row.planned_at == row.due_at
    assert row.planned_bound is None


def test_what_a_release_without_plans_wrote_counts_as_planned_for_when_it_is_due(stage: Stage) -> None:
    row = row_of(stage, PEOPLE[0])
    stepped, due = MONDAY + HOUR, MONDAY + 9 * HOUR
    for behind in (None, MONDAY):  # it enrolled them, or it moved them on and left an older plan
        anew = dataclasses.replace(row, stepped_at=stepped, due_at=due, planned_at=behind)
        assert anew.plan == due
    kept = dataclasses.replace(row, stepped_at=stepped, due_at=due, planned_at=stepped + HOUR)
    assert kept.plan == stepped + HOUR  # it put the try off
    assert dataclasses.replace(row, due_at=None).plan is None
