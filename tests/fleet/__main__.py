"""Mails by the thousand from many processes: no cap is exceeded, not by one. `python -m tests.fleet --mails 10000 --workers 8`."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import tempfile
from pathlib import Path

from tests.fleet.fleet import Plan, most_within, played, sent
from tests.servers import migrated, postgres

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(hours=24)
HOURLY, DAILY = 25, 250
SCALE = 3600.0  # an hour a second
FOR_A_MAIL = 0.2  # seconds, on a busy machine


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.fleet", description=__doc__)
    asked.add_argument("--mails", type=int, default=10_000)
    asked.add_argument("--workers", type=int, default=8)
    asked.add_argument("--mailboxes", type=int, default=20)
    given = asked.parse_args()
    limits = {"daily_cap": DAILY, "hourly_cap": HOURLY, "gap_seconds": 0}
    patience = 120 + FOR_A_MAIL * given.mails
    plan = Plan(given.workers, given.mailboxes, given.mails, SCALE, seconds=patience, limits=limits)
    with tempfile.TemporaryDirectory() as folder, postgres.private() as server:
        url = server.database_url("postgres")
        migrated.build(url)
        with played(plan, Path(folder), url) as (mails, relance):
            left = sent(relance).values()
            found = {
                "mails": mails.accepted_count,
                "twice": mails.accepted_count - len({each.recipient for each in mails.accepted}),
                "most in an hour": max(most_within(times, HOUR) for times in left),
                "most in 24 hours": max(most_within(times, DAY) for times in left),
            }
    print(json.dumps(found))
    kept = found["most in an hour"] <= HOURLY and found["most in 24 hours"] <= DAILY and not found["twice"]
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
