"""The page docs/events.md, made from the list. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from itertools import groupby

from relance.complete import complete
from relance.engine.event_log import of_mailboxes, of_mails, of_people
from relance.engine.event_log.base import EventData
from relance.engine.event_log.kinds import TITLES, EventKind
from tests.pages.tables import table

MEANINGS = {
    "aliases": "the other addresses that count as the mailbox's own from then on",
    "action": "what the sequence's rule about colleagues asks for",
    "after": "the values of a contact that changed, by field",
    "before": "what they were; empty where there was none",
    "assignee": "who has to do a task; empty: anyone who comes first",
    "by": "the address of the colleague who answered",
    "ca_file": "whether a certificate is trusted that no public authority has signed",
    "daily_cap": "how many mails may leave in 24 hours; 0: as many as there are",
    "effects": "what changed for whom, a sentence each",
    "cover": "the mailbox that writes first mails in place of it; empty: none does",
    "first": "the first day of the leave",
    "last": "the last day of the leave",
    "moved": "how many people were handed over",
    "failure": "why it was refused, deferred or returned: `no_such_user`, `full`, `rate`, ... (see [operations](operations.md))",
    "failure_stage": "how far the mail had come: `connection`, `ehlo`, `mail`, `rcpt`, `data`, `accepted`, `unknown`",
    "folder": "the folder it is in",
    "from": "the address it came from",
    "gap_seconds": "how many seconds lie between two mails, at least",
    "hourly_cap": "how many mails may leave in an hour; 0: as many as there are",
    "ramp_up": "by which plan it begins slowly, such as `10+5` or `10, 15, 25`; empty: it does not",
    "jitter_seconds": "how many seconds more lie between two mails, at most: otherwise each time",
    "going_on": "how many people continue",
    "held": "how many people are held",
    "imap": "the server it is read from: host, port and encryption",
    "judged": "what the mail had been taken for",
    "kind": "what the mail is taken for (`human answer`, `opt-out`, `out of office`, `hard bounce`, ...)",
    "leaves_at": "when it is sent, unless it is taken back before (ISO 8601)",
    "branches": "the branches, by their ids, that had been decided by the earlier verdict and stay as they are",
    "link": "the number of the link in the mail, counted from 0",
    "mailbox": "the address that writes",
    "matched_by": "how it was found whose mail it is",
    "message_id": "the Message-ID",
    "name": "the sender's name",
    "note": "what the doer of a task says of it, or who came second",
    "outcome": "the state of the mail now (see [states](states.md)); of a task: how it ended, as its doer said",
    "password": "that there is a new one",
    "plus_addressing": "whether mail to its name with + and more reaches it",
    "zone": "the time zone in which its mails are dated; empty: the workspace's",
    "dkim": "where the key that signs its mails is published; empty: they are not signed",
    "tracking_host": "what the links in its mails begin with; empty: the installation's",
    "signature": "whether it has a signature as text",
    "signature_html": "whether it has a signature in HTML",
    "ehlo_name": "the name it greets its SMTP server by; empty: this computer's, or its address",
    "sign_in": "how it signs in from now on: `oauth`",
    "reason": "why, for people",
    "reasons": "why, a sentence each",
    "rule": "the rule that decided",
    "rules_version": "the version of the rules",
    "sent_at": "when it was sent, ISO 8601",
    "sequence": "the name of the sequence",
    "since": "when the mailbox had last been read",
    "smtp": "the server it sends through: host, port and encryption",
    "stage": "how far the conversation with the server had come",
    "steps": "how many steps got a new time",
    "subject": "the subject",
    "substitute": "the address of who is named in the writer's place",
    "taken": "whether the way down `then` was taken",
    "touched": "how many colleagues were stopped, slowed or handed over",
    "unknown_policy": "the policy for mail that may not have arrived: `hold`, `assume sent`, `send again`",
    "until": "until when the absence was to last, or the task is postponed (ISO 8601)",
    "was": "why they were away: the `code` and its `params`",
    "uid": "its number in the folder",
    "username": "as whom it signs in",
    "value": "the address or the domain",
    "variant": "the variant of the mail; empty where there is none",
    "version": "the version of the sequence",
    "words": "what it is about, for people",
}
"""What each name in the data means; the same in every kind."""

_TYPES = {
    "str": "text",
    "int": "number",
    "bool": "yes or no",
    "Sequence[str]": "list",
    "Sequence[Words]": "list",
    "Sequence[Effect]": "list",
    "Words": "text",
    "Mapping[str, int]": "counts",
    "Mapping[str, str]": "{name: text}",
    "Mapping[str, object]": "a reason",
}

_INTRO = """
This page is written by `tests/pages/events.py` from the lists in `relance/engine/event_log`; a test compares them.

