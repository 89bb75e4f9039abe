"""What the end of a mail means where a person wrote it to answer somebody: no step is done by it, and nobody's sequence waits for it.

What did not reach them is shown to people: the answer it answers counts as not read again.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import Connection

from relance.engine.event_log.of_mails import ReplyGivenUp
from relance.engine.reasons import Reason
from relance.engine.sending.endings import Attempt, Ending
from relance.engine.sending.gate import PreparedMail
from relance.engine.states import Event, MessageEvent, MessageState
from relance.engine.store import events
from relance.engine.store.events import NewEvent
from relance.engine.store.inbound import replies
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending import own_replies
from relance.engine.store.sending.messages import Message


def apply(conn: Connection, attempt: Attempt, end: Ending) -> None:
    """Write what an attempt's end means for the answer itself; its mail was settled just now."""
    wanted, number = attempt.wanted, attempt.wanted.message.id
    if end.done:
        own_replies.close(conn, [number])
    elif end.message is MessageEvent.REFUSED:
        own_replies.close(conn, [number], end.why)
        _show_again(conn, wanted)
    elif end.retry_after is not None:
        own_replies.postpone(conn, number, attempt.at + end.retry_after)
    elif (end.event is Event.HELD and end.message is MessageEvent.DEFERRED) or end.refused_there:
        give_up(conn, wanted, end.why, attempt.at)
    else:  # withdrawn, in doubt, or its mailbox is in trouble: it waits as it is
        own_replies.let_go(conn, [number])
    own_replies.plan(conn, wanted.message.mailbox_id)


def give_up(conn: Connection, mail: PreparedMail, why: Reason, now: dt.datetime) -> None:
    """It does not leave any more. Without effect where it is over, or may have left."""
    if not own_replies.give_up(conn, mail.message.id):
        return
    own_replies.close(conn, [mail.message.id], why)
    own_replies.plan(conn, mail.message.mailbox_id)
    _show_again(conn, mail)
    said = ReplyGivenUp(why, mail.message.subject)
    told = NewEvent.of(mail.enrollment, said, now, message_id=mail.message.id, step=mail.message.step)
    events.record_events(conn, [told])


def settled(conn: Connection, mail: Message, after: MessageState, now: dt.datetime) -> None:
    """Evidence or a person said what happened to one that was in doubt. What never left goes now, as it is."""
    if after in (MessageState.ACCEPTED, MessageState.ABANDONED):
        own_replies.close(conn, [mail.id])
    elif after is MessageState.NOT_SENT:
        own_replies.postpone(conn, mail.id, now)
        mailboxes.schedule_turn(conn, [mail.mailbox_id], now)
    own_replies.plan(conn, mail.mailbox_id)


def _show_again(conn: Connection, mail: PreparedMail) -> None:
    if mail.reply is not None:
        replies.mark(conn, [mail.reply.inbound_id], None, None)
