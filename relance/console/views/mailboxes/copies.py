"""The switch for copies of sent mail in a mailbox's Sent folder."""

from __future__ import annotations

from starlette.responses import Response

from relance.console import lists
from relance.console.pages import Page
from relance.console.views.mailboxes import filed_copies, looking
from relance.console.visit import Visit
from relance.engine.roles import Permission


def switch(visit: Visit) -> Response:
    """From now on; what was sent before is not filed."""
    address = visit.text("address", 320)
    found = visit.app.mailboxes.file_copies(address, visit.text("mode", 10))
    return visit.go(lists.stay(visit, looking.path(address)), filed_copies.told(found))


PAGES = (Page("/mailboxes/copies", switch, Permission.MAILBOXES, "POST"),)