Every event has an `id`, a time (`at`), a `kind`, and where it is about a person their address (`email`) and the `step`. The kinds
below are all there are; a later release may add some, so pass over those you do not know. `data` has what the kind's row
names; what is followed by "?" may be missing. Beside a `reason` or `words` stands `why`, where these have a code: the `code` and its `params`, which
programs can rely on while the words may change (beside `reasons`: `whys`, a list; beside `effects`: `effects_why`). `relance timeline` shows one person's events, `Relance.events()` all of them in order.
"""

_ACTORS = """
`actor` names who did it, by `kind` and `name`; it is missing in what a release before this one wrote.

| kind | name |
| --- | --- |
| `person` | somebody at the command line, by login; of a mail written by hand, the salesperson's address |
| `user` | somebody who signed in to the console, by email address |
| `program` | a program, by the name that it gave to `Relance(actor="...")`, else by that of the script |
| `recipient` | the person whom the event is about, by a link in a mail |
| `rule` | a rule that decided by itself: how a mail that came in was recognised, or `colleagues`, `clock`, `evidence`, `gate`, `mailbox trouble`, `mails in doubt`, `preparation`, `refusing organisations` |
| `server` | the receiving server, which refused a mail while it was sent; no name |
| `schedule` | what was due: `turn` (a mailbox's), `tick`, `startup` |

What a rule decides because a person or a program asked for it (a corrected reply, for example) is theirs.
"""

_NOUNS = {
    "enrollment": "People in sequences",
    "step": "Steps that are not mails",
    "task": "Tasks",
    "message": "Mails that go out",
    "reply": "Replies",
    "auto_reply": "Automatic replies",
    "bounce": "Bounces",
    "complaint": "Complaints",
    "notice": "Other mail that comes in",
    "substitute": "Substitutes",
    "mailbox": "Mailboxes",
    "unread_mail": "Mails that could not be read",
    "organisation": "Organisations that refuse mail",
    "contact": "Contacts",
    "suppression": "Suppressions",
    "sequence": "Sequences",
    "restore": "Restored databases",
    "clock": "The clock",
}


ROOMS = (of_people, of_mails, of_mailboxes)
# Where the classes of data are found.


def leaves(shape: type[EventData]) -> list[type[EventData]]:
    below = shape.__subclasses__()
    return [found for each in below for found in leaves(each)] if below else [shape]


DATA: Mapping[EventKind, type[EventData]] = complete(
    EventKind, {each.KIND: each for each in leaves(EventData)}
)
"""The class of every kind."""


def fields(kind: EventKind) -> tuple[tuple[str, str], ...]:
    """The names and types of a kind's data, as they are stored."""
    return tuple(
        (each.name.rstrip("_"), str(each.type).replace("Reason | ", ""))
        for each in dataclasses.fields(DATA[kind])
    )


def as_markdown() -> str:
    """Every kind with what it means and its data."""
    parts = ["# Events", _INTRO.strip()]
    for noun, kinds in groupby(EventKind, lambda kind: kind.partition(".")[0]):
        rows = [["kind", "shown as", "what happened", "data"], ["---"] * 4, *(_row(kind) for kind in kinds)]
        parts += [f"## {_NOUNS[noun]}", table(rows)]
    used = sorted({name for kind in EventKind for name, _ in fields(kind)})
    parts += [
        "## What the data says",
        table([["name", "meaning"], ["---"] * 2, *([f"`{each}`", MEANINGS[each]] for each in used)]),
    ]
    parts += ["## Who did it", _ACTORS.strip()]
    return "\n\n".join(parts) + "\n"


def _row(kind: EventKind) -> list[str]:
    said = " ".join((DATA[kind].__doc__ or "").split())
    return [f"`{kind}`", str(TITLES[kind]), said, ", ".join(_field(*each) for each in fields(kind)) or "none"]


def _field(name: str, kind: str) -> str:
    plain = kind.removesuffix(" | None")
    return f"`{name}`{'?' if plain != kind else ''} ({_TYPES[plain]})"
