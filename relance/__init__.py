"""Relance: a sales email sequencing engine.

This is the public Python API: what stands in `__all__`, and nothing else. `Relance` is the door; everything a method
returns is a frozen value, everything it raises on purpose is a `RelanceError` whose text is a sentence a person can
act on::

    from pathlib import Path
    from relance import Relance

    with Relance() as relance:
        relance.contacts.import_file("people.csv")
        relance.sequences.publish(Path("first-meeting.yaml"))
        relance.enroll("First meeting")

Importing the package costs nothing: each name is fetched from its room when it is first asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from relance.app import Relance, check_database, upgrade_database
    from relance.clock import Clock, ManualClock
    from relance.config import Settings, make_home
    from relance.engine.contacts.importer import ImportReport, RejectedRow
    from relance.engine.contacts.service import WouldStop
    from relance.engine.contacts.suppression_list import RefusedLine, SuppressionImport
    from relance.engine.db.migrate import SchemaState
    from relance.engine.definition.lint import Checked
    from relance.engine.definition.sequence import Send, Sequence, Stop, Track
    from relance.engine.definition.starters.texts import Starter
    from relance.engine.definition.steps import BranchStep, EndStep, MailStep, TaskStep, Variant, WaitStep
    from relance.engine.engagement.judged_again import BranchKept, HitsChanged, HitsRejudged
    from relance.engine.event_log.actors import Actor, ActorKind
    from relance.engine.event_log.kinds import EventKind
    from relance.engine.inbound.answering.addressees import Addressee, ReplyAddresses
    from relance.engine.inbound.corrections.decisions import DecidedMeanwhile, StandingDecision
    from relance.engine.inbound.corrections.foretold import Foretold, ForetoldEffect
    from relance.engine.inbound.corrections.inbox import AnswerView, Corrected, Correction
    from relance.engine.inbound.corrections.inbox_pages import AnswerDetail, AnswerPage, InboxCounts
    from relance.engine.inbound.corrections.reclassify import Change, RejudgeReport
    from relance.engine.inbound.corrections.reinstate import WayBack
    from relance.engine.inbound.reading.unread_mail import UnreadMail
    from relance.engine.jobs.deciding import HeldDeed, HeldPerson
    from relance.engine.jobs.service import ImportSheet, JobPage, JobView, Upload
    from relance.engine.mailboxes.handing_over import HandOver
    from relance.engine.mailboxes.health.checking import HealthFinding, MailboxHealth
    from relance.engine.mailboxes.health.watching import MailboxRate
    from relance.engine.mailboxes.service import MailboxSpec, MailboxTest, MailboxView, TestStep
    from relance.engine.mailboxes.settings.changing import MailboxChange, ServerChange
    from relance.engine.mailboxes.settings.leaves import Leave, LeaveReport
    from relance.engine.mailboxes.settings.signing_mail import MailSigning, SigningRequest
    from relance.engine.mailboxes.sign_ins.agreeing import SignInPrompt, SignInRequest
    from relance.engine.mailboxes.sign_ins.connecting import ApplicationRequest, ConnectedMailbox
    from relance.engine.mailboxes.sign_ins.resealing import KeyRotation
    from relance.engine.ports import Span, Telemetry
    from relance.engine.processes.attendance import Attendance
    from relance.engine.reasons.as_data import Why
    from relance.engine.reporting.concerns import Concern, ConcernKind
    from relance.engine.reporting.explain import Explanation
    from relance.engine.reporting.forecast import Leaving, Planned
    from relance.engine.reporting.history.daily import DayCounts
    from relance.engine.reporting.history.messages import MessageDetail, MessageFilter, MessagePage
    from relance.engine.reporting.history.task_endings import TaskEnding
    from relance.engine.reporting.sequence_report import Funnel, Report, StepReport, VariantReport
    from relance.engine.reporting.status import HeldView, MailboxLine, Status
    from relance.engine.reporting.step_outcomes import StepAccount
    from relance.engine.reporting.timeline import EventPage, EventView
    from relance.engine.restore.doubts import Decided, DoubtView, Whom
    from relance.engine.roles import Permission, Role, Scope, Viewer
    from relance.engine.schedule.calendar import Bound, BoundKind, When
    from relance.engine.schedule.pace.ramp_up import PlannedDay
    from relance.engine.schedule.postponing import PostponedTimes
    from relance.engine.sending.copies import SentCopies
    from relance.engine.sending.doubt.in_doubt import Resolved, UnknownMail
    from relance.engine.sending.refusals.refusing_domains import Retried
    from relance.engine.sequences.bulk import BulkGlance, BulkReport, BulkResult
    from relance.engine.sequences.control import EnrollmentView
    from relance.engine.sequences.enroll import EnrollReport, SkipCode, Skipped
    from relance.engine.sequences.listing import EnrollmentFilter, EnrollmentPage
    from relance.engine.sequences.publish import (
        Overtaken,
        Published,
        SequenceDetail,
        SequenceStanding,
        SequenceSummary,
        VersionView,
    )
    from relance.engine.sequences.steps.task_lists import (
        TaskCounts,
        TaskFilter,
        TaskPage,
        TaskReport,
        TaskResult,
        TaskTime,
    )
    from relance.engine.sequences.writing.planning import PeopleAtStep, PublishPlan
    from relance.engine.states import BulkOutcome, TaskChange, TaskOutcome
    from relance.engine.store.contacts.contacts import Contact
    from relance.engine.store.contacts.filters import ContactFilter
    from relance.engine.store.contacts.hits import MachineHit
    from relance.engine.store.contacts.suppressions import Suppression
    from relance.engine.store.held import HeldGroup, HeldMark
    from relance.engine.store.inbound.replies import ReplyFilter, Wanted
    from relance.engine.store.jobs import JobKind, JobState
    from relance.engine.store.mailboxes.provider_traits import IdClue, ProviderHabits
    from relance.engine.store.processes import Process
    from relance.engine.store.sending.lateness import LatenessOfSent
    from relance.engine.store.sending.message_lists import MessageView
    from relance.engine.store.sending.own_replies import OwnReplyView
    from relance.engine.store.sequences.tasks import Task
    from relance.engine.store.users.audit import AuditEntry, AuditFilter
    from relance.engine.store.users.drafts import Draft, DraftWriter
    from relance.engine.tick import TickReport
    from relance.engine.turn_stages import TurnReport
    from relance.engine.users.service import Invitation, UserView
    from relance.mailbox.account import Security, Server
    from relance.mailbox.parsing.opened import Attachment, OpenedMail
    from relance.mailbox.smtp.usage import Usage
    from relance.wording import Text
    from relance.engine.sending.previews.shown import (  # isort: skip
        LackedField, LackingPeople, Preview, ShownField, ShownLink, ShownStep,
    )  # fmt: skip
    from relance.engine.sending.previews.testing import SentTest  # isort: skip
    from relance.errors import (  # isort: skip
        Away, Broken, Forbidden, Invalid, Misconfigured, NotFound, Problem, RelanceError, Superseded,
        Trouble, Unreachable, Unwritable, WrongUse,
    )  # fmt: skip

__all__ = [
    "Actor",
    "ActorKind",
    "Addressee",
    "AnswerDetail",
    "AnswerPage",
    "AnswerView",
    "ApplicationRequest",
    "Attachment",
    "Attendance",
    "AuditEntry",
    "AuditFilter",
    "Away",
    "Bound",
    "BoundKind",
    "BranchKept",
    "BranchStep",
    "Broken",
    "BulkGlance",
    "BulkOutcome",
    "BulkReport",
    "BulkResult",
    "Change",
    "Checked",
    "Clock",
    "Concern",
    "ConcernKind",
    "ConnectedMailbox",
    "Contact",
    "ContactFilter",
    "Corrected",
    "Correction",
    "DayCounts",
    "Decided",
    "DecidedMeanwhile",
    "DoubtView",
    "Draft",
    "DraftWriter",
    "EndStep",
    "EnrollReport",
    "EnrollmentFilter",
    "EnrollmentPage",
    "EnrollmentView",
    "EventKind",
    "EventPage",
    "EventView",
    "Explanation",
    "Forbidden",
    "Foretold",
    "ForetoldEffect",
    "Funnel",
    "HandOver",
    "HealthFinding",
    "HeldDeed",
    "HeldGroup",
    "HeldMark",
    "HeldPerson",
    "HeldView",
    "HitsChanged",
    "HitsRejudged",
    "IdClue",
    "ImportReport",
    "ImportSheet",
    "InboxCounts",
    "Invalid",
    "Invitation",
    "JobKind",
    "JobPage",
    "JobState",
    "JobView",
    "KeyRotation",
    "LackedField",
    "LackingPeople",
    "LatenessOfSent",
    "Leave",
    "LeaveReport",
    "Leaving",
    "MachineHit",
    "MailSigning",
    "MailStep",
    "MailboxChange",
    "MailboxHealth",
    "MailboxLine",
    "MailboxRate",
    "MailboxSpec",
    "MailboxTest",
    "MailboxView",
    "ManualClock",
    "MessageDetail",
    "MessageFilter",
    "MessagePage",
    "MessageView",
    "Misconfigured",
    "NotFound",
    "OpenedMail",
    "Overtaken",
    "OwnReplyView",
    "PeopleAtStep",
    "Permission",
    "Planned",
    "PlannedDay",
    "PostponedTimes",
    "Preview",
    "Problem",
    "Process",
    "ProviderHabits",
    "PublishPlan",
    "Published",
    "RefusedLine",
    "RejectedRow",
    "RejudgeReport",
    "Relance",
    "RelanceError",
    "ReplyAddresses",
    "ReplyFilter",
    "Report",
    "Resolved",
    "Retried",
    "Role",
    "SchemaState",
    "Scope",
    "Security",
    "Send",
    "SentCopies",
    "SentTest",
    "Sequence",
    "SequenceDetail",
    "SequenceStanding",
    "SequenceSummary",
    "Server",
    "ServerChange",
    "Settings",
    "ShownField",
    "ShownLink",
    "ShownStep",
    "SignInPrompt",
    "SignInRequest",
    "SigningRequest",
    "SkipCode",
    "Skipped",
    "Span",
    "StandingDecision",
    "Starter",
    "Status",
    "StepAccount",
    "StepReport",
    "Stop",
    "Superseded",
    "Suppression",
    "SuppressionImport",
    "Task",
    "TaskChange",
    "TaskCounts",
    "TaskEnding",
    "TaskFilter",
    "TaskOutcome",
    "TaskPage",
    "TaskReport",
    "TaskResult",
    "TaskStep",
    "TaskTime",
    "Telemetry",
    "TestStep",
    "Text",
    "TickReport",
    "Track",
    "Trouble",
    "TurnReport",
    "UnknownMail",
    "Unreachable",
    "UnreadMail",
    "Unwritable",
    "Upload",
    "Usage",
    "UserView",
    "Variant",
    "VariantReport",
    "VersionView",
    "Viewer",
    "WaitStep",
    "Wanted",
    "WayBack",
    "When",
    "Whom",
    "Why",
    "WouldStop",
    "WrongUse",
    "check_database",
    "make_home",
    "upgrade_database",
]

_ROOMS = {
    "app": ("Relance", "check_database", "upgrade_database"), "clock": ("Clock", "ManualClock"), "config": ("Settings", "make_home"),
    "engine.contacts.importer": ("ImportReport", "RejectedRow"), "engine.contacts.service": ("WouldStop",),
    "engine.contacts.suppression_list": ("RefusedLine", "SuppressionImport"),
    "engine.db.migrate": ("SchemaState",), "engine.definition.lint": ("Checked",),
    "engine.definition.sequence": ("Send", "Sequence", "Stop", "Track"),
    "engine.definition.steps": ("BranchStep", "EndStep", "MailStep", "TaskStep", "Variant", "WaitStep"),
    "engine.engagement.judged_again": ("BranchKept", "HitsChanged", "HitsRejudged"),
    "engine.event_log.actors": ("Actor", "ActorKind"), "engine.event_log.kinds": ("EventKind",),
    "engine.inbound.answering.addressees": ("Addressee", "ReplyAddresses"),
    "engine.inbound.corrections.decisions": ("DecidedMeanwhile", "StandingDecision"),
    "engine.inbound.corrections.foretold": ("Foretold", "ForetoldEffect"),
    "engine.inbound.corrections.inbox": ("AnswerView", "Corrected", "Correction"),
    "engine.inbound.corrections.reclassify": ("Change", "RejudgeReport"), "engine.inbound.corrections.reinstate": ("WayBack",),
    "engine.inbound.reading.unread_mail": ("UnreadMail",), "engine.jobs.service": ("ImportSheet", "JobPage", "JobView", "Upload"),
    "engine.mailboxes.handing_over": ("HandOver",),
    "engine.mailboxes.settings.leaves": ("Leave", "LeaveReport"), "engine.mailboxes.settings.signing_mail": ("MailSigning", "SigningRequest"),
    "engine.mailboxes.health.checking": ("HealthFinding", "MailboxHealth"), "engine.mailboxes.health.watching": ("MailboxRate",),
    "engine.schedule.pace.ramp_up": ("PlannedDay",), "engine.mailboxes.settings.changing": ("MailboxChange", "ServerChange"),
    "engine.mailboxes.service": ("MailboxSpec", "MailboxTest", "MailboxView", "TestStep"),
    "engine.sending.copies": ("SentCopies",), "engine.sending.previews.testing": ("SentTest",),
    "engine.sending.previews.shown": ("LackedField", "LackingPeople", "Preview", "ShownField", "ShownLink", "ShownStep"),
    "engine.mailboxes.sign_ins.resealing": ("KeyRotation",),
    "engine.mailboxes.sign_ins.connecting": ("ApplicationRequest", "ConnectedMailbox"),
    "engine.mailboxes.sign_ins.agreeing": ("SignInPrompt", "SignInRequest"), "engine.ports": ("Span", "Telemetry"),
    "engine.processes.attendance": ("Attendance",), "engine.reporting.concerns": ("Concern", "ConcernKind"),
    "engine.reporting.explain": ("Explanation",), "engine.reporting.forecast": ("Leaving", "Planned"),
    "engine.reporting.sequence_report": ("Funnel", "Report", "StepReport", "VariantReport"),
    "engine.reporting.status": ("HeldView", "MailboxLine", "Status"), "engine.reporting.step_outcomes": ("StepAccount",),
    "engine.reporting.timeline": ("EventPage", "EventView"), "engine.jobs.deciding": ("HeldDeed", "HeldPerson"),
    "engine.restore.doubts": ("Decided", "DoubtView", "Whom"), "engine.roles": ("Permission", "Role", "Scope", "Viewer"),
    "engine.schedule.calendar": ("Bound", "BoundKind", "When"), "engine.sending.doubt.in_doubt": ("Resolved", "UnknownMail"),
    "engine.sending.refusals.refusing_domains": ("Retried",), "engine.sequences.bulk": ("BulkGlance", "BulkReport", "BulkResult"),
    "engine.states": ("BulkOutcome", "TaskChange", "TaskOutcome"), "engine.sequences.control": ("EnrollmentView",),
    "engine.sequences.enroll": ("EnrollReport", "SkipCode", "Skipped"),
    "engine.sequences.listing": ("EnrollmentFilter", "EnrollmentPage"),
    "engine.sequences.writing.planning": ("PeopleAtStep", "PublishPlan"),
    "engine.sequences.publish": ("Overtaken", "Published", "SequenceDetail", "SequenceStanding", "SequenceSummary", "VersionView"),
    "engine.store.contacts.contacts": ("Contact",), "engine.store.contacts.filters": ("ContactFilter",),
    "engine.store.contacts.hits": ("MachineHit",), "engine.reasons.as_data": ("Why",),
    "engine.store.held": ("HeldGroup", "HeldMark"),
    "engine.store.jobs": ("JobKind", "JobState"), "engine.store.processes": ("Process",),
    "engine.store.mailboxes.provider_traits": ("IdClue", "ProviderHabits"),
    "engine.store.inbound.replies": ("ReplyFilter", "Wanted"),
    "engine.store.contacts.suppressions": ("Suppression",), "engine.definition.starters.texts": ("Starter",),
    "engine.store.users.drafts": ("Draft", "DraftWriter"), "engine.store.sequences.tasks": ("Task",),
    "engine.store.users.audit": ("AuditEntry", "AuditFilter"),
    "engine.tick": ("TickReport",), "engine.turn_stages": ("TurnReport",),
    "engine.reporting.history.messages": ("MessageDetail", "MessageFilter", "MessagePage"),
    "engine.store.sending.lateness": ("LatenessOfSent",),
    "engine.store.sending.message_lists": ("MessageView",), "engine.store.sending.own_replies": ("OwnReplyView",),
    "engine.users.service": ("Invitation", "UserView"), "engine.inbound.corrections.inbox_pages": ("AnswerDetail", "AnswerPage", "InboxCounts"),
    "engine.schedule.postponing": ("PostponedTimes",),
    "engine.sequences.steps.task_lists": ("TaskCounts", "TaskFilter", "TaskPage", "TaskReport", "TaskResult", "TaskTime"),
    "engine.reporting.history.daily": ("DayCounts",), "engine.reporting.history.task_endings": ("TaskEnding",),
    "errors": ("Away", "Broken", "Forbidden", "Invalid", "Misconfigured", "NotFound", "Problem", "RelanceError", "Superseded", "Trouble", "Unreachable", "Unwritable", "WrongUse"),
    "mailbox.parsing.opened": ("Attachment", "OpenedMail"),
    "mailbox.account": ("Security", "Server"), "mailbox.smtp.usage": ("Usage",), "wording": ("Text",),
}  # fmt: skip
_ROOM_OF = {name: f"relance.{room}" for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> Any:
    """A public name, fetched from its room the first time (PEP 562)."""
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return globals().setdefault(name, getattr(importlib.import_module(_ROOM_OF[name]), name))


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
