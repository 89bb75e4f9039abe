"""What a person must decide before somebody goes on: whether a mail of theirs reached them."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine.sequences.resuming import going_on
from relance.engine.states import MessageState
from relance.engine.store.sending.messages import Message
from relance.engine.store.sequences.enrollments import Enrollment
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode


def in_doubt(mail: Message | None) -> bool:
    """Whether a mail may have been delivered: nobody goes on past it before that is decided."""
    return mail is not None and mail.state in (MessageState.UNKNOWN, MessageState.TRANSMITTING)


def unproved(conn: Connection, row: Enrollment) -> bool:
    """Whether the mail of the step to do may have been sent before a restore: that must be decided, too."""
    return row.step_kind == "mail" and going_on.unproved(conn, row) is not None


def refuse_unknown(mail: Message | None) -> None:
    """Raises `errors.Invalid` where a mail is in doubt."""
    if mail is not None and in_doubt(mail):
        raise errors.Invalid(
            Text(
                'the mail of step "{step}" to {recipient} may have been delivered. First say what happened to it.',
                step=mail.step,
                recipient=mail.recipient,
            ).coded(SentenceCode.MAIL_IN_DOUBT),
            command=Text(
                "`relance unknown resolve {message_id} --decision sent`, or not-sent, or give-up.",
                message_id=mail.message_id.strip("<>"),  # which a shell would take for files
            ),
            page=Text("The Held page asks for it."),
        )


def refuse_unproved(conn: Connection, row: Enrollment, email: str) -> None:
    """Raises `errors.Invalid` where a mail may have been sent before a restore."""
    if unproved(conn, row):
        raise errors.Invalid(
            Text(
                'the mail of step "{step}" to {email} may have been sent before the database was restored, and nothing in its mailbox proves it. Say what happened to it.',
                step=row.step,
                email=email,
            ).coded(SentenceCode.STEP_IN_DOUBT),
            command=Text(
                "`relance restored sent` or `relance restored not-sent`, with {email}.",
                email=email,
            ),
            page=Text("The Held page asks for it."),
        )
