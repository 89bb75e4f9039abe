"""What happened each day, by the workspace's days, on both databases."""

from __future__ import annotations

import datetime as dt

import pytest

from relance import errors
from relance.engine.context import Context
from relance.engine.event_log.base import EventData
from relance.engine.event_log.of_mails import MessageAccepted, MessageOpened
from relance.engine.reporting.history import daily
from relance.engine.roles import Scope, seeing
from relance.engine.store import events
from tests.engine_house import clock
from tests.reading import ADA, KIM, MIA, enrolled, hear, letter, row, wrote

MONDAY = dt.date(2026, 3, 2)


def told(house: Context, person: str, data: EventData, at: dt.datetime) -> None:
    with house.database.write() as conn:
        events.record_event(conn, data, at, row(house, person))


@pytest.fixture
def ready(house: Context) -> Context:
    """Two mails on Monday, one of them half an hour before midnight in Warsaw; on Tuesday one is opened and both answer."""
    enrolled(house, KIM, MIA)
    for person, hour, minute in ((KIM, 9, 0), (MIA, 22, 30)):
        sent = MessageAccepted.__new__(MessageAccepted)
        told(house, person, sent, dt.datetime(2026, 3, 2, hour, minute, tzinfo=dt.UTC))
        wrote(house, person)
    clock(house).move_to(dt.datetime(2026, 3, 2, 23, 15, tzinfo=dt.UTC))  # Tuesday in Warsaw
    told(house, KIM, MessageOpened.__new__(MessageOpened), house.clock.now())
    for person in (KIM, MIA):
        hear(house, letter(person))
    return house


def test_a_row_a_day_by_the_workspaces_clock(ready: Context) -> None:
    found = daily.by_day(ready, MONDAY - dt.timedelta(days=1), MONDAY + dt.timedelta(days=1))
    assert [(each.day.day, each.sent, each.answered, each.opened, each.bounced) for each in found] == [
        (1, 0, 0, 0, 0),
        (2, 2, 0, 0, 0),
        (3, 0, 2, 1, 0),
    ]


def test_of_a_sequence_a_mailbox_and_whoever_looks(ready: Context) -> None:
    whole = daily.by_day(ready, MONDAY, MONDAY)
    assert daily.by_day(ready, MONDAY, MONDAY, sequence="Trial", mailbox=ADA) == whole
    with seeing(Scope(99)):
        assert daily.by_day(ready, MONDAY, MONDAY)[0].sent == 0
    for wrong in ({"sequence": "Trail"}, {"mailbox": "no@sales.example"}):
        with pytest.raises(errors.NotFound):
            daily.by_day(ready, MONDAY, MONDAY, **wrong)
    for last in (MONDAY - dt.timedelta(days=1), MONDAY + dt.timedelta(days=366)):
        with pytest.raises(errors.Invalid):
            daily.by_day(ready, MONDAY, last)
