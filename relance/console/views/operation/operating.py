"""For those who run the installation: how it stands, what is set and where from, and who changed what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from relance.console import lists
from relance.console.pages import Page, Rail
from relance.console.requests import numbers
from relance.console.views.operation import setting_groups
from relance.console.visit import Visit
from relance.engine.reporting import codes
from relance.engine.reporting.concerns import Concern, ConcernKind
from relance.engine.roles import ROLE_NAMES, Permission, Role
from relance.engine.states import State
from relance.wording import N_, _

NEWEST = 50


def status(visit: Visit) -> Response:
    """What is wrong, who is at work, and how people and mailboxes stand."""
    found = visit.app.status()
    states = [(codes.text("person", each.value), found.states.get(each.value, 0)) for each in State]
    return visit.show("status.html", status=found, states=states, mailbox_state=_mailbox_state, ways=way)


_WAYS: Mapping[ConcernKind, str] = {
    **dict.fromkeys((ConcernKind.HELD, ConcernKind.UNKNOWN, ConcernKind.DOUBT), "/held"),
    ConcernKind.STILL_WORK: "/jobs",
}
_OF_MAILBOXES = {
    ConcernKind.SILENT,
    ConcernKind.UNREADABLE,
    ConcernKind.UNSENDABLE,
    ConcernKind.FAULT,
    ConcernKind.PAUSED,
    ConcernKind.SET_ASIDE,
}


def way(concern: Concern) -> str:
    """Where something can be done about it in the console; empty where that is nowhere. Pure."""
    if concern.kind in _OF_MAILBOXES and "@" in concern.subject:
        return f"/mailboxes/{quote(concern.subject)}"
    return _WAYS.get(concern.kind, "")


def settings(visit: Visit) -> Response:
    """Every setting in its group, its value and where it came from; none can be changed here."""
    found = visit.installation.settings
    return visit.show(
        "settings.html",
        groups=setting_groups.grouped(visit.app.settings.describe(), found.model_fields_set),
        file=found.file,
    )


def audit(visit: Visit) -> Response:
    """Who changed what, the newest first."""
    found = visit.app.users.log(before=numbers.row(visit.asked(lists.AFTER)), limit=NEWEST + 1)
    cursor = str(found[NEWEST - 1].id) if len(found) > NEWEST else ""
    rows = [
        (each, ACTIONS.get(each.action, ""), _changes(each.before, each.after)) for each in found[:NEWEST]
    ]
    return visit.show("audit.html", rows=rows, pages=lists.pages(visit, cursor))


def _mailbox_state(name: str) -> str:
    return str(codes.text("mailbox", name))


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


ACTIONS: Mapping[str, str] = {
    "session.begin": N_("signed in"),
    "session.end": N_("signed out"),
    "users.accept": N_("set a password by a link"),
    "users.change": N_("changed a user"),
    "users.describe": N_("changed name or language"),
    "users.invite": N_("created a link"),
    "users.password": N_("changed a password"),
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
    "jobs.check_contacts": N_("looked through a file"),
    "jobs.decide_held": N_("decided for held people"),
    "jobs.enroll": N_("enrolled people"),
    "jobs.import_contacts": N_("imported contacts"),
    "restored.decide": N_("decided what left before a restore"),
    "resume": N_("resumed people"),
    "tasks.assign": N_("assigned tasks"),
    "tasks.done": N_("completed a task"),
    "tasks.skip": N_("skipped tasks"),
    "tasks.snooze": N_("postponed tasks"),
    "unknown.resolve": N_("decided for a mail in doubt"),
}
# Whatever may be done has a name here (a test compares).

PAGES = (
    Page("/status", status, Permission.OPERATE, rail=Rail(N_("Status"), "activity", 95)),
    Page("/settings", settings, Permission.OPERATE, rail=Rail(N_("Settings"), "settings", 99)),
    Page("/users/log", audit, Permission.USERS),
)
