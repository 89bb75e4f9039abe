"""A clock that takes its time at work: it never runs backwards, and never faster than it may."""

from __future__ import annotations

import datetime as dt
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from relance import clock
from relance.sandbox import pacing

ORIGIN = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
START = dt.datetime(2026, 3, 1, 4, 0, tzinfo=dt.UTC)
SCALE = 36_000.0


class Machine:
    """The machine's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = ORIGIN

    def read(self) -> dt.datetime:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)


@given(st.lists(st.tuples(st.floats(0, 100), st.booleans()), max_size=30))
def test_time_never_runs_backwards_and_every_instant_keeps_its_reading(
    stretches: list[tuple[float, bool]],
) -> None:
    machine = Machine()
    with mock.patch.object(clock, "machine_now", machine.read):
        patient = pacing.PatientClock(SCALE, START)
        seen = [(machine.now, patient.now())]
        for seconds, working in stretches:
            if working:
                with patient.at_work(), patient.at_work():
                    machine.passes(seconds)
            else:
                machine.passes(seconds)
            before = seen[-1]
            seen.append((machine.now, patient.now()))
            most = (machine.now - before[0]).total_seconds() * SCALE + 1e-3
            assert 0 <= (seen[-1][1] - before[1]).total_seconds() <= most
    assert [patient.at(instant) for instant, _ in seen] == [reading for _, reading in seen]


def test_a_second_of_work_is_a_small_part_of_a_second_of_rest() -> None:
    machine = Machine()
    with mock.patch.object(clock, "machine_now", machine.read):
        patient = pacing.PatientClock(SCALE, START)
        machine.passes(1)
        assert patient.now() - START == dt.timedelta(hours=10)
        with patient.at_work():
            machine.passes(1)
        assert patient.now() - START == dt.timedelta(hours=10, seconds=SCALE * pacing.AT_WORK)
        machine.passes(1)
        assert patient.now() - START == dt.timedelta(hours=20, seconds=SCALE * pacing.AT_WORK)


def test_the_clock_takes_its_time_while_work_waits_whether_anybody_does_it_or_not() -> None:
    machine = Machine()
    with mock.patch.object(clock, "machine_now", machine.read):
        patient = pacing.PatientClock(SCALE, START)
        machine.passes(1)
        for waits in (True, True):
            patient.wait_for_work(waits=waits)
        machine.passes(1)
        assert patient.now() - START == dt.timedelta(seconds=SCALE * (1 + pacing.AT_WORK))
        patient.wait_for_work(waits=False)
        machine.passes(1)
        assert patient.now() - START == dt.timedelta(seconds=SCALE * (2 + pacing.AT_WORK))


def test_a_clock_that_was_stopped_says_so() -> None:
    patient = pacing.PatientClock(SCALE, START)
    assert not patient.stands
    patient.stop()
    assert patient.stands
    assert not clock.Clock().stands
