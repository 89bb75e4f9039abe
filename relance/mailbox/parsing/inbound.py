"""A mail that came in, as values: what it says of itself, and what we judge it to be."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from relance.mailbox.defects import Oddity
from relance.mailbox.failures import FailureReason, FailureStage
from relance.wording import Text


@dataclass(frozen=True)
class DeliveryReport:
    """One recipient's part of a delivery status notification (RFC 3464)."""

    final_recipient: str | None
    original_recipient: str | None
    action: str | None  # lower case: failed, delayed, delivered, relayed, expanded
    status: str | None  # enhanced status code, RFC 3463
    diagnostic: str | None
    envelope_id: str | None = None
    diagnostic_type: str | None = None  # whose language the diagnostic is in: smtp, x-postfix …
    reporting: str | None = None  # the host that wrote the report
    remote: str | None = None  # the host whose words the diagnostic are, where another one told it


COPY_MARK = "X-Relance-Copy"
"""The header of a copy that we filed; its value is the mail's own Message-ID."""


@dataclass(frozen=True)
class InboundMail:
    """A parsed mail. Every text field is decoded, bounded and free of control characters.

    What could not be read is empty, and `defects` says why; parsing never raises.
    """

    message_id: str | None
    from_address: str | None  # normalised, lower case
    from_name: str
    to: tuple[str, ...]  # To, Cc, Delivered-To, X-Original-To: every address it claims to have come to
    subject: str
    date: dt.datetime | None  # aware; the sender's claim
    in_reply_to: tuple[str, ...]  # ids with their angle brackets
    references: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]  # lower-case names, decoded values, in order
    content_type: str  # of the whole mail, lower case, without parameters
    content_params: tuple[tuple[str, str], ...]
    text: str  # the readable text: the plain part, or the HTML made plain; bounded
    reports: tuple[DeliveryReport, ...] = ()
    returned_ids: tuple[
        str, ...
    ] = ()  # Message-IDs found in a returned original (bounce, complaint, receipt) or in mails a person enclosed
    feedback_type: str | None = None  # ARF (RFC 5965)
    calendar_method: str | None = None  # iTIP (RFC 5546)
    opt_out_links: tuple[str, ...] = ()  # addresses in it that end as an unsubscribe link of ours does
    calendar_people: tuple[str, ...] = ()  # whom its calendar names: ATTENDEE, ORGANIZER; lower case
    aliases: tuple[
        str, ...
    ] = ()  # ids a provider gave a mail of ours: X-Microsoft-Original-Message-ID and kin
    size: int = 0
    truncated: bool = False
    defects: tuple[Oddity, ...] = ()

    @property
    def filed_by_us(self) -> bool:
        """Whether it is a copy that we put into Sent ourselves: it says nothing of what a server did. Another mail that was
        made from such a copy has another id."""
        return self.message_id is not None and self.header(COPY_MARK.lower()) == self.message_id

    def header(self, name: str) -> str | None:
        """The first header of that (lower-case) name."""
        return next((value for key, value in self.headers if key == name), None)


class Speaker(StrEnum):
    """Whose words a returned mail's are."""

    OWN = "own"  # of the server we send through
    RECEIVER = "receiver"  # of a server that receives for the person
    UNKNOWN = "unknown"  # nothing tells


class Kind(StrEnum):
    """What a mail is. The first five are people; the rest are machines or ourselves."""

    HUMAN = "human answer"
    OPT_OUT = "opt-out"
    CALENDAR = "calendar answer"
    UNREADABLE = "unreadable"  # could not be parsed: a person must look, never ignored
    CHALLENGE = "challenge"  # "prove that you are human": a person must act
    OUT_OF_OFFICE = "out of office"
    LEFT_COMPANY = "left the company"
    AUTO_REPLY = "auto-reply"  # a machine's answer that says nothing of absence
    HARD_BOUNCE = "hard bounce"  # this address will never work
    SOFT_BOUNCE = "soft bounce"  # it may work later
    BLOCKED = "blocked"  # the sender's problem: quota, reputation, policy
    COMPLAINT = "complaint"
    RECEIPT = "receipt"  # read, delivered or delayed: no answer
    LIST_MAIL = "list mail"
    OWN_COPY = "own copy"  # our own mail, copied back


class Intent(StrEnum):
    """What a person's answer wants of us."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    QUESTION = "question"
    REFERRAL = "referral"
    LATER = "later"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class OtherRecipient:
    """Somebody besides whom a returned mail speaks of, and why it did not reach them."""

    address: str
    failure: FailureReason
    stage: FailureStage
    status: str | None


@dataclass(frozen=True)
class Classification:
    """What we hold a mail to be, and why."""

    kind: Kind
    rule: str  # the name of the rule that decided
    # the words or header that decided, quoted, bounded; a sentence of ours where the server could not give the mail
    evidence: Text | str = ""
    until: dt.date | None = None  # out of office: the first day back
    recipient: str | None = None  # bounce, complaint: the address it speaks of
    status: str | None = None  # bounce: enhanced status code
    intent: str | None = None  # human answer: one of `Intent`
    language: str | None = None
    substitute: str | None = None  # left the company: the address named instead
    version: int = 1  # of the rules
    notes: tuple[Text, ...] = ()
    intent_evidence: str = ""  # the words that the intent rests on, quoted, bounded
    definite: bool = True  # hard bounce: whether it says for certain that there is no such address
    speaker: Speaker = Speaker.UNKNOWN  # bounce: whose words it goes by
    failure: FailureReason | None = None  # bounce: why
    stage: FailureStage | None = None  # bounce: how far the mail had come
    others: tuple[OtherRecipient, ...] = ()  # bounce: whom else it speaks of
