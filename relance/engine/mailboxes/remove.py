"""A mailbox is removed: what is in flight is settled first, and nobody is left planned for a mailbox that is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine import states
from relance.engine.context import Context
from relance.engine.event_log.of_mailboxes import MailboxPaused, MailboxRemoved
from relance.engine.event_log.of_people import EnrollmentHeld
from relance.engine.mailboxes.sign_ins import lifetimes
from relance.engine.reasons import Code, because
from relance.engine.sending.doubt import recovery
from relance.engine.sending.replies import ends as reply_ends
from relance.engine.sending.replies import queue
from relance.engine.states import Event
from relance.engine.store import done_by, events
from relance.engine.store.events import NewEvent
from relance.engine.store.mailboxes import leases, mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending import messages, own_replies
from relance.engine.store.sequences import enrollment_lists, enrollments
from relance.engine.store.sequences.enrollment_lists import EnrollmentConditions
from relance.engine.store.sequences.enrollments import Enrollment
from relance.wording import Text

ANY_FENCE = 2**31 - 1
BATCH = 250
# People held in one transaction: whoever sends meanwhile waits for it.

Note = Callable[[Connection, int], None]
# Told in a batch's transaction how many it held.


def remove(
    context: Context, mailbox: Mailbox, *, force: bool, note: Note = lambda _conn, _held: None
) -> None:
    """Forget a mailbox; its people are held. Raises `errors.WrongUse` while a mail of it is leaving, and without `force` while it has
    people. After an interruption the same request goes on."""
    for _ in batches(context, mailbox, note, force=force):
        pass


def batches(context: Context, mailbox: Mailbox, note: Note, *, force: bool = True) -> Iterator[None]:
    """The same, a batch of its people at a time. Of many, all but the last few are held before it is forgotten: meanwhile it is paused, so
    that no further mail begins, and whoever asks again after an interruption finds it so."""
    if force and _are_many(context, mailbox):
        _settled(context, mailbox, lambda conn: _pause(conn, context, mailbox), back=True)
        yield from _hold_most(context, mailbox, note)
    _settled(context, mailbox, lambda conn: note(conn, _forget(conn, context, mailbox, force=force)))
    yield


def _settled(
    context: Context, mailbox: Mailbox, act: Callable[[Connection], None], *, back: bool = False
) -> None:
    """Do something to the mailbox, with no mail of it in flight; `back`: others work for it then as before."""
    with context.at_work.entered(mailbox.id) as alone:
        context.journal.live()
        with context.database.write() as conn:
            lease = leases.acquire(conn, mailbox.id, context.owner, context.options.lease, alone=alone)
        done = False
        try:
            if lease is not None:  # nobody works for it: what a dead worker left would be left to nobody
                recovery.settle_left_open(context, lease)
            with context.database.write() as conn:
                mailboxes.lock(conn, [mailbox.id])
                refuse_in_flight(conn, mailbox)
                act(conn)
            done = True
        finally:
            if lease is not None and (back or not done):
                with context.database.write() as conn:
                    leases.release(conn, lease, context.clock.now())


def refuse_in_flight(conn: Connection, mailbox: Mailbox) -> None:
    """Raises `errors.WrongUse` while a mail of it is being sent."""
    flying = messages.left_open(conn, mailbox.id, ANY_FENCE)
    if flying:
        raise errors.WrongUse(
            Text(
                "a mail to {email} is being sent from {address} at this moment. Remove the mailbox once that is finished: in a minute, or within a quarter of an hour if the worker died.",
                email=flying[0].recipient,
                address=mailbox.address,
            )
        )


def _are_many(context: Context, mailbox: Mailbox) -> bool:
    with context.database.read() as conn:
        return people(conn, mailbox) > BATCH


def people(conn: Connection, mailbox: Mailbox) -> int:
    """How many it writes to."""
    return sum(enrollment_lists.counts(conn, everybody(mailbox)).values())


def everybody(mailbox: Mailbox) -> EnrollmentConditions:
    """All to whom it writes."""
    return EnrollmentConditions(tuple(states.OPEN), mailbox_id=mailbox.id)


def _pause(conn: Connection, context: Context, mailbox: Mailbox) -> None:
    if mailboxes.by_id(conn, mailbox.id).state != "active":
        return
    why = done_by.done(conn, Code.REMOVED)
    mailboxes.change(conn, mailbox.id, state="paused", **mailboxes.because(why))
    events.record_event(conn, MailboxPaused(why), context.clock.now(), mailbox_id=mailbox.id)


def _hold_most(context: Context, mailbox: Mailbox, note: Note) -> Iterator[None]:
    after, more = 0, True
    while more:
        with context.database.read() as conn:
            ids = enrollment_lists.ids(conn, everybody(mailbox), after=after, limit=BATCH)
        more = len(ids) == BATCH
        if ids:
            after = ids[-1]
            with context.database.write() as conn:
                mailboxes.lock(conn, [mailbox.id])
                note(conn, _hold(conn, context, mailbox, enrollments.locked(conn, ids)))
            yield


def _hold(conn: Connection, context: Context, mailbox: Mailbox, rows: Sequence[Enrollment]) -> int:
    """Hold those who are its still, and not held because of this already; returns how many those are."""
    now, why = context.clock.now(), because(Code.MAILBOX_REMOVED, mailbox=mailbox.address)
    here = [
        row
        for row in rows
        if row.mailbox_id == mailbox.id and row.state in states.OPEN and why not in row.why
    ]
    enrollments.apply(conn, [row.id for row in here], Event.HELD, now, reason=why)
    events.record_events(conn, [NewEvent.of(row, EnrollmentHeld(why), now) for row in here])
    return len(here)


def _forget(conn: Connection, context: Context, mailbox: Mailbox, *, force: bool) -> int:
    """Returns how many are held by it who were not before."""
    enrollments.forget_promises(
        conn, mailbox.id
    )  # first: whoever moves to it at this moment is waited for here
    planned = [row for row in enrollments.of_mailbox(conn, mailbox.id) if row.state in states.OPEN]
    if planned and not force:
        raise errors.WrongUse(
            Text.plural(
                "{count} contact is still being contacted from {address}. Say what happens to them first.",
                "{count} contacts are still being contacted from {address}. Say what happens to them first.",
                len(planned),
                address=mailbox.address,
            ),
            command=Text(
                "`--to ADDRESS` hands over to another mailbox everyone who has had no mail yet, and holds the others; `--hold` holds all of them for you to decide. `--dry-run` counts them."
            ),
        )
    held = _hold(conn, context, mailbox, planned)
    _give_up_replies(conn, context, mailbox)
    gone = {
        "state": "removed",
        "secret": b"",
        "next_turn_at": None,
        **mailboxes.because(done_by.done(conn, Code.REMOVED)),
    }
    mailboxes.change(conn, mailbox.id, **gone, lease_until=None, lease_owner="")
    lifetimes.keep(context, conn, (mailbox.id, mailbox.address), None)
    removed = MailboxRemoved(len(planned))
    events.record_event(conn, removed, context.clock.now(), mailbox_id=mailbox.id)
    return held


def _give_up_replies(conn: Connection, context: Context, mailbox: Mailbox) -> None:
    why = because(Code.MAILBOX_REMOVED, mailbox=mailbox.address)
    for mail in queue.outgoing(conn, own_replies.waiting(conn, mailbox.id)):
        reply_ends.give_up(conn, mail, why, context.clock.now())
