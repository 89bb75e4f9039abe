"""What events were called before they had kinds: read for one release more, for a process of that release may still write. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from relance.engine.event_log.kinds import EventKind

_SAME_DATA: dict[str, EventKind] = {
    "enrolled": EventKind.ENROLLMENT_CREATED,
    "paused by a person": EventKind.ENROLLMENT_PAUSED,
    "resumed by a person": EventKind.ENROLLMENT_RESUMED,
    "back": EventKind.ENROLLMENT_RETURNED,
    "held": EventKind.ENROLLMENT_HELD,
    "released": EventKind.ENROLLMENT_RELEASED,
    "reopened by a person": EventKind.ENROLLMENT_REOPENED,
    "stopped": EventKind.ENROLLMENT_STOPPED,
    "unsubscribed": EventKind.ENROLLMENT_UNSUBSCRIBED,
    "slowed": EventKind.ENROLLMENT_POSTPONED,
    "handed over": EventKind.ENROLLMENT_HANDED_OVER,
    "mailbox changed": EventKind.ENROLLMENT_MAILBOX_CHANGED,
    "branch": EventKind.STEP_BRANCHED,
    "wait": EventKind.STEP_WAITED,
    "end": EventKind.STEP_ENDED,
    "skipped": EventKind.STEP_SKIPPED,
    "task": EventKind.TASK_CREATED,
    "task done": EventKind.TASK_DONE,
    "sent": EventKind.MESSAGE_ACCEPTED,
    "mail accepted": EventKind.MESSAGE_ACCEPTED,
    "mail refused": EventKind.MESSAGE_REFUSED,
    "mail deferred": EventKind.MESSAGE_DEFERRED,
    "mail unknown": EventKind.MESSAGE_UNKNOWN,
    "mail transmitting": EventKind.MESSAGE_UNKNOWN,
    "mail prepared": EventKind.MESSAGE_WITHDRAWN,
    "mail not sent": EventKind.MESSAGE_NOT_SENT,
    "mail abandoned": EventKind.MESSAGE_ABANDONED,
    "found sent": EventKind.MESSAGE_FOUND,
    "turned away at the gate": EventKind.MESSAGE_STOPPED_AT_GATE,
    "written by hand": EventKind.MESSAGE_BY_HAND,
    "opened": EventKind.MESSAGE_OPENED,
    "clicked": EventKind.MESSAGE_CLICKED,
    "answer corrected": EventKind.REPLY_CORRECTED,
    "answer judged again": EventKind.REPLY_RECLASSIFIED,
    "substitute accepted": EventKind.SUBSTITUTE_ACCEPTED,
    "substitute dismissed": EventKind.SUBSTITUTE_DISMISSED,
    "mailbox added": EventKind.MAILBOX_ADDED,
    "mailbox removed": EventKind.MAILBOX_REMOVED,
    "mailbox paused": EventKind.MAILBOX_PAUSED,
    "mailbox resumed": EventKind.MAILBOX_RESUMED,
    "mailbox unreadable": EventKind.MAILBOX_UNREADABLE,
    "mailbox aliases changed": EventKind.MAILBOX_ALIASES_CHANGED,
    "folder numbered anew": EventKind.MAILBOX_FOLDER_RENUMBERED,
    "planned anew": EventKind.MAILBOX_REPLANNED,
    "mail set aside": EventKind.UNREAD_MAIL_SET_ASIDE,
    "mail dismissed": EventKind.UNREAD_MAIL_DISMISSED,
    "organisation retried": EventKind.ORGANISATION_RETRIED,
    "sequence published": EventKind.SEQUENCE_PUBLISHED,
    "sequence paused": EventKind.SEQUENCE_PAUSED,
    "sequence resumed": EventKind.SEQUENCE_RESUMED,
    "restore confirmed": EventKind.RESTORE_CONFIRMED,
    "clock jumped": EventKind.CLOCK_JUMPED,
    "clock was ahead": EventKind.CLOCK_CORRECTED,
}

# The name itself said something that is data now.
_MAILS: dict[EventKind, tuple[str, ...]] = {
    EventKind.REPLY_RECEIVED: ("human answer", "opt-out", "calendar answer", "unreadable", "challenge"),
    EventKind.AUTO_REPLY_RECEIVED: ("out of office", "left the company", "auto-reply"),
    EventKind.BOUNCE_RECEIVED: ("hard bounce", "soft bounce", "blocked"),
    EventKind.COMPLAINT_RECEIVED: ("complaint",),
    EventKind.NOTICE_RECEIVED: ("receipt", "list mail", "own copy"),
}
_OUTCOMES = (
    *("prepared", "transmitting", "accepted", "refused", "deferred", "unknown", "not sent", "abandoned"),
)

NOW: dict[str, tuple[EventKind, dict[str, str]]] = {
    **{name: (kind, {}) for name, kind in _SAME_DATA.items()},
    **{name: (kind, {"kind": name}) for kind, names in _MAILS.items() for name in names},
    **{f"unknown mail {each}": (EventKind.MESSAGE_RESOLVED, {"outcome": each}) for each in _OUTCOMES},
}
"""The kind that stands in an old name's place, and what the old name said beside it."""


def read(stored: str, data: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """An event's kind and data as they are called today, whichever release wrote it."""
    if stored not in NOW:
        return stored, data
    kind, more = NOW[stored]
    return kind.value, {**data, **more}


def names(kinds: Iterable[EventKind]) -> list[str]:
    """Every name under which events of these kinds may be stored."""
    wanted = set(kinds)
    return sorted(
        {*(kind.value for kind in wanted), *(old for old, (kind, _) in NOW.items() if kind in wanted)}
    )
