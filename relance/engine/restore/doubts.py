"""What may have been sent by a history that a restored database has lost: shown, and decided in bulk by a person.

Evidence decides first and by itself (`forgotten_mails`). A person says of the rest "it was sent, go on" or "it was not".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.event_log.of_people import EnrollmentReleased
from relance.engine.journal.evidence import shown_absent
from relance.engine.reasons import Code
from relance.engine.sending.doubt import forgotten_mails, proofs, restore_guard
from relance.engine.sending.doubt.proofs import Left
from relance.engine.sequences.resuming import backlog
from relance.engine.store import done_by, events
from relance.engine.store.contacts import contacts
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending import messages
from relance.engine.store.sequences import enrollment_details, enrollments
from relance.engine.store.sequences.enrollment_details import Standing
from relance.engine.store.sequences.enrollments import Enrollment

BATCH = 500
DECISIONS = ("sent", "not sent")
"""What a person may say of a step that may have been sent."""


@dataclass(frozen=True)
class DoubtView:
    """Somebody whose next step may have been sent before the restore. `looked`: their mailbox files a copy of all it
    sends, and showed none of this in a complete look half an hour later."""

    email: str
    sequence: str
    step: str
    state: str
    mailbox: str
    due_at: dt.datetime | None
    looked: bool


@dataclass(frozen=True)
class Whom:
    """Whom a decision is about; everything that is set must hold. None of them: everybody in doubt."""

    emails: Collection[str] | None = None
    sequence: str | None = None
    mailbox: str | None = None


@dataclass(frozen=True)
class Decided:
    """What a decision did, or would do: who it was about, in the order of enrollment, and how many steps count as sent."""

    decision: str
    people: tuple[str, ...]
    steps: int
    still: tuple[
        str, ...
    ]  # who came to a branch or a task that may have been done, too: asked again at the next mail


def list_all(context: Context, whom: Whom | None = None) -> list[DoubtView]:
    """Everybody in doubt."""
    with context.database.read() as conn:
        senders = {each.id: each for each in mailboxes.list_all(conn)}
        found = list(_chosen(conn, whom or Whom()))
    return [_view(each, senders.get(each.enrollment.mailbox_id)) for each in found]


def _view(standing: Standing, sender: mailboxes.Mailbox | None) -> DoubtView:
    row = standing.enrollment
    before = row.lost_before
    looked = before is not None and sender is not None
    absent = looked and shown_absent(before, sender.files_sent, sender.synced_at)  # type: ignore[arg-type,union-attr]
    return DoubtView(
        standing.email,
        standing.sequence,
        row.step or "",
        row.state.value,
        standing.mailbox,
        row.due_at,
        absent,
    )


def _chosen(conn: Connection, whom: Whom) -> Iterator[Standing]:
    after, wanted = 0, None if whom.emails is None else {each.strip().lower() for each in whom.emails}
    while True:
        page = enrollment_details.in_doubt(
            conn, after=after, limit=BATCH, sequence=whom.sequence, mailbox=whom.mailbox
        )
        yield from (each for each in page if wanted is None or each.email in wanted)
        if len(page) < BATCH:
            return
        after = page[-1].enrollment.id


def decide(
    context: Context,
    decision: str,
    whom: Whom | None = None,
    *,
    dry_run: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Decided:
    """A person's word on all of these: `sent` (go on behind it) or `not sent` (it goes at the next opening).

    An address that is no contact's raises `errors.NotFound`. `sent` counts for every mail that was due before the restore, for whoever got one got the next as well.
    """
    errors.require_one_of(decision, DECISIONS)
    whom = whom or Whom()
    with context.database.read() as conn:
        for email in whom.emails or ():
            contact_service.get(conn, context, email)
        found = list(_chosen(conn, whom))
    steps, still = 0, []
    for count, each in enumerate(found, start=1):
        done = _one(context, decision, each.enrollment.id, dry_run=dry_run)
        steps += done.steps
        if done.waits:
            still.append(each.email)
        if progress is not None:
            progress(count)
    return Decided(decision, tuple(each.email for each in found), steps, tuple(still))


def decide_one(
    context: Context, decision: str, enrollment_id: int, note: Callable[[Connection], None]
) -> None:
    """The same word on one of them, by the number of their enrollment: nobody else in doubt is read for it. `note` is called in
    the transaction that does it.

    Without effect on somebody who is not in doubt (any more).
    """
    errors.require_one_of(decision, DECISIONS)
    with context.database.write() as conn:
        _decided(conn, context, decision, enrollment_id)
        note(conn)


@dataclass(frozen=True)
class _Done:
    steps: int
    waits: bool = False


class _OnlyAsked(Exception):
    """Ends a dry run's transaction, so that nothing of it stays."""

    def __init__(self, done: _Done) -> None:
        super().__init__()
        self.done = done


