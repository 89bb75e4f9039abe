"""What was counted by a clock that was wrong: absences are shortened, and `status` says so as long as it matters."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

import pytest

from relance.clock import ManualClock, Watch
from relance.engine import tick
from relance.engine.context import Context
from relance.engine.definition.position import Position
from relance.engine.event_log.of_mailboxes import ClockJumped
from relance.engine.reporting import status
from relance.engine.reporting.concerns import ConcernKind
from relance.engine.sequences import clock_jumps
from relance.engine.states import State
from relance.engine.store.sequences import moves
from tests.reading import KIM, enrolled, hear, letter, row, wrote
from tests.reworded import in_english

MONTH, DAY, MINUTE = dt.timedelta(days=30), dt.timedelta(days=1), dt.timedelta(minutes=1)
NAMED = "I am out of office until 20 March 2026.\nThis is an automatic reply."
UNNAMED = "I am out of office at the moment.\nThis is an automatic reply."


@pytest.fixture
def ready(house: Context) -> Context:
    enrolled(house, KIM)
    wrote(house)
    return house


def at(house: Context, now: dt.datetime) -> Context:
    """The same installation by another clock, as a process that has just started sees it."""
    return dataclasses.replace(house, clock=ManualClock(now), watch=Watch())


@pytest.mark.parametrize(("text", "back_on"), [(NAMED, dt.date(2026, 3, 23)), (UNNAMED, dt.date(2026, 3, 9))])
def test_an_absence_that_a_wrong_clock_counted_ends_when_it_would_have(
    ready: Context, text: str, back_on: dt.date
) -> None:
    now = ready.clock.now()
    wrong = at(ready, now + MONTH)
    hear(wrong, letter(KIM, "Automatic reply: hello", text, Auto_Submitted="auto-replied"), received=now)
    assert row(wrong).state is State.AWAY
    assert (row(wrong).resume_at or now) >= now + MONTH
    right = at(ready, now + MINUTE)
    clock_jumps.heal(right)
    assert (row(right).resume_at or now).date() == back_on
    assert in_english("1 absence was corrected") in status.status(right).clock


def test_the_step_of_somebody_absent_gets_its_time_back_too(ready: Context) -> None:
    now = ready.clock.now()
    wrong = at(ready, now + MONTH)
    step = Position("bump", "mail", now + MONTH + 3 * DAY, (), now + MONTH, wrote=True)
    with wrong.database.write() as conn:
        moves.move(conn, row(ready), step, now + MONTH)
    hear(wrong, letter(KIM, "Automatic reply: hello", NAMED, Auto_Submitted="auto-replied"), received=now)
    clock_jumps.heal(at(ready, now + MINUTE))
    assert (row(ready).state, row(ready).step) == (State.AWAY, "bump")
    assert (row(ready).due_at or now) < now + 6 * DAY


def test_an_absence_that_was_counted_right_stays_as_it_is(ready: Context) -> None:
    now = ready.clock.now()
    hear(ready, letter(KIM, "Automatic reply: hello", NAMED, Auto_Submitted="auto-replied"))
    before = row(ready)
    wrong = at(ready, now + MONTH)
    with wrong.database.write() as conn:
        clock_jumps._note(conn, "something", ClockJumped("happened"), wrong.clock.now())
    clock_jumps.heal(at(ready, now + MINUTE))
    assert row(ready) == before


def test_a_jump_that_is_healed_is_told_for_a_day_and_is_not_grave(ready: Context) -> None:
    now = ready.clock.now()
    with ready.database.write() as conn:
        clock_jumps._note(conn, "something", ClockJumped("happened"), now + MONTH)
    right = at(ready, now + MINUTE)
    assert clock_concern(right) == (ConcernKind.CLOCK, True)
    clock_jumps.heal(right)
    assert clock_concern(right) == (ConcernKind.CLOCK_WAS, False)
    told = status.status(right).clock
    assert told.endswith("(Mon 2 March 2026 09:01 Europe/Warsaw)")
    assert not re.search(r"\d{4}-\d\d-\d\d", told)
    assert clock_concern(at(ready, now + dt.timedelta(days=2))) is None


@pytest.mark.parametrize(("minutes", "grave"), [(-1, True), (1, True), (5, False)])
def test_a_jump_that_did_no_damage_is_grave_only_while_it_is_doubted(
    ready: Context, minutes: int, grave: bool
) -> None:
    """Noted by a daemon; `status` asks from a process of its own. A jump that is noted ahead of now is not over."""
    now = ready.clock.now()
    with ready.database.write() as conn:
        clock_jumps._note(
            conn, clock_jumps.JUMPED, ClockJumped("it jumped"), now - dt.timedelta(minutes=minutes)
        )
    real = dataclasses.replace(ready, clock=running(now))
    found = clock_concern(real)
    assert found is not None
    assert found[1] is grave


def running(now: dt.datetime) -> clock_jumps.Clock:
    """A clock that goes on as fast as the machine's."""
    return clock_jumps.Clock.scaled(1.0, now)


def clock_concern(house: Context) -> tuple[ConcernKind, bool] | None:
    kinds = (ConcernKind.CLOCK, ConcernKind.CLOCK_WAS)
    return next(
        ((each.kind, each.grave) for each in status.status(house).concerns if each.kind in kinds), None
    )


@pytest.mark.parametrize("text", [NAMED, UNNAMED])
def test_an_absence_that_a_wrong_clock_ended_goes_on(ready: Context, text: str) -> None:
    """Found by the simulation (seed 20102): who came back by a clock that was 30 days ahead was written to in the absence."""
    now = ready.clock.now()
    hear(ready, letter(KIM, "Automatic reply: hello", text, Auto_Submitted="auto-replied"))
    before = row(ready)
    wrong = at(ready, now + MONTH)
    assert (tick.tick(wrong).back, row(ready).state) == (1, State.ACTIVE)
    clock_jumps.heal(at(ready, now + MINUTE))
    assert (row(ready).state, row(ready).resume_at) == (State.AWAY, before.resume_at)
    assert row(ready).why == before.why  # a correction of the reply finds what it did
    assert tick.tick(at(ready, (before.resume_at or now) + MINUTE)).back == 1


def test_an_absence_that_is_over_by_the_right_clock_too_is_over(ready: Context) -> None:
    now = ready.clock.now()
    hear(ready, letter(KIM, "Automatic reply: hello", UNNAMED, Auto_Submitted="auto-replied"))
    tick.tick(at(ready, now + MONTH))
    clock_jumps.heal(at(ready, now + MONTH / 2))
    assert row(ready).state is State.ACTIVE
