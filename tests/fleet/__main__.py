"""Mails by the thousand from many processes: no cap is exceeded, not by one. `python -m tests.fleet --mails 10000 --workers 8`.

With `--companies`, all mails go to so few of them that not the mailboxes' limits, but those of the companies hold them back."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import sys
import tempfile
from pathlib import Path

from tests.fleet.fleet import Plan, most_within, played, received, sent
from tests.servers import migrated, postgres

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(hours=24)
HOURLY, DAILY = 25, 250
SCALE = 3600.0  # an hour a second
COMPANY_HOURLY, COMPANY_SCALE = (
    15,
    360.0,
)  # an hour in ten seconds: more could leave in it than the companies get
FOR_A_MAIL = 0.2  # seconds, on a busy machine


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.fleet", description=__doc__)
    asked.add_argument("--mails", type=int, default=10_000)
    asked.add_argument("--workers", type=int, default=8)
    asked.add_argument("--mailboxes", type=int, default=20)
    asked.add_argument("--companies", type=int, default=0)
    given = asked.parse_args()
    limits = {"daily_cap": DAILY, "hourly_cap": HOURLY, "gap_seconds": 0}
    patience = 120 + FOR_A_MAIL * given.mails
    plan = Plan(given.workers, given.mailboxes, given.mails, SCALE, seconds=patience, limits=limits)
    if given.companies:
        limits = {"daily_cap": None, "gap_seconds": 0}
        caps = {"company_hourly_cap": COMPANY_HOURLY}
        plan = dataclasses.replace(
            plan, scale=COMPANY_SCALE, companies=given.companies, settings=caps, limits=limits
        )
    with tempfile.TemporaryDirectory() as folder, postgres.private() as server:
        url = server.database_url("postgres")
        migrated.build(url)
        with played(plan, Path(folder), url) as (mails, relance):
            left = sent(relance).values()
            of_companies = [most_within(times, HOUR) for times in received(relance).values()]
            found = {
                "mails": mails.accepted_count,
                "twice": mails.accepted_count - len({each.recipient for each in mails.accepted}),
                "most in an hour": max(most_within(times, HOUR) for times in left),
                "most in 24 hours": max(most_within(times, DAY) for times in left),
                "most of a company in an hour": max(of_companies),
            }
    print(json.dumps(found))
    kept = found["most in an hour"] <= HOURLY and found["most in 24 hours"] <= DAILY
    if given.companies:
        kept = found["most of a company in an hour"] <= COMPANY_HOURLY
    return 0 if kept and not found["twice"] else 1


if __name__ == "__main__":
    sys.exit(main())
