"""What was admitted is used up turn by turn, and holds for an hour."""

from __future__ import annotations

import datetime as dt

from relance.engine.sending import admitting
from relance.engine.sending.admitting import Admission

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
SOON = NOW + dt.timedelta(minutes=30)


def test_it_is_kept_and_read_again() -> None:
    found = Admission(SOON, (3, 3, 5))
    assert admitting.of_row(found.row()) == found
    for odd in (
        None,
        {},
        {"until": "soon", "order": []},
        {"until": SOON.isoformat()},
        {"until": 3, "order": []},
    ):
        assert admitting.of_row(odd) is None


def test_what_was_taken_up_is_admitted_no_more() -> None:
    found = Admission(SOON, (3, 3, 5, 3, 7))
    assert found.without({3: 2}).order == (5, 3, 7)
    assert found.without({3: 1}, frozenset({3})).order == (5, 7)


def test_it_holds_for_an_hour_and_no_clock_that_jumped_back_makes_it_longer() -> None:
    assert Admission(SOON).holds(NOW)
    assert not Admission(SOON).holds(SOON)
    assert not Admission(SOON).holds(NOW - dt.timedelta(days=1))


def test_first_mails_are_closed_only_where_none_was_admitted() -> None:
    assert admitting.closed_until(Admission(SOON), NOW) == SOON
    assert admitting.closed_until(Admission(SOON), SOON) is None
    assert admitting.closed_until(Admission(SOON, (3,)), NOW) is None
    assert admitting.closed_until(None, NOW) is None
