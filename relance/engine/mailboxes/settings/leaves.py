"""Leave of a mailbox's owner: entered, cancelled. Nothing that is planned is changed by it: whether a mail may leave is asked when its
time has come, so that what waits for the end of a leave goes on as planned once the leave is cancelled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance import clock, errors
from relance.engine import states
from relance.engine.context import Context
from relance.engine.mailboxes import handing_over
from relance.engine.mailboxes.handing_over import HandOver
from relance.engine.schedule import leaves
from relance.engine.schedule.leaves import Leave as Leave
from relance.engine.store import installation
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
    then waits; `covered`: who is handed over to the mailbox that covers."""

    address: str
    leave: Leave
    waiting: int
    covered: HandOver | None = None
    dry_run: bool = False


def add(
    context: Context,
    address: str,
    first: dt.date,
    last: dt.date,
    *,
    cover: str | None = None,
    dry_run: bool = False,
) -> LeaveReport:
    """Let nothing leave from a mailbox from the `first` day to the `last`, both included, by its own time zone or else the workspace's. People who have had no
    mail and whose first falls due then are handed over to the mailbox `cover` for good, as `hand_over` says; the others wait.

    A person's own answers leave all the same. Raises `errors.NotFound`, and `errors.Invalid` for days that are none.
    """
    with context.database.read() as conn:
        mailbox = mailboxes.named(conn, address)
        other = None if cover is None else mailboxes.named(conn, cover)
    leave = Leave(first, last, mailbox.zone or context.workspace.zone, other.address if other else "")
    _check(context, mailbox, other, leave)
    if not dry_run:
        with context.database.write() as conn:
            mailbox = _locked(conn, address)
            _check(context, mailbox, other, leave)
            _store(conn, context, mailbox, [*mailbox.on_leave, leave], "mailboxes.add_leave")
    due = _meanwhile(context, mailbox, leave)
    covered = None
    if other is not None:
        ids = [row.id for row in due]
        covered = handing_over.hand_over_some(context, mailbox, other, ids, dry_run=dry_run)
    waiting = len(due) - (covered.moved if covered else 0)
    return LeaveReport(mailbox.address, leave, waiting, covered, dry_run)


def cancel(context: Context, address: str, first: dt.date) -> tuple[Leave, ...]:
    """Take back the leave that begins on that day; returns those that are left. What waited for its end goes when it would have: what
    fell due meanwhile at the mailbox's pace from now on. Raises `errors.NotFound` where there is no such leave."""
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
    return ", ".join(f"{each['first']}/{each['last']}" for each in rows)


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
        return [
            row
            for row in enrollments.of_mailbox(conn, mailbox.id)
            if row.state in states.OPEN
            and row.step_kind == "mail"
            and row.due_at is not None
            and row.due_at < back
            and (begun or row.due_at >= leave.begins)
        ]
