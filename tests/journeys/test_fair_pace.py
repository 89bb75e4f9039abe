"""Two sequences, a large and a small one, share two mailboxes with a cap: whose mails leave on which day."""

from __future__ import annotations

import datetime as dt
import os
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from relance.engine.mailboxes.settings.changing import MailboxChange
from relance.engine.sequences.enroll import EnrollReport
from relance.sandbox.record import Arrived
from tests.journeys.stage import ADA, Stage, standing
from tests.reworded import in_english

ZONE = zoneinfo.ZoneInfo("Europe/Warsaw")
SCALE = 5 if os.environ.get("RELANCE_WHOLE_PACE") else 1  # whole: 450 people beside 50, and a cap of 50
CAP, LARGE, SMALL = 10 * SCALE, 90 * SCALE, 10 * SCALE
SEND = {"hours": "09:00-17:00", "default_zone": "Europe/Warsaw"}


def definition(name: str, **more: Any) -> dict[str, Any]:
    bump = {"thread": "reply", "body": "Did my question reach you?"}
    steps = [
        {"id": "intro", "subject": name, "body": "Hello {{ first_name }}."},
        {"id": "bump", "after": "1 business day", **bump},
        {"id": "last", "after": "3 business days", **bump},
    ]
    return {
        "sequence": name,
        "send": SEND,
        "track": {"opens": False, "clicks": False},
        "steps": steps,
        **more,
    }


@pytest.fixture
def stage(tmp_path: Path, migrated_url: str) -> Iterator[Stage]:
    with standing(tmp_path, migrated_url) as ready:
        yield ready


def enroll(stage: Stage, name: str, many: int, **more: Any) -> list[str]:
    return enrolled(stage, name, many, **more)[0]


def enrolled(stage: Stage, name: str, many: int, **more: Any) -> tuple[list[str], EnrollReport]:
    people = [f"p{number}@{name.lower()}{number}.example" for number in range(many)]
    for person in people:
        stage.contact(person)
    return people, stage.relance.enroll(stage.publish(definition(name, **more)), people)


def day(mail: Arrived) -> dt.date:
    return mail.when.at.astimezone(ZONE).date()


def business_days(first: dt.date, last: dt.date) -> int:
    """How many working days lie behind `first`, up to `last`."""
    days = ((first + dt.timedelta(days=number)) for number in range(1, (last - first).days + 1))
    return sum(each.weekday() < 5 for each in days)


def by_person(stage: Stage) -> dict[str, list[Arrived]]:
    found: dict[str, list[Arrived]] = {}
    for mail in stage.world.record.story().arrived:
        found.setdefault(mail.recipient, []).append(mail)
    return found


def test_follow_ups_leave_when_they_should_and_a_small_sequence_is_not_kept_waiting(stage: Stage) -> None:
    for name in ("ada", "ben"):
        stage.mailbox(f"{name}@northwind.example", name.title(), daily_cap=CAP, gap_seconds=0)
    enroll(stage, "Large", LARGE)
    small, told = enrolled(stage, "Small", SMALL)
    begun = stage.clock.now().astimezone(ZONE).date()
    stage.advance(days=11)
    left = by_person(stage)
    assert max(business_days(begun, day(left[person][0])) for person in small) <= 2
    late = [
        business_days(day(before), day(after)) - wait
        for mails in left.values()
        for before, after, wait in zip(mails, mails[1:], (1, 3), strict=False)
    ]
    assert len(late) > LARGE
    assert max(late) <= 1
    sent = sorted(mail.when.at for mails in left.values() for mail in mails if mail.rep.startswith("ada"))
    assert all(
        after - before >= dt.timedelta(hours=24) for before, after in zip(sent, sent[CAP:], strict=False)
    )
    assert len(sent) > 6 * CAP  # and nothing of what may be sent is left unused
    assert told.last_first_mail is not None
    assert told.last_mail is not None
    assert abs(max(day(left[person][0]) for person in small) - told.last_first_mail) <= dt.timedelta(days=1)
    assert abs(max(day(left[person][-1]) for person in small) - told.last_mail) <= dt.timedelta(days=1)


def test_a_sequence_gets_its_share_by_weight(stage: Stage) -> None:
    stage.mailbox(daily_cap=40, gap_seconds=0)
    heavy, light = enroll(stage, "Heavy", 60, weight=3), enroll(stage, "Light", 60)
    stage.advance(hours=12)
    left = by_person(stage)
    assert (len(left.keys() & set(heavy)), len(left.keys() & set(light))) == (30, 10)


def test_first_mails_wait_where_their_follow_ups_could_not_be_served(stage: Stage) -> None:
    stage.mailbox(daily_cap=4, gap_seconds=0)
    people = enroll(stage, "Large", 12)
    stage.advance(days=1)
    stage.advance(hours=12)  # the four follow-ups of those who were written to yesterday, and nobody else
    left = by_person(stage)
    assert sorted(len(left.get(person, ())) for person in people) == [0] * 8 + [2] * 4


def test_why_a_first_mail_waits_is_told_and_a_higher_cap_lets_it_go_at_once(stage: Stage) -> None:
    stage.mailbox(daily_cap=4, gap_seconds=0)
    people = enroll(stage, "Large", 12)
    stage.advance(days=1, hours=2)  # noon: the follow-ups have left, a day after the first mails
    left = by_person(stage)
    waiting = [person for person in people if person not in left]
    said = " ".join(stage.relance.explain(waiting[0])[0].sentences)
    assert (
        in_english("The mailbox's pace allows the next mail on") in said
        or in_english("First mails wait until at least") in said
    )
    stage.relance.mailboxes.change(ADA, MailboxChange(daily_cap=20))
    stage.advance(minutes=1)
    assert len(by_person(stage).keys() & set(waiting)) == len(waiting)
