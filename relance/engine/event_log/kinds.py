"""The kinds of events: one list, from which `docs/events.md` is made. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from relance.complete import complete


class EventKind(StrEnum):
    """What happened: the noun it happened to, a dot, and what became of it."""

    ENROLLMENT_CREATED = "enrollment.created"
    ENROLLMENT_PAUSED = "enrollment.paused"
    ENROLLMENT_RESUMED = "enrollment.resumed"
    ENROLLMENT_RETURNED = "enrollment.returned"
    ENROLLMENT_HELD = "enrollment.held"
    ENROLLMENT_RELEASED = "enrollment.released"
    ENROLLMENT_REOPENED = "enrollment.reopened"
    ENROLLMENT_STOPPED = "enrollment.stopped"
    ENROLLMENT_UNSUBSCRIBED = "enrollment.unsubscribed"
    ENROLLMENT_POSTPONED = "enrollment.postponed"
    ENROLLMENT_HANDED_OVER = "enrollment.handed_over"
    ENROLLMENT_MAILBOX_CHANGED = "enrollment.mailbox_changed"

    STEP_BRANCHED = "step.branched"
    STEP_WAITED = "step.waited"
    STEP_ENDED = "step.ended"
    STEP_SKIPPED = "step.skipped"
    TASK_CREATED = "task.created"
    TASK_DONE = "task.done"

    MESSAGE_ACCEPTED = "message.accepted"
    MESSAGE_REFUSED = "message.refused"
    MESSAGE_DEFERRED = "message.deferred"
    MESSAGE_UNKNOWN = "message.unknown"
    MESSAGE_WITHDRAWN = "message.withdrawn"
    MESSAGE_NOT_SENT = "message.not_sent"
    MESSAGE_ABANDONED = "message.abandoned"
    MESSAGE_RESOLVED = "message.resolved"
    MESSAGE_FOUND = "message.found"
    MESSAGE_STOPPED_AT_GATE = "message.stopped_at_gate"
    MESSAGE_BY_HAND = "message.by_hand"
    MESSAGE_OPENED = "message.opened"
    MESSAGE_CLICKED = "message.clicked"

    REPLY_RECEIVED = "reply.received"
    REPLY_CORRECTED = "reply.corrected"
    REPLY_RECLASSIFIED = "reply.reclassified"
    AUTO_REPLY_RECEIVED = "auto_reply.received"
    BOUNCE_RECEIVED = "bounce.received"
    COMPLAINT_RECEIVED = "complaint.received"
    NOTICE_RECEIVED = "notice.received"
    SUBSTITUTE_ACCEPTED = "substitute.accepted"
    SUBSTITUTE_DISMISSED = "substitute.dismissed"

    MAILBOX_ADDED = "mailbox.added"
    MAILBOX_REMOVED = "mailbox.removed"
    MAILBOX_PAUSED = "mailbox.paused"
    MAILBOX_RESUMED = "mailbox.resumed"
    MAILBOX_UNREADABLE = "mailbox.unreadable"
    MAILBOX_ALIASES_CHANGED = "mailbox.aliases_changed"
    MAILBOX_FOLDER_RENUMBERED = "mailbox.folder_renumbered"
    MAILBOX_REPLANNED = "mailbox.replanned"
    UNREAD_MAIL_SET_ASIDE = "unread_mail.set_aside"
    UNREAD_MAIL_DISMISSED = "unread_mail.dismissed"
    ORGANISATION_RETRIED = "organisation.retried"

    SUPPRESSION_ADDED = "suppression.added"
    SUPPRESSION_LIFTED = "suppression.lifted"
    SEQUENCE_PUBLISHED = "sequence.published"
    SEQUENCE_PAUSED = "sequence.paused"
    SEQUENCE_RESUMED = "sequence.resumed"
    RESTORE_CONFIRMED = "restore.confirmed"
    CLOCK_JUMPED = "clock.jumped"
    CLOCK_CORRECTED = "clock.corrected"


TITLES: Mapping[str, str] = complete(
    EventKind,
    {
        EventKind.ENROLLMENT_CREATED: "enrolled",
        EventKind.ENROLLMENT_PAUSED: "paused",
        EventKind.ENROLLMENT_RESUMED: "resumed",
        EventKind.ENROLLMENT_RETURNED: "back from absence",
        EventKind.ENROLLMENT_HELD: "held",
        EventKind.ENROLLMENT_RELEASED: "released",
        EventKind.ENROLLMENT_REOPENED: "reopened",
        EventKind.ENROLLMENT_STOPPED: "stopped",
        EventKind.ENROLLMENT_UNSUBSCRIBED: "unsubscribed",
        EventKind.ENROLLMENT_POSTPONED: "postponed",
        EventKind.ENROLLMENT_HANDED_OVER: "handed over",
        EventKind.ENROLLMENT_MAILBOX_CHANGED: "mailbox changed",
        EventKind.STEP_BRANCHED: "branch",
        EventKind.STEP_WAITED: "wait over",
        EventKind.STEP_ENDED: "end of the sequence",
        EventKind.STEP_SKIPPED: "step skipped",
        EventKind.TASK_CREATED: "task created",
        EventKind.TASK_DONE: "task done",
        EventKind.MESSAGE_ACCEPTED: "mail sent",
        EventKind.MESSAGE_REFUSED: "mail refused",
        EventKind.MESSAGE_DEFERRED: "mail deferred",
        EventKind.MESSAGE_UNKNOWN: "mail in doubt",
        EventKind.MESSAGE_WITHDRAWN: "mail withdrawn",
        EventKind.MESSAGE_NOT_SENT: "mail not sent",
        EventKind.MESSAGE_ABANDONED: "mail abandoned",
        EventKind.MESSAGE_RESOLVED: "doubt about a mail settled",
        EventKind.MESSAGE_FOUND: "mail found to be sent",
        EventKind.MESSAGE_STOPPED_AT_GATE: "mail stopped before sending",
        EventKind.MESSAGE_BY_HAND: "mail written by hand",
        EventKind.MESSAGE_OPENED: "mail opened",
        EventKind.MESSAGE_CLICKED: "link clicked",
        EventKind.REPLY_RECEIVED: "reply received",
        EventKind.REPLY_CORRECTED: "reply corrected",
        EventKind.REPLY_RECLASSIFIED: "reply classified again",
        EventKind.AUTO_REPLY_RECEIVED: "automatic reply received",
        EventKind.BOUNCE_RECEIVED: "bounce received",
        EventKind.COMPLAINT_RECEIVED: "complaint received",
        EventKind.NOTICE_RECEIVED: "notice received",
        EventKind.SUBSTITUTE_ACCEPTED: "substitute accepted",
        EventKind.SUBSTITUTE_DISMISSED: "substitute dismissed",
        EventKind.MAILBOX_ADDED: "mailbox added",
        EventKind.MAILBOX_REMOVED: "mailbox removed",
        EventKind.MAILBOX_PAUSED: "mailbox paused",
        EventKind.MAILBOX_RESUMED: "mailbox resumed",
        EventKind.MAILBOX_UNREADABLE: "mailbox unreadable",
        EventKind.MAILBOX_ALIASES_CHANGED: "mailbox aliases changed",
        EventKind.MAILBOX_FOLDER_RENUMBERED: "folder numbered anew",
        EventKind.MAILBOX_REPLANNED: "planned anew",
        EventKind.UNREAD_MAIL_SET_ASIDE: "unreadable mail set aside",
        EventKind.UNREAD_MAIL_DISMISSED: "unreadable mail dismissed",
        EventKind.ORGANISATION_RETRIED: "organisation tried again",
        EventKind.SUPPRESSION_ADDED: "suppressed",
        EventKind.SUPPRESSION_LIFTED: "no longer suppressed",
        EventKind.SEQUENCE_PUBLISHED: "sequence published",
        EventKind.SEQUENCE_PAUSED: "sequence paused",
        EventKind.SEQUENCE_RESUMED: "sequence resumed",
        EventKind.RESTORE_CONFIRMED: "restore confirmed",
        EventKind.CLOCK_JUMPED: "clock jumped",
        EventKind.CLOCK_CORRECTED: "clock corrected",
    },
)
"""What people are shown for a kind."""
