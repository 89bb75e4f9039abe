"""Somebody is away: until when they are left alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.engine import Connection

from relance.engine.context import Context
from relance.engine.schedule import calendar, waits
from relance.engine.store.contacts import contacts
from relance.engine.store.sequences.enrollments import Enrollment

AWAY_DEFAULT = 5
# Business days to wait after an out-of-office reply that names no date.


def values(
    conn: Connection, context: Context, row: Enrollment, until: dt.date | None, now: dt.datetime
) -> dict[str, Any]:
    """What makes an enrollment wait: until the first business day at or after `until` (the first day back),
    or some business days where the reply names no date."""
    script = context.library.script(conn, row.sequence_version_id)
    place = script.place(contacts.by_ids(conn, [row.contact_id])[row.contact_id], context.workspace)
    wait = waits.AT_ONCE if until else waits.Wait(AWAY_DEFAULT, waits.Unit.BUSINESS_DAYS)
    rule = script.rule(row.step or script.plan.first)
    when = calendar.next_time(rule, now, wait, place, away_until=until, key=f"{row.id}:away:{row.aways}")
    return {"resume_at": when.at}
