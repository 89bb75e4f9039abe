"""Who changed what: found by who, what and when; and all that was found as a file."""

from __future__ import annotations

import datetime as dt
import itertools
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from starlette.responses import Response

from relance.console import lists
from relance.console.pages import Page
from relance.console.requests import numbers
from relance.console.views.operation import audit_words
from relance.console.visit import Visit
from relance.engine.contacts import csv_reader
from relance.engine.roles import Permission
from relance.engine.store.users.audit import AuditEntry, AuditFilter
from relance.wording import N_, _

AREAS: Mapping[str, tuple[str, Sequence[str]]] = {
    "access": (N_("Users and signing in"), ("session.", "users.")),
    "mailboxes": (
        N_("Mailboxes"),
        ("mailboxes.", "jobs.hand_over", "jobs.remove_mailbox", "jobs.connect_mailboxes"),
    ),
    "contacts": (N_("Contacts"), ("contacts.", "jobs.check_contacts", "jobs.import_contacts")),
    "sequences": (N_("Sequences"), ("sequences.",)),
    "people": (
        N_("People in sequences"),
        (
            "enroll",
            "enrollments.",
            "resume",
            "restored.",
            "unknown.",
            "jobs.change_enrollments",
            "jobs.decide_held",
            "jobs.enroll",
        ),
    ),
    "inbox": (N_("Inbox"), ("inbox.",)),
    "tasks": (N_("Tasks"), ("tasks.",)),
    "work": (N_("Background work"), ("jobs.cancel",)),
}
# What is behind a chip: actions, and beginnings of actions that end in a dot. Every action is behind one (a test compares).


def show(visit: Visit) -> Response:
    """A page of it, the newest first."""
    wanted = _wanted(visit)
    found = visit.app.users.log(wanted, before=numbers.row(visit.asked(lists.AFTER)), limit=lists.PAGE + 1)
    cursor = str(found[lists.PAGE - 1].id) if len(found) > lists.PAGE else ""
    rows = [
        (each, audit_words.said(each), audit_words.changes(each), _way(each)) for each in found[: lists.PAGE]
    ]
    return visit.show(
        "audit.html",
        rows=rows,
        pages=lists.pages(visit, cursor),
        search=visit.asked("q"),
        chips=[lists.chip(visit, "what", key, _(words)) for key, (words, _actions) in AREAS.items()],
        users=[each.email for each in visit.app.users.list()],
        chosen=[(name, visit.asked(name)) for name in _NAMES if visit.asked(name)],
        who=visit.asked("who"),
        since=_day(visit, "since"),
        until=_day(visit, "until"),
        file=lists.link(visit).replace("/users/log", "/users/log.csv", 1),
    )


_NAMES = ("what", "who", "since", "until")


def file(visit: Visit) -> Response:
    """What was found, for a spreadsheet, whose cells are no formulas."""
    head = ("at", "who", "action", "what", "subject", "changes")
    return visit.table(itertools.chain([head], map(_line, _all(visit, _wanted(visit)))), "audit-log.csv")


def _all(visit: Visit, wanted: AuditFilter) -> Iterator[AuditEntry]:
    """Everything that fits, the newest first, read a page at a time."""
    before: int | None = None
    while found := visit.app.users.log(wanted, before=before, limit=csv_reader.ROWS_AT_ONCE):
        yield from found
        before = found[-1].id


def _line(entry: AuditEntry) -> tuple[str, ...]:
    changes = "; ".join(f"{name}: {old} > {new}" for name, old, new in audit_words.changes(entry))
    return (
        entry.at.isoformat(),
        entry.actor.name,
        entry.action,
        audit_words.said(entry),
        entry.subject,
        changes,
    )


def _wanted(visit: Visit) -> AuditFilter:
    _words, actions = AREAS.get(visit.asked("what"), ("", ()))
    since, until = _day(visit, "since"), _day(visit, "until")
    return AuditFilter(
        who=visit.asked("who"),
        actions=tuple(actions),
        since=_begins(visit, since) if since else None,
        until=_begins(visit, until + dt.timedelta(days=1)) if until else None,
        search=visit.asked("q"),
    )


def _day(visit: Visit, name: str) -> dt.date | None:
    """A day of the address; what is none is not asked for."""
    try:
        found = dt.date.fromisoformat(visit.asked(name))
    except ValueError:
        return None
    return found if 1970 <= found.year < dt.MAXYEAR else None


def _begins(visit: Visit, day: dt.date) -> dt.datetime:
    """When a day begins in the zone of the workspace."""
    zone = zoneinfo.ZoneInfo(visit.installation.settings.zone)
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)


def _way(entry: AuditEntry) -> str:
    """The page of what was changed, where it has one by this name."""
    noun, subject = entry.action.partition(".")[0], quote(entry.subject)
    pattern = (_BY_NUMBER if entry.subject.isdecimal() else _BY_ADDRESS).get(noun, "")
    if pattern == _PERSON and "@" not in entry.subject:
        return ""
    return pattern.format(subject) if pattern and subject else ""


_PERSON = "/contacts/{}"
_BY_NUMBER = {"tasks": "/tasks?task={}", "inbox": "/inbox?answer={}", "jobs": "/jobs/{}"}
_BY_ADDRESS = {"mailboxes": "/mailboxes/{}", "sequences": "/sequences/{}", "contacts": _PERSON}


PAGES = (
    Page("/users/log", show, Permission.USERS),
    Page("/users/log.csv", file, Permission.USERS, part=True),
)
