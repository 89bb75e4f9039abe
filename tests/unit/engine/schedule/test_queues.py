"""Who gets which place at a receiver: one each, in the order of service, never more than its limits in any window."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from relance.engine.schedule.pace.queues import AHEAD, MAX_RANKED, QueuedGroup, QueuedMail, ReceiverQueue
from relance.engine.schedule.throttle import DAY, HOUR, Window

NOW = dt.datetime(2026, 3, 6, 9, 0, tzinfo=dt.UTC)  # a Friday
MONDAY = NOW + 3 * DAY
TWO_A_DAY = [Window(2, DAY)]


def always(at: dt.datetime) -> dt.datetime:
    return at


def workdays(at: dt.datetime) -> dt.datetime:
    return at if at.weekday() < 5 else MONDAY + (at - NOW) // (7 * DAY) * 7 * DAY


def waits(number: int, *, follows: bool = False, ready: dt.datetime = NOW) -> QueuedMail:
    return QueuedMail(number, follows, min(ready, NOW + number * dt.timedelta(seconds=1)), ready)


def times(queue: ReceiverQueue, count: int) -> list[dt.datetime | None]:
    return [place and place.at for place in map(queue.place, range(count))]


def test_each_of_those_who_wait_has_a_place_of_its_own_in_the_order_of_service() -> None:
    queue = ReceiverQueue(
        TWO_A_DAY, [NOW, NOW], [QueuedGroup(always, [waits(each) for each in range(4)])], NOW
    )
    assert times(queue, 4) == [NOW + DAY, NOW + DAY, NOW + 2 * DAY, NOW + 2 * DAY]
    places = [queue.place(each) for each in range(4)]
    assert [each and (each.ahead, each.window, each.known) for each in places] == [
        (each, TWO_A_DAY[0], True) for each in range(4)
    ]


def test_what_has_room_is_not_kept_and_follow_ups_go_first() -> None:
    people = [waits(0), waits(1), waits(2, follows=True)]
    queue = ReceiverQueue(TWO_A_DAY, [], [QueuedGroup(always, people)], NOW)
    assert times(queue, 3) == [NOW, NOW + DAY, NOW]
    kept = [place and place.window for place in map(queue.place, range(3))]
    assert kept == [None, TWO_A_DAY[0], None]


def test_sending_hours_move_a_place_and_those_behind_it() -> None:
    people = QueuedGroup(workdays, [waits(each) for each in range(4)])
    queue = ReceiverQueue(TWO_A_DAY, [NOW, NOW], [people], NOW)
    assert times(queue, 4) == [MONDAY, MONDAY, MONDAY + DAY, MONDAY + DAY]


def test_a_mail_planned_meanwhile_takes_its_place_and_nobody_leaves_before_it_is_tried() -> None:
    later = waits(9, follows=True, ready=NOW + DAY)
    queue = ReceiverQueue(
        [Window(1, DAY)],
        [NOW],
        [QueuedGroup(always, [waits(0), waits(1)]), QueuedGroup(always, [later])],
        NOW,
    )
    assert times(queue, 2) == [NOW + 2 * DAY, NOW + 3 * DAY]
    place = queue.place(9)
    assert place is not None
    assert (place.at, place.window) == (NOW + DAY, None)
    alone = ReceiverQueue(
        [Window(1, DAY)], [], [QueuedGroup(always, [later]), QueuedGroup(workdays, [waits(0)])], NOW
    )
    assert times(alone, 1) == [NOW]


def test_behind_what_is_known_there_is_only_a_time_before_which_nothing_leaves() -> None:
    queue = ReceiverQueue(
        [Window(1, DAY)], [NOW], [QueuedGroup(always, [waits(each) for each in range(20)])], NOW
    )
    assert times(queue, 8) == [*(NOW + each * DAY for each in range(1, 8)), None]
    behind = queue.after(NOW, always)
    assert (behind.at, behind.known, behind.ahead) == (NOW + AHEAD + DAY, False, 7)
    many = ReceiverQueue(
        [Window(10_000, DAY)], [], [QueuedGroup(always, [waits(each) for each in range(MAX_RANKED + 1)])], NOW
    )
    assert many.place(MAX_RANKED) is None


def test_a_later_mail_gets_the_place_that_those_who_wait_and_its_own_before_it_leave() -> None:
    queue = ReceiverQueue([Window(1, DAY)], [NOW], [QueuedGroup(always, [waits(0), waits(1)])], NOW)
    assert queue.after(NOW + DAY, always).at == NOW + 3 * DAY
    assert queue.after(NOW + DAY, always, [NOW + 3 * DAY]).at == NOW + 4 * DAY
    free = queue.after(NOW + 5 * DAY, always)
    assert (free.at, free.window, free.known) == (NOW + 5 * DAY, None, True)


@given(
    st.integers(1, 3),
    st.integers(1, 3),
    st.lists(st.tuples(st.booleans(), st.integers(0, 60), st.booleans()), max_size=20),
    st.lists(st.integers(0, 30), max_size=5),
)
def test_no_window_ever_holds_more_than_its_limit(
    daily: int, hourly: int, people: list[tuple[bool, int, bool]], before: list[int]
) -> None:
    windows = [Window(daily, DAY), Window(hourly, HOUR)]
    groups: dict[bool, list[QueuedMail]] = {True: [], False: []}
    for number, (follows, hours, office) in enumerate(people):
        groups[office].append(waits(number, follows=follows, ready=NOW + hours * HOUR))
    left = [NOW - each * HOUR for each in before][: min(daily, hourly)]
    queue = ReceiverQueue(
        windows, left, [QueuedGroup(workdays, groups[True]), QueuedGroup(always, groups[False])], NOW
    )
    places = [at for at in times(queue, len(people)) if at is not None]
    for number, (_follows, hours, office) in enumerate(people):
        place = queue.place(number)
        assert place is None or place.at >= NOW + hours * HOUR
        assert place is None or not office or place.at.weekday() < 5
    found = sorted([*left, *places])
    for window in windows:
        for at in places:
            assert sum(at - window.span < each <= at for each in found) <= window.most