def _one(context: Context, decision: str, enrollment_id: int, *, dry_run: bool) -> _Done:
    try:
        with context.database.write() as conn:
            done = _decided(conn, context, decision, enrollment_id)
            if dry_run:
                raise _OnlyAsked(done)
    except _OnlyAsked as asked:
        return asked.done
    return done


def _decided(conn: Connection, context: Context, decision: str, enrollment_id: int) -> _Done:
    now = context.clock.now()
    read = enrollments.by_ids(conn, [enrollment_id])[0]
    mailboxes.lock(conn, [read.mailbox_id])
    row, _ = enrollments.lock(conn, [enrollment_id])[enrollment_id]
    if row.lost_before is None:
        return _Done(0)  # proved or decided meanwhile
    return _was_sent(conn, context, row, now) if decision == "sent" else _was_not(conn, context, row, now)


def _was_not(conn: Connection, context: Context, row: Enrollment, now: dt.datetime) -> _Done:
    person = contacts.by_ids(conn, [row.contact_id])[row.contact_id]
    change = backlog.overdue(conn, context, row, person, spread=True)
    restore_guard.release(conn, row, now, done_by.done(conn, Code.SAID_NOT_SENT), {"attempts": 0, **change})
    return _Done(0)


def _was_sent(conn: Connection, context: Context, row: Enrollment, now: dt.datetime) -> _Done:
    """The mail asked about left, and those behind it that were due before the restore. Where it counted from later (a task
    ticked off again, what had piled up), nobody can tell when the next one was due: that is asked, too."""
    steps, why, sure = 0, done_by.done(conn, Code.SAID_SENT), _due_then(row)
    while row.step_kind == "mail" and (steps == 0 or _due_then(row)):
        at = min(row.due_at or now, row.lost_before or now)
        key = (row.id, row.step or "")
        there = messages.of_steps(conn, [key]).get(key)
        if there is None:
            messages.add(conn, [forgotten_mails.assumed(conn, context, row, at)])
        if there is None or not proofs.left(conn, context, there, Left(there.step, at, why), now):
            proofs.written(conn, context, row, Left(row.step or "", at, why), now)
        row, steps = enrollments.by_ids(conn, [row.id])[0], steps + 1
    if row.step is None or (sure and steps and not _due_then(row)):
        restore_guard.release(conn, row, now, why)
        return _Done(steps)
    # A branch, a task: it is done by its own rule, and the mail behind it is asked about again before it goes.
    if enrollments.clear(conn, row.id, restore_guard.CERTAIN, now, why):
        events.record_event(conn, EnrollmentReleased(why), now, row)
    events.led_by(conn, [row.id], now)
    return _Done(steps, waits=True)


def _due_then(row: Enrollment) -> bool:
    """Whether the step to do was due when the database was restored."""
    return (
        row.step is not None
        and row.due_at is not None
        and row.lost_before is not None
        and row.due_at <= row.lost_before
    )
