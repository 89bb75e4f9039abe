"""Whose conversation somebody is in: nobody else writes in it, unless a person asks for just that."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine.context import Context
from relance.engine.reasons import code_words
from relance.engine.states import MessageState
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending.messages import Message
from relance.engine.store.sequences.enrollments import Enrollment
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode


def begins_a_thread(conn: Connection, context: Context, row: Enrollment) -> bool:
    """Whether their next mail begins a thread of its own, whatever comes before it."""
    return row.step is not None and context.library.script(conn, row.sequence_version_id).plan.begins_thread(
        row.step
    )


def thread_ahead(conn: Connection, context: Context, row: Enrollment) -> bool:
    """Whether they may come to a step from which on that is so."""
    return row.step is not None and context.library.script(conn, row.sequence_version_id).plan.thread_ahead(
        row.step
    )


def refuse_another(conn: Connection, context: Context, row: Enrollment, recipient: str) -> None:
    """Raises `errors.Invalid` where another sender would write in a conversation: somebody has had mail, and the next continues that."""
    if begins_a_thread(conn, context, row):
        return
    raise errors.Invalid(
        Text(
            "{email} has had mail from {address}, and the next mail continues that conversation: nobody else should write in it.",
            email=recipient,
            address=mailboxes.by_id(conn, row.mailbox_id).address,
        ).coded(SentenceCode.IN_CONVERSATION),
        command=Text(
            "Continue without `--mailbox`; if the mailbox was removed, add it again. `--same-thread` continues the conversation from the other mailbox all the same."
        ),
        page=Text(
            'Add the mailbox again if it was removed, or choose "in the same thread" to continue the conversation from the other mailbox all the same.'
        ),
    )


def half_out(mail: Message | None) -> bool:
    """Whether the next step's mail has been offered to a server: its sender stays."""
    return mail is not None and (mail.state is not MessageState.PREPARED or mail.transmitting_at is not None)


def keeps_its_sender(mail: Message) -> errors.Invalid:
    """Said of a mail that has been offered to a server."""
    return errors.Invalid(
        Text(
            'the mail of step "{step}" to {recipient} is in the state "{state}": its sender can no longer be changed. Wait '
            "until it is settled, or stop the sequence for this person.",
            step=mail.step,
            recipient=mail.recipient,
            state=code_words.word("message", mail.state),
        ).coded(SentenceCode.SENDER_STAYS)
    )
