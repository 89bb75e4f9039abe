"""Why a mail did not reach somebody, and where its way ended: the words in which returned mails and refusals are told."""

from __future__ import annotations

from enum import StrEnum


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

BEFORE_RECIPIENT = frozenset({FailureStage.CONNECTION, FailureStage.EHLO, FailureStage.MAIL})
"""Where the other server has not been told yet whom the mail is for: what it refuses then is never about them."""
