"""Codes that a command takes. They are the engine's own, written down once more, for help must not load the engine."""

from __future__ import annotations

import enum


class PersonState(enum.StrEnum):
    """Where somebody stands in a sequence."""

    ACTIVE = "active"
    PAUSED = "paused"
    AWAY = "away"
    HELD = "held"
    FINISHED = "finished"
    REPLIED = "replied"
    BOUNCED = "bounced"
    UNSUBSCRIBED = "unsubscribed"
    STOPPED = "stopped"
    FAILED = "failed"


class MailState(enum.StrEnum):
    """Where a mail stands on its way out."""

    PREPARED = "prepared"
    TRANSMITTING = "transmitting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    DEFERRED = "deferred"
    UNKNOWN = "unknown"
    NOT_SENT = "not-sent"
    ABANDONED = "abandoned"


class TaskTime(enum.StrEnum):
    """When a task is due."""

    OVERDUE = "overdue"
    TODAY = "today"
    LATER = "later"


class TaskOutcome(enum.StrEnum):
    """How a task ended."""

    DONE = "done"
    NO_ANSWER = "no-answer"
    LATER = "later"
    WRONG_PERSON = "wrong-person"


class UserRole(enum.StrEnum):
    """What a user of the console may do."""

    MANAGER = "manager"
    SALESPERSON = "salesperson"
    VIEWER = "viewer"
