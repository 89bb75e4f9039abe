"""Who changed what: found by who, what and when; and all that was found as a file."""

from __future__ import annotations

import datetime as dt
import itertools
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from starlette.responses import Response

from relance.console import lists
from relance.console.pages import Page
from relance.console.requests import numbers
from relance.console.visit import Visit
from relance.engine.contacts import csv_reader
from relance.engine.roles import ROLE_NAMES, Permission, Role
from relance.engine.store.users.audit import AuditEntry, AuditFilter
from relance.wording import N_, Text, _

AREAS: Mapping[str, tuple[str, Sequence[str]]] = {
    "access": (N_("Users and signing in"), ("session.", "users.")),
    "mailboxes": (N_("Mailboxes"), ("mailboxes.",)),
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
    rows = [(each, said(each), _changes(each.before, each.after)) for each in found[: lists.PAGE]]
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
    changes = "; ".join(f"{name}: {old} > {new}" for name, old, new in _changes(entry.before, entry.after))
    return (entry.at.isoformat(), entry.actor.name, entry.action, said(entry), entry.subject, changes)


def said(entry: AuditEntry) -> str:
    """What was done, in words; the file of the log has its code beside them."""
    return _(ACTIONS[entry.action]) if entry.action in ACTIONS else str(UNKNOWN)


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


def _changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[tuple[str, str, str]]:
    """What was written down, a line each: name, before, after."""
    old, new = before or {}, after or {}
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return [(_(FIELDS.get(name, name)), _value(old.get(name)), _value(new.get(name))) for name in names]


def _value(found: Any) -> str:
    if isinstance(found, bool):
        return _("yes") if found else _("no")
    if isinstance(found, Mapping):
        return ", ".join(
            f"{name}: {_value(value)}" for name, value in found.items() if value not in (None, "", [])
        )
    if isinstance(found, list):
        return ", ".join(map(_value, found))
    if found in {each.value for each in Role}:
        return str(ROLE_NAMES[Role(found)])
    return "–" if found in (None, "") else str(found)


FIELDS: Mapping[str, str] = {
    "active": N_("may sign in"),
    "language": N_("language"),
    "name": N_("name"),
    "network": N_("network"),
    "on": N_("code at sign-in"),
    "action": N_("what"),
    "decision": N_("decision"),
    "deed": N_("what"),
    "mailbox": N_("mailbox"),
    "mailboxes": N_("mailboxes"),
    "outcome": N_("how it ended"),
    "note": N_("note"),
    "reason": N_("reason"),
    "role": N_("role"),
    "sessions": N_("browsers"),
    "user": N_("user"),
}
# What is not named here is shown by the name that the program gives it.


UNKNOWN = Text.within("audit", "something that a later release does")
ACTIONS: Mapping[str, str] = {
    "session.begin": N_("signed in"),
    "session.end": N_("signed out"),
    "session.code_refused": N_("refused a code at sign-in"),
    "session.refused": N_("refused a sign-in"),
    "users.accept": N_("set a password using a link"),
    "users.change": N_("changed a user"),
    "users.describe": N_("changed name or language"),
    "users.invite": N_("created a link"),
    "users.password": N_("changed a password"),
    "users.proof_refused": N_("typed a wrong current password"),
    "users.second_factor": N_("changed the code at sign-in"),
    "users.sign_out": N_("signed somebody out"),
    "mailboxes.add": N_("added a mailbox"),
    "mailboxes.assign": N_("set the owner of a mailbox"),
    "mailboxes.change": N_("changed a mailbox"),
    "mailboxes.pause": N_("paused a mailbox"),
    "mailboxes.remove": N_("removed a mailbox"),
    "mailboxes.resume": N_("resumed a mailbox"),
    "mailboxes.test": N_("tested a mailbox"),
    "contacts.add": N_("added a contact"),
    "contacts.import_file": N_("imported contacts"),
    "contacts.lift": N_("removed entries from the do-not-contact list"),
    "contacts.suppress": N_("put somebody on the do-not-contact list"),
    "contacts.suppress_list": N_("imported a do-not-contact list"),
    "contacts.undo_list": N_("took back an imported do-not-contact list"),
    "contacts.unsuppress": N_("took somebody off the do-not-contact list"),
    "sequences.publish": N_("published a sequence"),
    "sequences.pause": N_("paused a sequence"),
    "sequences.resume": N_("resumed a sequence"),
    "enroll": N_("enrolled people"),
    "enrollments.pause": N_("paused people"),
    "enrollments.release": N_("let people go on"),
    "enrollments.resume": N_("resumed people"),
    "enrollments.stop": N_("stopped people"),
    "inbox.accept_substitute": N_("accepted a substitute"),
    "inbox.correct": N_("corrected an answer"),
    "inbox.dismiss_substitute": N_("dismissed a substitute"),
    "inbox.mark": N_("marked answers"),
    "inbox.undo": N_("took back a correction"),
    "inbox.reply": N_("replied to an answer"),
    "inbox.take_back": N_("took back a reply"),
    "jobs.cancel": N_("cancelled work in the background"),
    "jobs.change_enrollments": N_("changed many people"),
    "jobs.check_contacts": N_("checked a file"),
    "jobs.decide_held": N_("decided about held people"),
    "jobs.enroll": N_("enrolled people"),
    "jobs.import_contacts": N_("imported contacts"),
    "restored.decide": N_("decided what was sent before a restore"),
    "resume": N_("resumed people"),
    "tasks.assign": N_("assigned tasks"),
    "tasks.done": N_("completed a task"),
    "tasks.skip": N_("skipped tasks"),
    "tasks.snooze": N_("postponed tasks"),
    "unknown.resolve": N_("decided about a mail in doubt"),
}
# Whatever may be done has a name here (a test compares).

PAGES = (
    Page("/users/log", show, Permission.USERS),
    Page("/users/log.csv", file, Permission.USERS, part=True),
)
