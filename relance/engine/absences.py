"""Out of office: from when on a contact may be written to again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.engine import Connection

from relance.engine import news
from relance.engine.context import House
from relance.engine.schedule import calendar, waits
from relance.engine.store import contacts, replies
from relance.engine.store.enrollments import Enrollment


def known(conn: Connection, row: Enrollment, until: dt.date | None) -> news.Absences:
    """What is known besides the reply that says `until` (it is among the kept mails already)."""
    again = until is not None and replies.returns(conn, row.contact_id).count(until) > 1
    return news.Absences(row.aways, again)


def values(
    conn: Connection, house: House, row: Enrollment, until: dt.date | None, now: dt.datetime
) -> dict[str, Any]:
    """What makes an enrollment wait: until the first business day at or after `until` (the first day back),
    or some business days where the reply names no date."""
    script = house.library.script(conn, row.sequence_version_id)
    place = script.place(contacts.by_ids(conn, [row.contact_id])[row.contact_id], house.workspace)
    wait = waits.AT_ONCE if until else waits.Wait(news.AWAY_DEFAULT, waits.Unit.BUSINESS_DAYS)
    rule = script.rule(row.step or script.plan.first)
    when = calendar.next_time(rule, now, wait, place, away_until=until, key=f"{row.id}:away:{row.aways}")
    return {"resume_at": when.at}
