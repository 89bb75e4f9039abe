"""What a job does, for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from relance.complete import complete
from relance.engine.jobs.deciding import HeldDeed
from relance.engine.reasons import code_words
from relance.engine.sequences.bulk import BulkAction
from relance.engine.store.jobs import JobKind
from relance.wording import Text

CHANGES: Mapping[str, Text] = complete(
    BulkAction,
    {
        BulkAction.PAUSE: Text("Pause people"),
        BulkAction.RESUME: Text("Resume people"),
        BulkAction.STOP: Text("Stop people"),
        BulkAction.RELEASE: Text("Let held people go on"),
    },
)
DEEDS: Mapping[str, Text] = complete(
    HeldDeed,
    {
        HeldDeed.FILL: Text("Fill in missing values"),
        HeldDeed.MOVE: Text("Let held people go on from another mailbox"),
        HeldDeed.SENT: Text("Let people go on whose mail was sent before the restore"),
        HeldDeed.NOT_SENT: Text("Send what had not been sent before the restore"),
    },
)


def _hands_over(mailbox: str, to: str, *, remove: bool) -> Text:
    if remove:
        return Text("Remove {mailbox} and hand its people over to {other}", mailbox=mailbox, other=to)
    return Text("Hand the people of {mailbox} over to {other}", mailbox=mailbox, other=to)


_BY_KIND: Mapping[JobKind, Callable[[Mapping[str, Any]], Text]] = complete(
    JobKind,
    {
        JobKind.CHECK_CONTACTS: lambda about: Text("Check {file}", file=about["name"]),
        JobKind.IMPORT_CONTACTS: lambda about: Text("Import {file}", file=about["name"]),
        JobKind.CHANGE_ENROLLMENTS: lambda about: CHANGES.get(about["action"]) or code_words.LATER,
        JobKind.ENROLL: lambda about: Text("Enroll people in {sequence}", sequence=about["sequence"]),
        JobKind.DECIDE_HELD: lambda about: DEEDS.get(about["deed"]) or code_words.LATER,
        JobKind.HAND_OVER: lambda about: _hands_over(about["mailbox"], about["to"], remove=about["remove"]),
        JobKind.REMOVE_MAILBOX: lambda about: Text(
            "Remove {mailbox} and hold its people", mailbox=about["mailbox"]
        ),
        JobKind.CONNECT_MAILBOXES: lambda about: (
            Text("Try connecting mailboxes") if about["dry_run"] else Text("Connect mailboxes")
        ),
    },
)


def of(kind: JobKind, about: Mapping[str, Any]) -> Text:
    """The job in a few words. `about`: what it is about, as a job keeps it."""
    return _BY_KIND[kind](about) if kind in _BY_KIND else code_words.LATER
