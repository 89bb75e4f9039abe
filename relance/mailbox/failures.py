"""Why a mail did not reach somebody, and where its way ended: the words in which returned mails and refusals are told."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from relance.complete import complete
from relance.wording import Text


class FailureReason(StrEnum):
    """Why a mail was refused, returned or put off."""

    NO_SUCH_USER = "no_such_user"
    NO_SUCH_DOMAIN = "no_such_domain"  # or one that takes no mail (RFC 7505)
    SUSPENDED = "suspended"  # the address exists and is switched off
    FULL = "full"
    SIZE = "size"
    CONTENT = "content"  # the mail's form, attachments, links, a virus
    POLICY = "policy"  # some rule: whom they take mail from, how, for whom
    AUTHENTICATION = "authentication"  # who the sender is: SPF, DKIM, DMARC, a name in DNS, a login
    REPUTATION = "reputation"  # what is thought of the sender
    RATE = "rate"  # too many or too fast; "come back later"
    BLOCKED = "blocked"  # the sender is on a list, or the recipient is on the provider's own
    FILTERED = "filtered"  # taken for unwanted mail
    EXPIRED = "expired"  # tried for too long
    NETWORK = "network"  # a server or its name could not be reached, or is in trouble
    LOOP = "loop"
    UNKNOWN = "unknown"  # nothing that was said explains it


class FailureStage(StrEnum):
    """How far a mail came before it failed (RFC 5321, 3.1 to 3.3)."""

    CONNECTION = "connection"  # before anything was said, or by the greeting
    EHLO = "ehlo"  # by the name of the sending server, TLS, or a login
    MAIL = "mail"  # by the sender's address
    RCPT = "rcpt"  # by the recipient's address
    DATA = "data"  # by the mail itself
    ACCEPTED = "accepted"  # after a server of the recipient's had taken it
    UNKNOWN = "unknown"


ABOUT_ADDRESS = frozenset({FailureReason.NO_SUCH_USER, FailureReason.NO_SUCH_DOMAIN, FailureReason.SUSPENDED})
"""What says something of an address that will be so tomorrow."""

PASSING = frozenset(
    {
        FailureReason.FULL,
        FailureReason.SIZE,
        FailureReason.RATE,
        FailureReason.EXPIRED,
        FailureReason.NETWORK,
        FailureReason.LOOP,
    }
)
"""What says nothing of whether addresses are right or the sender is welcome: a full mailbox, a server in trouble, too many at a time."""

BEFORE_RECIPIENT = frozenset({FailureStage.CONNECTION, FailureStage.EHLO, FailureStage.MAIL})
"""Where the other server has not been told yet whom the mail is for: what it refuses then is never about them."""

REASONS: Mapping[FailureReason, Text] = complete(
    FailureReason,
    {
        FailureReason.NO_SUCH_USER: Text.within("failure", "no such address"),
        FailureReason.NO_SUCH_DOMAIN: Text.within("failure", "no such domain"),
        FailureReason.SUSPENDED: Text.within("failure", "account switched off"),
        FailureReason.FULL: Text.within("failure", "mailbox full"),
        FailureReason.SIZE: Text.within("failure", "mail too large"),
        FailureReason.CONTENT: Text.within("failure", "content not accepted"),
        FailureReason.POLICY: Text.within("failure", "against their rules"),
        FailureReason.AUTHENTICATION: Text.within("failure", "sender not authenticated"),
        FailureReason.REPUTATION: Text.within("failure", "poor reputation of the sender"),
        FailureReason.RATE: Text.within("failure", "too many mails at a time"),
        FailureReason.BLOCKED: Text.within("failure", "on a block list"),
        FailureReason.FILTERED: Text.within("failure", "taken for spam"),
        FailureReason.EXPIRED: Text.within("failure", "not delivered in time"),
        FailureReason.NETWORK: Text.within("failure", "server not reachable or in trouble"),
        FailureReason.LOOP: Text.within("failure", "mail loop"),
        FailureReason.UNKNOWN: Text.within("failure", "reason unknown"),
    },
)
"""For people."""

STAGES: Mapping[FailureStage, Text] = complete(
    FailureStage,
    {
        FailureStage.CONNECTION: Text.within("failure stage", "when connecting"),
        FailureStage.EHLO: Text.within("failure stage", "at the greeting"),
        FailureStage.MAIL: Text.within("failure stage", "at the sender's address"),
        FailureStage.RCPT: Text.within("failure stage", "at the recipient's address"),
        FailureStage.DATA: Text.within("failure stage", "at the mail itself"),
        FailureStage.ACCEPTED: Text.within("failure stage", "after their server had taken it"),
        FailureStage.UNKNOWN: Text.within("failure stage", "not known where"),
    },
)
"""For people."""
