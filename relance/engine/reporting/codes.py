"""The codes that people see (states, kinds of mails and steps), in the reader's language. Pure.

A code is looked up by what it is about, for languages decline: a paused mailbox is "wstrzymana", a paused person "wstrzymany".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from relance.complete import complete
from relance.engine import states
from relance.engine.contacts.faults import FAULTS
from relance.engine.event_log.actors import KINDS as ACTORS
from relance.engine.inbound.policy import Certainty
from relance.engine.reasons import code_words
from relance.engine.reasons.matches import MATCHES
from relance.engine.roles import ROLE_NAMES
from relance.engine.schedule.outlook import Unforeseen
from relance.engine.states import BulkOutcome, TaskChange, TaskOutcome
from relance.engine.store.jobs import JobState
from relance.engine.store.sending import messages
from relance.engine.store.sending.lateness import LatenessOfSent
from relance.mailbox import failures
from relance.mailbox.classification import rule_names
from relance.mailbox.parsing.inbound import Intent, Kind
from relance.wording import Text, ended

MAILBOX: Mapping[str, Text] = {
    "active": Text.within("mailbox", "active"),
    "paused": Text.within("mailbox", "paused"),
    "removed": Text.within("mailbox", "removed"),
}
CHECK: Mapping[str, Text] = {  # of a mailbox's health
    "spf": Text.within("check", "SPF (who may send for the domain)"),
    "dkim": Text.within("check", "DKIM (signature)"),
    "dmarc": Text.within("check", "DMARC (policy)"),
    "mx": Text.within("check", "MX (where answers go)"),
    "links": Text.within("check", "Links in mails"),
}
GRADE: Mapping[str, Text] = {
    "fine": Text.within("grade", "in order"),
    "unknown": Text.within("grade", "not known"),
    "warning": Text.within("grade", "should be improved"),
    "failed": Text.within("grade", "must be corrected"),
}
SEQUENCE: Mapping[str, Text] = {
    "active": Text.within("sequence", "active"),
    "paused": Text.within("sequence", "paused"),
}
STEP: Mapping[
    str, Text
] = {  # that no kind is missing, `sequence_report` sees to: the kinds themselves take long to load
    "mail": Text.within("step", "mail"),
    "branch": Text.within("step", "branch"),
    "task": Text.within("step", "task"),
    "wait": Text.within("step", "wait"),
    "end": Text.within("step", "end"),
}
MAIL: Mapping[str, Text] = complete(
    Kind,
    {
        Kind.HUMAN: Text.within("mail", "human answer"),
        Kind.OPT_OUT: Text.within("mail", "opt-out"),
        Kind.CALENDAR: Text.within("mail", "calendar answer"),
        Kind.UNREADABLE: Text.within("mail", "unreadable"),
        Kind.CHALLENGE: Text.within("mail", "challenge"),
        Kind.OUT_OF_OFFICE: Text.within("mail", "out of office"),
        Kind.LEFT_COMPANY: Text.within("mail", "left the company"),
        Kind.AUTO_REPLY: Text.within("mail", "auto-reply"),
        Kind.HARD_BOUNCE: Text.within("mail", "hard bounce"),
        Kind.SOFT_BOUNCE: Text.within("mail", "soft bounce"),
        Kind.BLOCKED: Text.within("mail", "blocked"),
        Kind.COMPLAINT: Text.within("mail", "complaint"),
        Kind.RECEIPT: Text.within("mail", "receipt"),
        Kind.LIST_MAIL: Text.within("mail", "list mail"),
        Kind.OWN_COPY: Text.within("mail", "own copy"),
    },
)
INTENT: Mapping[str, Text] = complete(
    Intent,
    {
        Intent.POSITIVE: code_words.word("intent", Intent.POSITIVE),
        Intent.NEGATIVE: code_words.word("intent", Intent.NEGATIVE),
        Intent.QUESTION: Text.within("intent", "question"),
        Intent.REFERRAL: Text.within("intent", "referral"),
        Intent.LATER: Text.within("intent", "later"),
        Intent.UNCLEAR: Text.within("intent", "unclear"),
    },
)
TASK: Mapping[str, Text] = {
    "open": Text.within("task", "open"),
    "done": Text.within("task", "done"),
    "skipped": Text.within("task", "skipped"),
    "dropped": Text.within("task", "dropped"),
}
OUTCOME: Mapping[str, Text] = complete(
    TaskOutcome,
    {
        TaskOutcome.DONE: Text.within("outcome", "done"),
        TaskOutcome.NO_ANSWER: Text.within("outcome", "no answer"),
        TaskOutcome.LATER: Text.within("outcome", "later"),
        TaskOutcome.WRONG_PERSON: Text.within("outcome", "wrong person"),
    },
)
TASK_RESULT: Mapping[str, Text] = complete(
    TaskChange,
    {
        TaskChange.CHANGED: Text.within("task change", "changed"),
        TaskChange.NOT_OPEN: Text.within("task change", "not open"),
        TaskChange.UNKNOWN: Text.within("task change", "unknown"),
    },
)
UNREAD: Mapping[str, Text] = {
    "trying": Text.within("unread mail", "trying"),
    "aside": Text.within("unread mail", "aside"),
    "dismissed": Text.within("unread mail", "dismissed"),
}
SUPPRESSION: Mapping[str, Text] = {
    "address": Text.within("suppression", "address"),
    "domain": Text.within("suppression", "domain"),
}
TRIED: Mapping[str, Text] = {
    "password": Text.within("test", "password"),
    "sign-in": Text.within("test", "sign-in"),
    "smtp": Text.within("test", "sending"),
    "imap": Text.within("test", "reading answers"),
    "aliases": Text.within("test", "aliases"),
    "send": Text.within("test", "send"),
    "came back": Text.within("test", "came back"),
    "sender": Text.within("test", "sender"),
    "sent copies": Text.within("test", "sent copies"),
    "message id": Text.within("test", "message id"),
}
SIGN_IN: Mapping[str, Text] = {
    "password": Text.within("sign-in", "password"),
    "oauth": Text.within("sign-in", "OAuth 2.0"),
}
CONNECTED: Mapping[str, Text] = {
    "added": Text.within("connected", "added"),
    "signed in": Text.within("connected", "signed in"),
    "works": Text.within("connected", "works"),
    "refused": Text.within("connected", "refused"),
}
POLICY: Mapping[str, Text] = {
    "hold": Text.within("policy", "hold"),
    "assume sent": Text.within("policy", "assume sent"),
    "send again": Text.within("policy", "send again"),
}
MATCH: Mapping[str, Text] = complete(
    Certainty,
    {
        Certainty.CERTAIN: Text.within("match", "certain"),
        Certainty.SOFT: Text.within("match", "likely"),
        Certainty.NONE: Text.within("match", "none"),
    },
)
HIT: Mapping[str, Text] = {
    "open": Text.within("hit", "open"),
    "click": Text.within("hit", "click"),
}
VERDICT: Mapping[str, Text] = {  # on who made a hit
    "human": Text.within("verdict", "by a person"),
    "machine": Text.within("verdict", "by a machine"),
    "own": Text.within("verdict", "by the mailbox's owner"),
    "unknown": Text.within("verdict", "not certain"),
}
SUBSTITUTE: Mapping[str, Text] = {
    "accepted": Text.within("substitute", "accepted"),
    "dismissed": Text.within("substitute", "dismissed"),
}
ROLE: Mapping[str, Text] = {
    "scheduler": Text.within("role", "scheduler"),
    "worker": Text.within("role", "worker"),
    "web": Text.within("role", "web"),
    "run": Text.within("role", "run"),
}
BULK: Mapping[str, Text] = complete(
    BulkOutcome,
    {
        BulkOutcome.CHANGED: Text.within("bulk", "changed"),
        BulkOutcome.STAYS_PAUSED: Text.within("bulk", "released, but still paused by a person"),
        BulkOutcome.MAIL_IN_DOUBT: Text.within("bulk", "mail in doubt"),
        BulkOutcome.STEP_IN_DOUBT: Text.within("bulk", "step in doubt"),
        BulkOutcome.MAILBOX_REMOVED: Text.within("bulk", "mailbox removed"),
        BulkOutcome.MOVED_ON: Text.within("bulk", "changed in the meantime"),
    },
)
JOB: Mapping[str, Text] = complete(
    JobState,
    {
        JobState.QUEUED: Text.within("job", "queued"),
        JobState.RUNNING: Text.within("job", "running"),
        JobState.DONE: Text.within("job", "done"),
        JobState.FAILED: Text.within("job", "failed"),
        JobState.CANCELLED: Text.within("job", "cancelled"),
    },
)
JOB_RESULT: Mapping[str, Text] = {
    "added": Text.within("job result", "new"),
    "updated": Text.within("job result", "changed"),
    "unchanged": Text.within("job result", "known, nothing new"),
    "refused": Text.within("job result", "cannot be used"),
    "enrolled": Text.within("job result", "enrolled"),
    "not_an_address": Text.within("job result", "not an address"),
    "of_a_colleague": Text.within("job result", "belongs to a colleague"),
    "not_a_contact": Text.within("job result", "not a contact"),
    "suppressed": Text.within("job result", "on the do-not-contact list"),
    "in_sequence": Text.within("job result", "already in this sequence"),
    "in_another_sequence": Text.within("job result", "in another sequence"),
    "value_missing": Text.within("job result", "a field is missing"),
    "changed": Text.within("job result", "done"),
    "mail in doubt": Text.within("job result", "mail may have been delivered"),
    "step in doubt": Text.within("job result", "step may have been sent"),
    "mailbox removed": Text.within("job result", "mailbox was removed"),
    "moved on": Text.within("job result", "changed in the meantime"),
    "still held": Text.within("job result", "still held"),
    "moved": Text.within("job result", "handed over"),
    "later": Text.within("job result", "move once a mail begins a new thread"),
    "kept": Text.within("job result", "were to move, and stay"),
    "in_conversation": Text.within("job result", "in a conversation"),
    "in_doubt": Text.within("job result", "a mail may be on its way"),
    "held_otherwise": Text.within("job result", "held for another reason as well"),
    "held": Text.within("job result", "held"),
    "signed in": Text.within("job result", "known, now connected"),
    "works": Text.within("job result", "works, not saved"),
}
# What happened to rows (`RowOutcome`), people to be enrolled (`SkipCode`), enrollments (`BulkOutcome`), and people of a mailbox (`Fate`).
TASK_TIME: Mapping[str, Text] = {
    "overdue": Text.within("task time", "overdue"),
    "today": Text.within("task time", "today"),
    "later": Text.within("task time", "later"),
}
DECISION: Mapping[str, Text] = {
    "sent": Text.within("decision", "it arrived"),
    "not sent": Text.within("decision", "send the same mail again"),
    "give up": Text.within("decision", "skip this step"),
}
TABLES: Mapping[str, Mapping[str, Text]] = {
    "person": states.STATES,
    "message": {state.value: words for state, words in states.MESSAGE_STATES.items()},
    "mailbox": MAILBOX,
    "sequence": SEQUENCE,
    "step": STEP,
    "mail": MAIL,
    "hit": HIT,
    "verdict": VERDICT,
    "intent": INTENT,
    "failure": {reason.value: words for reason, words in failures.REASONS.items()},
    "failure stage": {stage.value: words for stage, words in failures.STAGES.items()},
    "task": TASK,
    "outcome": OUTCOME,
    "task change": TASK_RESULT,
    "unread mail": UNREAD,
    "suppression": SUPPRESSION,
    "test": TRIED,
    "connected": CONNECTED,
    "policy": POLICY,
    "sign-in": SIGN_IN,
    "substitute": SUBSTITUTE,
    "role": ROLE,
    "match": MATCH,
    "match key": MATCHES,
    "rule": rule_names.NAMES,
    "bulk": BULK,
    "check": CHECK,
    "grade": GRADE,
    "job": JOB,
    "job result": JOB_RESULT,
    "actor": {kind.value: words for kind, words in ACTORS.items()},
    "row fault": {fault.value: words for fault, words in FAULTS.items()},
    "task time": TASK_TIME,
    "decision": DECISION,
    "user role": {str(role): words for role, words in ROLE_NAMES.items()},
}


def text(about: str, code: object) -> Text:
    """A code as people read it; one that only a later release knows is said to be of that. Of a "step name" that is a person's own
    answer."""
    if about == "step name":
        return Text("your reply") if messages.is_reply(str(code)) else Text.prose(code)
    if not str(code):
        return Text.prose("")
    return TABLES[about].get(str(code)) or code_words.unknown(about)


def first_step(kind: str, due: dt.datetime | None) -> Text:
    """When somebody's first step is due; a mail that follows a task has no date of its own yet. Empty where nothing is due."""
    if due is None:
        return Text.prose("")
    if kind in ("", "mail"):
        return Text("The first mail: {when}.", when=due)
    return Text("The first step ({kind}): {when}.", kind=text("step", kind), when=due)


