"""The kinds of events: one list, from which `docs/events.md` is made. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from relance.complete import complete
from relance.wording import Text


class EventKind(StrEnum):
    """What happened: the noun it happened to, a dot, and what happened to it."""

    ENROLLMENT_CREATED = "enrollment.created"
    ENROLLMENT_PAUSED = "enrollment.paused"
    ENROLLMENT_RESUMED = "enrollment.resumed"
    ENROLLMENT_RETURNED = "enrollment.returned"
    ENROLLMENT_HELD = "enrollment.held"
    ENROLLMENT_RELEASED = "enrollment.released"
    ENROLLMENT_REOPENED = "enrollment.reopened"
    ENROLLMENT_FINISHED = "enrollment.finished"
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
    TASK_SKIPPED = "task.skipped"
    TASK_SNOOZED = "task.snoozed"
    TASK_ASSIGNED = "task.assigned"
    TASK_NOTED = "task.noted"
    TASK_REOPENED = "task.reopened"

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
    MESSAGE_OPEN_DISPROVED = "message.open_disproved"
    MESSAGE_CLICK_DISPROVED = "message.click_disproved"

    REPLY_RECEIVED = "reply.received"
    REPLY_WRITTEN = "reply.written"
    REPLY_TAKEN_BACK = "reply.taken_back"
    REPLY_GIVEN_UP = "reply.given_up"
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
    MAILBOX_CHANGED = "mailbox.changed"
    MAILBOX_ALIASES_CHANGED = "mailbox.aliases_changed"
    MAILBOX_FOLDER_RENUMBERED = "mailbox.folder_renumbered"
    MAILBOX_REPLANNED = "mailbox.replanned"
    MAILBOX_LEAVE_ENTERED = "mailbox.leave_entered"
    MAILBOX_LEAVE_CANCELLED = "mailbox.leave_cancelled"
    MAILBOX_LEAVE_COVERED = "mailbox.leave_covered"
    UNREAD_MAIL_SET_ASIDE = "unread_mail.set_aside"
    UNREAD_MAIL_DISMISSED = "unread_mail.dismissed"
    ORGANISATION_RETRIED = "organisation.retried"

    CONTACT_CHANGED = "contact.changed"
    SUPPRESSION_ADDED = "suppression.added"
    SUPPRESSION_LIFTED = "suppression.lifted"
    SEQUENCE_PUBLISHED = "sequence.published"
    SEQUENCE_PAUSED = "sequence.paused"
    SEQUENCE_RESUMED = "sequence.resumed"
    RESTORE_CONFIRMED = "restore.confirmed"
    CLOCK_JUMPED = "clock.jumped"
    CLOCK_CORRECTED = "clock.corrected"


TITLES: Mapping[str, Text] = complete(
    EventKind,
    {
        EventKind.ENROLLMENT_CREATED: Text.within("event", "enrolled"),
        EventKind.ENROLLMENT_PAUSED: Text.within("event", "paused"),
        EventKind.ENROLLMENT_RESUMED: Text.within("event", "resumed"),
        EventKind.ENROLLMENT_RETURNED: Text.within("event", "back from absence"),
        EventKind.ENROLLMENT_HELD: Text.within("event", "held"),
        EventKind.ENROLLMENT_RELEASED: Text.within("event", "released"),
        EventKind.ENROLLMENT_REOPENED: Text.within("event", "reopened"),
        EventKind.ENROLLMENT_FINISHED: Text.within("event", "finished"),
        EventKind.ENROLLMENT_STOPPED: Text.within("event", "stopped"),
        EventKind.ENROLLMENT_UNSUBSCRIBED: Text.within("event", "unsubscribed"),
        EventKind.ENROLLMENT_POSTPONED: Text.within("event", "postponed"),
        EventKind.ENROLLMENT_HANDED_OVER: Text.within("event", "handed over"),
        EventKind.ENROLLMENT_MAILBOX_CHANGED: Text.within("event", "mailbox changed"),
        EventKind.STEP_BRANCHED: Text.within("event", "branch"),
        EventKind.STEP_WAITED: Text.within("event", "wait over"),
        EventKind.STEP_ENDED: Text.within("event", "end of the sequence"),
        EventKind.STEP_SKIPPED: Text.within("event", "step skipped"),
        EventKind.TASK_CREATED: Text.within("event", "task created"),
        EventKind.TASK_DONE: Text.within("event", "task done"),
        EventKind.TASK_SKIPPED: Text.within("event", "task skipped"),
        EventKind.TASK_SNOOZED: Text.within("event", "task postponed"),
        EventKind.TASK_ASSIGNED: Text.within("event", "task assigned"),
        EventKind.TASK_NOTED: Text.within("event", "note on a closed task"),
        EventKind.TASK_REOPENED: Text.within("event", "task opened again"),
        EventKind.MESSAGE_ACCEPTED: Text.within("event", "mail sent"),
        EventKind.MESSAGE_REFUSED: Text.within("event", "mail refused"),
        EventKind.MESSAGE_DEFERRED: Text.within("event", "mail deferred"),
        EventKind.MESSAGE_UNKNOWN: Text.within("event", "mail in doubt"),
        EventKind.MESSAGE_WITHDRAWN: Text.within("event", "mail withdrawn"),
        EventKind.MESSAGE_NOT_SENT: Text.within("event", "mail not sent"),
        EventKind.MESSAGE_ABANDONED: Text.within("event", "mail abandoned"),
        EventKind.MESSAGE_RESOLVED: Text.within("event", "doubt about a mail settled"),
        EventKind.MESSAGE_FOUND: Text.within("event", "mail found to be sent"),
        EventKind.MESSAGE_STOPPED_AT_GATE: Text.within("event", "mail stopped before sending"),
        EventKind.MESSAGE_BY_HAND: Text.within("event", "mail written by hand"),
        EventKind.MESSAGE_OPENED: Text.within("event", "mail opened"),
        EventKind.MESSAGE_CLICKED: Text.within("event", "link clicked"),
        EventKind.MESSAGE_OPEN_DISPROVED: Text.within("event", "open no longer counted"),
        EventKind.MESSAGE_CLICK_DISPROVED: Text.within("event", "click no longer counted"),
        EventKind.REPLY_RECEIVED: Text.within("event", "reply received"),
        EventKind.REPLY_WRITTEN: Text.within("event", "our reply written"),
        EventKind.REPLY_TAKEN_BACK: Text.within("event", "our reply taken back"),
        EventKind.REPLY_GIVEN_UP: Text.within("event", "our reply not sent"),
        EventKind.REPLY_CORRECTED: Text.within("event", "decision about a reply"),
        EventKind.REPLY_RECLASSIFIED: Text.within("event", "reply classified again"),
        EventKind.AUTO_REPLY_RECEIVED: Text.within("event", "automatic reply received"),
        EventKind.BOUNCE_RECEIVED: Text.within("event", "bounce received"),
        EventKind.COMPLAINT_RECEIVED: Text.within("event", "complaint received"),
        EventKind.NOTICE_RECEIVED: Text.within("event", "notice received"),
        EventKind.SUBSTITUTE_ACCEPTED: Text.within("event", "substitute accepted"),
        EventKind.SUBSTITUTE_DISMISSED: Text.within("event", "substitute dismissed"),
        EventKind.MAILBOX_ADDED: Text.within("event", "mailbox added"),
        EventKind.MAILBOX_REMOVED: Text.within("event", "mailbox removed"),
        EventKind.MAILBOX_PAUSED: Text.within("event", "mailbox paused"),
        EventKind.MAILBOX_RESUMED: Text.within("event", "mailbox resumed"),
        EventKind.MAILBOX_UNREADABLE: Text.within("event", "mailbox unreadable"),
        EventKind.MAILBOX_CHANGED: Text.within("event", "mailbox settings changed"),
        EventKind.MAILBOX_ALIASES_CHANGED: Text.within("event", "mailbox aliases changed"),
        EventKind.MAILBOX_FOLDER_RENUMBERED: Text.within("event", "folder renumbered"),
        EventKind.MAILBOX_REPLANNED: Text.within("event", "planned again"),
        EventKind.MAILBOX_LEAVE_ENTERED: Text.within("event", "leave entered"),
        EventKind.MAILBOX_LEAVE_CANCELLED: Text.within("event", "leave cancelled"),
        EventKind.MAILBOX_LEAVE_COVERED: Text.within("event", "handed over for a leave"),
        EventKind.UNREAD_MAIL_SET_ASIDE: Text.within("event", "unreadable mail set aside"),
        EventKind.UNREAD_MAIL_DISMISSED: Text.within("event", "unreadable mail dismissed"),
        EventKind.ORGANISATION_RETRIED: Text.within("event", "organisation tried again"),
        EventKind.CONTACT_CHANGED: Text.within("event", "contact changed"),
        EventKind.SUPPRESSION_ADDED: Text.within("event", "put on the do-not-contact list"),
        EventKind.SUPPRESSION_LIFTED: Text.within("event", "taken off the do-not-contact list"),
        EventKind.SEQUENCE_PUBLISHED: Text.within("event", "sequence published"),
        EventKind.SEQUENCE_PAUSED: Text.within("event", "sequence paused"),
        EventKind.SEQUENCE_RESUMED: Text.within("event", "sequence resumed"),
        EventKind.RESTORE_CONFIRMED: Text.within("event", "restore confirmed"),
        EventKind.CLOCK_JUMPED: Text.within("event", "clock jumped"),
        EventKind.CLOCK_CORRECTED: Text.within("event", "clock corrected"),
    },
)
"""What people are shown for a kind, in their language."""
