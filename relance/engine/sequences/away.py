"""Somebody is away: until when they are left alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.engine import Connection

from relance.engine.context import Context
from relance.engine.definition.fields import HOLD
from relance.engine.schedule import calendar, waits
from relance.engine.store.contacts import contacts
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences.enrollments import Enrollment


def without_date(conn: Connection, context: Context, row: Enrollment) -> waits.Wait | None:
    """For how long their sequence takes somebody to be away who does not say until when; None: a person is asked."""
    said = context.library.script(conn, row.sequence_version_id).definition.away_without_date
    return None if said == HOLD else said


def values(
    conn: Connection, context: Context, row: Enrollment, until: dt.date | None, now: dt.datetime
) -> dict[str, Any]:
    """What makes an enrollment wait: until the first business day at or after `until` (the first day back),
    or as long as the sequence says where the reply names no date. A mail also waits until the owner of its mailbox is back."""
    script = context.library.script(conn, row.sequence_version_id)
    on_leave = mailboxes.on_leave(conn, [row.mailbox_id]) if row.step_kind == "mail" else {}
    person = contacts.by_ids(conn, [row.contact_id])[row.contact_id]
    place = script.place(person, context.workspace, on_leave.get(row.mailbox_id, ()))
    # Who is away though their sequence holds such people now: a version before it did not.
    wait = waits.AT_ONCE if until else without_date(conn, context, row) or waits.AWAY_DAYS
    rule = script.rule(row.step or script.plan.first)
    when = calendar.next_time(rule, now, wait, place, away_until=until, key=f"{row.id}:away:{row.aways}")
    return {"resume_at": when.at}
