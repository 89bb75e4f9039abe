"""Going on after a pause: what fell due meanwhile goes at the next opening, and not everything in one minute."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from relance.engine import reasons
from relance.engine.context import Context
from relance.engine.definition.compiled import bounds
from relance.engine.reasons import Code, because
from relance.engine.schedule import calendar, waits
from relance.engine.schedule.leaves import Leave
from relance.engine.store.contacts import contacts
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import enrollments, sequences
from relance.engine.store.sequences.enrollments import Enrollment

BATCH = 500
SPREAD = dt.timedelta(minutes=calendar.DEFAULT_SPREAD)


def overdue(
    conn: Connection,
    context: Context,
    row: Enrollment,
    person: Contact,
    *,
    spread: bool = False,
    on_leave: Mapping[int, tuple[Leave, ...]] | None = None,
) -> dict[str, Any]:
    """New `due_at` and `bound` for a mail that fell due meanwhile; empty for what is still to come (or is not a mail).

    `spread` scatters it over the first 45 minutes, always to the same minute, for when many go on together.
    `on_leave`: the leaves of the owners of these people's mailboxes, where they were asked for already.
    """
    now = context.clock.now()
    if row.step is None or row.step_kind != "mail" or row.due_at is None or row.due_at >= now:
        return {}
    script = context.library.script(conn, row.sequence_version_id)
    share = 1.0 if row.priority == enrollments.LAST else _share(row.id)
    later = share * SPREAD if spread else dt.timedelta(0)
    known = mailboxes.on_leave(conn, [row.mailbox_id]) if on_leave is None else on_leave
    when = calendar.next_time(
        script.rule(row.step),
        now + later,
        waits.AT_ONCE,
        script.place(person, context.workspace, known.get(row.mailbox_id, ())),
        key=f"{row.id}:{row.step}",
    )
    bound = reasons.bound("resumed", because(Code.NOTHING_WAS_SENT), until=now.isoformat())
    return {"due_at": when.at, "bound": [bound, *bounds(when)]}


def _share(enrollment_id: int) -> float:
    return int.from_bytes(hashlib.sha256(b"%d" % enrollment_id).digest()[:4]) / 2**32


def spread_overdue(context: Context, name: str) -> int:
    """Everything of a sequence that fell due while it was paused, spread over the next opening; returns how many."""
    with context.database.read() as conn:
        sequence_id = sequences.versions(conn, name)[0].sequence_id
    return _spread_all(context, context.clock.now(), sequence_id=sequence_id)


def spread_piled_up(context: Context, mailbox_id: int) -> int:
    """Everything that waits in a mailbox for longer than it would be spread over; returns how many. A short pause moves
    nothing."""
    return _spread_all(context, context.clock.now() - SPREAD, mailbox_id=mailbox_id)


def _spread_all(context: Context, before: dt.datetime, **whose: int) -> int:
    count, last = 0, 0
    while True:
        with context.database.write() as conn:
            rows = enrollments.overdue(conn, before, after=last, limit=BATCH, **whose)
            count += _spread(conn, context, rows)
        if len(rows) < BATCH:
            return count
        last = rows[-1].id


def _spread(conn: Connection, context: Context, rows: list[Enrollment]) -> int:
    people = contacts.by_ids(conn, [row.contact_id for row in rows]) if rows else {}
    away = mailboxes.on_leave(conn, [row.mailbox_id for row in rows])
    turns = list[tuple[int, dt.datetime]]()
    for row in rows:
        change = overdue(conn, context, row, people[row.contact_id], spread=True, on_leave=away)
        if change:
            enrollments.reschedule(conn, row, change["due_at"], change["bound"])
            turns.append((row.mailbox_id, change["due_at"]))
    mailboxes.schedule_turns(conn, turns)
    return len(rows)
