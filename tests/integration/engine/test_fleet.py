"""Several worker processes send from the same mailboxes: what the provider sees stays within what it takes, and caps hold to the mail."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from relance.mailbox.providers import KNOWN
from tests.fleet.fleet import Plan, most_within, played, received, sent
from tests.servers import migrated

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(hours=24)


@pytest.fixture
def database_url(migrated_url: str) -> str:
    migrated.build(migrated_url)
    return migrated_url


def test_four_processes_keep_within_what_microsoft_takes_of_a_mailbox(
    tmp_path: Path, database_url: str
) -> None:
    limits = KNOWN["microsoft365"].limits
    assert limits is not None
    assert (limits.mails_a_minute, limits.connections) == (30, 3)
    with played(Plan(workers=4, people=70, scale=60.0, provider="microsoft365"), tmp_path, database_url) as (
        server,
        _,
    ):
        [times] = server.arrivals.values()
        assert len({each.recipient for each in server.accepted}) == len(server.accepted) == 70
        assert most_within(times, MINUTE) <= limits.mails_a_minute
        assert server.at_once <= limits.connections


def test_no_cap_is_exceeded_by_one_mail_whoever_sends(tmp_path: Path, database_url: str) -> None:
    """In small; `make caps` sends 10,000 mails by eight processes."""
    limits = {"daily_cap": 20, "hourly_cap": 8, "gap_seconds": 0}
    plan = Plan(workers=4, mailboxes=3, people=60, scale=3600.0, limits=limits)
    with played(plan, tmp_path, database_url) as (server, relance):
        assert server.accepted_count == plan.people
        for times in sent(relance).values():
            assert most_within(times, HOUR) == limits["hourly_cap"]
            assert most_within(times, DAY) == limits["daily_cap"]


def test_no_company_gets_one_mail_more_than_it_may_from_many_mailboxes_and_processes(
    tmp_path: Path, database_url: str
) -> None:
    caps = {"company_hourly_cap": 5}
    plan = Plan(workers=3, mailboxes=6, people=18, companies=2, scale=3600.0, settings=caps)
    with played(plan, tmp_path, database_url) as (server, relance):
        assert server.accepted_count == plan.people
        for times in received(relance).values():
            assert most_within(times, HOUR) == caps["company_hourly_cap"]
