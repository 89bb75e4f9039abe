"""What events about mailboxes, sequences and the installation say. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from relance.engine.event_log.base import EventData, WithReason, Words
from relance.engine.event_log.kinds import EventKind


class MailboxAdded(EventData):
    """A mailbox was added."""

    KIND = EventKind.MAILBOX_ADDED


@dataclass(frozen=True)
class MailboxRemoved(EventData):
    """A mailbox was removed; everyone still being written to from it is held."""

    KIND = EventKind.MAILBOX_REMOVED
    held: int


class MailboxPaused(WithReason):
    """Nothing is sent from a mailbox until a person resumes it: a person paused it, or its server's answers did."""

    KIND = EventKind.MAILBOX_PAUSED


class MailboxResumed(EventData):
    """A person lets a mailbox send again."""

    KIND = EventKind.MAILBOX_RESUMED


class MailboxUnreadable(WithReason):
    """A mailbox could not be read completely; reported once, until it can be read again."""

    KIND = EventKind.MAILBOX_UNREADABLE


@dataclass(frozen=True)
class MailboxChanged(EventData):
    """A person changed a mailbox: what is named is what was changed, and how it is now. `ca_file`: whether there is a certificate of one's own."""

    KIND = EventKind.MAILBOX_CHANGED
    words: Words
    name: str | None = None
    daily_cap: int | None = None
    gap_seconds: int | None = None
    hourly_cap: int | None = None
    jitter_seconds: int | None = None
    ramp_up: str | None = None
    password: bool | None = None
    username: str | None = None
    smtp: str | None = None
    imap: str | None = None
    ca_file: bool | None = None
    unknown_policy: str | None = None
    plus_addressing: bool | None = None
    zone: str | None = None
    ehlo_name: str | None = None
    tracking_host: str | None = None
    signature: bool | None = None
    signature_html: bool | None = None
    sign_in: str | None = None
    dkim: str | None = None  # where the key that signs its mails is published; empty: they are not signed


@dataclass(frozen=True)
class MailboxAliasesChanged(EventData):
    """Other addresses count as a mailbox's own."""

    KIND = EventKind.MAILBOX_ALIASES_CHANGED
    words: Words
    aliases: Sequence[str] | None = None


@dataclass(frozen=True)
class MailboxFolderRenumbered(EventData):
    """The server renumbered a folder; it is read again."""

    KIND = EventKind.MAILBOX_FOLDER_RENUMBERED
    folder: str
    words: Words


@dataclass(frozen=True)
class MailboxReplanned(EventData):
    """Nothing had run for a long time: what was due was given new times instead of being sent at once."""

    KIND = EventKind.MAILBOX_REPLANNED
    steps: int
    since: str


@dataclass(frozen=True)
class MailboxLeaveEntered(EventData):
    """Nothing leaves from a mailbox from the first day to the last, as its owner is on leave; `cover`: who writes first mails instead."""

    KIND = EventKind.MAILBOX_LEAVE_ENTERED
    first: str
    last: str
    cover: str


@dataclass(frozen=True)
class MailboxLeaveCancelled(EventData):
    """A leave was taken back: mail leaves on these days as on others."""

    KIND = EventKind.MAILBOX_LEAVE_CANCELLED
    first: str
    last: str


@dataclass(frozen=True)
class MailboxLeaveCovered(EventData):
    """A leave has begun: people who had had no mail were handed over to the mailbox that covers."""

    KIND = EventKind.MAILBOX_LEAVE_COVERED
    first: str
    cover: str
    moved: int


@dataclass(frozen=True)
class UnreadMail(EventData):
    """A mail that a server does not give."""

    words: Words
    folder: str
    uid: int


class UnreadMailSetAside(UnreadMail):
    """A mail could not be read several times; the mailbox continues without it."""

    KIND = EventKind.UNREAD_MAIL_SET_ASIDE


class UnreadMailDismissed(UnreadMail):
    """A person looked at a mail that could not be read."""

    KIND = EventKind.UNREAD_MAIL_DISMISSED


@dataclass(frozen=True)
class OrganisationRetried(WithReason):
    """A person lets a mailbox write again to an organisation that had refused its mail."""

    KIND = EventKind.ORGANISATION_RETRIED
    going_on: int


# Sequences, and the installation.


@dataclass(frozen=True)
class SequencePublished(EventData):
    """A sequence got a new version."""

    KIND = EventKind.SEQUENCE_PUBLISHED
    sequence: str
    version: int


@dataclass(frozen=True)
class SequencePaused(WithReason):
    """A person paused a sequence: none of its steps is carried out."""

    KIND = EventKind.SEQUENCE_PAUSED
    sequence: str


@dataclass(frozen=True)
class SequenceResumed(EventData):
    """A person lets a sequence continue."""

    KIND = EventKind.SEQUENCE_RESUMED
    sequence: str


@dataclass(frozen=True)
class RestoreConfirmed(WithReason):
    """A person confirmed that the database was restored from a backup."""

    KIND = EventKind.RESTORE_CONFIRMED
    held: int


class ClockJumped(WithReason):
    """The computer's clock jumped; it is not relied on until it is trusted again."""

    KIND = EventKind.CLOCK_JUMPED


class ClockCorrected(WithReason):
    """The clock had been ahead; what had been written in the meantime was corrected."""

    KIND = EventKind.CLOCK_CORRECTED
