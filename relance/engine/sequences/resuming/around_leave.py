"""Mails planned around the days of leave of a mailbox's owner: when a leave is entered or taken back, or another mailbox goes on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.engine import Connection

from relance.engine import states
from relance.engine.context import Context
from relance.engine.definition.compiled import bounds
from relance.engine.schedule import calendar, leaves, waits
from relance.engine.schedule.calendar import BoundKind
from relance.engine.schedule.leaves import Leave
from relance.engine.store.contacts import contacts
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import enrollment_lists, enrollments
from relance.engine.store.sequences.enrollment_lists import EnrollmentConditions
from relance.engine.store.sequences.enrollments import Enrollment

BATCH = 200
_JUST_BEFORE = dt.timedelta(seconds=1)
# A time at which a window opens is spread as it is for all who wait for the window; any other stands as it was.


def would_go(row: Enrollment) -> dt.datetime | None:
    """When somebody's next mail is due, or would be if it were not planned around a leave; None where none is. Pure."""
    if row.step_kind != "mail" or row.due_at is None or row.state not in states.OPEN:
        return None
    moved = next(filter(_is_around, row.bound), None)
    return row.due_at if moved is None else dt.datetime.fromisoformat(moved["was"])


def _is_around(bound: Mapping[str, Any]) -> bool:
    """Whether it says when the mail would go without a leave. (A colleague's answer puts off, too, and says when it would have gone.)"""
    return bound.get("kind") == BoundKind.LEAVE.value and bool(bound.get("was"))


def replan_all(context: Context, mailbox_id: int) -> int:
    """Plan the mails of all people of a mailbox around its owner's leaves as they are now; returns how many moved. After an
    interruption, whoever was not planned anew waits for the end of the leave all the same."""
    found = 0
    for ids in _batches(context, mailbox_id):
        with context.database.write() as conn:
            mailboxes.lock(conn, [mailbox_id])
            rows = [row for row in enrollments.locked(conn, ids) if row.mailbox_id == mailbox_id]
            found += replan(conn, context, rows)
    return found


def _batches(context: Context, mailbox_id: int) -> Iterator[list[int]]:
    wanted, after = EnrollmentConditions(tuple(states.OPEN), mailbox_id=mailbox_id), 0
    while True:
        with context.database.read() as conn:
            ids = enrollment_lists.ids(conn, wanted, after=after, limit=BATCH)
        if not ids:
            return
        yield ids
        after = ids[-1]


def replan(conn: Connection, context: Context, rows: Iterable[Enrollment]) -> int:
    """The same for these, which are locked. Nobody's mail comes to be due in the past."""
    wanted = [(row, at) for row in rows if (at := would_go(row)) is not None]
    away = mailboxes.on_leave(conn, [row.mailbox_id for row, _ in wanted]) if wanted else {}
    now = context.clock.now()
    moving = [(row, at) for row, at in wanted if _concerned(row, max(at, now), away.get(row.mailbox_id, ()))]
    people = contacts.by_ids(conn, [row.contact_id for row, _ in moving]) if moving else {}
    turns = list[tuple[int, dt.datetime]]()
    for row, at in moving:
        due, bound = _planned(conn, context, row, people[row.contact_id], at, away.get(row.mailbox_id, ()))
        enrollments.reschedule(conn, row, due, bound)
        turns.append((row.mailbox_id, due))
    mailboxes.schedule_turns(conn, turns)
    return len(moving)


def _concerned(row: Enrollment, at: dt.datetime, away: Sequence[Leave]) -> bool:
    return leaves.back_at(away, at) is not None or any(map(_is_around, row.bound))


def _planned(
    conn: Connection,
    context: Context,
    row: Enrollment,
    person: Contact,
    at: dt.datetime,
    away: tuple[Leave, ...],
) -> tuple[dt.datetime, list[Mapping[str, Any]]]:
    script, step = context.library.script(conn, row.sequence_version_id), row.step or ""
    place = script.place(person, context.workspace, away)
    now = context.clock.now()
    # Who should have gone by now comes to be due together with all others of whom that is so: spread, they do not go at once.
    late, since = at < now, max(at - _JUST_BEFORE, now)
    opening = calendar.first_opening(script.rule(step), since, waits.AT_ONCE, place)
    when = calendar.scattered(replace(opening, shared=late or opening.shared), f"{row.id}:{step}")
    before = list(row.bound)
    kinds = [each.get("kind") for each in before]
    if BoundKind.LEAVE.value in kinds:
        before = before[: kinds.index(BoundKind.LEAVE.value)]
    # To the second: planned back, nobody's mail is due before its time, for the mailbox would be read too early.
    told = [{**each, "was": at.isoformat()} if "was" in each else each for each in bounds(when)]
    return max(when.at, at), [*before, *told]
