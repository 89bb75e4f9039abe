"""A mailbox changed: its sender's name, its limits, its password; and whose it is."""

from __future__ import annotations

from starlette.responses import Response

from relance import errors
from relance.console import lists
from relance.console.pages import Page
from relance.console.views.mailboxes import adding, looking
from relance.console.visit import Visit
from relance.engine.mailboxes.changing import MailboxChange
from relance.engine.roles import Permission
from relance.wording import Text


def change(visit: Visit) -> Response:
    """What was left as it was stays; an empty password is none. A mistake stands at its field."""
    address = visit.text("address", 320)
    given = {name: visit.text(name, 320).strip() for name in ("name", "daily_cap", "gap_seconds")}
    try:
        wish = MailboxChange(
            given["name"],
            adding.number(given, "daily_cap", 0),
            adding.number(given, "gap_seconds", 0),
            visit.text("password", 1000) or None,
        )
        visit.app.mailboxes.change(address, wish)
    except errors.Invalid as refused:
        wrong = {str(each.where): str(each.what) for each in refused.problems}
        return looking.shown(visit, address, wrong=wrong, written=given)
    return visit.go(lists.stay(visit, looking.path(address)), Text("{address} is changed.", address=address))


def assign(visit: Visit) -> Response:
    """From now on it is this user's, or nobody's."""
    address, email = visit.text("address", 320), visit.text("email", 320)
    visit.app.mailboxes.assign(address, email or None)
    whose = email or Text("nobody")
    said = Text("The owner of {address} is now: {email}.", address=address, email=whose)
    return visit.go(lists.stay(visit, looking.path(address)), said)


PAGES = (
    Page("/mailboxes/change", change, Permission.MAILBOXES, "POST"),
    Page("/mailboxes/assign", assign, Permission.MAILBOXES, "POST"),
)
