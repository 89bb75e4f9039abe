"""Leave of a mailbox's owner: entered, cancelled, covered when it begins. What is planned is planned around it, and planned anew when it is
cancelled; whether a mail may leave is asked once more when its time has come.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection

from relance import clock, errors
from relance.engine.context import Context
from relance.engine.event_log.of_mailboxes import (
    MailboxLeaveCancelled,
    MailboxLeaveCovered,
    MailboxLeaveEntered,
)
from relance.engine.mailboxes import handing_over
from relance.engine.mailboxes.handing_over import HandOver
from relance.engine.schedule import leaves
from relance.engine.schedule.leaves import Leave as Leave
from relance.engine.sequences.resuming import around_leave
from relance.engine.store import events, installation
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sequences import enrollments
from relance.engine.store.sequences.enrollments import Enrollment
from relance.engine.store.users import audit
from relance.wording import Text

LONGEST = dt.timedelta(days=366)


@dataclass(frozen=True)
class LeaveReport:
    """What entering a leave does, or in a dry run would do. `waiting`: people whose next mail falls due before its owner is back and
    then waits; `covered`: who is handed over to the mailbox that covers, or (`later`) would be if the leave began now."""

    address: str
    leave: Leave
    waiting: int
    covered: HandOver | None = None
    dry_run: bool = False
    later: bool = False


def add(
    context: Context,
    address: str,
    first: dt.date,
    last: dt.date,
    *,
    cover: str | None = None,
    dry_run: bool = False,
) -> LeaveReport:
    """Let nothing leave from a mailbox from the `first` day to the `last`, both included, by its own time zone or else the workspace's. When it begins, people
    who have had no mail and whose first falls due then are handed over to the mailbox `cover` for good, as `hand_over` says; the others wait.

    A person's own answers leave all the same. Raises `errors.NotFound`, and `errors.Invalid` for days that are none.
    """
    with context.database.read() as conn:
        mailbox = mailboxes.named(conn, address)
        other = None if cover is None else mailboxes.named(conn, cover)
    leave = Leave(first, last, mailbox.zone or context.workspace.zone, other.address if other else "")
    _check(context, mailbox, other, leave)
    begun = leave.begins <= context.clock.now()
    due = _meanwhile(context, mailbox, leave)
    if not dry_run:
        with context.database.write() as conn:
            mailbox = _locked(conn, address)
            _check(context, mailbox, other, leave)
            _store(conn, context, mailbox, [*mailbox.on_leave, leave], "mailboxes.add_leave")
            said = MailboxLeaveEntered(first.isoformat(), last.isoformat(), leave.cover)
            events.record_event(conn, said, context.clock.now(), mailbox_id=mailbox.id)
    covered = None
    if other is not None:
        covered = _hand_over(context, mailbox, other, due, dry_run=dry_run or not begun)
    if not dry_run:
        around_leave.replan_all(context, mailbox.id)
        if covered and begun:
            _note_covered(context, mailbox.id, leave, covered)
    waiting = len(due) - (covered.moved if covered else 0)
    later = other is not None and not begun
    return LeaveReport(mailbox.address, leave, waiting, covered, dry_run, later)


def to_cover(conn: Connection, now: dt.datetime) -> list[tuple[int, Leave]]:
    """Leaves that another mailbox covers and that have begun, each with its mailbox, whose people were not handed over yet."""
    return [
        (number, each)
        for number, found in mailboxes.on_leave(conn).items()
        for each in found
        if each.cover and not each.covered and each.begins <= now
    ]


def begin(context: Context, due: Sequence[tuple[int, Leave]]) -> None:
    """Hand people over for these. Whoever dies in it leaves the rest to the next."""
    for number, leave in due:
        _begin(context, number, leave, context.clock.now())


def _begin(context: Context, number: int, leave: Leave, now: dt.datetime) -> None:
    with context.database.read() as conn:
        mailbox, other = mailboxes.by_id(conn, number), mailboxes.by_address(conn, leave.cover)
    there = other is not None and other.state != "removed" and mailbox.state != "removed"
    done = None
    if other is not None and there and leave.ends > now:
        done = _hand_over(context, mailbox, other, _meanwhile(context, mailbox, leave), dry_run=False)
    _note_covered(context, number, leave, done)


def _hand_over(
    context: Context, mailbox: Mailbox, other: Mailbox, due: Sequence[Enrollment], *, dry_run: bool
) -> HandOver:
    ids = [row.id for row in due]
    return handing_over.hand_over_some(context, mailbox, other, ids, dry_run=dry_run)


def _note_covered(context: Context, number: int, leave: Leave, done: HandOver | None) -> None:
    """It is done once; nothing where it was, or the leave is none any more."""
    with context.database.write() as conn:
        installation.lock(conn)
        known = mailboxes.by_id(conn, number).on_leave
        if leave not in known:
            return
        rows = [replace(each, covered=True) if each == leave else each for each in known]
        mailboxes.change(conn, number, leaves=[each.row() for each in rows])
        said = MailboxLeaveCovered(leave.first.isoformat(), leave.cover, done.moved if done else 0)
        events.record_event(conn, said, context.clock.now(), mailbox_id=number)


def cancel(context: Context, address: str, first: dt.date) -> tuple[Leave, ...]:
    """Take back the leave that begins on that day; returns those that are left. What was planned around it goes when it would have; what
    fell due meanwhile is spread from now on. Raises `errors.NotFound` where there is no such leave."""
    with context.database.write() as conn:
        mailbox = _locked(conn, address)
        left = [each for each in mailbox.on_leave if each.first != first]
        if len(left) == len(mailbox.on_leave):
            raise errors.NotFound(
                Text(
                    "{address} has no leave that begins on {day}. Its leaves are listed with it.",
                    address=mailbox.address,
                    day=first,
                )
            )
        _store(conn, context, mailbox, left, "mailboxes.cancel_leave")
        for each in mailbox.on_leave:
            if each.first == first:
                said = MailboxLeaveCancelled(first.isoformat(), each.last.isoformat())
                events.record_event(conn, said, context.clock.now(), mailbox_id=mailbox.id)
    around_leave.replan_all(context, mailbox.id)
    return tuple(left)


def _locked(conn: Connection, address: str) -> Mailbox:
    installation.lock(conn)  # two who enter a leave at once keep both
    return mailboxes.named(conn, address)


def _store(conn: Connection, context: Context, mailbox: Mailbox, wanted: Sequence[Leave], done: str) -> None:
    rows = [each.row() for each in sorted(wanted)]
    mailboxes.change(conn, mailbox.id, leaves=rows)
    mailboxes.schedule_turn(
        conn, [mailbox.id], context.clock.now()
    )  # when its next mail leaves is asked anew
    before = [each.row() for each in mailbox.on_leave]
    told = {"before": {"leaves": _said(before)}, "after": {"leaves": _said(rows)}}
    audit.write(conn, done, mailbox.address, clock.machine_now(), **told)


def _said(rows: Sequence[dict[str, str]]) -> str:
    return ", ".join(f"{each['first']}/{each['last']} {each.get('cover', '')}".strip() for each in rows)


def _check(context: Context, mailbox: Mailbox, other: Mailbox | None, leave: Leave) -> None:
    if other is not None and other.id == mailbox.id:
        raise errors.Invalid(Text("a mailbox cannot cover for itself."))
    if leave.last < leave.first:
        raise errors.Invalid(Text("the last day of a leave cannot be before the first."))
    if leave.last - leave.first > LONGEST:
        raise errors.Invalid(Text("a leave is a year at most. Pause the mailbox instead."))
    if leave.ends <= context.clock.now():
        raise errors.Invalid(Text("this leave is over already."))
    for each in mailbox.on_leave:
        if each.first <= leave.last and leave.first <= each.last:
            raise errors.Invalid(
                Text(
                    "there is a leave from {first} to {last} already. Cancel it first.",
                    first=each.first,
                    last=each.last,
                )
            )


def _meanwhile(context: Context, mailbox: Mailbox, leave: Leave) -> list[Enrollment]:
    """Whose next mail falls due before its owner is back, and not before they go; of a leave that has begun, what waits already too."""
    begun = leave.begins <= context.clock.now()
    back = leaves.back_at([leave], leave.begins) or leave.ends
    with context.database.read() as conn:
        planned = [
            (row, at)
            for row in enrollments.of_mailbox(conn, mailbox.id)
            if (at := around_leave.would_go(row)) is not None
        ]
    return [row for row, at in planned if at < back and (begun or at >= leave.begins)]
