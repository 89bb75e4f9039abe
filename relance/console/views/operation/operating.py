"""For those who run the installation: how it stands, and what is set and where from."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from starlette.responses import Response

from relance.console.pages import Page, Rail
from relance.console.views.mailboxes import signing_in
from relance.console.views.operation import setting_groups
from relance.console.visit import Visit
from relance.engine.reporting import codes
from relance.engine.reporting.concerns import Concern, ConcernKind
from relance.engine.roles import Permission
from relance.engine.states import State
from relance.wording import N_, _


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
    ConcernKind.SIGN_IN,
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
        sign_in=_(setting_groups.SIGN_IN),
        return_address=signing_in.return_address(visit),
    )


def _mailbox_state(name: str) -> str:
    return str(codes.text("mailbox", name))


PAGES = (
    Page("/status", status, Permission.OPERATE, rail=Rail(N_("Status"), "activity", 95)),
    Page("/settings", settings, Permission.OPERATE, rail=Rail(N_("Settings"), "settings", 99)),
)
