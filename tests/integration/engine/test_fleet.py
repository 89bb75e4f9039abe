"""The commands that a user starts, with several worker processes: what the provider sees stays within what it takes, and caps hold to the mail."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from relance.app import Relance
from relance.mailbox.providers import KNOWN
from tests.fleet import fleet
from tests.fleet.fleet import Mail, Plan, Watched, played
from tests.servers import migrated
from tests.servers.faults import Fault, Kind, Point

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture
def database_url(migrated_url: str) -> str:
    migrated.build(migrated_url)
    return migrated_url


def most(left: list[Mail], of: str, span: dt.timedelta, at: str = "marked") -> int:
    return fleet.most_of_one(left, lambda each: getattr(each, of), span, lambda each: getattr(each, at))


QUOTA = "550 5.4.5 Daily user sending limit exceeded."


def test_four_processes_keep_within_what_microsoft_takes_and_stop_where_it_takes_no_more(
    tmp_path: Path, database_url: str, redis_url: str
) -> None:
    """What is left of the day's quota is for nobody's address to suffer for."""
    limits = KNOWN["microsoft365"].limits
    assert limits is not None
    assert (limits.mails_a_minute, limits.connections) == (30, 3)
    plan = Plan(workers=4, people=70, scale=15.0, provider="microsoft365")

    def until(server: Watched, relance: Relance) -> bool:
        if server.accepted_count >= 36 and not server.behaviour.faults:
            server.fail(Fault(Point.RCPT, Kind.REPLY, QUOTA, times=1000))
        return relance.mailboxes.list()[0].state == "paused" or server.accepted_count == plan.people

    with played(plan, tmp_path, database_url, redis_url, until) as (server, relance):
        left = fleet.mails(server, relance)
        [mailbox] = relance.mailboxes.list()
        assert len(left) == server.accepted_count == len(server.arrivals) >= 36
        assert most(left, "mailbox_id", MINUTE, "arrived") <= limits.mails_a_minute
        assert server.at_once <= limits.connections
        assert mailbox.state == "paused"
        assert QUOTA[4:] in mailbox.reason
        assert relance.contacts.suppressions() == ()


def test_no_cap_is_exceeded_by_one_mail_whoever_sends(
    tmp_path: Path, database_url: str, redis_url: str
) -> None:
    """Of a mailbox, and of a company to which all of them write; with SQLite by processes of which each is all of Relance.
    In small: `make caps` sends 10,000 mails by eight worker processes."""
    broker = None if database_url.startswith("sqlite") else redis_url
    limits, caps = {"daily_cap": None, "hourly_cap": 5, "gap_seconds": 0}, {"company_hourly_cap": 4}
    plan = Plan(3, mailboxes=3, people=36, companies=4, scale=1800.0, settings=caps, limits=limits)
    with played(plan, tmp_path, database_url, broker) as (server, relance):
        left = fleet.mails(server, relance)
        assert len(left) == server.accepted_count == plan.people
        assert all(each.marked <= each.arrived for each in left)
        for of, cap in (("mailbox_id", 5), ("receiver", 4)):
            assert most(left, of, HOUR) == cap
            assert most(left, of, HOUR - fleet.slowest(left), "arrived") <= cap
