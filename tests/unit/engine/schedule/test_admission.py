"""Whose first mails are admitted: no day is promised twice, shares follow the weights, and nothing is left unused."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from relance.engine.schedule.admission import Promised, WaitingSequence, admitted, per_day
from relance.engine.schedule.throttle import Pace

TODAY = dt.date(2026, 3, 2)
DAYS = [TODAY + dt.timedelta(days=number) for number in range(1, 8)]
MINUTE = dt.timedelta(minutes=1)

sequences = st.lists(
    st.tuples(
        st.integers(1, 5),
        st.integers(0, 30),
        st.integers(0, 10),
        st.lists(st.sampled_from(DAYS), unique=True, max_size=4),
    ),
    max_size=4,
).map(lambda rows: [WaitingSequence(number, *row[:3], tuple(row[3])) for number, row in enumerate(rows)])
promises = st.builds(
    Promised,
    st.just(TODAY),
    st.integers(0, 20),
    st.dictionaries(st.sampled_from([TODAY, *DAYS]), st.integers(0, 20)),
)


def loads(waiting: list[WaitingSequence], promised: Promised, order: tuple[int, ...]) -> Counter[dt.date]:
    load = Counter(promised.follow_ups)
    load[TODAY] += promised.sent
    for number in order:
        load.update((TODAY, *waiting[number].days))
    return load


@given(sequences, promises, st.integers(1, 20), st.integers(0, 60))
def test_no_day_is_promised_more_than_the_mailbox_sends(
    waiting: list[WaitingSequence], promised: Promised, capacity: int, most: int
) -> None:
    order = admitted(waiting, promised, lambda _day: capacity, most)
    assert len(order) <= most
    before, after = loads(waiting, promised, ()), loads(waiting, promised, order)
    assert all(after[day] <= max(capacity, before[day]) for day in after)
    assert all(count <= waiting[number].waiting for number, count in Counter(order).items())


@given(sequences, promises, st.integers(1, 20), st.integers(0, 60))
def test_nobody_waits_whose_follow_ups_could_be_served(
    waiting: list[WaitingSequence], promised: Promised, capacity: int, most: int
) -> None:
    order = admitted(waiting, promised, lambda _day: capacity, most)
    if len(order) == most:
        return
    load, taken = loads(waiting, promised, order), Counter(order)
    for each in waiting:
        if taken[each.sequence_id] < each.waiting:
            assert any(load[day] >= capacity for day in (TODAY, *each.days))


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(1, 60))
def test_sequences_share_by_weight_to_within_one_mail(weights: list[int], most: int) -> None:
    waiting = [WaitingSequence(number, weight, 1000, 0, ()) for number, weight in enumerate(weights)]
    taken = Counter(admitted(waiting, Promised(TODAY, 0, {}), lambda _day: None, most))
    for one in waiting:
        for other in waiting:
            assert taken[one.sequence_id] / one.weight <= (taken[other.sequence_id] + 1) / other.weight


def test_who_had_less_lately_goes_first() -> None:
    waiting = [WaitingSequence(1, 1, 9, 5, ()), WaitingSequence(2, 1, 9, 3, ())]
    assert admitted(waiting, Promised(TODAY, 8, {}), lambda _day: 20, 5) == (2, 2, 1, 2, 1)


def test_a_day_holds_what_cap_and_gap_allow() -> None:
    hours = dt.timedelta(hours=8)
    assert per_day(Pace(None, dt.timedelta(0)), hours) is None
    assert per_day(Pace(50, dt.timedelta(0)), hours) == 50
    assert per_day(Pace(50, 60 * MINUTE), hours) == 9  # at nine, at ten, and so on until five
    assert per_day(Pace(5, 60 * MINUTE), hours) == 5
    assert per_day(Pace(50, dt.timedelta(0), hourly=4), hours) == 32
    assert per_day(Pace(None, 30 * MINUTE, jitter=60 * MINUTE), hours) == 9  # an hour between two, on average