def last_mails(first: dt.date | None, last: dt.date | None, code: str = "", why: Text | None = None) -> Text:
    """When about the last first mail and the last mail of people who are enrolled would leave, and `why` so late; `code`: why nobody knows.
    Empty where nobody joins."""
    if first is None or last is None:
        return _UNFORESEEN.get(code) or Text.prose("")
    if why is not None:
        return Text("{told} What takes longest: {reason}", told=last_mails(first, last), reason=ended(why))
    if first == last:
        return Text("The last mail leaves on about {day}.", day=last)
    return Text(
        "If nobody answers, the last first mail leaves on about {first}, and the last mail on about {last}.",
        first=first,
        last=last,
    )


def lateness_of_sent(found: LatenessOfSent) -> Text:
    """By how much the mails of the last 24 hours left after their plan. Empty where none left."""
    if found.median is None or found.p95 is None:
        return Text.prose("")
    return Text(
        "Mails of sequences that left in the last 24 hours: {mails}. Half of them were late by no more than {median}, 95 of 100 by no more than {p95}.",
        mails=found.mails,
        median=dt.timedelta(seconds=max(0, round(found.median))),
        p95=dt.timedelta(seconds=max(0, round(found.p95))),
    )


_UNFORESEEN: Mapping[str, Text] = {
    Unforeseen.NO_MAIL: Text("No mail leaves: this sequence has none."),
    Unforeseen.TOO_FAR: Text("At this pace, the last mail is sent more than three years from now."),
}


def explained(typed: Sequence[str]) -> tuple[str, ...]:
    """Codes that can be typed, each with what it means behind it where that says more ("held (do decyzji)")."""
    tables = ({_typed(code): words for code, words in table.items()} for table in TABLES.values())
    meanings = min((table for table in tables if set(typed) <= set(table)), key=len, default={})
    return tuple(_explained(code, str(meanings.get(code, code))) for code in typed)


def _typed(code: object) -> str:
    return str(code).replace(" ", "-")


def _explained(code: str, words: str) -> str:
    return code if _typed(words) == code else f"{code} ({words})"
