"""What a mailbox's caps count: mails that left or may have, in any hour and any 24 hours; and what does not count."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from relance.engine.db.tables import message
from relance.engine.mailboxes.settings.changing import MailboxChange
from tests.journeys.stage import ADA, Stage, standing

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def stage(tmp_path: Path, migrated_url: str) -> Iterator[Stage]:
    with standing(tmp_path, migrated_url) as ready:
        yield ready


def people(count: int) -> list[str]:
    return [f"p{number}@company{number}.example" for number in range(count)]


def left(stage: Stage) -> list[dt.datetime]:
    return sorted(mail.when.at for mail in stage.world.record.story().arrived)


def test_no_hour_holds_more_than_the_hourly_cap(stage: Stage) -> None:
    stage.mailbox(hourly_cap=3, gap_seconds=0)
    stage.enroll(*people(8))
    stage.advance(hours=3)
    at = left(stage)
    assert len(at) == 8
    assert all(after - before >= HOUR for before, after in zip(at, at[3:], strict=False))


def test_the_cap_can_be_set_and_taken_away_again(stage: Stage) -> None:
    stage.mailbox(hourly_cap=3, gap_seconds=0)
    stage.enroll(*people(8))
    stage.run()
    assert len(left(stage)) == 3
    made = stage.relance.mailboxes.change(ADA, MailboxChange(hourly_cap=0, jitter_seconds=20))
    assert (made.hourly_cap, made.jitter_seconds) == (None, 20)
    stage.relance.mailboxes.change(ADA, MailboxChange(jitter_seconds=0))
    stage.run()
    assert len(left(stage)) == 8


def test_a_deferral_does_not_count_and_a_mail_that_may_have_arrived_does(stage: Stage) -> None:
    first, second, *others = people(6)
    stage.world.on_recipient(lambda who: "451 4.7.1 greylisted" if who == first else None)
    stage.mailbox(hourly_cap=3, gap_seconds=0)
    stage.enroll(first, second, *others)
    stage.run()
    assert len(left(stage)) == 3  # of those who were not deferred
    with stage.relance._context.database.write() as conn:
        may_have = sa.update(message).where(message.c.recipient == second)
        conn.execute(may_have.values(state="unknown", settled_at=None))
    stage.advance(minutes=50)
    assert len(left(stage)) == 3


def test_mails_vary_in_their_distance_and_keep_the_gap(stage: Stage) -> None:
    stage.mailbox(gap_seconds=60, jitter_seconds=120)
    stage.enroll(*people(8))
    stage.advance(minutes=30)
    at = left(stage)
    assert len(at) == 8
    gaps = {(after - before).total_seconds() for before, after in itertools.pairwise(at)}
    assert all(60 <= each <= 200 for each in gaps)
    assert len(gaps) > 3
