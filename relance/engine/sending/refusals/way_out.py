"""Whether a mailbox's SMTP server does its work, as each attempt shows it. Pure."""

from __future__ import annotations

from relance.mailbox.account import Server
from relance.mailbox.smtp import replies
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult
from relance.wording import Text, ended
from relance.wording.sentence_codes import SentenceCode

NONE = Text.prose("")
STAGES = {
    "connect": Text.within("stage", "the connection"),
    "tls": Text.within("stage", "the TLS handshake"),
    "auth": Text.within("stage", "the login"),
    "mail": Text.within("stage", "the sender's address"),
    "rcpt": Text.within("stage", "the recipient's address"),
    "data": Text.within("stage", "the beginning of a mail"),
    "body": Text.within("stage", "the body of a mail"),
    "final": Text.within("stage", "the end of a mail"),
}
"""Where an attempt ended, as people call it."""


def trouble(server: Server, result: SendResult) -> Text:
    """What stands in the way of every mail, in a sentence; empty where the server did its work, whatever it thought of this
    mail. A connection that breaks says the same of the next mail, and so does a refusal of the sender."""
    broken = result.outcome in (Outcome.UNKNOWN, Outcome.NOT_SENT)
    if not broken and (result.outcome is Outcome.ACCEPTED or result.blame is not Blame.SENDER):
        return NONE
    place, said = f"{server.host}:{server.port}", ended(replies.shown(result.code, result.text))
    if result.outcome is Outcome.UNKNOWN:
        after_body = Text(
            "The SMTP server {place} stopped after the body of a mail: {words}", place=place, words=said
        )
        return after_body.coded(SentenceCode.STOPPED_AFTER_BODY)
    return Text(
        "The SMTP server {place} stopped at {stage}: {words}",
        place=place,
        stage=_at(result.stage),
        words=said,
    ).coded(SentenceCode.STOPPED_SENDING)


def _at(stage: str) -> Text:
    return STAGES.get(stage) or Text.prose(stage)
