"""Mails by the thousand from many worker processes: no limit is exceeded, not by one. `python -m tests.fleet --mails 10000 --workers 8`.

The commands are those that a user types, with PostgreSQL and Redis. All mails go to so few companies that both hold them back: the
caps of the mailboxes, and the limits for receivers, which all mailboxes share.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from relance.app import Relance
from tests.fleet.fleet import Mail, Plan, Watched, mails, most_of_one, played, slowest
from tests.servers import migrated, postgres, redis

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(hours=24)
CAPS = {"hourly_cap": 25, "daily_cap": 250, "gap_seconds": 0}
RECEIVERS = {
    "company_hourly_cap": 6,
    "company_daily_cap": 55,
    "domain_hourly_cap": 7,
    "domain_daily_cap": 60,
}
SCALE = 360.0  # an hour in ten seconds
FOR_A_MAIL = 0.2  # seconds, on a busy machine
A_DAY = 24 * 3600 / SCALE


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.fleet", description=__doc__)
    asked.add_argument("--mails", type=int, default=10_000)
    asked.add_argument("--workers", type=int, default=8)
    asked.add_argument("--mailboxes", type=int, default=20)
    asked.add_argument(
        "--companies", type=int, default=97
    )  # no multiple: every mailbox writes to all of them
    given = asked.parse_args()
    days = 2 + given.mails / (CAPS["daily_cap"] * given.mailboxes)
    days += given.mails / (RECEIVERS["company_daily_cap"] * given.companies)
    plan = Plan(
        given.workers,
        given.mailboxes,
        given.mails,
        SCALE,
        seconds=120 + FOR_A_MAIL * given.mails + days * A_DAY,
        companies=given.companies,
        settings=dict(RECEIVERS),
        limits=dict(CAPS),
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres.private() as server,
        redis.private() as broker,
    ):
        url = server.database_url("postgres")
        migrated.build(url)
        begun, load = time.monotonic(), os.getloadavg()[0]
        with played(plan, Path(folder), url, broker.url) as (sink, relance):
            found = _found(sink, relance)
        seconds = round(time.monotonic() - begun)
    print(json.dumps({**found, "seconds": seconds, "load before": load, "load after": os.getloadavg()[0]}))
    return 0 if _kept(found) else 1


def _found(sink: Watched, relance: Relance) -> dict[str, float]:
    left = mails(sink, relance)
    late = slowest(left)
    found: dict[str, float] = {
        "mails": sink.accepted_count,
        "recipients": len(sink.arrivals),
        "with a row": len(left),
        "arrived before its mark": sum(each.arrived < each.marked for each in left),
        "slowest, business seconds": late.total_seconds(),
    }
    for name, of in (("mailbox", _mailbox), ("receiver", _receiver)):
        for span in (HOUR, DAY):
            hours = f"of a {name} in {span.total_seconds() / 3600:.0f} h"
            found[hours] = most_of_one(left, of, span, lambda each: each.marked)
            # A mail's way differs from another's: by no more than the slowest one's.
            found[f"{hours} at the server"] = most_of_one(left, of, span - late, lambda each: each.arrived)
    return found


def _mailbox(mail: Mail) -> object:
    return mail.mailbox_id


def _receiver(mail: Mail) -> object:
    return mail.receiver


def _kept(found: Mapping[str, float]) -> bool:
    most = {
        "of a mailbox in 1 h": CAPS["hourly_cap"],
        "of a mailbox in 24 h": CAPS["daily_cap"],
        "of a receiver in 1 h": min(RECEIVERS["company_hourly_cap"], RECEIVERS["domain_hourly_cap"]),
        "of a receiver in 24 h": min(RECEIVERS["company_daily_cap"], RECEIVERS["domain_daily_cap"]),
    }
    once = found["mails"] == found["recipients"] == found["with a row"]
    within = all(max(found[name], found[f"{name} at the server"]) <= limit for name, limit in most.items())
    return once and within and not found["arrived before its mark"]


if __name__ == "__main__":
    sys.exit(main())
