"""What happened to one attempt to hand a mail over: an everyday value, named by what the caller does next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from relance.wording import Text


class Outcome(StrEnum):
    """The five ends of an attempt."""

    ACCEPTED = "accepted"  # a full 2xx after the body: the server has taken responsibility (RFC 5321, 6.1)
    REFUSED = "refused"  # a full 5xx: this mail will not go, whoever is to blame
    DEFERRED = "deferred"  # a full 4xx, or a 5xx that is so for now (a full mailbox): offered again later
    NOT_SENT = "not sent"  # trouble before the first byte of the body: certainly not delivered
    UNKNOWN = "unknown"  # trouble after it: may have been delivered (RFC 1047)


class Blame(StrEnum):
    """Whom a refusal or deferral speaks of; decides what is paused or suppressed."""

    RECIPIENT = "recipient"  # the address is not taken, or full (5.1.x, 5.2.x)
    SENDER = "sender"  # the mailbox: quota, identity, policy, reputation, login (5.7.x, 5.4.5, AUTH)
    RECEIVER = (
        "receiver"  # the recipient's organisation refuses our mail, and our server only hands its words on
    )
    CONTENT = "content"  # this mail's words or size
    SERVER = "server"  # the connection or the server; nobody's fault


class Unsendable(StrEnum):
    """Why a server is not asked at all: by what it offers, this mail is not for it."""

    TOO_LARGE = "too large"  # larger than the server says it takes (SIZE, RFC 1870)
    ADDRESS = "address"  # letters beyond ASCII before the "@", and no SMTPUTF8 (RFC 6531)


@dataclass(frozen=True)
class SendResult:
    """One attempt's end, with the evidence: the stage it ended at and the server's own words."""

    outcome: Outcome
    stage: str  # connect, tls, auth, mail, rcpt, data, body, final
    blame: Blame = Blame.SERVER
    code: int | None = None  # the SMTP reply code, where there was a full reply
    status: str | None = None  # the enhanced status code of RFC 3463, where there was one
    text: str = ""  # the server's words, or ours where it said nothing
    told: Text | None = None  # the same as people read it, where more is known than the words say
    unsendable: Unsendable | None = None  # where the server was not asked
