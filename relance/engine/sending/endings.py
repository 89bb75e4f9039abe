"""What an attempt's end means for the message, the person and the mailbox: the rule, pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from relance.complete import complete
from relance.engine.context import Options
from relance.engine.reasons import Code, Reason, because
from relance.engine.sending.gate import PreparedMail
from relance.engine.states import Event, MessageEvent
from relance.mailbox.smtp import replies as smtp_replies
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult, Unsendable
from relance.wording import Text


@dataclass(frozen=True)
class Attempt:
    """One mail, how its attempt ended, and when (business time)."""

    wanted: PreparedMail
    result: SendResult
    at: dt.datetime
    why: Reason | None = None  # why no server was asked, where we know better than the result


SILENT = because(Code.SERVER_SAID, said="")


@dataclass(frozen=True)
class Ending:
    """What follows from an attempt."""

    message: MessageEvent
    done: bool = False  # the step is done; on to the next
    event: Event | None = None  # news for the enrollment
    why: Reason = SILENT
    retry_after: dt.timedelta | None = None  # offer the same bytes again then
    suppress: bool = False
    pause_mailbox: bool = False
    stop_turn: bool = False
    refused_there: bool = False  # the recipient's organisation refuses this mailbox's mail


def ending(result: SendResult, attempts: int, options: Options) -> Ending:
    """What follows from a result; `attempts` counts this one. Every outcome and every blame has an answer."""
    said = smtp_replies.said(result)
    return _BY_OUTCOME[result.outcome](_Attempted(result, attempts, options, said))


@dataclass(frozen=True)
class _Attempted:
    result: SendResult
    attempts: int
    options: Options
    answer: Text  # the server's answer as people read it

    @property
    def told(self) -> Reason:
        """That, and nothing of ours."""
        return because(Code.SERVER_SAID, said=self.answer)

    @property
    def later(self) -> dt.timedelta:
        """Doubled at each deferral (RFC 5321, 4.5.4.1)."""
        return self.options.defer * int(2 ** min(max(0, self.attempts - 1), 10))


def _accepted(_: _Attempted) -> Ending:
    return Ending(MessageEvent.ACCEPTED, done=True)


def _lost(case: _Attempted) -> Ending:
    why = because(Code.MAY_BE_DELIVERED, said=case.answer) if case.answer else because(Code.BROKE_AFTER_BODY)
    return Ending(MessageEvent.LOST, event=Event.HELD, why=why, stop_turn=True)


def _withdrawn(case: _Attempted) -> Ending:
    pauses = case.result.blame is Blame.SENDER
    return Ending(MessageEvent.WITHDRAWN, why=case.told, stop_turn=True, pause_mailbox=pauses)


def _refused(case: _Attempted) -> Ending:
    return _BY_BLAME[case.result.blame](case)


def _of_sender(case: _Attempted) -> Ending:
    """A quota or a reputation is no fault of the person's: the same bytes may go when the mailbox is well again."""
    return Ending(MessageEvent.DEFERRED, why=case.told, pause_mailbox=True, stop_turn=True)


def _of_receiver(case: _Attempted) -> Ending:
    """What one organisation thinks of us is no fault of the person's, and says little of the next organisation."""
    return Ending(MessageEvent.DEFERRED, why=case.told, refused_there=True)


def _of_recipient(case: _Attempted) -> Ending:
    if smtp_replies.is_definite(case.result):
        why = because(Code.NO_SUCH_ADDRESS, said=case.answer)
        return Ending(MessageEvent.REFUSED, event=Event.BOUNCED, why=why, suppress=True)
    return Ending(MessageEvent.REFUSED, event=Event.HELD, why=because(Code.ADDRESS_REFUSED, said=case.answer))


def _of_this_mail(case: _Attempted) -> Ending:
    if case.result.unsendable is not None:
        why = because(_UNSENDABLE[case.result.unsendable], said=case.answer)
        return Ending(MessageEvent.REFUSED, event=Event.HELD, why=why)
    return Ending(MessageEvent.REFUSED, event=Event.HELD, why=because(Code.MAIL_REFUSED, said=case.answer))


_UNSENDABLE = complete(
    Unsendable,
    {
        Unsendable.TOO_LARGE: Code.MAIL_TOO_LARGE,
        Unsendable.ADDRESS: Code.ADDRESS_NOT_ASCII,
    },
)


def _deferred(case: _Attempted) -> Ending:
    """Put off: again and again for the person's sake asks a person; for the sender's, it charges nobody written to."""
    spent, ours = case.attempts >= case.options.deferrals, case.result.blame is Blame.SENDER
    why = because(Code.DEFERRED_OFTEN, count=case.attempts, said=case.answer) if spent else case.told
    if ours:
        return Ending(
            MessageEvent.DEFERRED,
            retry_after=case.later,
            why=why,
            stop_turn=True,
            pause_mailbox=spent,
        )
    if spent and case.result.blame is Blame.RECEIVER:
        return Ending(MessageEvent.DEFERRED, why=why, refused_there=True)
    if spent:
        return Ending(MessageEvent.DEFERRED, event=Event.HELD, why=why)
    return Ending(MessageEvent.DEFERRED, retry_after=case.later, why=why)


_BY_OUTCOME = complete(
    Outcome,
    {
        Outcome.ACCEPTED: _accepted,
        Outcome.REFUSED: _refused,
        Outcome.DEFERRED: _deferred,
        Outcome.NOT_SENT: _withdrawn,
        Outcome.UNKNOWN: _lost,
    },
)
_BY_BLAME = complete(
    Blame,
    {
        Blame.RECIPIENT: _of_recipient,
        Blame.SENDER: _of_sender,
        Blame.RECEIVER: _of_receiver,
        Blame.CONTENT: _of_this_mail,
        Blame.SERVER: _of_this_mail,
    },
)
