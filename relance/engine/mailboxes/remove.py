"""A mailbox is removed: what is in flight is settled first, and nobody is left planned for a mailbox that is gone."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine import states
from relance.engine.context import Context
from relance.engine.event_log.of_mailboxes import MailboxRemoved
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
from relance.engine.store.mailboxes.leases import Lease
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending import messages, own_replies
from relance.engine.store.sequences import enrollments
from relance.wording import Text

ANY_FENCE = 2**31 - 1


def remove(context: Context, mailbox: Mailbox, *, force: bool) -> None:
    """Forget a mailbox. Raises `errors.WrongUse` while a mail of it is leaving, and without `force` while it has people."""
    with context.at_work.entered(mailbox.id) as alone:
        context.journal.live()
        with context.database.write() as conn:
            lease = leases.acquire(conn, mailbox.id, context.owner, context.options.lease, alone=alone)
        _remove(context, mailbox, lease, force=force)


def _remove(context: Context, mailbox: Mailbox, lease: Lease | None, *, force: bool) -> None:
    try:
        if lease is not None:  # nobody works for it: what a dead worker left would be left to nobody
            recovery.settle_left_open(context, lease)
        with context.database.write() as conn:
            mailboxes.lock(conn, [mailbox.id])
            refuse_in_flight(conn, mailbox)
            _forget(conn, context, mailbox, force=force)
    except BaseException:
        if lease is not None:
            with context.database.write() as conn:
                leases.release(conn, lease, context.clock.now())
        raise


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


def _forget(conn: Connection, context: Context, mailbox: Mailbox, *, force: bool) -> None:
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
    now, why = context.clock.now(), because(Code.MAILBOX_REMOVED, mailbox=mailbox.address)
    enrollments.apply(conn, [row.id for row in planned], Event.HELD, now, reason=why)
    news = [NewEvent.of(row, EnrollmentHeld(why), now) for row in planned]
    paused = mailboxes.because(done_by.done(conn, Code.REMOVED))
    for mail in queue.outgoing(conn, own_replies.waiting(conn, mailbox.id)):
        reply_ends.give_up(conn, mail, why, now)
    gone = {
        "state": "removed",
        "secret": b"",
        "next_turn_at": None,
        **paused,
    }
    mailboxes.change(conn, mailbox.id, **gone, lease_until=None, lease_owner="")
    lifetimes.keep(context, conn, (mailbox.id, mailbox.address), None)
    removed = NewEvent(MailboxRemoved(len(planned)), now, mailbox_id=mailbox.id)
    events.record_events(conn, [*news, removed])
