"""Whoever enrolls people is told when the last of their mails would leave."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.jobs import service
from relance.engine.mailboxes.settings import leaves
from relance.engine.reasons import Why
from relance.engine.reporting import codes
from relance.engine.schedule.outlook import Unforeseen
from relance.engine.schedule.pace.receivers import ReceiverCaps
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollReport, EnrollRequest
from tests import engine_house
from tests.reading import ADA
from tests.reworded import in_english

BEN = "ben@sales.example"
SEND = 'send: {hours: "09:00-17:00", default_zone: Europe/Warsaw}'
LARGE = f"""
sequence: Large
{SEND}
steps:
  - {{id: intro, subject: "Hello", body: "Hello"}}
  - {{id: bump, after: 1 business day, thread: reply, body: "Again?"}}
"""
SMALL = LARGE.replace("Large", "Small")
MONDAY = engine_house.MONDAY.date()
DAY = dt.timedelta(days=1)


def fill(house: Context, count: int, firm: str = "firm") -> list[str]:
    people = [f"p@{firm}{number}.example" for number in range(count)]
    for person in people:
        contact_service.add(house, person, {})
    return people


def joined(house: Context, people: list[str], name: str = "Large", *, dry_run: bool = False) -> EnrollReport:
    return enroll.enroll(house, EnrollRequest(name, people), dry_run=dry_run)


def said(report: EnrollReport) -> tuple[dt.date | None, dt.date | None]:
    return report.last_first_mail, report.last_mail


@pytest.fixture
def capped(house: Context) -> Context:
    publish.publish(house, LARGE)
    publish.publish(house, SMALL)
    engine_house.add_mailbox(house, ADA, daily_cap=4, gap_seconds=0)
    return house


def test_first_mails_are_told_to_wait_for_the_follow_ups(capped: Context) -> None:
    people = fill(capped, 8)
    wanted = (MONDAY + 2 * DAY, MONDAY + 3 * DAY)  # four on Monday, their follow-ups, the other four, theirs
    assert said(joined(capped, people, dry_run=True)) == wanted
    assert said(joined(capped, people)) == wanted


def test_those_who_wait_in_the_mailbox_already_count(capped: Context) -> None:
    before, after = fill(capped, 4, "before"), fill(capped, 4, "after")
    assert said(joined(capped, after, "Small", dry_run=True)) == (MONDAY, MONDAY + DAY)
    joined(capped, before)
    told = joined(capped, after, "Small", dry_run=True)  # both sequences share each day
    assert said(told) == (MONDAY + 2 * DAY, MONDAY + 3 * DAY)
    assert said(joined(capped, after, "Small")) == said(told)


def test_a_company_that_gets_two_a_day_takes_longer_than_the_mailbox(capped: Context) -> None:
    caps = ReceiverCaps(company_daily=2)
    limited = dataclasses.replace(capped, options=dataclasses.replace(capped.options, receivers=caps))
    colleagues = [f"p{number}@acme.example" for number in range(4)]
    for person in colleagues:
        contact_service.add(capped, person, {})
    assert said(joined(capped, colleagues, dry_run=True)) == (MONDAY, MONDAY + DAY)
    wanted = (MONDAY + 2 * DAY, MONDAY + 3 * DAY)  # two on Monday, their follow-ups, the other two, theirs
    assert said(joined(limited, colleagues, dry_run=True)) == wanted
    told = joined(limited, colleagues)
    assert said(told) == wanted
    assert told.last_mail_why == Why("receiver_daily_cap", {"receiver": "acme.example", "count": 2})
    shown = str(codes.last_mails(told.last_first_mail, told.last_mail, "", told.last_mail_reason))
    assert in_english("What takes longest: acme.example gets at most 2 mails in 24 hours") in shown
    others = fill(capped, 2, "other")
    small = [said(joined(each, others, "Small", dry_run=True)) for each in (limited, capped)]
    assert small[0] == small[1]  # nobody else waits for them
    assert joined(limited, others, "Small", dry_run=True).last_mail_why is None


def test_two_mailboxes_share_the_people(capped: Context) -> None:
    engine_house.add_mailbox(capped, BEN, daily_cap=4, gap_seconds=0)
    assert said(joined(capped, fill(capped, 8))) == (MONDAY, MONDAY + DAY)


def test_a_gap_leaves_room_for_so_many_until_the_evening(house: Context) -> None:
    publish.publish(house, LARGE)
    engine_house.add_mailbox(house, ADA, daily_cap=None, gap_seconds=3600)
    engine_house.clock(house).move_to(engine_house.MONDAY + dt.timedelta(hours=7))  # four in the afternoon
    assert said(joined(house, fill(house, 2), dry_run=True)) == (MONDAY, MONDAY + DAY)
    assert said(joined(house, fill(house, 4, "more"), dry_run=True))[0] == MONDAY + DAY


def test_leave_a_weekend_and_an_hourly_cap_are_looked_at(house: Context) -> None:
    publish.publish(house, LARGE)
    engine_house.add_mailbox(house, ADA, daily_cap=None, gap_seconds=0, hourly_cap=1)  # eight hours a day
    leaves.add(house, ADA, MONDAY + DAY, MONDAY + 4 * DAY)
    people = fill(house, 9)
    assert said(joined(house, people[:8], dry_run=True)) == (MONDAY, MONDAY + 7 * DAY)  # the next Monday
    assert said(joined(house, people, dry_run=True)) == (MONDAY + 8 * DAY, MONDAY + 9 * DAY)


def test_a_mail_behind_one_that_waits_for_the_end_of_a_leave_counts_from_there(house: Context) -> None:
    third = '  - {id: last, after: 3 business days, thread: reply, body: "Still?"}\n'
    publish.publish(house, LARGE + third)
    engine_house.add_mailbox(house, ADA, daily_cap=None, gap_seconds=0)
    people = fill(house, 2)
    assert said(joined(house, people, dry_run=True)) == (MONDAY, MONDAY + 4 * DAY)
    leaves.add(house, ADA, MONDAY + DAY, MONDAY + 3 * DAY)  # the follow-up goes on Friday
    assert said(joined(house, people, dry_run=True)) == (MONDAY, MONDAY + 9 * DAY)


def test_who_is_not_enrolled_has_no_last_mail_nor_has_what_takes_years(capped: Context) -> None:
    assert said(joined(capped, [])) == (None, None)
    engine_house.add_mailbox(capped, BEN, daily_cap=1)
    few = EnrollRequest("Large", fill(capped, 900), {BEN: 1})
    told = enroll.enroll(capped, few, dry_run=True)
    assert (said(told), told.last_mail_code) == ((None, None), Unforeseen.TOO_FAR)


def test_a_job_tells_at_its_end_when_the_last_mails_of_all_its_batches_leave(
    capped: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enroll, "BATCH", 3)
    monkeypatch.setattr(service, "AT_ONCE_SECONDS", 60.0)  # whatever else this machine does
    told = service.enroll(capped, "Large", fill(capped, 8))  # few people: it is done at once
    assert (told.last_first_mail, told.last_mail) == (MONDAY + 2 * DAY, MONDAY + 3 * DAY)


def test_a_job_names_the_receiver_that_takes_longest(
    capped: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "AT_ONCE_SECONDS", 60.0)
    caps = ReceiverCaps(company_daily=1)
    limited = dataclasses.replace(capped, options=dataclasses.replace(capped.options, receivers=caps))
    colleagues = ["ida@acme.example", "leo@acme.example"]
    for person in colleagues:
        contact_service.add(capped, person, {})
    told = service.enroll(limited, "Large", colleagues)
    assert told.last_mail_why == Why("receiver_daily_cap", {"receiver": "acme.example", "count": 1})
    assert told.last_mail_reason is not None
