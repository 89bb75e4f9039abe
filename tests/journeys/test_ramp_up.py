"""A new mailbox begins slowly: more on each day on which mail leaves, and what waits for it says so."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from relance import errors
from relance.engine.mailboxes.settings.changing import MailboxChange
from relance.engine.schedule.pace.ramp_up import PlannedDay
from tests.journeys.stage import ADA, MONDAY, ONE_MAIL, Stage, standing


@pytest.fixture
def stage(tmp_path: Path, migrated_url: str) -> Iterator[Stage]:
    with standing(tmp_path, migrated_url) as ready:
        yield ready


def people(count: int) -> list[str]:
    return [f"p{number}@company{number}.example" for number in range(count)]


def by_day(stage: Stage) -> list[tuple[int, int]]:
    """Days since Monday, and how many mails left on each."""
    counted = Counter(
        (mail.when.at.date() - MONDAY.date()).days for mail in stage.world.record.story().arrived
    )
    return sorted(counted.items())


def test_more_mails_leave_on_each_day_until_the_limit_is_reached(stage: Stage) -> None:
    stage.mailbox(daily_cap=4, gap_seconds=0, ramp_up="1+1")
    stage.enroll(*people(16), definition=ONE_MAIL)
    stage.advance(days=7, hours=8)
    assert by_day(stage) == [(0, 1), (1, 2), (2, 3), (3, 4), (4, 4), (7, 2)]
    shown = stage.relance.mailboxes.show(ADA)
    assert (shown.ramp_up, shown.ramp_plan) == ("", ())


def test_a_day_on_which_nothing_leaves_does_not_count(stage: Stage) -> None:
    stage.mailbox(daily_cap=50, gap_seconds=0, ramp_up="1, 2, 30")
    stage.enroll(*people(3), definition=ONE_MAIL)
    stage.advance(days=1, hours=8)
    assert by_day(stage) == [(0, 1), (1, 2)]
    stage.advance(days=2)
    stage.enroll(*(f"late{number}@firm{number}.example" for number in range(5)), definition=ONE_MAIL)
    monday, days = MONDAY.date(), dt.timedelta(days=1)
    shown = stage.relance.mailboxes.show(ADA)
    assert shown.ramp_days == 2
    assert shown.ramp_plan == (PlannedDay(monday + 3 * days, 30), PlannedDay(monday + 4 * days, 50))


def test_whoever_waits_for_it_is_told_and_can_stop_it(stage: Stage) -> None:
    stage.mailbox(daily_cap=50, gap_seconds=0, ramp_up="2+2")
    stage.enroll(*people(4), definition=ONE_MAIL)
    stage.run()
    assert by_day(stage) == [(0, 2)]
    (waits,) = stage.relance.explain(people(4)[3])
    assert waits.pace_why is not None
    assert waits.pace_why.code == "pace_ramp_up"
    assert waits.forecast[0].at.date() == MONDAY.date() + dt.timedelta(days=1)
    line = stage.relance.status().mailboxes[0]
    assert (line.sent_today, line.daily_cap) == (2, 2)
    stage.relance.mailboxes.change(ADA, MailboxChange(ramp_up=""))
    stage.run()
    assert by_day(stage) == [(0, 4)]


def test_a_plan_leads_up_to_a_limit(stage: Stage) -> None:
    stage.mailbox(daily_cap=50)
    for wish in (MailboxChange(ramp_up="ten"), MailboxChange(ramp_up="10+5", daily_cap=0)):
        with pytest.raises(errors.Invalid) as refused:
            stage.relance.mailboxes.change(ADA, wish)
        assert [each.where for each in refused.value.problems] == ["ramp_up"]
    changed = stage.relance.mailboxes.change(ADA, MailboxChange(ramp_up=" 10,15 "))
    assert (changed.ramp_up, len(changed.ramp_plan)) == ("10, 15", 3)
    with pytest.raises(errors.Invalid):  # nor is the limit taken away while it ramps up
        stage.relance.mailboxes.change(ADA, MailboxChange(daily_cap=0))
