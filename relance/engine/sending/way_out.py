"""Whether a mailbox's SMTP server does its work, as each attempt shows it. Pure."""

from __future__ import annotations

from relance.mailbox.account import Server
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult
from relance.sentences import ended


def trouble(server: Server, result: SendResult) -> str:
    """What stands in the way of every mail, in a sentence; empty where the server did its work, whatever it thought of this
    mail. A connection that breaks says the same of the next mail, and so does a refusal of the sender."""
    broken = result.outcome in (Outcome.UNKNOWN, Outcome.NOT_SENT)
    if not broken and (result.outcome is Outcome.ACCEPTED or result.blame is not Blame.SENDER):
        return ""
    said = f"“{result.code} {result.text}”" if result.code is not None else result.text
    where = "after the body of a mail" if result.outcome is Outcome.UNKNOWN else f"at {result.stage}"
    return f"The SMTP server {server.host}:{server.port} stopped {where}: {ended(said)}"
