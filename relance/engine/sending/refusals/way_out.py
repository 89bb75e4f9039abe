"""Whether a mailbox's SMTP server does its work, as each attempt shows it. Pure."""

from __future__ import annotations

from relance.mailbox.account import Server
from relance.mailbox.smtp import replies
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult
from relance.wording import Text, ended

NONE = Text.prose("")


def trouble(server: Server, result: SendResult) -> Text:
    """What stands in the way of every mail, in a sentence; empty where the server did its work, whatever it thought of this
    mail. A connection that breaks says the same of the next mail, and so does a refusal of the sender."""
    broken = result.outcome in (Outcome.UNKNOWN, Outcome.NOT_SENT)
    if not broken and (result.outcome is Outcome.ACCEPTED or result.blame is not Blame.SENDER):
        return NONE
    place, said = f"{server.host}:{server.port}", ended(replies.shown(result.code, result.text))
    if result.outcome is Outcome.UNKNOWN:
        return Text(
            "The SMTP server {place} stopped after the body of a mail: {words}", place=place, words=said
        )
    return Text(
        "The SMTP server {place} stopped at {stage}: {words}", place=place, stage=result.stage, words=said
    )
