"""What events about people in sequences say: their enrollments, and steps that are not mails. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from relance.engine.event_log.base import EventData, WithReason, Words
from relance.engine.event_log.kinds import EventKind


@dataclass(frozen=True)
class EnrollmentCreated(EventData):
    """Somebody was enrolled in a sequence."""

    KIND = EventKind.ENROLLMENT_CREATED
    sequence: str
    version: int
    mailbox: str


class EnrollmentPaused(WithReason):
    """A person paused somebody; nothing is sent until a person resumes them."""

    KIND = EventKind.ENROLLMENT_PAUSED


class EnrollmentResumed(WithReason):
    """A person let somebody continue who was paused or away."""

    KIND = EventKind.ENROLLMENT_RESUMED


@dataclass(frozen=True)
class EnrollmentReturned(EventData):
    """The absence announced by an out-of-office reply is over; the sequence continues. `until` (ISO 8601) is when
    it was due to end, `was` the reason that was stored for it: they restore the absence if a wrong clock ended it."""

    KIND = EventKind.ENROLLMENT_RETURNED
    until: str | None = None
    was: Mapping[str, object] | None = None


class EnrollmentHeld(WithReason):
    """Only a person can decide this: nothing is sent until they do."""

    KIND = EventKind.ENROLLMENT_HELD


class EnrollmentReleased(WithReason):
    """A person decided, or evidence did: somebody who was held continues."""

    KIND = EventKind.ENROLLMENT_RELEASED


class EnrollmentReopened(WithReason):
    """What had ended somebody's sequence was a mistake: it continues."""

    KIND = EventKind.ENROLLMENT_REOPENED


class EnrollmentFinished(EventData):
    """Somebody completed the last step of a sequence. For anyone held after it, this follows what releases them."""

    KIND = EventKind.ENROLLMENT_FINISHED


class EnrollmentUnsubscribed(WithReason):
    """Somebody asked for no more mail, or a person put them on the do-not-contact list: nothing is sent any more."""

    KIND = EventKind.ENROLLMENT_UNSUBSCRIBED


class EnrollmentMailboxChanged(WithReason):
    """Another mailbox continues with somebody."""

    KIND = EventKind.ENROLLMENT_MAILBOX_CHANGED


@dataclass(frozen=True)
class EnrollmentStopped(WithReason):
    """Somebody's sequence ended: by a person, by its own stop rule, or (then `by` is there) for a colleague's answer."""

    KIND = EventKind.ENROLLMENT_STOPPED
    by: str | None = None
    action: str | None = None
    touched: Mapping[str, int] | None = None


@dataclass(frozen=True)
class ForColleague(WithReason):
    """An event that a colleague's answer made."""

    by: str
    action: str
    touched: Mapping[str, int]


class EnrollmentPostponed(ForColleague):
    """A colleague answered, and the sequence's rule delays the next step."""

    KIND = EventKind.ENROLLMENT_POSTPONED


class EnrollmentHandedOver(ForColleague):
    """A colleague answered, and by the sequence's rule a person decides how to continue; there is a task."""

    KIND = EventKind.ENROLLMENT_HANDED_OVER


@dataclass(frozen=True)
class ContactChanged(EventData):
    """Somebody's details were changed, by an import, the command line or a form; `before` and `after` are the values by field,
    empty where there was none."""

    KIND = EventKind.CONTACT_CHANGED
    before: Mapping[str, str]
    after: Mapping[str, str]


@dataclass(frozen=True)
class SuppressionAdded(WithReason):
    """A person said that an address, or everyone at a domain, must not be written to any more."""

    KIND = EventKind.SUPPRESSION_ADDED
    value: str


@dataclass(frozen=True)
class SuppressionLifted(EventData):
    """A person said that an address or a domain may be contacted again."""

    KIND = EventKind.SUPPRESSION_LIFTED
    value: str
    words: Words = ""  # why, as the person put it


# Steps that are not mails.


@dataclass(frozen=True)
class StepBranched(EventData):
    """A branch was decided."""

    KIND = EventKind.STEP_BRANCHED
    words: Words
    taken: bool


class StepWaited(EventData):
    """A wait ended."""

    KIND = EventKind.STEP_WAITED


class StepEnded(EventData):
    """A sequence came to its end."""

    KIND = EventKind.STEP_ENDED


class StepSkipped(WithReason):
    """A step was skipped."""

    KIND = EventKind.STEP_SKIPPED


@dataclass(frozen=True)
class TaskCreated(EventData):
    """A task fell due: a person has something to do."""

    KIND = EventKind.TASK_CREATED
    words: Words


@dataclass(frozen=True)
class TaskDone(EventData):
    """A person did what a task asked for; `outcome` is how it ended, `note` what they say of it."""

    KIND = EventKind.TASK_DONE
    words: Words
    outcome: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class TaskSkipped(EventData):
    """A person decided that a task need not be done; the sequence continues."""

    KIND = EventKind.TASK_SKIPPED
    words: Words


@dataclass(frozen=True)
class TaskSnoozed(EventData):
    """A person postponed a task; `until` (ISO 8601) is when it is due now, `note` what they say of it."""

    KIND = EventKind.TASK_SNOOZED
    words: Words
    until: str
    note: str | None = None


@dataclass(frozen=True)
class TaskAssigned(EventData):
    """A person assigned a task; empty: to anyone who takes it first."""

    KIND = EventKind.TASK_ASSIGNED
    words: Words
    assignee: str


@dataclass(frozen=True)
class TaskNoted(EventData):
    """A person closed a task that somebody had closed before: nothing changed, and what they say of it is kept."""

    KIND = EventKind.TASK_NOTED
    words: Words
    note: str
    outcome: str | None = None


@dataclass(frozen=True)
class TaskReopened(EventData):
    """A person took back that a task was closed: it is open again."""

    KIND = EventKind.TASK_REOPENED
    words: Words
