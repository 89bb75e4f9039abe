"""The days of a mailbox as they fill up with what waits."""

from __future__ import annotations

import datetime as dt
import time

from relance.engine.schedule.outlook import LastMails, Outgoing, Queue, outlook

TODAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)


def queue(number: int, waiting: int, weight: int = 1, since: dt.date = TODAY) -> Queue:
    return Queue(number, weight, waiting, since, lambda day: (day, day + 2 * DAY))


def box(capacity: int | None, **values: object) -> Outgoing:
    given = {"room": capacity, "sent": 0, "follow_ups": {}, "sends": lambda _day: True, **values}
    return Outgoing(TODAY, lambda _day: capacity, **given)  # type: ignore[arg-type]


def days(first: int, last: int) -> LastMails:
    return LastMails(TODAY + first * DAY, TODAY + last * DAY)


def test_without_a_limit_everybody_is_written_to_at_once() -> None:
    assert outlook(queue(1, 10_000), [queue(2, 10_000)], box(None)) == days(0, 2)


def test_first_mails_leave_as_fast_as_follow_ups_can_be_served() -> None:
    assert outlook(queue(1, 20), [], box(10)) == days(1, 3)
    assert outlook(queue(1, 30), [], box(10)) == days(4, 6)  # two days of first mails, two of follow-ups


def test_what_left_today_and_what_is_promised_takes_up_room() -> None:
    assert outlook(queue(1, 10), [], box(10, sent=1)) == days(1, 3)
    assert outlook(queue(1, 10), [], box(10, room=3)) == days(1, 3)
    assert outlook(queue(1, 10), [], box(10, follow_ups={TODAY + 2 * DAY: 10})) == days(1, 3)


def test_more_follow_ups_than_fit_leave_on_the_days_after() -> None:
    assert outlook(queue(1, 1), [], box(10, follow_ups={TODAY: 25})) == days(2, 4)


def test_sequences_share_by_weight_and_a_later_one_joins_in() -> None:
    assert outlook(queue(1, 12, weight=3), [queue(2, 100)], box(8)) == days(1, 3)
    assert outlook(queue(1, 12), [queue(2, 100, weight=3)], box(8)) == days(9, 11)
    assert outlook(queue(1, 16), [queue(2, 100, since=TODAY + 2 * DAY)], box(8)) == days(1, 3)


def test_on_a_day_of_leave_nothing_leaves() -> None:
    away = box(10, sends=lambda day: day not in (TODAY, TODAY + 2 * DAY))
    assert outlook(queue(1, 10), [], away) == days(1, 3)
    assert outlook(queue(1, 10), [], box(10, sends=lambda day: day != TODAY + 2 * DAY)) == days(0, 3)


def test_what_takes_years_is_not_told() -> None:
    assert outlook(queue(1, 10_000), [], box(1)) is None


def test_ten_thousand_people_are_reckoned_in_a_moment() -> None:
    began = time.process_time()
    assert outlook(queue(1, 10_000), [queue(2, 10_000), queue(3, 10_000)], box(200)) is not None
    assert time.process_time() - began < 3
