"""What events about mails say: those that go out, and those that come in. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from relance.engine.event_log.base import EventData, Words
from relance.engine.event_log.effects import Effect
from relance.engine.event_log.kinds import EventKind


@dataclass(frozen=True)
class MessageAttempted(EventData):
    """How an attempt to send a mail ended; `reason` and `stage` are there where it was not accepted, `failure` and `failure_stage`
    where a server refused it or put it off."""

    message_id: str
    subject: str
    variant: str
    reason: Words | None = None
    stage: str | None = None
    failure: str | None = None
    failure_stage: str | None = None


class MessageAccepted(MessageAttempted):
    """A server took responsibility for a mail: it is sent."""

    KIND = EventKind.MESSAGE_ACCEPTED


class MessageRefused(MessageAttempted):
    """A server refused a mail for good."""

    KIND = EventKind.MESSAGE_REFUSED


class MessageDeferred(MessageAttempted):
    """A server asked to try again later."""

    KIND = EventKind.MESSAGE_DEFERRED


class MessageUnknown(MessageAttempted):
    """The connection broke after the body had begun: the mail may have been delivered."""

    KIND = EventKind.MESSAGE_UNKNOWN


class MessageWithdrawn(MessageAttempted):
    """Something went wrong before the first byte of the body: the mail was not sent and will be offered again."""

    KIND = EventKind.MESSAGE_WITHDRAWN


class MessageNotSent(MessageAttempted):
    """A mail that was in doubt was not sent after all."""

    KIND = EventKind.MESSAGE_NOT_SENT


class MessageAbandoned(MessageAttempted):
    """A mail was given up."""

    KIND = EventKind.MESSAGE_ABANDONED


@dataclass(frozen=True)
class MessageResolved(EventData):
    """A person, the mailbox's policy or evidence said what happened to a mail that was in doubt."""

    KIND = EventKind.MESSAGE_RESOLVED
    outcome: str
    reason: Words
    message_id: str


@dataclass(frozen=True)
class MessageFound(EventData):
    """A mail of which the database knew nothing turned out to have been sent."""

    KIND = EventKind.MESSAGE_FOUND
    reason: Words
    sent_at: str


@dataclass(frozen=True)
class MessageStoppedAtGate(EventData):
    """A mail was ready, but what had happened in the meantime forbade it."""

    KIND = EventKind.MESSAGE_STOPPED_AT_GATE
    reasons: Sequence[Words]


@dataclass(frozen=True)
class ReplyWritten(EventData):
    """A person answered somebody from the inbox: their mail is sent at `leaves_at` (ISO 8601), and can be taken back until then."""

    KIND = EventKind.REPLY_WRITTEN
    message_id: str
    subject: str
    leaves_at: str


@dataclass(frozen=True)
class ReplyTakenBack(EventData):
    """A person took their answer back before it was sent."""

    KIND = EventKind.REPLY_TAKEN_BACK
    subject: str


@dataclass(frozen=True)
class ReplyGivenUp(EventData):
    """A person's answer will not be sent, and why."""

    KIND = EventKind.REPLY_GIVEN_UP
    reason: Words
    subject: str


@dataclass(frozen=True)
class MessageByHand(EventData):
    """A salesperson wrote to somebody in their own mail program: the sequence is paused."""

    KIND = EventKind.MESSAGE_BY_HAND
    words: Words
    folder: str


@dataclass(frozen=True)
class HitNoticed(EventData):
    """A person's open or click; machines' are not told. Found when hits were judged again: `branches` are those that had been
    decided without it and stay as they are, and `words` say so."""

    link: int
    reasons: Sequence[Words]
    words: Words | None = None
    branches: Sequence[str] | None = None


class MessageOpened(HitNoticed):
    """A person opened a mail."""

    KIND = EventKind.MESSAGE_OPENED


class MessageClicked(HitNoticed):
    """A person clicked a link in a mail."""

    KIND = EventKind.MESSAGE_CLICKED


@dataclass(frozen=True)
class HitDisproved(EventData):
    """What was told as a person's open or click was none, by better rules: counts leave it out. `reasons` are the signs, by name;
    `branches` those that had been decided by it and stay as they are, and `words` say so."""

    link: int
    reasons: Sequence[str]
    rules_version: int
    words: Words | None = None
    branches: Sequence[str] | None = None


class MessageOpenDisproved(HitDisproved):
    """An open that was told turned out not to be a person's; reports leave it out."""

    KIND = EventKind.MESSAGE_OPEN_DISPROVED


class MessageClickDisproved(HitDisproved):
    """A click that was told turned out not to be a person's; reports leave it out. Branches that it decided stay as they are."""

    KIND = EventKind.MESSAGE_CLICK_DISPROVED


# Mails that come in.


@dataclass(frozen=True)
class MailReceived(EventData):
    """A mail that came in, and what it was taken for."""

    kind: str
    from_: str | None
    folder: str
    rule: str
    matched_by: str
    words: Words


class ReplyReceived(MailReceived):
    """A person wrote, or may have: an answer, an opt-out, an answer to an invitation."""

    KIND = EventKind.REPLY_RECEIVED


class AutoReplyReceived(MailReceived):
    """A machine answered for a person: out of office, left the company, or neither."""

    KIND = EventKind.AUTO_REPLY_RECEIVED


@dataclass(frozen=True)
class BounceReceived(MailReceived):
    """A mail came back: the address does not exist, cannot be reached now, or the sender is blocked."""

    KIND = EventKind.BOUNCE_RECEIVED
    failure: str | None = None
    failure_stage: str | None = None


class ComplaintReceived(MailReceived):
    """Somebody reported a mail as spam."""

    KIND = EventKind.COMPLAINT_RECEIVED


class NoticeReceived(MailReceived):
    """A receipt, a copy or list mail: it changes nothing."""

    KIND = EventKind.NOTICE_RECEIVED


@dataclass(frozen=True)
class ReplyCorrected(EventData):
    """A person corrected how a mail had been classified."""

    KIND = EventKind.REPLY_CORRECTED
    words: Words
    judged: str
    kind: str
    effects: Sequence[Effect]


@dataclass(frozen=True)
class ReplyReclassified(EventData):
    """Newer rules classify a mail differently from the earlier ones."""

    KIND = EventKind.REPLY_RECLASSIFIED
    words: Words
    effects: Sequence[Effect]
    rules_version: int
    judged: str | None = None  # an earlier release left these two out
    kind: str | None = None


@dataclass(frozen=True)
class Substitute(EventData):
    """Somebody whom a mail names in its writer's place."""

    words: Words
    from_: str
    substitute: str | None = None  # their address; an earlier release kept it in `words` alone


class SubstituteAccepted(Substitute):
    """A person made the substitute that a mail names a contact."""

    KIND = EventKind.SUBSTITUTE_ACCEPTED


class SubstituteDismissed(Substitute):
    """A person decided against the substitute that a mail names."""

    KIND = EventKind.SUBSTITUTE_DISMISSED
